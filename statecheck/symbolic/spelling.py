"""Terms in the model's names, and as data what they mention."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping

import z3

from statecheck.modeling import is_none_cell, value_cell
from statecheck.modeling.mention import Choice, Expression, Mention
from statecheck.smt.existence import is_existence
from statecheck.smt.terms import subterms
from statecheck.symbolic.codes import member_name
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import HISTORY, Key

_COMPARISONS = {
    z3.Z3_OP_EQ: "=",
    z3.Z3_OP_LE: "<=",
    z3.Z3_OP_GE: ">=",
    z3.Z3_OP_LT: "<",
    z3.Z3_OP_GT: ">",
}
_OPPOSITES = {"=": "!=", "<=": ">", ">=": "<", "<": ">=", ">": "<="}
_INFIX = {z3.Z3_OP_AND: "and", z3.Z3_OP_OR: "or", z3.Z3_OP_ADD: "+", z3.Z3_OP_SUB: "-"}
_CLOSE = {z3.Z3_OP_IDIV: "//", z3.Z3_OP_MOD: "%", z3.Z3_OP_MUL: "*"}
"""Operators that bind closer than those, so that sums beside them stand in parentheses."""


def spell(
    term: z3.ExprRef, transitions: TransitionSystem, places: Mapping[int, str] | None = None
) -> str:
    """A term in the model's names. ``places`` names the entities in it, by the terms' numbers."""
    return _Speller(transitions).spell(term, places or {})


def spell_both(
    term: z3.BoolRef, transitions: TransitionSystem, places: Mapping[int, str]
) -> tuple[str, str]:
    """A term, and its negation; that of a comparison of two names has the opposite sign."""
    speller = _Speller(transitions)
    is_comparison = z3.is_app(term) and term.decl().kind() in _COMPARISONS
    if is_comparison and all(_is_name(side, places) for side in term.children()):
        left, sign, right = speller.comparison(term, places, None)
        return f"{left} {sign} {right}", f"{left} {_OPPOSITES[sign]} {right}"
    text = speller.spell(term, places)
    return text, _denied(text, term)


def _denied(text: str, term: z3.ExprRef) -> str:
    """The negation of a term that is spelled so."""
    if z3.is_app(term) and term.num_args() == 1 and is_none_cell(term.decl().name()):
        return f"{value_cell(text)} is not None"
    return f"not {text}"


def of_entity(owner: str, function: str) -> str:
    """The value of a function of the state, given by its name, at an entity that is spelled so."""
    return f"{owner}.{function.split('.', 1)[1]}".replace(".history.", ".")


def _is_name(term: z3.ExprRef, places: Mapping[int, str]) -> bool:
    """Tell whether a term is spelled as one name or value."""
    if term.get_id() in places or term.num_args() == 0:
        return True
    return term.decl().kind() == z3.Z3_OP_UNINTERPRETED and _is_name(term.arg(0), places)


def expression(
    term: z3.ExprRef, transitions: TransitionSystem, places: Mapping[int, str]
) -> Expression:
    """A term in the model's names, with what it mentions."""
    speller = _Speller(transitions)
    text = speller.spell(term, places)
    return Expression(
        text, tuple(mentions(term, transitions)), tuple(dict.fromkeys(speller.choices))
    )


def mentions(term: z3.ExprRef, transitions: TransitionSystem) -> Iterator[Mention]:
    """The functions and constants of the system that a term mentions; histories are the claims'."""
    decls = {part.decl().get_id() for part in subterms(term) if z3.is_app(part)}
    for key, decl in transitions.vocabulary.functions.items():
        if key.slot != HISTORY and decl.get_id() in decls:
            yield mention(key, _compared(term, decl))
    for name, constant in transitions.vocabulary.constants.items():
        if constant.decl().get_id() in decls:
            yield Mention(transitions.info.cls.__name__, "", name)


def mention(key: Key, values: Iterator[str] | tuple[str, ...] = ()) -> Mention:
    """A function of the state, and the members of its enumeration that it is compared with."""
    return Mention(key.entity, key.slot, key.name, tuple(sorted(set(values))))


def members(term: z3.ExprRef) -> Iterator[str]:
    """The members of enumerations in a term."""
    for part in subterms(term):
        if z3.is_app(part) and part.decl().kind() == z3.Z3_OP_DT_CONSTRUCTOR:
            yield member_name(part.decl().name())


def _compared(term: z3.ExprRef, decl: z3.FuncDeclRef) -> Iterator[str]:
    for part in subterms(term):
        if z3.is_eq(part) and any(z3.is_app(s) and s.decl().eq(decl) for s in part.children()):
            for side in part.children():
                yield from members(side)


class _Speller:
    """Spells terms of a system; keeps the choices of cases that it meets, outermost ones alone."""

    def __init__(self, transitions: TransitionSystem) -> None:
        self.transitions = transitions
        self.choices: list[Choice] = []

    def spell(self, term: z3.ExprRef, places: Mapping[int, str], number: type | None = None) -> str:
        """A term; ``number`` is the type of the plain numbers in it."""
        if term.get_id() in places:
            return places[term.get_id()]
        if z3.is_quantifier(term):
            name = term.var_sort(0).name().lower()
            member = z3.Const(f"some {name}", term.var_sort(0))
            if is_existence(term.body()):
                return f"some {name}"
            inner = self.spell(
                z3.substitute_vars(term.body(), member), {**places, member.get_id(): name}
            )
            if term.is_exists():
                return f"some {name} with {inner}"
            return f"for every {name} {inner}"
        if z3.is_int_value(term):
            return str(number(term.as_long()) if number else term.as_long())
        kind = term.decl().kind()
        if z3.is_true(term) or z3.is_false(term):
            return str(z3.is_true(term))
        if kind == z3.Z3_OP_UNINTERPRETED:
            name = str(term.decl().name())
            if term.num_args() == 0:
                return name
            if is_existence(term):
                return f"there is {self.spell(term.arg(0), places)}"
            return of_entity(self.spell(term.arg(0), places), name)
        if kind == z3.Z3_OP_DT_CONSTRUCTOR:
            return member_name(term.decl().name())
        if kind == z3.Z3_OP_NOT and z3.is_eq(term.arg(0)):
            left, _, right = self.comparison(term.arg(0), places, number)
            return f"{left} != {right}"
        if kind in _COMPARISONS:
            return " ".join(self.comparison(term, places, number))
        return self._operation(term, kind, places, number)

    def comparison(
        self, term: z3.ExprRef, places: Mapping[int, str], number: type | None
    ) -> tuple[str, str, str]:
        """The left side of a comparison, its sign, and its right side."""
        left, right = self._parts(term, places, number)
        kind = term.decl().kind()
        if kind == z3.Z3_OP_LE and z3.is_int_value(term.arg(0)):
            return right, ">=", left
        return left, _COMPARISONS[kind], right

    def _parts(self, term: z3.ExprRef, places: Mapping[int, str], number: type | None) -> list[str]:
        """The arguments of an operation; the numbers among them are of one type."""
        for child in term.children():
            number = number_type(child, self.transitions) or number
        children = [child for child in term.children() if not is_existence(child)]
        parts = [self.spell(child, places, number) for child in children]
        if term.decl().kind() in (z3.Z3_OP_EQ, z3.Z3_OP_AND, z3.Z3_OP_OR):
            # Z3 orders these by when they were first seen; a name comes before a value or a case.
            parts.sort(key=lambda part: (part[0] in "(0123456789", "." not in part, part))
        return parts

    def _operation(
        self, term: z3.ExprRef, kind: int, places: Mapping[int, str], number: type | None
    ) -> str:
        kept = len(self.choices)
        parts = self._parts(term, places, number)
        if kind == z3.Z3_OP_NOT:
            return _denied(parts[0], term.arg(0))
        if kind == z3.Z3_OP_ITE:
            text = f"({parts[1]} if {parts[0]} else {parts[2]})"
            self.choices[kept:] = self._choice(text, term, places)
            return text
        if kind in _CLOSE:
            inner = [
                f"({part})" if child.decl().kind() in (*_INFIX, *_CLOSE) else part
                for part, child in zip(parts, term.children(), strict=True)
            ]
            return f" {_CLOSE[kind]} ".join(inner)
        return f" {_INFIX.get(kind, term.decl().name())} ".join(parts)

    def _choice(self, text: str, term: z3.ExprRef, places: Mapping[int, str]) -> Iterator[Choice]:
        """A choice of cases that looks at one value of the state alone."""
        values = {value.get_id(): value for value in _values_read(term)}
        if len(values) != 1:
            return
        (value,) = values.values()
        key = self.transitions.vocabulary.key_of(value.decl())
        if key is not None:
            path = self.spell(value, places)
            yield Choice(text, path, key.name, self._is_rank(term, value, key))

    def _is_rank(self, term: z3.ExprRef, value: z3.ExprRef, key: Key) -> bool:
        """Tell whether a choice is nothing but a member's place in the order of its enumeration."""
        type_ = self.transitions.vocabulary.types[key]
        ordered = (
            isinstance(type_, type) and issubclass(type_, enum.Enum) and issubclass(type_, int)
        )
        if not (z3.is_int(term) and ordered):
            return False
        literal = self.transitions.vocabulary.literal
        return all(
            z3.simplify(z3.substitute(term, (value, literal(member)))).eq(z3.IntVal(int(member)))
            for member in type_
        )


def _values_read(term: z3.ExprRef) -> Iterator[z3.ExprRef]:
    """The values of the state that a term is made of; not the entities that lead to them."""
    stack = [term]
    while stack:
        part = stack.pop()
        if not z3.is_app(part):
            continue
        if part.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            yield part
        else:
            stack.extend(part.children())


def number_type(term: z3.ExprRef, transitions: TransitionSystem) -> type | None:
    """The type of the numbers that a function of the state has, if a term is its value."""
    if not z3.is_int(term) or term.decl().kind() != z3.Z3_OP_UNINTERPRETED:
        return None
    key = transitions.vocabulary.key_of(term.decl())
    type_: type = transitions.vocabulary.types[key] if key is not None else int
    return type_ if type_ is not int else None
