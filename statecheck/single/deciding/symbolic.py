"""Reachability where data is kept as terms: runs by unrolling, proofs by an invariant."""

from __future__ import annotations

from statecheck.single.claims.claims import Claim, Expression
from statecheck.single.deciding.answers import (
    Answer,
    Reached,
    Unknown,
    Unreachable,
    explicitly,
    played,
    too_many,
)
from statecheck.single.deciding.invariants import prove
from statecheck.single.deciding.invariants import recall as recalled_proof
from statecheck.single.deciding.unrolling import Unrolling
from statecheck.single.running.goal import Goal
from statecheck.single.running.reach import Target
from statecheck.single.running.subject import Subject

NEAR = 8
"""Runs of so many steps are looked for before anything is proven."""

FIRST, SEARCH = 0.3, 8.0
"""Seconds for the first search for longer runs, and for the second one."""

LEAP, FAR = 6.0, 100
"""Seconds for a search for runs of all lengths up to so many steps at once."""

DEPTH = 400
"""Runs of more steps are not looked for."""


def reachable(
    subject: Subject, expression: Expression, claim: Claim, target: Target, depth: int | None
) -> Answer:
    """Tell whether some run of the automaton reaches the target."""
    automaton, clock = subject.automaton, subject.clock
    goal = Goal(automaton, target)
    if not goal.nodes and not goal.edges:
        if automaton.complete:
            return Unreachable("by itself")
        return Unknown(too_many(automaton))
    most = DEPTH if depth is None else depth
    recalled = recall(subject, expression, claim, goal, most)
    if recalled is not None:
        return recalled
    search = Unrolling(automaton, goal)
    route = search.search(clock, FIRST, min(most, NEAR))
    proof: Unreachable | Unknown | None = None
    if route is None and automaton.complete:
        proof = prove(automaton, goal, clock, subject.kept, briefly=True)
        if isinstance(proof, Unreachable):
            return proof
    plain = subject.plain
    if route is None and plain.wide is not None and plain.wide is not plain.near:
        answer = explicitly(subject, plain.wide, expression, claim, target)
        if not isinstance(answer, Unknown):
            return answer
    if route is None:
        route = search.search(clock, FIRST, most)
    is_least = True
    if route is None and (leapt := Unrolling(automaton, goal).leap(clock, LEAP, min(most, FAR))):
        route, is_least = leapt
    if route is None:
        proof = (
            prove(automaton, goal, clock, subject.kept)
            if automaton.complete
            else Unknown(too_many(automaton))
        )
        if isinstance(proof, Unreachable):
            return proof
        route = search.search(clock, SEARCH, most)
    if route is not None:
        shortest = is_least and (automaton.complete or len(route.moves) <= automaton.explored)
        met = played(subject, automaton, expression, claim, route, shortest=shortest)
        if subject.kept is not None and isinstance(met, Reached) and automaton.complete:
            subject.kept.keep_route(route)
        return met
    assert isinstance(proof, Unknown)
    if depth is None and plain.deep is not None:
        answer = explicitly(subject, plain.deep, expression, claim, target)
        if not isinstance(answer, Unknown):
            return answer
    why = f"no run of up to {search.depth - 1} steps gets there, and {proof.why}"
    return Unknown(why, proof.suspect)


def recall(
    subject: Subject, expression: Expression, claim: Claim, goal: Goal, most: int
) -> Reached | Unreachable | None:
    """The answer that a lock has, proven or played again; None where it has none that does.

    No run is shorter than one that is recalled: that is found out anew.
    """
    automaton, clock, kept = subject.automaton, subject.clock, subject.kept
    if kept is None or not automaton.complete:
        return None
    proof = recalled_proof(automaton, goal, clock, kept)
    if proof is not None:
        return proof
    ends = None if goal.edges else goal.nodes
    route = kept.route(automaton, ends, most)
    if route is None:
        return None
    answer = played(subject, automaton, expression, claim, route, shortest=True)
    if not isinstance(answer, Reached):
        kept.refuse(answer.why)
        return None
    steps = len(route.moves)
    search = Unrolling(automaton, goal)
    shorter = search.search(clock, SEARCH, steps - 1)
    if shorter is not None:
        kept.refuse("there is a shorter one")
        return None
    if search.depth < steps:
        return None
    kept.accept()
    return answer
