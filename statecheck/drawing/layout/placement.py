"""Where the states and labels of a machine go: one of several layouts, and how clear it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.marks import lines_size
from statecheck.drawing.canvas.scene import Point
from statecheck.drawing.canvas.style import NAME, SMALL
from statecheck.drawing.layout.clarity import Draft
from statecheck.drawing.layout.geometry import NEAR, Ground, Rectangle, around, inside, spread
from statecheck.drawing.layout.labels import Lettering, Setting
from statecheck.drawing.layout.layout import Cluster, Edge, Graph, Laid, Node
from statecheck.drawing.machine import Machine, State

_INITIAL, _ENTRY, _EXIT = "initial of ", "entry of ", "exit of "
_PAD = 12.0

_RANKS = 52
"""How far ranks are apart where there are frames between them."""


@dataclass(frozen=True)
class Form:
    """One way to lay a machine out: from left to right (``LR``) or from the top down (``TB``),
    labels about as wide as ``limit``, and where ``stretched`` with more room at the frames around
    states.
    """

    direction: str
    limit: float
    stretched: bool = False


class Placement(Draft):
    """A machine, laid out one way."""

    def __init__(
        self, machine: Machine, setting: Setting, form: Form, lettering: Lettering
    ) -> None:
        self.machine, self.setting, self.form = machine, setting, form
        self.parents = machine.parents
        self.states = {state.id: state for state in machine.all()}
        self.inside, self.edges = lettering.inside, lettering.edges
        self.places = {id_: place for place, id_ in enumerate(in_order(machine))}
        edges = list(self._graph_edges())
        self.ways_out = {e.tail_cluster for e in edges if e.tail_cluster and not e.back}
        self.ways_out |= {e.head_cluster for e in edges if e.head_cluster and e.back}
        self.graph = Graph(
            tuple(self._nodes(machine.states)) + self._initial("", machine.starts),
            (*edges, *self._hidden_edges()),
            tuple(self._clusters(machine.states)),
            form.direction,
            rank_gap=_RANKS if any(s.children for s in machine.states) else 46,
        )

    @cached_property
    def laid(self) -> Laid:
        """The layout, in which arrows in and out of a frame do not share a point."""
        laid = super().laid
        if not laid.frames:
            return laid
        return replace(laid, courses=spread(laid.courses, laid.frames.values()))

    # -- what goes where ------------------------------------------------------------------------

    def _nodes(self, states: Iterable[State]) -> Iterator[Node]:
        for state in states:
            if not state.children:
                yield Node(state.id, *self.size(state))

    def _clusters(self, states: Iterable[State]) -> Iterator[Cluster]:
        for state in states:
            if state.children:
                start = tuple(child.id for child in state.children if child.initial)
                initial = self._initial(state.id, start) if state.kind == "compound" else ()
                ends = [_ENTRY] * (self._entry(state.id) == f"{_ENTRY}{state.id}")
                ends += [_EXIT] * (state.id in self.ways_out)
                yield Cluster(
                    state.id,
                    self._header_size(state),
                    (
                        *self._nodes(state.children),
                        *initial,
                        *(Node(f"{end}{state.id}", 2, 2) for end in ends),
                    ),
                    tuple(self._clusters(state.children)),
                )

    def _initial(self, around: str, starts: Sequence[str]) -> tuple[Node, ...]:
        return (Node(f"{_INITIAL}{around}", 16, 16),) if starts else ()

    def _starts(self) -> Iterator[tuple[str, str]]:
        """Each initial point with a state that it leads to."""
        for start in self.machine.starts:
            yield f"{_INITIAL}", start
        for state in self.states.values():
            if state.kind == "compound":
                for child in state.children:
                    if child.initial:
                        yield f"{_INITIAL}{state.id}", child.id

    def _entry(self, id_: str) -> str:
        """The node at which arrows to a state end: the first in it, for one with states in it."""
        state = self.states.get(id_)
        if state is None or not state.children:
            return id_
        inner = state.kind == "compound" and any(child.initial for child in state.children)
        return f"{_INITIAL if inner else _ENTRY}{id_}"

    def _exit(self, id_: str) -> str:
        """The node at which arrows from a state start: the last in it."""
        state = self.states.get(id_)
        return f"{_EXIT}{id_}" if state is not None and state.children else id_

    def _hidden_edges(self) -> Iterator[Edge]:
        """Edges that keep the ways in and out of a state before and behind all that is in it."""
        for state in self.states.values():
            inside = [inner for inner in state.all() if inner is not state and not inner.children]
            if state.children and self._entry(state.id) == f"{_ENTRY}{state.id}":
                for child in state.children:
                    yield self._hidden(f"{_ENTRY}{state.id}", self._entry(child.id))
            if state.id in self.ways_out:
                for inner in inside:
                    yield self._hidden(inner.id, f"{_EXIT}{state.id}")

    def _hidden(self, tail: str, head: str) -> Edge:
        return Edge(f"{tail}>{head} hidden", tail, head, hidden=True)

    def _graph_edges(self) -> Iterator[Edge]:
        for point, target in self._starts():
            yield self._edge(f"{point}>{target}", point, target, (0, 0), weight=4)
        for (source, target), lines in self.edges.items():
            width, height = lines_size(lines, SMALL)
            room = (width + 14, height + 8)
            yield self._edge(f"{source}>{target}", source, target, room)

    def _edge(
        self, id_: str, source: str, target: str, room: tuple[float, float], weight: int = 1
    ) -> Edge:
        """An edge. At states with states in them it ends where the way to the other end is short:
        in front of them if that comes before, else behind them.
        """
        tail, head = (
            end if end in self.states and self.states[end].children else ""
            for end in (source, target)
        )
        at_frame = bool(tail or head)
        around = self.parents.get(source, self.parents[target])
        across = at_frame or around != self.parents[target]
        back = across and self.places.get(source, -1) > self.places[target]
        leave, arrive = (self._entry, self._exit) if back else (self._exit, self._entry)
        far = self.form.stretched and at_frame and source in self.states
        return Edge(
            id_, leave(source), arrive(target), room, tail, head, weight, 1 + far, back
        )  # fmt: skip

    def size(self, state: State) -> tuple[float, float]:
        """The size of a simple state's box."""
        if "history" in state.kind:
            return 34.0, 34.0
        lines = self.inside[state.id]
        width, height = lines_size(lines, SMALL)
        name = text.width(state.name, NAME, bold=True)
        if state.id in self.setting.outcomes:
            name += 24
        frame = 8.0 if self._double(state) else 0.0
        return (
            max(92.0, max(width, name) + 2 * _PAD) + frame,
            (44.0 if not lines else 38.0 + height + 10) + frame,
        )

    def _header_size(self, state: State) -> tuple[float, float]:
        width, height = lines_size(self.inside[state.id], SMALL)
        name = text.width(self._title(state), NAME, bold=True)
        return max(width, name) + 12, NAME * 1.4 + height + 6

    def _title(self, state: State) -> str:
        return f"{state.name} (parallel)" if state.kind == "parallel" else state.name

    def _double(self, state: State) -> bool:
        return state.kind == "final"

    # -- how good it is -------------------------------------------------------------------------

    def _heads(self) -> list[Rectangle]:
        """The heads of frames."""
        return [
            (left + 8, top + 6, left + 16 + width, top + 10 + height)
            for id_, (left, top, _, _) in self.laid.frames.items()
            for width, height in (self._header_size(self.states[id_]),)
        ]

    def bare(self) -> Ground:
        """Where labels may go: not onto heads, states, borders and arrows."""
        states = [
            around(centre, self.size(self.states[id_]))
            for id_, centre in self.laid.nodes.items()
            if id_ in self.states
        ]
        return Ground(
            (self.laid.width, self.laid.height),
            [*self._heads(), *states],
            list(self.laid.frames.values()),
            self.laid.courses,
        )

    def wanted(self) -> dict[str, tuple[Point, tuple[float, float]]]:
        """Where the renderer has made room for each arrow's label."""
        return {
            f"{source}>{target}": (
                self.laid.labels[f"{source}>{target}"],
                lines_size(lines, SMALL),
            )
            for (source, target), lines in self.edges.items()
        }

    def faults(self) -> int:
        """Arrows that run through heads, or leave a frame that both of their ends are in."""
        return self.ground.struck(self._heads()) + self._escaped(self.ground)

    def bends(self) -> int:
        """Arrows that run along a frame."""
        return 3 * self._grazing(self.ground)

    def _escaped(self, ground: Ground) -> int:
        """How many arrows leave a frame that both of their ends are in."""
        return sum(
            not inside(ground.courses[f"{source}>{target}"].bounds, self.laid.frames[frame])
            for (source, target) in self.edges
            for frame in set(self.parents[source]) & set(self.parents[target])
        )

    def _grazing(self, ground: Ground) -> int:
        """How many arrows run along a frame, so that line and border look like one."""
        return sum(
            course.along(frame) > 3 * NEAR
            for course in ground.courses.values()
            for frame in self.laid.frames.values()
        )


def in_order(machine: Machine) -> list[str]:
    """The states in the order in which a machine may get there, breadth first."""
    states = {state.id: state for state in machine.all()}
    parents = machine.parents
    ordered: dict[str, None] = {}
    for start in (*machine.starts, *states):  # what is never reached comes last
        reached = [start]
        for id_ in reached:
            if id_ in ordered:
                continue
            for around_ in (*parents[id_], id_):
                ordered.setdefault(around_)
            inner = states[id_].children
            reached += [c.id for c in inner if c.initial or states[id_].kind == "parallel"]
            reached += [t for step in machine.transitions if step.source == id_
                        for t in step.targets]  # fmt: skip
    return list(ordered)
