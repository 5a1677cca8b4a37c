"""Atoms: the vocabulary of invariants about one entity and those that it leads to."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import z3

from statecheck.smt.roles import is_primed, subject
from statecheck.smt.terms import applications, subterms, uninterpreted
from statecheck.symbolic.spelling import number_type, of_entity, spell_both
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import HISTORY, Key, States

_CONNECTIVES = (
    z3.Z3_OP_AND,
    z3.Z3_OP_OR,
    z3.Z3_OP_NOT,
    z3.Z3_OP_ITE,
    z3.Z3_OP_IMPLIES,
    z3.Z3_OP_TRUE,
    z3.Z3_OP_FALSE,
)


COUNTED = 2
"""So many additions of a constant to a number, before it is compared, are followed back."""


@dataclass(frozen=True, eq=False)
class Atom:
    """Something true or false of an entity.

    ``text`` and ``negation`` have it and its negation in the model's names. ``place`` is the way
    from ``variable`` to the entity that it is about; empty where it is about ``variable`` itself,
    or compares two.
    """

    sort: str
    text: str
    negation: str
    variable: z3.ExprRef
    term: z3.BoolRef
    place: tuple[str, ...] = ()

    def literal(self, truth: bool) -> str:
        """The atom, or its negation, in the model's names."""
        return self.text if truth else self.negation


def atoms(
    transitions: TransitionSystem,
    extra: Iterable[z3.ExprRef] = (),
    keys: set[Key] | None = None,
    named_in: Mapping[str, str] | None = None,
) -> dict[str, list[Atom]]:
    """The atoms about each kind of entity, mined from the model and from ``extra`` terms.

    They are about some functions of the state, ``keys``; if these are left out, about those that
    the extra terms or the actions depend on.

    For the entity itself and each one that it leads to: the states of its machines, its Boolean
    fields and histories, the comparisons that occur in the model; and which of them are the same.
    Where texts about each kind are given, those may be left out that are not named in them.
    """
    extra = list(extra)
    keys = transitions.relevance.of(extra) if keys is None else keys
    about = frozenset(keys)
    found = templates(transitions, extra, keys)
    by_kind: dict[str, list[Atom]] = {}
    for entity in transitions.info.entities:
        x = subject(entity.name)
        ways = list(places(transitions, x, (), keys))
        named = [(".".join((entity.name.lower(), *way)), term) for way, term in ways]
        names = {term.get_id(): text for text, term in named}
        own: dict[str, Atom] = {}
        text = None if named_in is None else named_in.get(entity.name, "")
        for way, term in ways:
            for sort, variable, template in found:
                if sort == term.sort().name() and (
                    text is None or _is_named(template, names[term.get_id()], text)
                ):
                    value = z3.substitute(template, (variable, term))
                    label, negation = _spelled(transitions, value, names, entity.name, about)
                    own.setdefault(label, Atom(entity.name, label, negation, x, value, way))
        for index, (name, term) in enumerate(named):
            for other_name, other in named[:index]:
                if other.sort() == term.sort():
                    label = f"{other_name} = {name}"
                    negation = f"{other_name} != {name}"
                    own.setdefault(label, Atom(entity.name, label, negation, x, other == term))
        by_kind[entity.name] = list(own.values())
    return by_kind


def _is_named(template: z3.ExprRef, name: str, text: str) -> bool:
    """Tell whether all that a term asks of one entity, which has a name, is named in a text."""
    return all(
        of_entity(name, part.decl().name()) in text
        for part in subterms(template)
        if z3.is_app(part) and part.decl().kind() == z3.Z3_OP_UNINTERPRETED and part.num_args()
    )


def _spelled(
    transitions: TransitionSystem,
    term: z3.BoolRef,
    names: Mapping[int, str],
    kind: str,
    keys: frozenset[Key],
) -> tuple[str, str]:
    """A term and its negation in the model's names, where the functions of the state that are
    spoken of give the entities that one of a kind leads to these names; kept, for it comes again.
    """
    key = "spelled", kind, keys, term.get_id()
    texts: tuple[str, str]
    _, texts = transitions.once(key, lambda: (term, spell_both(term, transitions, names)))
    return texts


def places(
    transitions: TransitionSystem, term: z3.ExprRef, way: tuple[str, ...], keys: Container[Key]
) -> Iterator[tuple[tuple[str, ...], z3.ExprRef]]:
    """An entity and all that it leads to, each with the way there; where the way comes back to the
    kind that it began with, it ends.
    """
    yield way, term
    vocabulary = transitions.vocabulary
    sort = term.sort().name()
    if _comes_back(term, sort):
        return
    for (entity, name), decl in vocabulary.references.items():
        if entity == sort:
            yield from places(transitions, decl(term), (*way, name), keys)
    for key, decl in vocabulary.functions.items():
        if key in keys and key.entity == sort and decl.range().kind() == z3.Z3_UNINTERPRETED_SORT:
            hop = f"{key.slot}.{key.name}".removeprefix(f"{HISTORY}.")
            yield from places(transitions, decl(term), (*way, hop), keys)


def _comes_back(term: z3.ExprRef, sort: str) -> bool:
    """Tell whether the way to an entity leads over another one of its kind."""
    while term.num_args():
        term = term.arg(0)
        if term.sort().name() == sort:
            return True
    return False


class _Mined:
    """The templates that terms were read for, and the numbers, or constants of the system, that
    functions of each type are compared with in them.
    """

    def __init__(self, transitions: TransitionSystem, *, bound: bool) -> None:
        vocabulary = transitions.vocabulary
        self.transitions, self.bound = transitions, bound
        self.known: dict[int, tuple[str, z3.ExprRef, z3.ExprRef]] = {}
        self._numbers: dict[Any, dict[int, z3.ExprRef]] = {}
        self._seen: set[int] = set()
        self._constants = {term.get_id() for term in vocabulary.constants.values()}
        self._states = {
            vocabulary.sort(type_)
            for type_ in vocabulary.types.values()
            if isinstance(type_, States)
        }

    def copied(self) -> _Mined:
        """The same, to read more."""
        other = copy(self)
        other.known, other._seen = {**self.known}, {*self._seen}
        other._numbers = {type_: {**own} for type_, own in self._numbers.items()}
        return other

    def keep(self, variable: z3.ExprRef, term: z3.ExprRef) -> None:
        """Take a template."""
        self.known.setdefault(term.get_id(), (variable.sort().name(), variable, term))

    def read(self, terms: Iterable[z3.ExprRef]) -> None:
        """Take what terms ask; they have to be kept alive."""
        for term in terms:
            for part in subterms(term, self._seen):
                if not z3.is_bool(part) or z3.is_quantifier(part) or not z3.is_app(part):
                    continue
                kind = part.decl().kind()
                if kind in (*_CONNECTIVES, z3.Z3_OP_UNINTERPRETED):
                    continue
                if kind in (z3.Z3_OP_LE, z3.Z3_OP_GE):
                    self._compare(part, kind)
                entity = _only_entity(part, self._constants, bound=self.bound)
                if entity is not None:
                    x = subject(entity.sort().name())
                    template = z3.substitute(part, (entity, x))
                    if not _is_state_test(template, self._states):
                        self.keep(x, template)

    def _compare(self, part: z3.BoolRef, kind: int) -> None:
        bound, other = part.children()
        if kind == z3.Z3_OP_GE:
            bound, other = other, bound
        type_ = number_type(other, self.transitions)
        rigid = z3.is_int_value(bound) or bound.get_id() in self._constants
        if rigid and type_ is not None:
            self._numbers.setdefault(type_, {})[bound.get_id()] = bound

    def thresholds(self) -> Iterator[tuple[Key, z3.ExprRef]]:
        """The numbers, and the constants of the system, that one function of a type is compared
        with, for every function of that type.
        """
        for key, type_ in self.transitions.vocabulary.types.items():
            for least in self._numbers.get(type_, {}).values() if isinstance(type_, type) else ():
                yield key, least


def templates(
    transitions: TransitionSystem,
    extra: Iterable[z3.ExprRef],
    keys: set[Key],
    *,
    bound: bool = False,
) -> list[tuple[str, z3.ExprRef, z3.ExprRef]]:
    """Boolean terms about one entity of a sort: (sort, variable, term); ``bound``: also about one
    that a quantifier ranges over.
    """
    of_model: _Mined = transitions.once(
        ("templates", frozenset(keys), bound), lambda: _of_model(transitions, keys, bound=bound)
    )
    mined = of_model.copied()
    extra = list(extra)
    mined.read(extra)
    known = mined.known
    for key, least in mined.thresholds():
        decl = transitions.vocabulary.functions[key]
        if key in keys:
            x = subject(key.entity)
            mined.keep(x, least <= decl(x) if z3.is_int_value(least) else decl(x) >= least)
    changes: dict[Key, set[int]] = transitions.once("amounts", lambda: _amounts(transitions))
    for key, amounts in changes.items():
        if key in keys:
            for before in _before_counting(transitions, key, amounts, list(known.values())):
                mined.keep(subject(key.entity), before)
    return list(known.values())


def _of_model(transitions: TransitionSystem, keys: set[Key], *, bound: bool) -> _Mined:
    """Templates of the model itself, each about one entity."""
    mined = _Mined(transitions, bound=bound)
    for key, decl in transitions.vocabulary.functions.items():
        if key not in keys:
            continue
        x = subject(key.entity)
        type_ = transitions.vocabulary.types[key]
        if isinstance(type_, States):
            members = type_.members[:1] if len(type_.members) == 2 else type_.members
            for member in members:
                mined.keep(x, decl(x) == type_.value(member))
        elif type_ is bool:
            mined.keep(x, decl(x))
    mined.read(_terms(transitions, keys))
    asked_of: list[tuple[Key, z3.BoolRef]] = transitions.once(
        "asked of arguments", lambda: [*_asked_of_arguments(transitions)]
    )
    for key, asked in asked_of:
        if key in keys:
            mined.keep(subject(key.entity), asked)
    return mined


def _asked_of_arguments(transitions: TransitionSystem) -> Iterator[tuple[Key, z3.BoolRef]]:
    """Of each number that keeps an argument of an action, what the action asks of that argument,
    and of constants of the system.
    """
    constants = {term.get_id() for term in transitions.vocabulary.constants.values()}
    for command in transitions.commands:
        for _, _, argument in command.parameters:
            if not z3.is_int(argument):
                continue
            asked = [
                part
                for part in subterms(command.guard)
                if z3.is_bool(part)
                and z3.is_app(part)
                and part.decl().kind() in (z3.Z3_OP_EQ, z3.Z3_OP_LE, z3.Z3_OP_GE)
                and {t.get_id() for t in uninterpreted(part)} - constants == {argument.get_id()}
            ]
            for key, update in command.updates.items() if asked else ():
                if any(case.eq(argument) for case in _cases(update.value)):
                    x = subject(key.entity)
                    kept = transitions.vocabulary.functions[key](x)
                    yield from ((key, z3.substitute(p, (argument, kept))) for p in asked)


def _cases(value: z3.ExprRef) -> Iterator[z3.ExprRef]:
    """The values that a term may have, case by case."""
    if z3.is_app_of(value, z3.Z3_OP_ITE):
        for case in value.children()[1:]:
            yield from _cases(case)
    else:
        yield value


def _amounts(transitions: TransitionSystem) -> dict[Key, set[int]]:
    """The constant amounts by which actions change numbers, for each number that they change so."""
    found: dict[Key, set[int]] = {}
    for command in transitions.commands:
        for key, update in command.updates.items():
            decl = transitions.vocabulary.functions[key]
            for part in applications(update.value, z3.Z3_OP_ADD):
                if part.num_args() == 2:
                    amount, number = sorted(part.children(), key=z3.is_int_value, reverse=True)
                    if z3.is_int_value(amount) and number.decl().eq(decl):
                        found.setdefault(key, set()).add(amount.as_long())
    return found


def _before_counting(
    transitions: TransitionSystem,
    key: Key,
    amounts: Iterable[int],
    known: Iterable[tuple[str, z3.ExprRef, z3.ExprRef]],
) -> Iterator[z3.BoolRef]:
    """The terms that have to hold of a number for others to hold of it once it has changed by one
    of some amounts, a few times: that it is 1 at last, for one, takes that it was 0.
    """
    x, decl = subject(key.entity), transitions.vocabulary.functions[key]
    number = decl(x)
    latest = [term for sort, _, term in known if sort == key.entity and _bound(term, number)]
    first = transitions.initial[key].value if key in transitions.initial else None

    def is_met(value: int) -> bool:
        """Tell whether the number may have a value, as far as its first one says."""
        if first is None or not z3.is_int_value(first):
            return True
        passed = value - first.as_long()
        return (passed >= 0 or min(amounts) < 0) and (passed <= 0 or max(amounts) > 0)

    for _ in range(COUNTED):
        earlier = [
            z3.simplify(z3.substitute(term, (number, number + amount)))
            for term in latest
            for amount in amounts
        ]
        latest = [term for term in earlier if (bound := _bound(term, number)) and is_met(bound[0])]
        yield from latest


def _bound(term: z3.BoolRef, number: z3.ArithRef) -> list[int]:
    """The constant that a term compares a number with, if it says nothing else."""
    sides = term.children()
    known = [side.as_long() for side in sides if z3.is_int_value(side)]
    return known if len(sides) == 2 and any(side.eq(number) for side in sides) else []


def _terms(transitions: TransitionSystem, keys: set[Key]) -> Iterator[z3.ExprRef]:
    for command in transitions.commands:
        yield command.guard
        for key, update in command.updates.items():
            if key in keys:
                yield update.value


def _only_entity(term: z3.ExprRef, constants: Container[int], *, bound: bool) -> z3.ExprRef | None:
    """The entity that a comparison is about, if it is about one alone, and about constants."""
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
            if part.num_args() != 1 or is_primed(part):
                return None
            owners[part.arg(0).get_id()] = part.arg(0)
            if any(z3.is_var(p) for p in subterms(part)) and not (bound and z3.is_var(part.arg(0))):
                return None
        else:
            stack.extend(part.children())
    return next(iter(owners.values())) if len(owners) == 1 else None


def _is_state_test(term: z3.ExprRef, states: Container[z3.SortRef]) -> bool:
    """Tell whether a comparison is about the state that a machine is in."""
    return bool(z3.is_eq(term)) and any(
        child.num_args() == 0 and child.sort() in states for child in term.children()
    )
