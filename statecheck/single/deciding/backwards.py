"""Recoverability where data is kept as terms: the states from which the goal can be reached are
computed backwards, as one formula for each control state.
"""

from __future__ import annotations

from typing import Any

import z3

from statecheck.single.claims.claims import Claim
from statecheck.single.claims.conditions import eliminated
from statecheck.single.claims.predicates import Holding, premise_of
from statecheck.single.deciding.answers import (
    Answer,
    Reached,
    Unknown,
    Unreachable,
    played,
    too_many,
)
from statecheck.single.deciding.formulas import degree
from statecheck.single.deciding.goal import Goal
from statecheck.single.deciding.invariants import prove
from statecheck.single.deciding.invariants import recall as recall_invariant
from statecheck.single.deciding.symbolic import FIRST, SEARCH, recall
from statecheck.single.deciding.unrolling import Unrolling
from statecheck.single.execution.automaton import Automaton, Edge, Node
from statecheck.single.execution.paths import ranges
from statecheck.single.execution.terms import symbol
from statecheck.single.running.reach import Target
from statecheck.single.running.subject import Clock, Subject
from statecheck.smt.solving import is_impossible

ROUNDS, DEGREE = 24, 12
"""So many steps backwards are computed, while products have no greater degree than that."""

Region = dict[Node, z3.BoolRef]


def recoverable(subject: Subject, said: Claim, depth: int | None) -> Answer:
    """Tell whether the conclusion can be reached from wherever the premise holds."""
    automaton, clock = subject.automaton, subject.clock
    if not automaton.complete:
        return Unknown(too_many(automaton))
    region = {
        node: _any(subject.reader.in_node(said.conclusion, node, said.fields))
        for node in automaton.nodes
    }
    goal_region = dict(region)
    rounds = 0
    closed = False
    while rounds < ROUNDS:
        grown = _before(automaton, region, clock)
        if any(degree(formula) > DEGREE for formula in grown.values()):
            break
        closed = all(_implies(grown[node], region[node], node, clock) for node in automaton.nodes)
        if closed:
            break
        region = {node: z3.simplify(z3.Or(region[node], grown[node])) for node in automaton.nodes}
        rounds += 1
    premise = premise_of(said)

    def traps(node: Node) -> list[Holding]:
        outside = z3.simplify(z3.Not(region[node]))
        if z3.is_false(outside):
            return []
        found = []
        for holding in subject.reader.in_node(premise, node, said.fields):
            held = outside if holding.condition is True else z3.And(outside, holding.condition)
            found.append(Holding(holding.inputs, holding.locals, held))
        return found

    goal = Goal(automaton, Target(traps, None))
    if not goal.nodes:
        return Unreachable(f"in {rounds} steps at most")
    most = 400 if depth is None else depth
    if closed and _is_closed(automaton, region, goal_region, clock):
        recalled = recall(subject, premise, said, goal, most)
        if isinstance(recalled, Reached):
            return recalled
        if recalled is not None:
            return Unreachable(f"in {rounds} steps at most", recalled.invariant)
        search = Unrolling(automaton, goal)
        route = search.search(clock, FIRST, 60 if depth is None else depth)
        proof = prove(automaton, goal, clock, subject.kept) if route is None else None
        if isinstance(proof, Unreachable):
            return Unreachable(f"in {rounds} steps at most", proof.invariant)
        if route is None:
            route = search.search(clock, SEARCH, most)
        if route is not None:
            answer = played(subject, automaton, premise, said, route, shortest=True)
            if subject.kept is not None and isinstance(answer, Reached):
                subject.kept.keep_route(route)
            return answer
        assert proof is not None
        return Unknown(
            f"it is open whether a state without a way to the goal is reached: {proof.why}",
            proof.suspect,
        )
    recalled_proof = recall_invariant(automaton, goal, clock, subject.kept)
    proof = recalled_proof or prove(automaton, goal, clock, subject.kept)
    if isinstance(proof, Unreachable):
        return Unreachable(f"in {rounds} steps at most", proof.invariant)
    return Unknown(
        f"from some states the goal may be farther away than {rounds} steps, and {proof.why}",
        proof.suspect,
    )


def _any(holdings: list[Holding]) -> z3.BoolRef:
    """The condition on the variables under which some holding can be met."""
    options = []
    for holding in holdings:
        condition = z3.BoolVal(True) if holding.condition is True else holding.condition
        options.append(eliminated(z3.And(condition, *ranges(holding.locals)), holding.locals))
    return z3.simplify(z3.Or(options))


def _before(automaton: Automaton, region: Region, clock: Clock) -> Region:
    """Where some step leads into a region. Raises OutOfTime."""
    grown: Region = {}
    for node in automaton.nodes:
        ways = []
        for edge in node.edges:
            clock.left(1)
            ways.append(eliminated(_into(edge, region), edge.locals))
        grown[node] = z3.simplify(z3.Or(ways))
    return grown


def _into(edge: Edge, region: Region) -> z3.BoolRef:
    moved = [(symbol(v.name, v.kind), term) for v, term in edge.updates.items()]
    after = z3.substitute(region[edge.target], *moved)
    return after if edge.guard is None else z3.And(edge.guard, after)


def _implies(one: Any, other: Any, node: Node, clock: Clock) -> bool:
    return _never([one, z3.Not(other), *ranges(node.variables)], clock)


def _never(conditions: list[Any], clock: Clock) -> bool:
    return is_impossible(conditions, lambda: clock.left(3.0))


def _is_closed(automaton: Automaton, region: Region, goal: Region, clock: Clock) -> bool:
    """Tell whether plain queries confirm that no step leads from outside of a region into it."""
    for node in automaton.nodes:
        outside = [z3.Not(region[node]), *ranges(node.variables)]
        if not _never([*outside, goal[node]], clock):
            return False
        if not all(_never([*outside, _into(edge, region)], clock) for edge in node.edges):
            return False
    return True
