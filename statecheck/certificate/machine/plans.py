"""Plans of one machine: from each of its states some of them leads to the goal.

They are found again, one state that no plan covers yet after the other; whether they do is for the
re-checker to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import z3

from statecheck.certificate.machine.automaton import MACHINE, Left, distinct
from statecheck.single.claims.predicates import Holding
from statecheck.single.deciding.unrolling import Unrolling
from statecheck.single.execution.automaton import Automaton, Edge, Local, Node
from statecheck.single.execution.paths import ranges
from statecheck.single.execution.terms import symbol
from statecheck.single.execution.values import term_of
from statecheck.single.reading.kinds import Kind, MemberKind
from statecheck.single.running.goal import Goal
from statecheck.single.running.reach import Target, solved
from statecheck.single.running.subject import Clock

MOST = 200
"""So many plans a claim may have."""

LONGEST = 24
"""So many steps a plan may have."""

SECONDS = 5.0
"""So long a plan is looked for."""

Plan = list[tuple[Edge, dict[Local, Any]]]


@dataclass
class Plans:
    """Plans to where a goal holds, from where the premise does, if there is one; ``open`` has the
    states from which none of them leads there.
    """

    automaton: Automaton
    goal: Goal
    clock: Clock
    premise: Goal | None = None
    found: list[Plan] = field(default_factory=list)
    open: dict[Node, Any] = field(default_factory=dict)

    def find(self) -> None:
        """Look for plans until nothing is open, or nothing more is found. Raises Left."""
        for node in self.automaton.nodes:
            asked = self._asked(node)
            if asked is False:
                continue
            covered = [holding.condition for holding in self.goal.nodes.get(node, ())]
            while (start := self._uncovered(node, asked, covered)) is not None:
                plan = self._plan(node, start)
                if plan is None:
                    self.open[node] = _both(asked, _none_of(covered))
                    break
                self.found.append(plan)
                covered.append(self._works(node, plan))
                if len(self.found) > MOST:
                    raise Left(f"more than {MOST} plans are needed")

    @property
    def left(self) -> Goal:
        """The states from which no plan leads to the goal, as something to be excluded."""
        return Goal(
            self.automaton,
            Target(
                lambda node: [Holding((), (), self.open[node])] if node in self.open else [], None
            ),
        )

    def _asked(self, node: Node) -> Any:
        """The condition on the data in a node under which the premise holds."""
        if self.premise is None:
            return True
        conditions = [holding.condition for holding in self.premise.nodes.get(node, ())]
        if not conditions or any(condition is True for condition in conditions):
            return bool(conditions)
        return z3.Or(*conditions)

    def _uncovered(self, node: Node, asked: Any, covered: Sequence[Any]) -> dict[Any, Any] | None:
        if any(condition is True for condition in covered):
            return None
        conditions = [z3.Not(condition) for condition in covered]
        conditions += [] if asked is True else [asked]
        return solved([*conditions, *ranges(node.variables)], node.variables)

    def _plan(self, node: Node, start: dict[Any, Any]) -> Plan | None:
        """A shortest way from a state to the goal."""
        others = [other for other in self.automaton.nodes if other is not node]
        first = {variable: term_of(value) for variable, value in start.items()}
        moved = replace(self.automaton, nodes=[node, *others], start=first)
        route = Unrolling(moved, self.goal).search(self.clock, SECONDS, LONGEST)
        if route is None:
            return None
        return list(zip(route.edges, route.choices, strict=True))

    def _works(self, node: Node, plan: Plan) -> Any:
        """The condition on the data in a node under which a plan leads to the goal."""
        terms = {v: symbol(v.name, v.kind) for v in node.variables}
        conditions: list[Any] = []
        for edge, chosen in plan:
            pairs = [(symbol(v.name, v.kind), term) for v, term in terms.items()]
            pairs += [(symbol(s.name, s.kind), term_of(value)) for s, value in chosen.items()]
            if edge.guard is not None:
                conditions.append(z3.substitute(edge.guard, *pairs))
            conditions += [z3.substitute(r, *pairs) for r in ranges(edge.source.variables)]
            terms = {v: z3.substitute(term, *pairs) for v, term in edge.updates.items()}
            node = edge.target
        pairs = [(symbol(v.name, v.kind), term) for v, term in terms.items()]
        ends = [
            z3.BoolVal(True)
            if holding.condition is True
            else z3.substitute(holding.condition, *pairs)
            for holding in self.goal.nodes[node]
        ]
        whole = z3.simplify(z3.And(*conditions, z3.Or(*ends)))
        return True if z3.is_true(whole) else whole


def _both(one: Any, other: Any) -> Any:
    if one is True or other is True:
        return other if one is True else one
    return z3.And(one, other)


def _none_of(conditions: Sequence[Any]) -> Any:
    return z3.And(*(z3.Not(condition) for condition in conditions)) if conditions else True


def entry(plan: Plan, actions: dict[Edge, str]) -> list[dict[str, Any]]:
    """A plan as a manifest has it. Raises Left."""
    return [
        {
            "action": actions[edge],
            "arguments": [MACHINE, *(_argument(chosen[s], s) for s in distinct(edge.locals))],
        }
        for edge, chosen in plan
    ]


def _argument(value: Any, local: Local) -> int:
    if isinstance(local.kind, MemberKind):
        return local.kind.members.index(value)
    if local.kind in (Kind.BOOL, Kind.INT):
        return int(value)
    raise Left("its plans have texts, which certificates do not have yet")
