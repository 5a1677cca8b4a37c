"""Numbers that add up: what a field says of each entity in some states that refers to one owner.

Clauses follow from such an equation only where what is added is never negative, which every step
has to keep, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import z3

from statecheck.safety.induction import Clause, Induction
from statecheck.safety.inferring.counted import Count, Members, clause_of
from statecheck.smt.roles import subject, whichever
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import HISTORY, Key


def sums(induction: Induction, clauses: Sequence[Clause], counts: Sequence[Count]) -> list[Count]:
    """For some counts in one place those of what a field of each says, beside clauses that are an
    invariant: of a field that some step asks for where it changes the number, and that is never
    negative while it is added. Raises Timeout.
    """
    found = [*_with_amounts(induction.transitions, counts)]
    return _of_no_debt(induction, clauses, found) if found else []


def _with_amounts(transitions: TransitionSystem, counts: Sequence[Count]) -> Iterator[Count]:
    amounts: dict[tuple[Key, str], list[Key]] = {}
    for count in counts:
        (members,) = count.members
        asked = count.number, members.place.entity
        if asked not in amounts:
            amounts[asked] = [*_amounts(transitions, *asked)]
        for key in amounts[asked]:
            yield replace(count, members=(replace(members, amount=key),))


def _amounts(transitions: TransitionSystem, number: Key, kind: str) -> Iterator[Key]:
    """The numbers of a kind of entity that are in what some step makes of another number."""
    updates = (c.updates[number].value for c in transitions.commands if number in c.updates)
    mentioned = transitions.relevance.mentioned(updates)
    for key, type_ in transitions.vocabulary.types.items():
        is_own = key.entity == kind and key.slot != HISTORY and key != number
        if is_own and type_ is int and key in mentioned:
            yield key


def _of_no_debt(
    induction: Induction, clauses: Sequence[Clause], sums: Sequence[Count]
) -> list[Count]:
    """Those of some sums whose amounts are never negative. Nobody is in the states at first."""
    transitions = induction.transitions
    owed: dict[tuple[Key | None, Key, tuple[str, ...]], bool] = {}
    for count in sums:
        key, (members,) = _added(count), count.members
        if key not in owed:
            member = whichever(z3.DeclareSort(members.place.entity))
            wrong = z3.And(
                members.is_there(transitions, member), members.added(transitions, member) < 0
            )
            known = [*clauses, not_negative(transitions, members)]
            owed[key] = any(
                bool(induction.step_violations({0: transitions.primed(wrong)}, known, command))
                for command in transitions.commands
                if command.updates.keys() & members.written
            )
    return [count for count in sums if not owed[_added(count)]]


def _added(count: Count) -> tuple[Key | None, Key, tuple[str, ...]]:
    """The amounts that are added, and where those are who have them."""
    (members,) = count.members
    return members.amount, members.place, members.states


def not_negative(transitions: TransitionSystem, members: Members) -> Clause:
    """The clause by which who is in the states adds nothing negative."""
    kind = members.place.entity
    member = subject(kind)
    place, type_ = members.place, transitions.vocabulary.types[members.place]
    now = transitions.vocabulary.functions[place](member)
    literals = [
        *(now != type_.value(state) for state in members.states),
        members.added(transitions, member) >= 0,
    ]
    return clause_of(transitions, kind, member, literals, {member.get_id(): kind.lower()})
