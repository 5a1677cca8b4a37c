"""SMT-LIB 2 text that people can read and other solvers take.

Z3's own printer writes an empty disjunction as a bare ``or``, leaves ``f'`` unquoted, and orders
conjuncts by when they were first seen. Here the order depends on the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import z3

from statecheck.modeling import Entity, ModelError
from statecheck.smt.existence import is_existence
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import HISTORY

WIDTH = 100
"""Lines are no longer than this where that can be."""

Sexp = str | tuple[Any, ...]
"""A symbol or literal, or a list of such."""

_SIMPLE = re.compile(r"[A-Za-z~!$%^&*_+=<>?/-][A-Za-z0-9~!@$%^&*_+=<>.?/-]*")

HEADS = {
    z3.Z3_OP_AND: "and",
    z3.Z3_OP_OR: "or",
    z3.Z3_OP_NOT: "not",
    z3.Z3_OP_IMPLIES: "=>",
    z3.Z3_OP_ITE: "ite",
    z3.Z3_OP_EQ: "=",
    z3.Z3_OP_IFF: "=",
    z3.Z3_OP_DISTINCT: "distinct",
    z3.Z3_OP_LE: "<=",
    z3.Z3_OP_GE: ">=",
    z3.Z3_OP_LT: "<",
    z3.Z3_OP_GT: ">",
    z3.Z3_OP_ADD: "+",
    z3.Z3_OP_SUB: "-",
    z3.Z3_OP_UMINUS: "-",
    z3.Z3_OP_MUL: "*",
    z3.Z3_OP_IDIV: "div",
    z3.Z3_OP_MOD: "mod",
}
_COMPARISONS = ("=", "distinct", "<=", ">=", "<", ">")


def symbol(name: str) -> str:
    """A symbol, quoted where it has to be. Raises ModelError for one that cannot be written."""
    if _SIMPLE.fullmatch(name):
        return name
    if "|" in name or "\\" in name:
        raise ModelError(f"{name!r} cannot be written as a symbol of SMT-LIB")
    return f"|{name}|"


def sort_name(sort: z3.SortRef) -> str:
    """The name of a sort; enumerations whose name came again in the process have their own back."""
    return symbol(str(sort.name()).split("~", maxsplit=1)[0])


def layout(expression: Sexp, indent: int = 0) -> str:
    """The text of an expression, broken where a line gets too long."""
    flat = _flat(expression)
    if isinstance(expression, str) or indent + len(flat) <= WIDTH:
        return flat
    head, *rest = expression
    # Short first words, such as `define-fun name`, stay on the line of their parenthesis.
    line = f"({_flat(head)}"
    keep = {"define-fun": 3, "forall": 1, "exists": 1}.get(str(head), 0)
    for part in rest[:keep]:
        line += f" {_flat(part)}"
    pad = "\n" + " " * (indent + 2)
    return line + "".join(pad + layout(part, indent + 2) for part in rest[keep:]) + ")"


def _flat(expression: Sexp) -> str:
    if isinstance(expression, str):
        return expression
    return f"({' '.join(map(_flat, expression))})"


def conjunction(parts: Sequence[Sexp]) -> Sexp:
    """All of them; ``true`` where there are none."""
    return _joined("and", "true", parts)


def disjunction(parts: Sequence[Sexp]) -> Sexp:
    """Some of them; ``false`` where there are none."""
    return _joined("or", "false", parts)


def _joined(head: str, empty: str, parts: Sequence[Sexp]) -> Sexp:
    if not parts:
        return empty
    return parts[0] if len(parts) == 1 else (head, *parts)


@dataclass(frozen=True)
class At:
    """Which states the functions of a term belong to, and what its constants stand for.

    ``Server.store.state`` is a function of the first state, ``Server.store.state!2`` the same
    function after two steps. Primed functions belong to the state ``after``.
    """

    state: str = ""
    after: str = "!1"
    constants: Mapping[str, Sexp] = field(default_factory=dict)


class Writer:
    """Writes the terms of one system, and remembers which numbers it gave a name."""

    def __init__(
        self, transitions: TransitionSystem, variables: Iterable[tuple[str, Any]] = ()
    ) -> None:
        vocabulary = transitions.vocabulary
        self.transitions = transitions
        self.state_functions = {str(key): decl for key, decl in vocabulary.functions.items()}
        self.numbers: dict[str, int] = {}
        typed = {str(key): type_ for key, type_ in vocabulary.types.items()}
        typed |= {f"{name}'": type_ for name, type_ in typed.items()}
        typed |= {
            f"{command.name}.{name}": type_
            for command in transitions.commands
            for name, type_, _ in command.parameters
        }
        self.taken = {"x", *(symbol(name) for name in typed)}
        """Names that no quantifier binds."""
        typed |= dict(variables)
        self.types: dict[str, Any] = {
            name: type_ for name, type_ in typed.items() if _has_words(type_)
        }

    def number(self, value: int, type_: Any) -> str:
        """A number of a type whose members have words of their own, such as versions."""
        name = symbol(str(type_(value)))
        self.numbers[name] = value
        return name

    def named_number(self, value: int, type_: Any) -> None:
        """Give a number its name, if those of its type have words of their own."""
        if _has_words(type_):
            self.number(value, type_)

    def write(self, term: z3.ExprRef, at: At = At(), type_: Any = None) -> Sexp:
        """A term as an expression. ``type_`` is that of the number that the term is, if known."""
        return self._write(term, at, (), type_ if _has_words(type_) else None)

    def _write(self, term: z3.ExprRef, at: At, bound: tuple[str, ...], number: Any) -> Sexp:
        if z3.is_quantifier(term):
            return self._quantified(term, at, bound)
        if z3.is_var(term):
            index: int = z3.get_var_index(term)
            return bound[-1 - index]
        if z3.is_int_value(term):
            value = term.as_long()
            if number is not None:
                return self.number(value, number)
            return str(value) if value >= 0 else ("-", str(-value))
        if z3.is_true(term) or z3.is_false(term):
            return "true" if z3.is_true(term) else "false"
        if is_existence(term):
            return "true"
        decl = term.decl()
        if decl.kind() == z3.Z3_OP_DT_CONSTRUCTOR:
            return constructor(term)
        if decl.kind() == z3.Z3_OP_UNINTERPRETED:
            head = self._name(decl, at)
            inner = [self._write(child, at, bound, None) for child in term.children()]
            return (head, *inner) if inner else head
        head = HEADS.get(decl.kind(), "")
        if not head:
            raise ModelError(f"{decl.name()} cannot be written as SMT-LIB yet")
        if head in _COMPARISONS:
            number = next(filter(None, map(self._type, term.children())), None)
        inner = [self._write(child, at, bound, number) for child in term.children()]
        if head in ("and", "or"):
            flat = [
                part
                for child in inner
                for part in (
                    child[1:] if isinstance(child, tuple) and child[0] == head else (child,)
                )
                if part != "true" or head == "or"
            ]
            empty = "true" if head == "and" else "false"
            return _joined(head, empty, sorted(flat, key=_flat))
        if head in ("=", "distinct", "+"):
            inner.sort(key=lambda part: (isinstance(part, str), _flat(part)))
        return (head, *inner)

    def _quantified(self, term: z3.QuantifierRef, at: At, bound: tuple[str, ...]) -> Sexp:
        names, inner = [], bound
        for index in range(term.num_vars()):
            name = symbol(str(term.var_name(index)).replace("!", "."))
            while name in inner or name in self.taken:
                name += "."
            names.append((name, sort_name(term.var_sort(index))))
            inner = (*inner, name)
        word = "forall" if term.is_forall() else "exists"
        return (word, tuple(names), self._write(term.body(), at, inner, None))

    def _name(self, decl: z3.FuncDeclRef, at: At) -> Sexp:
        name = str(decl.name())
        if name in at.constants:
            return at.constants[name]
        if name in self.state_functions:
            return symbol(name + at.state)
        if name.endswith("'"):
            return symbol(name[:-1] + at.after)
        return symbol(name)

    def _type(self, term: z3.ExprRef) -> Any:
        """The type of the numbers that a term is one of, if it has words for them."""
        if not z3.is_int(term) or not z3.is_app(term):
            return None
        if term.decl().kind() == z3.Z3_OP_ITE:
            return self._type(term.arg(1)) or self._type(term.arg(2))
        return self.types.get(str(term.decl().name()))

    # -- declarations ---------------------------------------------------------------------------

    def kinds(self) -> list[Sexp]:
        """A sort for each kind of entity: any number of them, at least one where one is named."""
        return [
            ("declare-sort", sort_name(sort), "0")
            for _, sort in self.transitions.vocabulary.entity_sorts()
        ]

    def enumerations(self) -> list[Sexp]:
        """The finite types: states of machines, enumerations, the actions."""
        vocabulary = self.transitions.vocabulary
        sorts = [decl.range() for decl in vocabulary.functions.values()]
        sorts += [constant.sort() for constant in vocabulary.constants.values()]
        sorts += [
            term.sort()
            for command in self.transitions.commands
            for _, _, term in command.parameters
        ]
        sorts.append(self.transitions.action.sort())
        found: dict[str, Sexp] = {}
        kinds = {sort_name(sort) for _, sort in vocabulary.entity_sorts()}
        for sort in sorts:
            if sort.kind() == z3.Z3_DATATYPE_SORT:
                if sort_name(sort) in kinds:
                    raise ModelError(
                        f"{sort_name(sort)} is a kind of entity and a machine or an enumeration; "
                        "to be certified, one of them needs another name"
                    )
                members = tuple(
                    (constructor(sort.constructor(i)()),) for i in range(sort.num_constructors())
                )
                entry = ("declare-datatype", sort_name(sort), members)
                if found.setdefault(sort_name(sort), entry) != entry:
                    raise ModelError(f"two enumerations are called {sort_name(sort)}")
        return list(found.values())

    def references(self) -> list[Sexp]:
        """The functions that never change: references, and the constants of the system."""
        vocabulary = self.transitions.vocabulary
        return [
            *(_declared(decl, symbol(str(decl.name()))) for decl in vocabulary.references.values()),
            *(
                ("declare-const", symbol(str(constant.decl().name())), sort_name(constant.sort()))
                for constant in vocabulary.constants.values()
            ),
        ]

    def functions(self) -> list[Sexp]:
        """The functions of the state; those of the machines, then the histories of claims."""
        ordered = sorted(self.transitions.vocabulary.functions, key=lambda key: key.slot == HISTORY)
        return [_declared(self.state_functions[str(key)], symbol(str(key))) for key in ordered]

    def parameters(self, step: str = "") -> list[Sexp]:
        """The action of a step and the arguments of every action."""
        action = self.transitions.action
        terms = [term for command in self.transitions.commands for _, _, term in command.parameters]
        return [
            ("declare-const", symbol(f"{term.decl().name()}{step}"), sort_name(term.sort()))
            for term in (action, *terms)
        ]

    def named(self, known: Iterable[str] = ()) -> list[Sexp]:
        """The values of the names of numbers, but for those that are known."""
        chosen = sorted((value, name) for name, value in self.numbers.items())
        without = set(known)
        return [
            ("define-fun", name, (), "Int", str(value) if value >= 0 else ("-", str(-value)))
            for value, name in chosen
            if name not in without
        ]


def constructor(term: z3.ExprRef) -> str:
    """The name of an enumeration's member."""
    sort, member = str(term.sort().name()), str(term.decl().name())
    return symbol(sort_name(term.sort()).strip("|") + member[len(sort) :])


def _declared(decl: z3.FuncDeclRef, name: str) -> Sexp:
    domain = tuple(sort_name(decl.domain(index)) for index in range(decl.arity()))
    return ("declare-fun", name, domain, sort_name(decl.range()))


def _has_words(type_: Any) -> bool:
    """True where numbers of a type have words of their own."""
    return (
        isinstance(type_, type)
        and issubclass(type_, int)
        and not issubclass(type_, bool | Entity)
        and type_.__str__ is not int.__str__
        and not hasattr(type_, "__members__")
    )
