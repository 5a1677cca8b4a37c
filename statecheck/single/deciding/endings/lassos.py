"""Lassos: a fair way to stay pending for ever.

A run is *weakly fair* to an event that is taken again and again, or that would do nothing again and
again; *strongly fair* to one that is taken again and again, or that would do nothing from some
point on. (Manna and Pnueli, The Temporal Logic of Reactive and Concurrent Systems, 1992; loops that
are strongly fair by taking states out, Emerson and Lei 1987.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from statecheck.single.deciding.endings.pending import Pending
from statecheck.single.execution.automaton import Edge, Node
from statecheck.single.running.reach import Route, Target, find, move


@dataclass(frozen=True)
class Lasso:
    """A way to a loop, and the loop; empty where nothing happens any more. ``reasons`` say why it
    is fair; the premise holds after ``opened`` steps.
    """

    route: Route
    loop: tuple[Edge, ...]
    reasons: tuple[str, ...]
    opened: int = 0


class Lassos:
    """The search for lassos.

    Where inputs decide what an event does, strong fairness is not decided exactly: a ``cautious``
    search finds only lassos that are fair whatever the inputs are, any other one finds all.
    """

    def __init__(self, pending: Pending, *, cautious: bool) -> None:
        self.pending, self.cautious = pending, cautious
        self.assumed = pending.assumed

    def find(self) -> Lasso | None:
        """A fair way to stay pending for ever; None where there is none."""
        for node in self.pending.nodes:
            if self._may_rest(node):
                events = (*self.assumed.weak, *self.assumed.strong)
                return self._lasso(node, (), tuple(f"{e} would do nothing" for e in events))
        return self.round()

    def round(self) -> Lasso | None:
        """The same, but none on which nothing happens any more."""
        return self._among(self.pending.nodes)

    def _may_rest(self, node: Node) -> bool:
        events = self.assumed.weak if self.cautious else (*self.assumed.weak, *self.assumed.strong)
        return self.pending.may_rest(node, events) and not any(
            self._is_owed(node, event) for event in self.assumed.strong
        )

    def _is_owed(self, node: Node, event: str) -> bool:
        """Tell whether a visit to a node counts as one where an event would do something."""
        if self.cautious:
            return self.pending.may_be_taken(node, event)
        return not self.pending.may_be_idle(node, event)

    def _among(self, nodes: Sequence[Node]) -> Lasso | None:
        """A lasso whose loop is among nodes."""
        for component in components(nodes, self.pending.looping):
            inside = set(component)
            if not any(e.target in inside for n in component for e in self.pending.looping[n]):
                continue
            owed = [
                event
                for event in self.assumed.strong
                if any(self._is_owed(node, event) for node in component)
            ]
            missed = [e for e in owed if self._taken(component, inside, e) is None]
            if missed:
                rest = [n for n in component if not any(self._is_owed(n, e) for e in missed)]
                found = self._among(rest)
                if found is not None:
                    return found
                continue
            loop = self._loop(component, inside, owed)
            if loop is not None:
                edges, reasons = loop
                return self._lasso(edges[0].source, edges, reasons)
        return None

    def _taken(self, component: list[Node], inside: set[Node], event: str) -> Edge | None:
        """A step inside of a component on which an event is taken."""
        steps = (e for n in component for e in self.pending.looping[n])
        return next((e for e in steps if e.event == event and e.taken and e.target in inside), None)

    def _loop(
        self, component: list[Node], inside: set[Node], owed: Sequence[str]
    ) -> tuple[tuple[Edge, ...], tuple[str, ...]] | None:
        """A loop through a strongly connected component that is fair, with the reasons."""
        first = component[0]
        loop: list[Edge] = []
        reasons: list[str] = []
        here = first
        for event in dict.fromkeys((*self.assumed.weak, *self.assumed.strong)):
            if event not in owed and event in self.assumed.strong:
                reasons.append(f"{event} would do nothing")
                continue
            idle = next((n for n in component if self.pending.may_be_idle(n, event)), None)
            if idle is not None and event not in owed:
                loop += self._way(here, idle, inside)
                here = idle
                reasons.append(f"{event} would do nothing in {self._place(idle)}")
                continue
            taken = self._taken(component, inside, event)
            if taken is None:
                return None
            loop += [*self._way(here, taken.source, inside), taken]
            here = taken.target
            reasons.append(f"{event} is taken")
        loop += self._way(here, first, inside)
        if not loop:
            edge = next(e for e in self.pending.looping[first] if e.target in inside)
            loop = [edge, *self._way(edge.target, first, inside)]
        return tuple(loop), tuple(reasons)

    def _place(self, node: Node) -> str:
        return " + ".join(sorted(self.pending.subject.reader.active(node)))

    def _lasso(self, node: Node, loop: tuple[Edge, ...], reasons: tuple[str, ...]) -> Lasso:
        pending = self.pending
        tail = pending.lead(node)
        first = tail[0].source if tail else node
        if pending.automaton.variables:
            return Lasso(Route((), (), ()), loop, reasons)
        reader, fields = pending.subject.reader, pending.said.fields
        start = find(
            pending.automaton,
            Target(
                lambda n: reader.in_node(pending.is_open, n, fields) if n is first else [],
                None,
            ),
        )
        assert start is not None
        values = [pending.values(e, again=False) for e in tail]
        moves = [move(e, v) for e, v in zip(tail, values, strict=True)]
        route = Route((*start.moves, *moves), (*start.edges, *tail), (*start.choices, *values), ())
        return Lasso(route, loop, reasons, len(start.moves))

    def _way(self, source: Node, target: Node, inside: set[Node]) -> list[Edge]:
        came: dict[Node, Edge | None] = {source: None}
        queue = [source]
        for node in queue:
            for edge in self.pending.looping[node]:
                if edge.target in inside and edge.target not in came:
                    came[edge.target] = edge
                    queue.append(edge.target)
        way: list[Edge] = []
        step = came[target]
        while step is not None:
            way.append(step)
            step = came[step.source]
        return way[::-1]


def components(nodes: Sequence[Node], steps: Mapping[Node, Sequence[Edge]]) -> list[list[Node]]:
    """Strongly connected components of the graph of some nodes (Tarjan 1972, without recursion)."""
    among = set(nodes)
    inner = {node: [edge for edge in steps[node] if edge.target in among] for node in nodes}
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    found: list[list[Node]] = []
    for root in nodes:
        if root in index:
            continue
        work = [(root, 0)]
        while work:
            node, place = work.pop()
            if place == 0:
                index[node] = low[node] = len(index)
                stack.append(node)
                on_stack.add(node)
            edges = inner[node]
            if place < len(edges):
                work.append((node, place + 1))
                other = edges[place].target
                if other not in index:
                    work.append((other, 0))
                elif other in on_stack:
                    low[node] = min(low[node], index[other])
                continue
            for edge in edges:
                if edge.target in on_stack:
                    low[node] = min(low[node], low[edge.target])
            if low[node] == index[node]:
                component: list[Node] = []
                while not component or component[-1] is not node:
                    component.append(stack.pop())
                    on_stack.discard(component[-1])
                found.append(component)
    return found
