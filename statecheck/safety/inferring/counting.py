"""Numbers that count: the entities that are in some states, of those that refer to one owner.

A number counts them if it starts with a constant while nobody is there, and each step changes it by
as many as come or go, who are among those that the step is about. That is asked of each step for
any number of entities, as is that nobody else comes or goes; there is no sum in it. What follows is
true in each state that is reached, and need not be inductive: where somebody is, the number is not
what it was in the beginning.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from statecheck.modeling import NO_VARIANT
from statecheck.safety.induction import Clause, Induction, either
from statecheck.smt.roles import subject, whichever
from statecheck.smt.terms import subterms
from statecheck.symbolic.commands import Command
from statecheck.symbolic.spelling import of_entity, spell, spell_both
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key, States

MOST = 3
"""So many states of a machine at most are counted together."""


@dataclass(frozen=True)
class Count:
    """``number`` of an entity, which is ``first`` and one more, or one less by ``sign``, for each
    entity that refers to it by ``reference`` and whose machine ``place`` is in some ``states``.
    """

    number: Key
    first: int
    sign: int
    reference: str
    place: Key
    states: tuple[str, ...]

    @property
    def text(self) -> str:
        """The equation, as a reader would write it."""
        owner, member = self.number.entity.lower(), self.place.entity.lower()
        there = " or ".join(f"{of_entity(member, str(self.place))} = {s}" for s in self.states)
        many = f"number of {self.place.entity} with {member}.{self.reference} = {owner} and {there}"
        number = of_entity(owner, str(self.number))
        if self.sign < 0:
            return f"{number} = {self.first} - {many}"
        return f"{number} = {f'{self.first} + ' if self.first else ''}{many}"


def counts(induction: Induction, clauses: Sequence[Clause]) -> list[Count]:
    """The counts of a system, beside clauses that are an invariant: of each number and machine the
    first that is found, of few states. Raises Timeout.
    """
    transitions = induction.transitions
    left = list(_candidates(transitions))
    for command in transitions.commands:
        broken = {
            (count, n): term
            for count in left
            if command.updates.keys() & {count.number, count.place}
            for n, term in enumerate(_miscounted(transitions, count, command))
        }
        lost = {count for count, _ in induction.step_violations(broken, clauses, command)}
        left = [count for count in left if count not in lost]
    first: dict[Any, Count] = {}
    for count in left:
        first.setdefault((count.number, count.reference, count.place), count)
    return [*first.values()]


def _candidates(transitions: TransitionSystem) -> Iterator[Count]:
    """The counts that are right in the beginning, while nobody is in the states."""
    for number, first in _numbers(transitions):
        for (member, name), reference in transitions.vocabulary.references.items():
            if reference.range().name() != number.entity:
                continue
            for place, type_, initial in _places(transitions, member):
                others = [state for state in type_.members if state != initial]
                for size in range(1, MOST + 1):
                    for states in itertools.combinations(others, size):
                        for sign in (1, -1):
                            yield Count(number, first, sign, name, place, states)


def follow(transitions: TransitionSystem, count: Count) -> Iterator[Clause]:
    """Clauses that follow from a count: the number is not beyond the first one, and not the first
    one where somebody is in the states.
    """
    vocabulary = transitions.vocabulary
    decl, owner = vocabulary.functions[count.number], subject(count.number.entity)

    def beyond(entity: z3.ExprRef, more: int) -> z3.BoolRef:
        value = count.first + count.sign * more
        bound: z3.BoolRef = decl(entity) >= value if count.sign > 0 else decl(entity) <= value
        return bound

    never = beyond(owner, 0)
    text = spell(never, transitions, {owner.get_id(): count.number.entity.lower()})
    yield Clause(count.number.entity, NO_VARIANT, (text,), owner, never)
    member = subject(count.place.entity)
    names = {member.get_id(): count.place.entity.lower()}
    owned = vocabulary.references[count.place.entity, count.reference](member)
    now, type_ = vocabulary.functions[count.place](member), vocabulary.types[count.place]
    counted = beyond(owned, 1)
    for state in count.states:
        there = now == type_.value(state)
        _, elsewhere = spell_both(there, transitions, names)
        literals = elsewhere, spell(counted, transitions, names)
        term = either([z3.Not(there), counted])
        yield Clause(count.place.entity, NO_VARIANT, literals, member, term)


def _numbers(transitions: TransitionSystem) -> Iterator[tuple[Key, int]]:
    """The integers of the state that some step adds a constant to, and their first values."""
    for key, type_ in transitions.vocabulary.types.items():
        if type_ is not int or key not in transitions.initial:
            continue
        first = z3.simplify(transitions.initial[key].value)
        updates = [c.updates[key].value for c in transitions.commands if key in c.updates]
        if z3.is_int_value(first) and any(z3.is_add(t) for u in updates for t in subterms(u)):
            yield key, first.as_long()


def _places(transitions: TransitionSystem, kind: str) -> Iterator[tuple[Key, States, str]]:
    """The machines of a kind of entity that all begin in one state, and that state."""
    for key, type_ in transitions.vocabulary.types.items():
        if key.entity == kind and isinstance(type_, States) and key in transitions.initial:
            first = z3.simplify(transitions.initial[key].value)
            for state in type_.members:
                if first.eq(type_.value(state)):
                    yield key, type_, state


def _is_in(
    transitions: TransitionSystem, place: Key, states: Sequence[str], entity: z3.ExprRef
) -> z3.BoolRef:
    """The formula by which the machine of an entity is in some states."""
    type_ = transitions.vocabulary.types[place]
    now = transitions.vocabulary.functions[place](entity)
    inside: z3.BoolRef = z3.Or(*(now == type_.value(state) for state in states))
    return inside


def _miscounted(
    transitions: TransitionSystem, count: Count, command: Command
) -> tuple[z3.BoolRef, z3.BoolRef]:
    """The formulas by which a step changes a number otherwise than as many come or go, and by which
    somebody comes or goes whom it is not about. Each is about an entity that has to exist, so they
    are two: a number may change where nobody could come.
    """
    vocabulary, after = transitions.vocabulary, transitions.primed
    member_sort = z3.DeclareSort(count.place.entity)
    reference = vocabulary.references[count.place.entity, count.reference]
    owner = whichever(z3.DeclareSort(count.number.entity))
    other = whichever(member_sort)
    moved = [term for _, _, term in command.parameters if term.sort() == member_sort]
    come_and_gone: list[z3.ArithRef] = [z3.IntVal(0)]
    for place, entity in enumerate(moved):
        inside = _is_in(transitions, count.place, count.states, entity)
        is_one = [reference(entity) == owner, *(entity != known for known in moved[:place])]
        for truth, sign in ((after(inside), 1), (inside, -1)):
            come_and_gone.append(z3.If(z3.And(*is_one, truth), z3.IntVal(sign), z3.IntVal(0)))
    number = vocabulary.functions[count.number](owner)
    inside = _is_in(transitions, count.place, count.states, other)
    is_wrong = after(number) != number + count.sign * z3.Sum(come_and_gone)
    return is_wrong, z3.And(*(other != entity for entity in moved), after(inside) != inside)
