"""Reachability where data is kept as terms: runs by unrolling, proofs by an invariant."""

from __future__ import annotations

from statecheck.single.claims.claims import Claim, Expression
from statecheck.single.deciding.answers import (
    Answer,
    Unknown,
    Unreachable,
    explicitly,
    played,
    too_many,
)
from statecheck.single.deciding.goal import Goal
from statecheck.single.deciding.invariants import prove
from statecheck.single.deciding.unrolling import Unrolling
from statecheck.single.running.reach import Target
from statecheck.single.running.subject import Subject

FIRST, SEARCH = 0.3, 8.0
"""Seconds for the first search for runs, and for the second one."""

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
    search = Unrolling(automaton, goal)
    most = DEPTH if depth is None else depth
    route = search.search(clock, FIRST, most)
    proof: Unreachable | Unknown | None = None
    if route is None:
        proof = (
            prove(automaton, goal, clock) if automaton.complete else Unknown(too_many(automaton))
        )
        if isinstance(proof, Unreachable):
            return proof
        route = search.search(clock, SEARCH, most)
    if route is not None:
        shortest = automaton.complete or len(route.moves) <= automaton.explored
        return played(subject, automaton, expression, claim, route, shortest=shortest)
    assert isinstance(proof, Unknown)
    if depth is None and subject.deeper is not None:
        answer = explicitly(subject, subject.deeper, expression, claim, target)
        if not isinstance(answer, Unknown):
            return answer
    why = f"no run of up to {search.depth - 1} steps gets there, and {proof.why}"
    return Unknown(why, proof.suspect)
