"""The reachable states of a small instance: all of them where they can be read, else in heaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
from statecheck.explicit.read_tracing import Code
from statecheck.explicit.state_space import Instance
from statecheck.modeling import STATE, signature

FOLDED = 4
"""More boxes than these may be put in two rows."""

READABLE = 8
"""So many states are drawn one by one."""


@dataclass(frozen=True)
class Heap:
    """States that are drawn as one: what they have in common, how many they are, how many of them
    are initial, and the actions that lead from one to another of them.
    """

    common: tuple[str, ...]
    states: int
    initial: int
    within: tuple[str, ...]


@dataclass(frozen=True)
class Reachable:
    """A state graph: its heaps, and the actions between two of them. ``rule`` says what a heap is;
    ``together`` are the parts that the states of a heap have in common.
    """

    title: str
    subtitle: str
    heaps: tuple[Heap, ...]
    steps: Mapping[tuple[int, int], tuple[str, ...]]
    states: int
    rule: str
    source: str


def explore(
    instance: Instance, parts: Sequence[str], title: str, subtitle: str, source: str
) -> Reachable:
    """The reachable states. ``parts`` are names of machines or of their fields, such as
    ``mailbox1.move`` and ``server1.store.format``: by these states are told apart when there are
    more than READABLE. Raises ModelError.
    """
    (space,) = instance.spaces()
    names = [
        f"{member}.{machine.slot}" + ("" if name == STATE else f".{name}")
        for member, machine, name in space.cells
    ]
    first = space.initial()
    order: dict[Code, None] = dict.fromkeys(first)
    steps: dict[tuple[int, int], set[str]] = {}
    queue = list(order)
    found: list[tuple[Code, str, Code]] = []
    for state in queue:
        for number, _, kept in space.steps(state):
            found.append((state, space.actions[number][0], kept))
            if kept not in order:
                order[kept] = None
                queue.append(kept)
    whole = len(queue) <= READABLE
    kept_names = [n for n in names if n in parts]

    def common(state: Code) -> tuple[str, ...]:
        values = {
            name: str(space.codes.values[code]) for name, code in zip(names, state, strict=True)
        }
        return tuple(values[name] for name in kept_names)

    heaps: dict[tuple[Any, ...], int] = {}
    members: dict[int, list[Code]] = {}
    for state in queue:
        key: tuple[Any, ...] = state if whole else common(state)
        heap = heaps.setdefault(key, len(heaps))
        members.setdefault(heap, []).append(state)
    of = {state: heap for heap, states in members.items() for state in states}
    for before, action, after in found:
        steps.setdefault((of[before], of[after]), set()).add(action)
    initial = set(first)
    declared = [action.name for action in signature(instance.system).actions]

    def in_order(actions: set[str]) -> tuple[str, ...]:
        return tuple(action for action in declared if action in actions)

    drawn = tuple(
        Heap(
            common(states[0]),
            len(states),
            sum(state in initial for state in states),
            in_order(steps.get((heap, heap), set())),
        )
        for heap, states in members.items()
    )
    said = (
        f"Every one of the {len(queue)} reachable states is drawn."
        if whole
        else f"{len(queue)} states in {len(members)} boxes: those that agree in "
        f"{', '.join(kept_names)} are one box, with their number."
    )
    arrows = {pair: in_order(actions) for pair, actions in steps.items() if pair[0] != pair[1]}
    return Reachable(title, subtitle, drawn, arrows, len(queue), said, source)


def picture(the: Reachable) -> Scene:
    """The picture of a state graph."""
    ways = [("LR", False), ("TB", False), ("TB", True)][: 2 + (len(the.heaps) > FOLDED)]
    return clearest(_Draft(the, way, folded=folded) for way, folded in ways).scene()


def description(the: Reachable) -> str:
    """The state graph in words."""
    words = [the.rule]
    for heap in the.heaps:
        count = f" ({heap.states} states)" if heap.states > 1 else ""
        words.append(f"{', '.join(heap.common)}{count}.")
    for (a, b), actions in the.steps.items():
        before, after = the.heaps[a].common, the.heaps[b].common
        words.append(f"{', '.join(before)} to {', '.join(after)}: {', '.join(actions)}.")
    return " ".join(words)


class _Draft(Draft):
    """A state graph, laid out one way."""

    def __init__(self, the: Reachable, direction: str, *, folded: bool = False) -> None:
        self.the = the
        self.everywhere = self._everywhere()
        nodes = tuple(Node(str(n), *self.size(heap)) for n, heap in enumerate(the.heaps))
        edges = tuple(
            Edge(f"{a}>{b}", str(a), str(b), self._room(actions))
            for (a, b), actions in the.steps.items()
        )
        starts = [str(number) for number, heap in enumerate(the.heaps) if heap.initial]
        nodes += tuple(Node(f"start {number}", 16, 16) for number in starts)
        edges += tuple(Edge(f"start>{number}", f"start {number}", number) for number in starts)
        half = -(-len(the.heaps) // 2)
        ids = [str(number) for number in range(len(the.heaps))]
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
        if len(self.the.heaps) < 3:
            return ()
        first, *rest = self.the.heaps
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
            for number, heap in enumerate(self.the.heaps)
        ]
        return Ground((self.laid.width, self.laid.height), boxes, (), self.laid.courses)

    def wanted(self) -> dict[str, tuple[Point, tuple[float, float]]]:
        """Where the renderer has made room for each arrow's label."""
        return {
            f"{a}>{b}": (self.laid.labels[f"{a}>{b}"], lines_size(self.lines(actions), SMALL))
            for (a, b), actions in self.the.steps.items()
        }

    def scene(self) -> Scene:
        """The whole picture."""
        frame = Frame(
            self.the.title,
            self.the.subtitle,
            (self.the.rule, *self._said_once()),
            tuple(self._legend()),
            self.the.source,
        )
        size = (self.laid.width, self.laid.height)
        return framed(frame, tuple(self._items()), size, description(self.the))

    def _said_once(self) -> Iterator[str]:
        if self.everywhere:
            yield f"In every box, without leaving it: {', '.join(self.everywhere)}."

    def _legend(self) -> Iterator[Key]:
        several = sum(heap.initial > 0 for heap in self.the.heaps) > 1
        yield Key("where it starts" + (": in any of these" if several else ""), mark="dot",
                  role="ink")  # fmt: skip
        if any(self.within(heap) for heap in self.the.heaps):
            whole = all(heap.states == 1 for heap in self.the.heaps)
            yield Key("changes nothing" if whole else "leads to a state of the same box",
                      sample="stays:")  # fmt: skip

    def _items(self) -> Iterator[Item]:
        for (a, b), actions in self.the.steps.items():
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
                f"{', '.join(self.the.heaps[a].common)} to {', '.join(self.the.heaps[b].common)}",
            )
        for number, heap in enumerate(self.the.heaps):
            if heap.initial:
                course = self.laid.courses[f"start>{number}"]
                dot = Circle(*self.laid.nodes[f"start {number}"], 7, "ink")
                line = Curve(course[:-1], "ink", 1.6)
                head = arrow_head(course[-1], course[-2], "ink")
                yield Group(f"start-{number}", ("edge", "start"), (line, head, dot), "initially")
            yield self._box(number, heap)

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
