"""Numbers that count: the entities that are in some states, of those that refer to one owner.

A number counts them if it starts with a constant while nobody is there, and each step changes it by
as many as come or go, who are among those that the step is about. Who is there and refers to
another owner from now on goes, and comes. Some numbers count entities in two places. That is asked
of each step for any number of entities, as is that nobody else comes or goes; there is no sum in
it. What follows is
true in each state that is reached, and need not be inductive: where somebody is, the number is not
what it was in the beginning.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import z3

from statecheck.modeling import NO_VARIANT
from statecheck.safety.induction import Clause, Induction, either
from statecheck.safety.step_template import lookups
from statecheck.smt.existence import exists
from statecheck.smt.roles import subject, whichever
from statecheck.smt.terms import subterms
from statecheck.symbolic.commands import Command
from statecheck.symbolic.spelling import of_entity, spell, spell_both
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import HISTORY, Key, States

MOST = 3
"""So many states of a machine at most are counted together."""

PAIRS = 200
"""Where there are more ways than that to count in two places, none of them is tried."""


@dataclass(frozen=True)
class Members:
    """The entities that refer to an owner by ``reference``, or by ``slot.field`` if a machine has
    it, and whose machine ``place`` is in some ``states``; ``others`` leaves out the owner itself.
    """

    reference: str
    place: Key
    states: tuple[str, ...]
    others: bool = False

    def text(self, owner: str) -> str:
        """How many there are, in words."""
        member = self.place.entity.lower()
        there = " or ".join(f"{of_entity(member, str(self.place))} = {s}" for s in self.states)
        who = f"other {self.place.entity}" if self.others else self.place.entity
        owned = f"the {owner}" if member == owner else owner
        return f"number of {who} with {member}.{self.reference} = {owned} and {there}"

    @property
    def referring(self) -> Key:
        """The function of the state that refers to an owner, if no reference of the entity does."""
        slot, _, name = self.reference.partition(".")
        return Key(self.place.entity, slot, name)

    @property
    def written(self) -> set[Key]:
        """The functions of the state that tell who they are."""
        return {self.place, self.referring}

    def owner(self, transitions: TransitionSystem, member: z3.ExprRef) -> z3.ExprRef:
        """The one that an entity refers to."""
        vocabulary = transitions.vocabulary
        known = vocabulary.references.get((self.place.entity, self.reference))
        return (vocabulary.functions[self.referring] if known is None else known)(member)

    def inside(
        self, transitions: TransitionSystem, member: z3.ExprRef, owner: z3.ExprRef
    ) -> z3.BoolRef:
        """The formula by which an entity is one of those of an owner."""
        vocabulary = transitions.vocabulary
        type_, now = vocabulary.types[self.place], vocabulary.functions[self.place](member)
        there = z3.Or(*(now == type_.value(state) for state in self.states))
        differ = [member != owner] if self.others else []
        inside: z3.BoolRef = z3.And(self.owner(transitions, member) == owner, there, *differ)
        return inside


@dataclass(frozen=True)
class Count:
    """``number`` of an entity, which is ``first`` and one more, or one less by ``sign``, for each
    of the ``members`` that refer to it.
    """

    number: Key
    first: int
    sign: int
    members: tuple[Members, ...]

    @property
    def text(self) -> str:
        """The equation, as a reader would write it."""
        owner, sign = self.number.entity.lower(), "-" if self.sign < 0 else "+"
        many = f", {sign} ".join(members.text(owner) for members in self.members)
        number = of_entity(owner, str(self.number))
        first = f"{self.first} {sign} " if self.first or self.sign < 0 else ""
        return f"{number} = {first}{many}"

    @property
    def written(self) -> set[Key]:
        """The functions of the state that it is about."""
        return {self.number, *(key for members in self.members for key in members.written)}


def counts(induction: Induction, clauses: Sequence[Clause]) -> list[Count]:
    """The counts of a system, beside clauses that are an invariant: of each number and machine the
    first that is found, of few states; in two places where a number does not count in one. Raises
    Timeout.
    """
    transitions = induction.transitions
    tried = [*_candidates(transitions)]
    found, lost = _kept(induction, clauses, tried)
    known = {count.number for count in found}
    left = {count: lost[count] for count in tried if count.number not in known}
    pairs = [*_pairs(left)]
    if len(pairs) <= PAIRS:
        found += _kept(induction, clauses, pairs)[0]
    first: dict[Any, Count] = {}
    for count in found:
        places = tuple((members.reference, members.place) for members in count.members)
        first.setdefault((count.number, places), count)
    return [*first.values()]


def _kept(
    induction: Induction, clauses: Sequence[Clause], tried: Sequence[Count]
) -> tuple[list[Count], dict[Count, Command]]:
    """The counts that every step keeps, and the others, each with an action that does not."""
    transitions, left = induction.transitions, [*tried]
    lost: dict[Count, Command] = {}
    for command in transitions.commands:
        broken = {
            (count, n): term
            for count in left
            if command.updates.keys() & count.written
            for n, term in enumerate(_miscounted(transitions, count, command))
        }
        for count, _ in induction.step_violations(broken, clauses, command):
            lost.setdefault(count, command)
        left = [count for count in left if count not in lost]
    return left, lost


def _candidates(transitions: TransitionSystem) -> Iterator[Count]:
    """The counts in one place that are right in the beginning, while nobody is in the states."""
    for number, first in _numbers(transitions):
        for member, name in _references(transitions, number.entity):
            is_same = member == number.entity
            for place, type_, initial in _places(transitions, member):
                later = [state for state in type_.members if state != initial]
                for size in range(1, MOST + 1):
                    for states in itertools.combinations(later, size):
                        for sign, others in itertools.product((1, -1), {False, is_same}):
                            yield Count(
                                number, first, sign, (Members(name, place, states, others),)
                            )


def _pairs(single: Mapping[Count, Command]) -> Iterator[Count]:
    """The counts in two places that are made of counts in one, each with an action that does not
    keep it: that one has something to do with the other place.
    """
    for (one, of_one), (other, of_other) in itertools.combinations(single.items(), 2):
        (here,), (there,) = one.members, other.members
        if (
            (one.number, one.sign) == (other.number, other.sign)
            and (here.reference, here.place) != (there.reference, there.place)
            and of_one.updates.keys() & there.written
            and of_other.updates.keys() & here.written
        ):
            yield Count(one.number, one.first, one.sign, (here, there))


def _references(transitions: TransitionSystem, owner: str) -> Iterator[tuple[str, str]]:
    """The kinds of entities that refer to a kind of owner, each with what refers to it."""
    vocabulary = transitions.vocabulary
    for (member, name), reference in vocabulary.references.items():
        if reference.range().name() == owner:
            yield member, name
    for key, function in vocabulary.functions.items():
        if function.range().name() == owner and key.slot != HISTORY:
            yield key.entity, f"{key.slot}.{key.name}"


def _beyond(
    transitions: TransitionSystem, count: Count, owner: z3.ExprRef, more: int
) -> z3.BoolRef:
    """The formula by which a number counts at least so many."""
    number = transitions.vocabulary.functions[count.number](owner)
    value = count.first + count.sign * more
    beyond: z3.BoolRef = number >= value if count.sign > 0 else number <= value
    return beyond


def follow(transitions: TransitionSystem, count: Count) -> Iterator[Clause]:
    """Clauses that follow from a count: the number is not beyond the first one, and not the first
    one where somebody is in the states.
    """
    vocabulary = transitions.vocabulary
    kind = count.number.entity
    owner, beyond = subject(kind), partial(_beyond, transitions, count)
    yield _clause(transitions, kind, owner, [beyond(owner, 0)], {owner.get_id(): kind.lower()})
    for members in count.members:
        place = members.place
        member = subject(place.entity)
        names = {member.get_id(): place.entity.lower()}
        now, type_ = vocabulary.functions[place](member), vocabulary.types[place]
        owner = members.owner(transitions, member)
        counted = z3.Or(beyond(owner, 1), owner == member) if members.others else beyond(owner, 1)
        for state in members.states:
            there = now == type_.value(state)
            _, elsewhere = spell_both(there, transitions, names)
            literals = elsewhere, spell(counted, transitions, names)
            term = either([z3.Not(there), counted])
            yield Clause(place.entity, NO_VARIANT, literals, member, term)


def follow_of_others(transitions: TransitionSystem, count: Count) -> Iterator[Clause]:
    """Clauses that follow from a count and ask for others: where the number is not the first one
    there is somebody, and where it counts one, who is there is alone.
    """
    owner = subject(count.number.entity)
    names = {owner.get_id(): count.number.entity.lower()}
    number = transitions.vocabulary.functions[count.number](owner)
    literals = [number == count.first]
    for members in count.members:
        some = z3.Const("some", z3.DeclareSort(members.place.entity))
        inside = members.inside(transitions, some, owner)
        literals.append(z3.Exists([some], z3.And(exists(some), inside)))
    yield _clause(transitions, count.number.entity, owner, literals, names)
    for members in count.members:
        kind = members.place.entity
        member, other = subject(kind), z3.Const("some", z3.DeclareSort(kind))
        own = members.owner(transitions, member)
        inside = members.inside(transitions, member, own)
        also = z3.And(exists(other), other != member, members.inside(transitions, other, own))
        literals = [z3.Not(inside), _beyond(transitions, count, own, 2)]
        literals.append(z3.Not(z3.Exists([other], also)))
        yield _clause(transitions, kind, member, literals, {member.get_id(): kind.lower()})


def _clause(
    transitions: TransitionSystem,
    kind: str,
    entity: z3.ExprRef,
    literals: Sequence[z3.BoolRef],
    names: dict[int, str],
) -> Clause:
    texts = tuple(spell(literal, transitions, names) for literal in literals)
    return Clause(kind, NO_VARIANT, texts, entity, either(literals))


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


def _miscounted(
    transitions: TransitionSystem, count: Count, command: Command
) -> Iterator[z3.BoolRef]:
    """The formulas by which a step changes a number otherwise than as many come or go, and by which
    somebody comes or goes whom it is not about. Each is about an entity that has to exist, so they
    are several: a number may change where nobody could come.
    """
    after = transitions.primed
    owner = whichever(z3.DeclareSort(count.number.entity))
    known = [*(term for _, _, term in command.parameters), *lookups(transitions)[command.name]]
    come_and_gone: list[z3.ArithRef] = [z3.IntVal(0)]
    for members in count.members:
        sort = z3.DeclareSort(members.place.entity)
        other = z3.Const(f"other {sort.name()}", sort)
        inside = members.inside(transitions, other, owner)
        moved = [term for term in known if term.sort() == sort]
        for place, entity in enumerate(moved):
            is_new = [entity != former for former in moved[:place]]
            for truth, sign in ((after(inside), 1), (inside, -1)):
                # Who it is about is known by what refers to it before the step.
                there = z3.And(*is_new, z3.substitute(truth, (other, entity)))
                come_and_gone.append(z3.If(there, z3.IntVal(sign), z3.IntVal(0)))
        yield z3.And(*(other != entity for entity in moved), after(inside) != inside)
    number = transitions.vocabulary.functions[count.number](owner)
    yield after(number) != number + count.sign * z3.Sum(come_and_gone)
