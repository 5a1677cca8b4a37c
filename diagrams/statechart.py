"""One machine as a picture: states, transitions, guards, actions, and what is shared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from diagrams import text
from diagrams.geometry import Ground, Rectangle, around
from diagrams.layout import Cluster, Edge, Graph, Laid, Node, lay_out
from diagrams.machine import Machine, State, Transition
from diagrams.marks import arrow_head, block, line_width, lines_size, mark
from diagrams.page import Frame, Key, framed
from diagrams.scene import Box, Circle, Curve, Group, Item, Line, Scene, Span, label, rule
from diagrams.style import NAME, SMALL, WIDTH
from model.kernel import ModelError

LARGEST = 60
"""Machines of more states cannot be read on one page, and are refused."""

_INITIAL = "initial of "
_PAD = 12.0


@dataclass(frozen=True)
class Setting:
    """What a machine's surroundings say of it, and how it is shown.

    ``outcomes`` marks states as ``success`` or ``failure``. ``shared`` are the events in which
    other machines take part, with the words that explain them. ``full_ink`` are the identifiers
    (states, events, guards, actions) that are shown in full; None means all of them.
    """

    outcomes: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, str] = field(default_factory=dict)
    full_ink: frozenset[str] | None = None
    remark: str = ""

    def role(self, role: str, *names: str) -> str:
        """A role, or the grey one where none of the names is in full ink."""
        if self.full_ink is None or not names or self.full_ink.intersection(names):
            return role
        return "faint"


def picture(machine: Machine, setting: Setting = Setting()) -> Scene:
    """The picture of a machine. Raises ModelError for one too large, and NoRenderer."""
    states = list(machine.all())
    if len(states) > LARGEST:
        raise ModelError(
            f"{machine.name} has {len(states)} states; a picture of more than {LARGEST} cannot be "
            "read: draw a part of it, or take --format html-table, dot or mermaid"
        )
    best = min(
        (
            _Draft(machine, setting, direction, limit)
            for direction in ("LR", "TB")
            for limit in (170.0, 240.0)
        ),
        key=lambda draft: draft.cost,
    )
    return best.scene()


def description(machine: Machine) -> str:
    """The machine in words, for those who cannot see the picture."""
    parts = [machine.summary] if machine.summary else []
    by_id = {state.id: state for state in machine.all()}
    starts = " or ".join(by_id[start].name for start in machine.starts)
    parts.append(f"States: {', '.join(s.name for s in by_id.values())}. Starts in {starts}.")
    for transition in machine.transitions:
        targets = " and ".join(by_id[target].name for target in transition.targets) or "no change"
        words = f"{by_id[transition.source].name} to {targets}"
        parts.append(f"{words}: {in_words(transition)}.")
    return " ".join(parts)


def in_words(transition: Transition) -> str:
    """Event, guard and action of a transition as one text."""
    guard = f" [{' and '.join(transition.guards)}]" if transition.guards else ""
    effect = f" / {', '.join(transition.actions)}" if transition.actions else ""
    return f"{transition.event or '(no event)'}{guard}{effect}"


# -- texts --------------------------------------------------------------------------------------


def transition_lines(
    transition: Transition, setting: Setting, limit: float, *, loops: bool = False, to: str = ""
) -> list[Line]:
    """The label of a transition in lines no wider than a limit, where words allow it."""
    shared = transition.event in setting.shared
    event = setting.role("shared" if shared else "ink", transition.event)
    head: list[Span] = []
    if loops:
        head.append(Span(mark="loop", role=setting.role("muted", transition.event)))
    if shared:
        head.append(Span(mark="diamond", role=event))
    if transition.event:
        head.append(Span(transition.event, event, bold=True))
    else:
        head.append(Span("(no event)", setting.role("muted")))
    if transition.order:
        head.append(Span(f" #{transition.order}", setting.role("muted", transition.event)))
    pieces: list[tuple[str, str]] = []
    for number, guard in enumerate(transition.guards):
        inner = guard.split(" and ")
        for part, word in enumerate(inner):
            opening = "[" if number == part == 0 else ""
            last = number == len(transition.guards) - 1 and part == len(inner) - 1
            pieces.append((f"{opening}{word}{']' if last else ' and'}", word.strip("! ()")))
    for number, action in enumerate(transition.actions):
        comma = "," if number < len(transition.actions) - 1 else ""
        pieces.append((f"{'/ ' if number == 0 else ''}{action}{comma}", action))
    if to:
        pieces.append((f"to {to}", to))
    lines: list[list[Span]] = [head]
    for words, name in pieces:
        span = Span(f" {words}", setting.role("muted", name, transition.event))
        if line_width((*lines[-1], span), SMALL) > limit:
            lines.append([Span("   ")])
        lines[-1].append(span)
    return [tuple(line) for line in lines]


# -- a layout and what it looks like ------------------------------------------------------------


class _Draft:
    """A machine, laid out one way."""

    def __init__(self, machine: Machine, setting: Setting, direction: str, limit: float) -> None:
        self.machine, self.setting, self.limit = machine, setting, limit
        self.parents = machine.parents
        self.states = {state.id: state for state in machine.all()}
        self.inside = self._inside()
        self.edges = self._edges()
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

    def _inside(self) -> dict[str, list[Line]]:
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

    def _edges(self) -> dict[tuple[str, str], list[Line]]:
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

    # -- drawing --------------------------------------------------------------------------------

    def scene(self) -> Scene:
        """The whole picture."""
        outermost = sorted(self.laid.frames, key=lambda id_: len(self.parents[id_]))
        items: list[Item] = [
            self._frame(self.states[id_], self.laid.frames[id_]) for id_ in outermost
        ]
        starts = list(self._starts())
        items += [self._start(point, target) for point, target in starts]
        items += [
            Group(f"{point}point", ("initial",), (Circle(*self.laid.nodes[point], 7, "ink"),))
            for point in dict.fromkeys(point for point, _ in starts)
        ]
        items += [self._arrow(*ends, lines) for ends, lines in self.edges.items()]
        items += [
            self._box(state, *self.laid.nodes[id_])
            for id_, state in self.states.items()
            if id_ in self.laid.nodes
        ]
        frame = Frame(
            self.machine.name,
            self.machine.summary,
            (_counts(self.machine), *self._always()),
            tuple(self._legend()),
            self.machine.source,
            tuple(self._sharing()),
        )
        words = description(self.machine)
        return framed(frame, items, (self.laid.width, self.laid.height), words)

    def _always(self) -> Iterator[str]:
        if self.machine.always:
            yield f"In every transition: {', '.join(self.machine.always)}."
        if self.setting.remark:
            yield self.setting.remark

    def _sharing(self) -> Iterator[Line]:
        for event, words in self.setting.shared.items():
            if any(t.event == event for t in self.machine.transitions):
                role = self.setting.role("shared", event)
                yield (
                    Span(mark="diamond", role=role),
                    Span(event, role, bold=True),
                    Span(f"  {words}", self.setting.role("muted", event)),
                )

    def _frame(self, state: State, frame: Rectangle) -> Group:
        left, top, right, bottom = frame
        region = bool(self.parents[state.id]) and (
            self.states[self.parents[state.id][-1]].kind == "parallel"
        )
        depth = len(self.parents[state.id])
        fill = "composite-fill" if depth % 2 == 0 else "page"
        role = self.setting.role("composite", state.name)
        items = (
            Box(left, top, right - left, bottom - top, fill, role, 14, 1.6, dashed=region),
            label(left + 16, top + 24, self._title(state), role, NAME, bold=True),
            *block(self.inside[state.id], left + 16, top + 31, SMALL),
        )
        classes = ("state", state.kind.replace(" ", "-"), *(("region",) if region else ()))
        return Group(f"state-{state.id}", classes, items, state.name)

    def _start(self, point: str, target: str) -> Group:
        course = self.laid.courses[f"{point}>{target}"]
        items = (
            Curve(course[:-1], "ink", 1.6),
            arrow_head(course[-1], course[-2], "ink"),
        )
        return Group(f"start-{target}", ("edge", "start"), items, f"initially {target}")

    def _arrow(self, source: str, target: str, lines: Sequence[Line]) -> Group:
        edge = f"{source}>{target}"
        course = self.laid.courses[edge]
        events = {t.event for t in self._between(source, target)}
        role = "line"
        if events and events <= set(self.setting.shared):
            role = "shared"
        elif self.setting.outcomes.get(target) == "failure":
            role = "failure"
        role = self.setting.role(role, *events)
        left, top, _, _ = self.ground[0].labels[edge]
        items = (
            Curve(course[:-1], role, 1.7),
            arrow_head(course[-1], course[-2], role),
            *block(lines, left, top, SMALL),
        )
        words = "; ".join(map(in_words, self._between(source, target)))
        title = f"{self.states[source].name} to {self.states[target].name}: {words}"
        return Group(f"edge-{source}-{target}", ("edge", *sorted(events)), items, title)

    def _between(self, source: str, target: str) -> list[Transition]:
        return [t for t in self.machine.transitions if t.source == source and target in t.targets]

    def _box(self, state: State, x: float, y: float) -> Group:
        classes = ["state", state.kind.replace(" ", "-")]
        outcome = self.setting.outcomes.get(state.id, "")
        if outcome:
            classes.append(outcome)
        if state.id in self.machine.starts:
            classes.append("starts")
        return Group(
            f"state-{state.id}", tuple(classes), tuple(self._body(state, x, y)), state.name
        )

    def _body(self, state: State, x: float, y: float) -> Iterator[Item]:
        role = self.setting.role(self.setting.outcomes.get(state.id, "state"), state.name)
        if "history" in state.kind:
            sign = "H*" if "deep" in state.kind else "H"
            yield Circle(x, y, 16, f"{role}-fill", role)
            yield label(x, y + 5, sign, "ink", NAME, bold=True, anchor="middle")
            return
        width, height = self.size(state)
        left, top = x - width / 2, y - height / 2
        if self._double(state):
            yield Box(left, top, width, height, None, role, 15, 1.5)
            left, top, width, height = left + 4, top + 4, width - 8, height - 8
        yield Box(left, top, width, height, f"{role}-fill", role, 12, 1.7)
        outcome = self.setting.outcomes.get(state.id)
        lines = self.inside[state.id]
        baseline = top + (24 if lines else height / 2 + NAME * 0.34)
        middle = x
        if outcome:
            middle += 11
            at = x - text.width(state.name, NAME, bold=True) / 2 - 6
            yield from mark({"success": "check"}.get(outcome, "cross"), at, baseline - 5, 15, role)
        ink = self.setting.role("ink", state.name)
        yield label(middle, baseline, state.name, ink, NAME, bold=True, anchor="middle")
        if lines:
            yield rule(((left, top + 34), (left + width, top + 34)), role)
            inner, _ = lines_size(lines, SMALL)
            yield from block(lines, x - inner / 2, top + 38, SMALL)

    def _legend(self) -> Iterator[Key]:
        kinds = {state.kind for state in self.states.values()}
        transitions = self.machine.transitions
        yield Key("where it starts", mark="dot", role="ink")
        if any(t.guards or t.actions for t in transitions):
            yield Key("event [guard] / action")
        if any(t.order for t in transitions):
            yield Key("tried in this order; a later one is taken when the earlier are not",
                      sample="#1, #2")  # fmt: skip
        if any(t.source in t.targets and not t.internal for t in transitions):
            yield Key("leaves the state and enters it again", mark="loop")
        if any(event in {t.event for t in transitions} for event in self.setting.shared):
            yield Key("shared: other machines take part", mark="diamond", role="shared")
        if "compound" in kinds:
            yield Key("state with states in it", box="composite")
        if "parallel" in kinds:
            yield Key("parallel regions: all of them at once", box="composite", dashed=True)
        if kinds & {"history", "deep history"}:
            yield Key("goes on in the state it was left in", sample="H", role="ink")
        if "deep history" in kinds:
            yield Key("and in the states in it", sample="H*", role="ink")
        if "final" in kinds:
            yield Key("final", box="state", double=True)
        outcomes = set(self.setting.outcomes.values())
        if "success" in outcomes:
            yield Key("outcome: success", mark="check", role="success", box="success", double=True)
        if "failure" in outcomes:
            yield Key("outcome: failure", mark="cross", role="failure", box="failure", double=True)
        if self.setting.full_ink is not None:
            yield Key("grey: not needed", role="faint")


def _counts(machine: Machine) -> str:
    states = list(machine.all())
    inner = sum(1 for state in states if state.children)
    final = sum(1 for state in states if state.kind == "final")
    details = [f"{inner} with states in them"] * bool(inner) + [f"{final} final"] * bool(final)
    more = f" ({', '.join(details)})" if details else ""
    count = len(machine.transitions)
    return (
        f"{len(states)} state{'s' * (len(states) != 1)}{more}, "
        f"{count} transition{'s' * (count != 1)}."
    )
