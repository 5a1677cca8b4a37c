"""The vocabulary of invariants: what can be said of one entity and of those that it leads to."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import z3

from proofs.engine.extract import subterms
from proofs.engine.transitions import Transitions
from proofs.engine.vocabulary import HISTORY, Key, States, is_membership

_CONNECTIVES = (
    z3.Z3_OP_AND,
    z3.Z3_OP_OR,
    z3.Z3_OP_NOT,
    z3.Z3_OP_ITE,
    z3.Z3_OP_IMPLIES,
    z3.Z3_OP_TRUE,
    z3.Z3_OP_FALSE,
)


@dataclass(frozen=True, eq=False)
class Atom:
    """Something true or false of an entity; ``text`` says what in the model's names.

    ``place`` is the way from ``variable`` to the entity that it is about; empty where it is about
    ``variable`` itself, or compares two.
    """

    sort: str
    text: str
    variable: z3.ExprRef
    term: z3.BoolRef
    place: tuple[str, ...] = ()

    def said(self, truth: bool) -> str:
        """The atom, or its negation, in the model's names."""
        if truth:
            return self.text
        for sign, opposite in ((" >= ", " < "), (" <= ", " > "), (" = ", " != ")):
            # A comparison has its sign once; in longer texts it may belong to a part.
            if self.text.count(" ") == 2 and sign in self.text:
                return self.text.replace(sign, opposite)
        return f"not {self.text}"


def atoms(
    transitions: Transitions, extra: Iterable[z3.ExprRef] = (), keys: set[Key] | None = None
) -> dict[str, list[Atom]]:
    """The atoms about each kind of entity, mined from the model and from ``extra`` terms.

    They are about some functions of the state, ``keys``; if these are left out, about those that
    the extra terms or the actions depend on.

    For the entity itself and each one that it leads to: the states of its machines, its Boolean
    fields and histories, the comparisons that occur in the model; and which of them are the same.
    """
    extra = list(extra)
    keys = transitions.relevant(extra) if keys is None else keys
    templates = _templates(transitions, extra, keys)
    found: dict[str, list[Atom]] = {}
    for entity in transitions.info.entities:
        x = z3.Const(f"x:{entity.name}", z3.DeclareSort(entity.name))
        ways = list(places(transitions, x, (), keys))
        named = [(".".join((entity.name.lower(), *way)), term) for way, term in ways]
        own: dict[str, Atom] = {}
        for way, term in ways:
            for sort, variable, template in templates:
                if sort == term.sort().name():
                    value = z3.substitute(template, (variable, term))
                    label = spell(value, transitions, {place.get_id(): t for t, place in named})
                    own.setdefault(label, Atom(entity.name, label, x, value, way))
        for index, (text, term) in enumerate(named):
            for other_text, other in named[:index]:
                if other.sort() == term.sort():
                    label = f"{other_text} = {text}"
                    own.setdefault(label, Atom(entity.name, label, x, other == term))
        found[entity.name] = list(own.values())
    return found


def places(
    transitions: Transitions, term: z3.ExprRef, way: tuple[str, ...], keys: Container[Key]
) -> Iterator[tuple[tuple[str, ...], z3.ExprRef]]:
    """An entity and all that it leads to, each with the way there."""
    yield way, term
    vocabulary = transitions.vocabulary
    sort = term.sort().name()
    for (entity, name), decl in vocabulary.references.items():
        if entity == sort:
            yield from places(transitions, decl(term), (*way, name), keys)
    for key, decl in vocabulary.functions.items():
        if key in keys and key.entity == sort and decl.range().kind() == z3.Z3_UNINTERPRETED_SORT:
            hop = f"{key.slot}.{key.name}".removeprefix(f"{HISTORY}.")
            yield from places(transitions, decl(term), (*way, hop), keys)


def _templates(
    transitions: Transitions, extra: Iterable[z3.ExprRef], keys: set[Key]
) -> list[tuple[str, z3.ExprRef, z3.ExprRef]]:
    """Boolean terms about one entity of a sort: (sort, variable, term)."""
    found: dict[int, tuple[str, z3.ExprRef, z3.ExprRef]] = {}
    seen: set[int] = set()
    constants = {term.get_id() for term in transitions.vocabulary.constants.values()}
    states = {
        transitions.vocabulary.sort(type_)
        for type_ in transitions.vocabulary.types.values()
        if isinstance(type_, States)
    }

    def keep(variable: z3.ExprRef, term: z3.ExprRef) -> None:
        found.setdefault(term.get_id(), (variable.sort().name(), variable, term))

    for key, decl in transitions.vocabulary.functions.items():
        if key not in keys:
            continue
        x = z3.Const(f"x:{key.entity}", decl.domain(0))
        type_ = transitions.vocabulary.types[key]
        if isinstance(type_, States):
            members = type_.members[:1] if len(type_.members) == 2 else type_.members
            for member in members:
                keep(x, decl(x) == type_.value(member))
        elif type_ is bool:
            keep(x, decl(x))
    for term in (*_terms(transitions, keys), *extra):
        for part in subterms(term, seen):
            if not z3.is_bool(part) or z3.is_quantifier(part) or not z3.is_app(part):
                continue
            if part.decl().kind() in (*_CONNECTIVES, z3.Z3_OP_UNINTERPRETED):
                continue
            entity = _only_entity(part, constants)
            if entity is not None:
                x = z3.Const(f"x:{entity.sort().name()}", entity.sort())
                template = z3.substitute(part, (entity, x))
                if not _is_state_test(template, states):
                    keep(x, template)
    compared = [*_terms(transitions, keys), *extra]
    for key, number in _thresholds(transitions, compared, constants):
        decl = transitions.vocabulary.functions[key]
        if key in keys:
            x = z3.Const(f"x:{key.entity}", decl.domain(0))
            keep(x, number <= decl(x) if z3.is_int_value(number) else decl(x) >= number)
    return list(found.values())


def _thresholds(
    transitions: Transitions, terms: Iterable[z3.ExprRef], constants: Container[int]
) -> Iterator[tuple[Key, z3.ExprRef]]:
    """What one number of a type is compared with, every number of that type may be: numbers, and
    constants of the system, which are given by their ids.
    """
    types = transitions.vocabulary.types
    numbers: dict[Any, dict[int, z3.ExprRef]] = {}
    seen: set[int] = set()
    for term in terms:
        for part in subterms(term, seen):
            if z3.is_app(part) and part.decl().kind() in (z3.Z3_OP_LE, z3.Z3_OP_GE):
                bound, other = part.children()
                if part.decl().kind() == z3.Z3_OP_GE:
                    bound, other = other, bound
                type_ = number_type(other, transitions)
                rigid = z3.is_int_value(bound) or bound.get_id() in constants
                if rigid and type_ is not None:
                    numbers.setdefault(type_, {})[bound.get_id()] = bound
    for key, type_ in types.items():
        for number in numbers.get(type_, {}).values() if isinstance(type_, type) else ():
            yield key, number


def _terms(transitions: Transitions, keys: set[Key]) -> Iterator[z3.ExprRef]:
    for command in transitions.commands:
        yield command.guard
        for key, update in command.updates.items():
            if key in keys:
                yield update.value


def _only_entity(term: z3.ExprRef, constants: Container[int]) -> z3.ExprRef | None:
    """The entity that a comparison is about, if it is about one alone, and of constants."""
    owners: dict[int, z3.ExprRef] = {}
    stack = [term]
    while stack:
        part = stack.pop()
        if z3.is_var(part) or z3.is_quantifier(part):
            return None
        if part.sort().kind() == z3.Z3_UNINTERPRETED_SORT:
            return None
        if part.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            if part.get_id() in constants:
                continue
            if part.num_args() != 1 or part.decl().name().endswith("'"):
                return None
            owners[part.arg(0).get_id()] = part.arg(0)
            if any(z3.is_var(p) for p in subterms(part)):
                return None
        else:
            stack.extend(part.children())
    return next(iter(owners.values())) if len(owners) == 1 else None


def _is_state_test(term: z3.ExprRef, states: Container[z3.SortRef]) -> bool:
    """Whether a comparison says which state a machine is in."""
    return bool(z3.is_eq(term)) and any(
        child.num_args() == 0 and child.sort() in states for child in term.children()
    )


_INFIX = {
    z3.Z3_OP_EQ: " = ",
    z3.Z3_OP_LE: " <= ",
    z3.Z3_OP_GE: " >= ",
    z3.Z3_OP_LT: " < ",
    z3.Z3_OP_GT: " > ",
    z3.Z3_OP_AND: " and ",
    z3.Z3_OP_OR: " or ",
    z3.Z3_OP_ADD: " + ",
    z3.Z3_OP_SUB: " - ",
}


def spell(term: z3.ExprRef, transitions: Transitions, places: dict[int, str] | None = None) -> str:
    """A term in the model's names. ``places`` names the entities in it."""
    return _spell(term, transitions, places or {}, None)


def _spell(
    term: z3.ExprRef, transitions: Transitions, places: dict[int, str], number: type | None
) -> str:
    if term.get_id() in places:
        return places[term.get_id()]
    if z3.is_quantifier(term):
        name = term.var_sort(0).name().lower()
        member = z3.Const(f"some {name}", term.var_sort(0))
        body = z3.substitute_vars(term.body(), member)
        word = "some" if term.is_exists() else "every"
        inner = _spell(body, transitions, places | {member.get_id(): name}, None)
        return f"{word} {name} with {inner}" if term.is_exists() else f"for {word} {name} {inner}"
    if z3.is_int_value(term):
        return str(number(term.as_long()) if number else term.as_long())
    kind = term.decl().kind()
    if z3.is_true(term) or z3.is_false(term):
        return str(z3.is_true(term))
    if kind == z3.Z3_OP_UNINTERPRETED:
        name = str(term.decl().name())
        if term.num_args() == 0:
            return name
        owner = _spell(term.arg(0), transitions, places, None)
        return f"{owner}.{name.split('.', 1)[1]}".replace(".history.", ".")
    if kind == z3.Z3_OP_DT_CONSTRUCTOR:
        return str(term.decl().name()).split(".", 1)[1]
    if kind == z3.Z3_OP_NOT and z3.is_eq(term.arg(0)):
        return " != ".join(_spell(term.arg(0), transitions, places, number).split(" = "))
    for child in term.children():
        type_ = number_type(child, transitions)
        number = type_ or number
    children = [child for child in term.children() if not is_membership(child)]
    parts = [_spell(child, transitions, places, number) for child in children]
    if kind in (z3.Z3_OP_EQ, z3.Z3_OP_AND, z3.Z3_OP_OR):
        # Z3 orders these by when they were first seen; a name comes before a value or a case.
        parts.sort(key=lambda part: (part[0] in "(0123456789", "." not in part, part))
    if kind == z3.Z3_OP_NOT:
        return f"not {parts[0]}"
    if kind == z3.Z3_OP_ITE:
        return f"({parts[1]} if {parts[0]} else {parts[2]})"
    if kind == z3.Z3_OP_LE and z3.is_int_value(term.arg(0)):
        return f"{parts[1]} >= {parts[0]}"
    return _INFIX.get(kind, f" {term.decl().name()} ").join(parts)


def number_type(term: z3.ExprRef, transitions: Transitions) -> type | None:
    """The type of the numbers that a function of the state has, if a term is its value."""
    if not z3.is_int(term) or term.decl().kind() != z3.Z3_OP_UNINTERPRETED:
        return None
    for key, decl in transitions.vocabulary.functions.items():
        if decl.eq(term.decl()):
            type_: type = transitions.vocabulary.types[key]
            return type_ if type_ is not int else None
    return None
