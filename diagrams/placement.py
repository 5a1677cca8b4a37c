"""Where the states and labels of a machine go: one of several layouts, and how clear it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from diagrams import text
from diagrams.geometry import Ground, around
from diagrams.labels import Setting, transition_lines
from diagrams.layout import Cluster, Edge, Graph, Laid, Node, lay_out
from diagrams.machine import Machine, State, Transition
from diagrams.marks import lines_size
from diagrams.scene import Line, Span
from diagrams.style import NAME, SMALL, WIDTH

_INITIAL = "initial of "
_PAD = 12.0


class Placement:
    """A machine, laid out one way."""

    def __init__(self, machine: Machine, setting: Setting, direction: str, limit: float) -> None:
        self.machine, self.setting = machine, setting
        self.direction, self.limit = direction, limit
        self.parents = machine.parents
        self.states = {state.id: state for state in machine.all()}
        self.inside = self.lines_inside()
        self.edges = self.lines_at_arrows()
        self.laid: Laid = lay_out(
            Graph(
                tuple(self._nodes(machine.states)) + self._initial("", machine.starts),
                tuple(self._graph_edges()),
                tuple(self._clusters(machine.states)),
                direction,
            )
        )

    # -- what goes where ------------------------------------------------------------------------

    def _within(self, transition: Transition) -> bool:
        """Whether a transition stays in its state, or among the states around it: no arrow."""
        if transition.internal and not transition.targets:
            return True
        source = transition.source
        return any(
            target == source or source in self.parents[target] or target in self.parents[source]
            for target in transition.targets
        )

    def lines_inside(self) -> dict[str, list[Line]]:
        """The lines in each state's box: what it does, and transitions that have no arrow."""
        found: dict[str, list[Line]] = {state: [] for state in self.states}
        for state in self.states.values():
            for kind, name in state.actions:
                role = self.setting.role("muted", name, state.name)
                found[state.id].append((Span(f"{kind} / {name}", role),))
        for transition in self.machine.transitions:
            if self._within(transition):
                others = [t for t in transition.targets if t != transition.source]
                found[transition.source] += transition_lines(
                    transition,
                    self.setting,
                    self.limit + 20,
                    loops=transition.source in transition.targets and not transition.internal,
                    to=" and ".join(self.states[other].name for other in others),
                )
        return found

    def lines_at_arrows(self) -> dict[tuple[str, str], list[Line]]:
        """The labels of the arrows, by where they start and end."""
        found: dict[tuple[str, str], list[Line]] = {}
        for transition in self.machine.transitions:
            if not self._within(transition):
                for target in transition.targets:
                    lines = transition_lines(transition, self.setting, self.limit)
                    found.setdefault((transition.source, target), []).extend(lines)
        return found

    def _nodes(self, states: Iterable[State]) -> Iterator[Node]:
        for state in states:
            if not state.children:
                yield Node(state.id, *self.size(state))

    def _clusters(self, states: Iterable[State]) -> Iterator[Cluster]:
        for state in states:
            if state.children:
                start = tuple(child.id for child in state.children if child.initial)
                initial = self._initial(state.id, start) if state.kind == "compound" else ()
                yield Cluster(
                    state.id,
                    self._header_size(state),
                    tuple(self._nodes(state.children)) + initial,
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

    def _anchor(self, id_: str, *, last: bool = False) -> str:
        """The node that stands for a state: itself, or the first or last one in it."""
        state = self.states[id_]
        while state.children:
            first = [child for child in state.children if child.initial] or list(state.children)
            usual = [child for child in state.children if "history" not in child.kind]
            state = usual[-1] if last and usual else first[0]
        return state.id

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
        tail = source if source not in self.states else self._anchor(source, last=True)
        return Edge(
            id_,
            tail,
            self._anchor(target),
            room,
            source if source in self.states and self.states[source].children else "",
            target if self.states[target].children else "",
            weight,
        )

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
        return state.kind == "final" or state.id in self.setting.outcomes

    # -- how good it is -------------------------------------------------------------------------

    @cached_property
    def ground(self) -> tuple[Ground, int]:
        """Where the labels are, and how many things they touch."""
        headers = [
            (left + 8, top + 6, left + 16 + width, top + 10 + height)
            for id_, (left, top, _, _) in self.laid.frames.items()
            for width, height in (self._header_size(self.states[id_]),)
        ]
        ground = Ground(
            (self.laid.width, self.laid.height),
            [
                *headers,
                *(
                    around(centre, self.size(self.states[id_]))
                    for id_, centre in self.laid.nodes.items()
                    if id_ in self.states
                ),
            ],
            list(self.laid.frames.values()),
            self.laid.courses,
        )
        touched = ground.settle(
            {
                f"{source}>{target}": (
                    self.laid.labels[f"{source}>{target}"],
                    lines_size(lines, SMALL),
                )
                for (source, target), lines in self.edges.items()
            }
        )
        return ground, touched + ground.struck(headers)

    @cached_property
    def cost(self) -> float:
        """Lower is clearer: what labels touch counts most, then width, then area."""
        _, touched = self.ground
        excess = max(0.0, self.laid.width - WIDTH)
        return touched * 4e5 + excess * 2000 + self.laid.width * self.laid.height / 100
