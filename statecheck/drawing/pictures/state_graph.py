"""The reachable states of a small instance as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.marks import arrow_head, block, lines_size
from statecheck.drawing.canvas.page import Frame, Key, framed
from statecheck.drawing.canvas.scene import (
    Box,
    Circle,
    Curve,
    Group,
    Item,
    Line,
    Point,
    Scene,
    Span,
    label,
    rule,
)
from statecheck.drawing.canvas.style import BODY, SMALL
from statecheck.drawing.layout.clarity import Draft, clearest
from statecheck.drawing.layout.geometry import Ground, around
from statecheck.drawing.layout.layout import Edge, Graph, Node
from statecheck.drawing.pictures.reachable import Heap, Reachable, description

FOLDED = 4
"""More boxes than these may be put in two rows."""


def picture(states: Reachable) -> Scene:
    """The picture of a state graph."""
    ways = [("LR", False), ("TB", False), ("TB", True)][: 2 + (len(states.heaps) > FOLDED)]
    return clearest(_Draft(states, way, folded=folded) for way, folded in ways).scene()


class _Draft(Draft):
    """A state graph, laid out one way."""

    def __init__(self, states: Reachable, direction: str, *, folded: bool = False) -> None:
        self.states = states
        self.everywhere = self._everywhere()
        nodes = tuple(Node(str(n), *self.size(heap)) for n, heap in enumerate(states.heaps))
        edges = tuple(
            Edge(f"{a}>{b}", str(a), str(b), self._room(actions))
            for (a, b), actions in states.steps.items()
        )
        starts = [str(number) for number, heap in enumerate(states.heaps) if heap.initial]
        nodes += tuple(Node(f"start {number}", 16, 16) for number in starts)
        edges += tuple(Edge(f"start>{number}", f"start {number}", number) for number in starts)
        half = -(-len(states.heaps) // 2)
        ids = [str(number) for number in range(len(states.heaps))]
        rows = (tuple(ids[:half]), tuple(ids[half:])) if folded else ()
        self.graph = Graph(nodes, edges, (), direction, 26, 34, rows)

    @staticmethod
    def lines(actions: Sequence[str]) -> list[Line]:
        return [(Span(action, "ink", bold=True),) for action in actions]

    def _room(self, actions: Sequence[str]) -> tuple[float, float]:
        width, height = lines_size(self.lines(actions), SMALL)
        return width + 12, height + 6

    def size(self, heap: Heap) -> tuple[float, float]:
        """The size of a box."""
        head = max(text.width(words, BODY, bold=True) for words in heap.common)
        inner, height = lines_size(self.within(heap), SMALL)
        below = (20 if heap.states > 1 else 0) + (height + 10 if height else 0)
        return max(head, inner, 70) + 26, 16 + 19 * len(heap.common) + below

    def _everywhere(self) -> tuple[str, ...]:
        """The actions that stay in the box, whichever it is; they are said once."""
        if len(self.states.heaps) < 3:
            return ()
        first, *rest = self.states.heaps
        return tuple(a for a in first.within if all(a in heap.within for heap in rest))

    def within(self, heap: Heap) -> list[Line]:
        """The lines of a box for what stays in it."""
        kept = [action for action in heap.within if action not in self.everywhere]
        return [
            (Span("" if number else "stays: ", "muted"), Span(action, "muted"))
            for number, action in enumerate(kept)
        ]

    def bare(self) -> Ground:
        """Where labels may go: not onto boxes and arrows."""
        boxes = [
            around(self.laid.nodes[str(number)], self.size(heap))
            for number, heap in enumerate(self.states.heaps)
        ]
        return Ground((self.laid.width, self.laid.height), boxes, (), self.laid.courses)

    def wanted(self) -> dict[str, tuple[Point, tuple[float, float]]]:
        """Where the renderer has made room for each arrow's label."""
        return {
            f"{a}>{b}": (self.laid.labels[f"{a}>{b}"], lines_size(self.lines(actions), SMALL))
            for (a, b), actions in self.states.steps.items()
        }

    def scene(self) -> Scene:
        """The whole picture."""
        frame = Frame(
            self.states.title,
            self.states.subtitle,
            (self.states.rule, *self._everywhere_in_words()),
            tuple(self._legend()),
            self.states.source,
        )
        size = (self.laid.width, self.laid.height)
        return framed(frame, tuple(self._items()), size, description(self.states))

    def _everywhere_in_words(self) -> Iterator[str]:
        if self.everywhere:
            yield f"In every box, without leaving it: {', '.join(self.everywhere)}."

    def _legend(self) -> Iterator[Key]:
        several = sum(heap.initial > 0 for heap in self.states.heaps) > 1
        yield Key("where it starts" + (": in any of these" if several else ""), mark="dot",
                  role="ink")  # fmt: skip
        if any(self.within(heap) for heap in self.states.heaps):
            whole = all(heap.states == 1 for heap in self.states.heaps)
            yield Key("changes nothing" if whole else "leads to a state of the same box",
                      sample="stays:")  # fmt: skip

    def _items(self) -> Iterator[Item]:
        for (a, b), actions in self.states.steps.items():
            course = self.laid.courses[f"{a}>{b}"]
            lines = self.lines(actions)
            left, top, _, _ = self.labels[f"{a}>{b}"]
            yield Group(
                f"edge-{a}-{b}",
                ("edge", *actions),
                (
                    Curve(course[:-1], "line", 1.4),
                    arrow_head(course[-1], course[-2], "line"),
                    *block(lines, left, top, SMALL),
                ),
                f"{self._name(a)} to {self._name(b)}",
            )
        for number, heap in enumerate(self.states.heaps):
            if heap.initial:
                course = self.laid.courses[f"start>{number}"]
                dot = Circle(*self.laid.nodes[f"start {number}"], 7, "ink")
                line = Curve(course[:-1], "ink", 1.6)
                head = arrow_head(course[-1], course[-2], "ink")
                yield Group(f"start-{number}", ("edge", "start"), (line, head, dot), "initially")
            yield self._box(number, heap)

    def _name(self, number: int) -> str:
        return ", ".join(self.states.heaps[number].common)

    def _box(self, number: int, heap: Heap) -> Group:
        x, y = self.laid.nodes[str(number)]
        width, height = self.size(heap)
        left, top = x - width / 2, y - height / 2
        role = "state"
        items: list[Item] = [Box(left, top, width, height, f"{role}-fill", role, 11, 1.6)]
        at = top + 22
        for words in heap.common:
            items.append(label(x, at, words, "ink", BODY, bold=True, anchor="middle"))
            at += 19
        if heap.states > 1:
            items.append(label(x, at, f"{heap.states} states", "muted", SMALL, anchor="middle"))
            at += 20
        if self.within(heap):
            items.append(rule(((left, at - 11), (left + width, at - 11)), role))
            inner, _ = lines_size(self.within(heap), SMALL)
            items += block(self.within(heap), x - inner / 2, at - 6, SMALL)
        classes = ("state", *(("initial",) if heap.initial else ()))
        return Group(f"state-{number}", classes, tuple(items), ", ".join(heap.common))
