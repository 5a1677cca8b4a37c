"""Traps of one machine: where a run ends from which nothing leads to the goal, and why.

The run is found again, and so are the states that it cannot leave: an invariant of the machine that
begins where the run ends. Whether it is one is for the re-checker to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import z3

from statecheck.certificate.machine.automaton import Left
from statecheck.certificate.machine.machine_runs import term_for
from statecheck.single.claims.claims import Claim
from statecheck.single.claims.predicates import Holding
from statecheck.single.deciding.answers import Reached
from statecheck.single.deciding.backwards import ended
from statecheck.single.deciding.invariants import find_invariant
from statecheck.single.deciding.recover import trap
from statecheck.single.deciding.unrolling import Unrolling
from statecheck.single.execution.automaton import Node
from statecheck.single.execution.paths import ranges
from statecheck.single.execution.terms import symbol
from statecheck.single.execution.values import term_of
from statecheck.single.running.goal import Goal
from statecheck.single.running.reach import Route, Target, breadth_first
from statecheck.single.running.subject import Subject

SECONDS = 20.0
"""So long a run is looked for again."""


class Trapped:
    """The run into a trap, and the states of the trap. Raises Left."""

    def __init__(self, subject: Subject, said: Claim, goal: Goal, steps: int | None) -> None:
        self.subject, self.automaton = subject, subject.automaton
        self.said, self.goal = said, goal
        self.route = self._route(steps)

    def _route(self, steps: int | None) -> Route:
        answer = trap(self.subject, self.said, None)
        found = answer.route if isinstance(answer, Reached) else None
        if found is not None and found.edges and found.edges[-1] not in self.automaton.edges:
            found = self._as_terms(found)
        if found is None or len(found.edges) != steps:
            raise Left("its run into a trap was not found again")
        return found

    def _as_terms(self, route: Route) -> Route | None:
        """A run as long as one through plain states, to where this ends."""
        last = route.edges[-1].target

        def same(node: Node) -> list[Holding]:
            known = {*node.data, *(v.attribute for v in node.variables)}
            if node.control != last.control or known != {*last.data}:
                return []
            if any(last.data[name] != value for name, value in node.data.items()):
                return []
            equal = [
                symbol(v.name, v.kind) == term_for(last.data[v.attribute], v.kind)
                for v in node.variables
            ]
            return [Holding((), (), z3.And(*equal) if equal else True)]

        search = Unrolling(self.automaton, Goal(self.automaton, Target(same, None)))
        return search.search(self.subject.clock, SECONDS, len(route.edges))

    def states(self) -> Mapping[Node, Any]:
        """A condition on the data for each node: what the machine cannot leave any more."""
        first, values = ended(self.automaton, self.route)
        others = [node for node in self.automaton.nodes if node is not first]
        start = {v: term_of(values[v]) for v in first.variables}
        moved = replace(self.automaton, nodes=[first, *others], start=start)
        if not self.automaton.variables:
            inside = {node for node, _ in breadth_first(moved)}
            return {node: node in inside for node in self.automaton.nodes}
        found = find_invariant(moved, self.goal, self.subject.clock)
        if found is None:
            raise Left("the states of its trap were not found again")
        return {node: _all([body, *ranges(node.variables)]) for node, body in found.items()}


def _all(conditions: list[Any]) -> Any:
    return conditions[0] if len(conditions) == 1 else z3.And(*conditions)
