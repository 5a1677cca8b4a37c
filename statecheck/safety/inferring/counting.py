"""Numbers that count, or add up: the entities in some states, of those that refer to one owner.

A number counts them if it starts with a constant while nobody is there, and each step changes it by
as many as come or go, who are among those that the step is about. Who is there and refers to
another owner from now on goes, and comes. Some numbers count entities in two places. That is asked
of each step for any number of entities, as is that nobody else comes or goes; there is no sum in
it. What follows is
true in each state that is reached, and need not be inductive: where somebody is, the number is not
what it was in the beginning.

A number adds up what a field of these entities says in place of one for each: a balance, what is
reserved. Then a step changes it by what comes and goes, no field of who stays changes unseen, and
clauses only follow where what is added is never negative, which has to be kept by every step too.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import z3

from statecheck.modeling import NO_VARIANT
from statecheck.safety.induction import Clause, Induction, either
from statecheck.safety.inferring.counted import Count, Members, clause_of
from statecheck.safety.inferring.sums import not_negative, sums
from statecheck.safety.step_template import lookups
from statecheck.smt.existence import exists
from statecheck.smt.roles import subject, whichever
from statecheck.smt.terms import subterms
from statecheck.symbolic.commands import Command
from statecheck.symbolic.spelling import spell, spell_both
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import HISTORY, Key, States

MOST = 3
"""So many states of a machine at most are counted together."""

PAIRS = 200
"""Where there are more ways than that to count in two places, none of them is tried."""


def counts(induction: Induction, clauses: Sequence[Clause]) -> list[Count]:
    """The counts of a system, beside clauses that are an invariant: of each number and machine the
    first that is found, of few states; in two places where a number does not count in one, and of
    amounts where it does not count at all. Raises Timeout.
    """
    transitions = induction.transitions
    tried = [*_candidates(transitions)]
    found, lost = _kept(induction, clauses, tried)
    known = {count.number for count in found}
    left = {count: lost[count] for count in tried if count.number not in known}
    pairs = [*_pairs(left)]
    if len(pairs) <= PAIRS:
        found += _kept(induction, clauses, pairs)[0]
    known |= {count.number for count in found}
    singles = [count for count in tried if count.number not in known]
    found += _kept(induction, clauses, sums(induction, clauses, singles))[0]
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
    transitions: TransitionSystem, count: Count, owner: z3.ExprRef, more: int | z3.ArithRef
) -> z3.BoolRef:
    """The formula by which a number counts at least so many, or adds up to so much."""
    number = transitions.vocabulary.functions[count.number](owner)
    value: Any = count.first + count.sign * more
    if not isinstance(more, int):
        value = z3.simplify(value)
    beyond: z3.BoolRef = number >= value if count.sign > 0 else number <= value
    return beyond


def follow(transitions: TransitionSystem, count: Count) -> Iterator[Clause]:
    """Clauses that follow from a count: the number is not beyond the first one, and not the first
    one where somebody is in the states; of a sum, it is as far from it as what anybody adds.
    """
    vocabulary = transitions.vocabulary
    kind = count.number.entity
    owner, beyond = subject(kind), partial(_beyond, transitions, count)
    yield clause_of(transitions, kind, owner, [beyond(owner, 0)], {owner.get_id(): kind.lower()})
    for members in count.members:
        place = members.place
        member = subject(place.entity)
        names = {member.get_id(): place.entity.lower()}
        now, type_ = vocabulary.functions[place](member), vocabulary.types[place]
        owner = members.owner(transitions, member)
        each = 1 if members.amount is None else members.added(transitions, member)
        counted = beyond(owner, each)
        if members.others:
            counted = z3.Or(counted, owner == member)
        if members.amount is not None:
            yield not_negative(transitions, members)
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
    yield clause_of(transitions, count.number.entity, owner, literals, names)
    for members in count.members:
        if members.amount is not None:
            continue
        kind = members.place.entity
        member, other = subject(kind), z3.Const("some", z3.DeclareSort(kind))
        own = members.owner(transitions, member)
        inside = members.inside(transitions, member, own)
        also = z3.And(exists(other), other != member, members.inside(transitions, other, own))
        literals = [z3.Not(inside), _beyond(transitions, count, own, 2)]
        literals.append(z3.Not(z3.Exists([other], also)))
        yield clause_of(transitions, kind, member, literals, {member.get_id(): kind.lower()})


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
        added = members.added(transitions, other)
        moved = [term for term in known if term.sort() == sort]
        for place, entity in enumerate(moved):
            is_new = [entity != former for former in moved[:place]]
            for truth, each in ((after(inside), after(added)), (inside, -added)):
                # Who it is about is known by what refers to it before the step.
                there = z3.And(*is_new, z3.substitute(truth, (other, entity)))
                amount = z3.substitute(each, (other, entity))
                come_and_gone.append(z3.If(there, amount, z3.IntVal(0)))
        changed = z3.Or(after(inside) != inside, z3.And(inside, after(added) != added))
        yield z3.And(*(other != entity for entity in moved), changed)
    number = transitions.vocabulary.functions[count.number](owner)
    yield after(number) != number + count.sign * z3.Sum(come_and_gone)
