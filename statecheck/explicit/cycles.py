"""Claims about the end of a run, decided for small instances by a search for fair cycles.

The states in which a claim is pending, and the steps that do not reach its goal, form a graph. A
run that never gets there ends in a strongly connected part of it; such a part refutes the claim if
each fair action is taken in it, or disabled in one of its states. Strong fairness is decided as by
Emerson and Lei (*Modalities for Model Checking*, 1987): where an action is enabled and never taken,
the states that enable it are left out. No solver, no phases, no lasso of the symbolic side.

It establishes nothing about more entities, or about other values, than the instance has.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from statecheck.claims.claim import Claim, vacuity_claim
from statecheck.claims.fairness import Assumption, Fair, Often, Rare, Strength
from statecheck.explicit.packing import Code
from statecheck.explicit.product import Product, product, relevant_histories
from statecheck.explicit.read_tracing import ReadMemo
from statecheck.explicit.state_space import FiniteInstance
from statecheck.modeling import Entity, History

Edge = tuple[int, Code]
"""The number of an action, and the state it leads to."""


@dataclass(frozen=True)
class EventualityOutcome:
    """The answer to a claim about the end of a run, for one instance.

    It ``holds`` if every fair run reaches the goal; ``pending`` counts the states in which the goal
    may be still to come; ``premise_reached``: some fair run passes the premise at all.
    """

    holds: bool
    pending: int
    premise_reached: bool


def check_eventuality(
    claim: Claim,
    histories: Iterable[History[Any]],
    instance: FiniteInstance,
    assumptions: Sequence[Assumption],
) -> EventualityOutcome:
    """Decide a claim about the end of a run for an instance, under some assumptions."""
    kept = relevant_histories(claim, histories)
    holds, pending, premise_reached = True, 0, False
    for space in instance.spaces(claim.variant):
        searched = product(space, kept)
        reached = list(searched.reachable())
        for choice in space.choices(type_ for _, type_ in claim.variables):
            graph = _Graph(searched, claim, assumptions, choice)
            waiting = graph.pending(reached)
            pending += len(waiting)
            is_fair = any(graph.is_fair(part) for part in graph.parts(waiting))
            holds &= not is_fair
            premise_reached |= is_fair
            if not premise_reached:
                passing_it = _Graph(searched, vacuity_claim(claim), assumptions, choice)
                beyond = passing_it.pending(reached)
                premise_reached = any(passing_it.is_fair(part) for part in passing_it.parts(beyond))
    return EventualityOutcome(holds, pending, premise_reached)


class _Graph:
    """The steps that a run may take for ever without reaching the goal."""

    def __init__(
        self,
        searched: Product,
        claim: Claim,
        assumptions: Sequence[Assumption],
        choice: tuple[Any, ...],
    ) -> None:
        self.searched, self.claim, self.choice = searched, claim, choice
        self.fair = [item for item in assumptions if isinstance(item, Fair)]
        rare = [item for item in assumptions if isinstance(item, Rare)]
        actions = range(len(searched.space.actions))
        on_step: tuple[int | None, ...] = tuple(actions) if claim.on_step else (None,)
        self._premise = {number: self._part("premise", number) for number in on_step}
        self._goal = {number: self._part("goal", number) for number in on_step}
        self._rare = {
            often: [
                [
                    self._judge(item.body, number, on_step=True)
                    for item in rare
                    if item.often is often
                ]
                for number in actions
            ]
            for often in Often
        }

    def _part(self, part: str, number: int | None) -> ReadMemo:
        body = self.claim.body
        return self._judge(
            lambda *values: getattr(body(*values), part), number, on_step=self.claim.on_step
        )

    def _judge(self, body: Any, number: int | None, *, on_step: bool) -> ReadMemo:
        claim = replace(self.claim, body=body, on_step=on_step)
        return dict(self.searched.judges(claim, number))[self.choice]

    def _row(self, state: Code) -> Code:
        return self.searched.row(state)

    def pending(self, states: Iterable[Code]) -> dict[Code, list[tuple[Edge, bool]]]:
        """The states in which the goal may be pending for ever, with the steps that go on so; True
        marks those that are seen only finitely often.
        """
        graph: dict[Code, list[tuple[Edge, bool]]] = {}
        queue = [state for state in states if self._starts(state)]
        for state in queue:
            if state in graph:
                continue
            steps = graph[state] = []
            for number, row, target in self.searched.steps(state):
                if self._reaches(number, row, target):
                    continue
                if any(rare(row) for rare in self._rare[Often.NEVER][number]):
                    continue
                few = any(rare(row) for rare in self._rare[Often.FINITELY][number])
                steps.append(((number, target), few))
                queue.append(target)
        return graph

    def _starts(self, state: Code) -> bool:
        if self.claim.on_step:
            return any(self._premise[number](row) for number, row, _ in self.searched.steps(state))
        row = self._row(state)
        return bool(self._premise[None](row)) and not self._goal[None](row)

    def _reaches(self, number: int, row: Code, target: Code) -> bool:
        if self.claim.on_step:
            return bool(self._goal[number](row))
        return bool(self._goal[None](self._row(target)))

    def parts(self, graph: dict[Code, list[tuple[Edge, bool]]]) -> Iterator[dict[Code, list[Edge]]]:
        """The strongly connected parts with a step, of the steps that are not seen only finitely
        often.
        """
        late = {state: [edge for edge, few in steps if not few] for state, steps in graph.items()}
        yield from _connected(late)

    def is_fair(self, part: dict[Code, list[Edge]]) -> bool:
        """True if a run can stay in a strongly connected part and be fair."""
        taken = {number for edges in part.values() for number, _ in edges}
        for fair in self.fair:
            for number in self._instances(fair):
                if number in taken:
                    continue
                enabled = [state for state in part if self._enabled(state, number)]
                if fair.strength is Strength.WEAK and len(enabled) == len(part):
                    return False
                if fair.strength is Strength.STRONG and enabled:
                    left = {
                        state: [edge for edge in edges if edge[1] not in enabled]
                        for state, edges in part.items()
                        if state not in enabled
                    }
                    return any(self.is_fair(smaller) for smaller in _connected(left))
        return True

    def _enabled(self, state: Code, number: int) -> bool:
        return any(other == number for other, *_ in self.searched.steps(state))

    def _instances(self, fair: Fair) -> Iterator[int]:
        """The numbers of the actions that an assumption is about."""
        space = self.searched.space
        system = space.before.system
        known = dict(zip((name for name, _ in self.claim.variables), self.choice, strict=True))
        info = system.info.action(fair.name)
        options = [
            [known[fair.bound[index]]]
            if index < len(fair.bound)
            else space.instance.domain(type_, system)
            for index, (_, type_) in enumerate(info.parameters)
        ]
        numbers = {_named(*action): number for number, action in enumerate(space.actions)}
        for arguments in itertools.product(*options):
            yield numbers[_named(fair.name, arguments)]


def _named(name: str, arguments: Iterable[Any]) -> tuple[Any, ...]:
    return name, *(a.name if isinstance(a, Entity) else a for a in arguments)


def _connected(graph: dict[Code, list[Edge]]) -> Iterator[dict[Code, list[Edge]]]:
    """The strongly connected parts of a graph that have a step within (Tarjan, 1972)."""
    index: dict[Code, int] = {}
    low: dict[Code, int] = {}
    stack: list[Code] = []
    waiting: set[Code] = set()
    for root, first in graph.items():
        if root in index:
            continue
        work: list[tuple[Code, Iterator[Edge]]] = [(root, iter(first))]
        index[root] = low[root] = len(index)
        stack.append(root)
        waiting.add(root)
        while work:
            state, edges = work[-1]
            for _, target in edges:
                if target not in graph:
                    continue
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    waiting.add(target)
                    work.append((target, iter(graph[target])))
                    break
                if target in waiting:
                    low[state] = min(low[state], index[target])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[state])
                if low[state] == index[state]:
                    members = set()
                    while True:
                        member = stack.pop()
                        waiting.discard(member)
                        members.add(member)
                        if member == state:
                            break
                    within = {
                        member: [edge for edge in graph[member] if edge[1] in members]
                        for member in members
                    }
                    if any(within.values()):
                        yield within
