"""One machine as a picture: states, transitions, guards, actions, and what is shared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.marks import arrow_head, block, lines_size, mark
from statecheck.drawing.canvas.page import WHOLE, Frame, Key, Surroundings, framed
from statecheck.drawing.canvas.scene import (
    Box,
    Circle,
    Curve,
    Group,
    Item,
    Line,
    Scene,
    Span,
    label,
    moved,
    rule,
)
from statecheck.drawing.canvas.style import NAME, SMALL
from statecheck.drawing.layout.clarity import clearest
from statecheck.drawing.layout.event_table import EventTable, crowded
from statecheck.drawing.layout.geometry import Rectangle
from statecheck.drawing.layout.labels import (
    PLAIN,
    Ink,
    Lettering,
    Setting,
    description,
    in_words,
    lettering,
)
from statecheck.drawing.layout.labels import brief as briefly
from statecheck.drawing.layout.placement import Form, Placement
from statecheck.drawing.machine import Machine, State, Transition
from statecheck.modeling import ModelError

STARTS = tuple(
    Key(f"where it starts{where}", mark="dot", role="ink") for where in ("", ": in either")
)
"""The legend's keys for where a machine starts: in one state, or in one of several."""

_ROWS = Key("the rows of an event are tried from top to bottom, in the state's column")

LARGEST = 60
"""Machines of more states cannot be read on one page, and are refused."""


def picture(machine: Machine, setting: Setting = PLAIN, around: Surroundings = WHOLE) -> Scene:
    """The picture of a machine. Raises ModelError for one too large, and NoRenderer."""
    states = list(machine.all())
    if len(states) > LARGEST:
        raise ModelError(
            f"{machine.name} has {len(states)} states; a picture of more than {LARGEST} cannot be "
            "read: draw a part of it, or take --format html-table, dot or mermaid"
        )
    return best(machine, setting, brief=crowded(machine)).scene(around)


def best(machine: Machine, setting: Setting, *, brief: bool = False) -> Drawing:
    """The clearest of the layouts that are tried; the same again for the same machine.

    With ``brief`` labels arrows have the names of events alone.
    """
    words = (tuple(setting.outcomes.items()), tuple(setting.shared.items()), setting.remark)
    key = machine, words, setting.full_ink, brief
    if key not in _BEST:
        _BEST[key] = clearest(drawings(machine, setting, brief=brief))
    return _BEST[key]


_BEST: dict[tuple[Machine, object, frozenset[Ink] | None, bool], Drawing] = {}


def drawings(machine: Machine, setting: Setting, *, brief: bool = False) -> Iterator[Drawing]:
    """The machine, laid out in every way that is tried."""
    nested = any(state.children for state in machine.all())
    lettered = briefly if brief else lettering
    letterings = {limit: lettered(machine, setting, limit) for limit in _LIMITS[brief]}
    for direction in ("LR", "TB"):
        for limit, words in letterings.items():
            for stretched in (False, True)[: 1 + nested]:
                form = Form(direction, limit, stretched=stretched)
                yield Drawing(machine, setting, form, words, brief=brief)


_LIMITS = {False: (170.0, 240.0), True: (110.0, 170.0)}
"""How wide labels may be, in full and brief."""


class Drawing(Placement):
    """A placement that can be drawn; with ``brief`` labels a table says the rest."""

    def __init__(
        self, machine: Machine, setting: Setting, form: Form, words: Lettering, *, brief: bool
    ) -> None:
        super().__init__(machine, setting, form, words)
        self.brief = brief

    def inked(self, full_ink: frozenset[Ink]) -> Drawing:
        """The same drawing, in which only some identifiers are in full ink."""
        other = copy(self)
        other.setting = replace(self.setting, full_ink=full_ink)
        lettered = briefly if self.brief else lettering
        words = lettered(self.machine, other.setting, self.form.limit)
        other.inside, other.edges = words.inside, words.edges
        return other

    def items(self) -> list[Item]:
        """The machine without anything around it."""
        outermost = sorted(self.laid.frames, key=lambda id_: len(self.parents[id_]))
        items: list[Item] = [
            self._frame(self.states[id_], self.laid.frames[id_]) for id_ in outermost
        ]
        starts = list(self._starts())
        start = self.setting.role("ink", "initially")
        items += [self._start(point, target) for point, target in starts]
        items += [
            Group(f"{point}point", ("initial",), (Circle(*self.laid.nodes[point], 7, start),))
            for point in dict.fromkeys(point for point, _ in starts)
        ]
        items += [self._arrow(*ends, lines) for ends, lines in self.edges.items()]
        items += [
            self._box(state, *self.laid.nodes[id_])
            for id_, state in self.states.items()
            if id_ in self.laid.nodes
        ]
        return items

    def scene(self, around: Surroundings = WHOLE) -> Scene:
        """The whole picture, with what is asked for around it."""
        frame = Frame(
            self.machine.name,
            self.machine.summary,
            (_counts(self.machine), *self._always()),
            (*self.legend(), *(_ROWS,) * self.brief),
            self.machine.source,
            tuple(self._sharing()),
        )
        words = description(self.machine)
        items, size = self.items(), (self.laid.width, self.laid.height)
        if self.brief:
            items, size = self._above_table(items)
        return framed(frame, items, size, words, around=around)

    def _above_table(self, items: Sequence[Item]) -> tuple[list[Item], tuple[float, float]]:
        """The machine, and below it what arrows with brief labels do not say."""
        table = EventTable(self.machine, self.setting)
        width = max(self.laid.width, table.width)
        below = self.laid.height + 30
        placed = [
            *moved(items, (width - self.laid.width) / 2, 0),
            *moved(table.items(), (width - table.width) / 2, below),
        ]
        return placed, (width, below + table.height)

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
        role = self.setting.role("ink", "initially")
        items = (
            Curve(course[:-1], role, 1.6, dashed=role == "faint"),
            arrow_head(course[-1], course[-2], role),
        )
        return Group(f"start-{target}", ("edge", "start"), items, f"initially {target}")

    def _arrow(self, source: str, target: str, lines: Sequence[Line]) -> Group:
        edge = f"{source}>{target}"
        course = self.laid.courses[edge]
        events = {t.event for t in self._between(source, target)}
        role = "line"
        if self._all_shared(source, target):
            role = "shared"
        elif self.setting.outcomes.get(target) == "failure":
            role = "failure"
        role = self.setting.role(role, *events)
        left, top, _, _ = self.labels[edge]
        items = (
            Curve(course[:-1], role, 1.7, dashed=role == "faint"),
            arrow_head(course[-1], course[-2], role),
            *block(lines, left, top, SMALL),
        )
        words = "; ".join(map(in_words, self._between(source, target)))
        title = f"{self.states[source].name} to {self.states[target].name}: {words}"
        return Group(f"edge-{source}-{target}", ("edge", *sorted(events)), items, title)

    def _all_shared(self, source: str, target: str) -> bool:
        events = {t.event for t in self._between(source, target)}
        return bool(events) and events <= set(self.setting.shared)

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
            yield Box(left, top, width, height, None, role, 15, 1.5, dashed=role == "faint")
            left, top, width, height = left + 4, top + 4, width - 8, height - 8
        faint = role == "faint"
        outcome = self.setting.outcomes.get(state.id)
        stroke = 3 if outcome else 1.7
        yield Box(left, top, width, height, f"{role}-fill", role, 12, stroke, dashed=faint)
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

    def legend(self) -> Iterator[Key]:
        """The meanings of the signs of this machine."""
        kinds = {state.kind for state in self.states.values()}
        transitions = self.machine.transitions
        if self.machine.starts:
            yield STARTS[len(self.machine.starts) > 1]
        if not self.brief and any(t.guards or t.actions for t in transitions):
            yield Key("event [guard] / action")
        if not self.brief and any(not t.event for t in transitions):
            yield Key("taken at once, without an event", sample="[guard]")
        if any(t.order for t in transitions) and not self.brief:
            yield Key("tried in this order; a later one is taken when the earlier are not",
                      sample="#1, #2")  # fmt: skip
        if any(t.source in t.targets and not t.internal for t in transitions):
            yield Key("leaves the state and enters it again", mark="loop")
        if any(event in {t.event for t in transitions} for event in self.setting.shared):
            yield Key("shared: other machines take part", mark="diamond", role="shared")
        if any(self._all_shared(*ends) for ends in self.edges):
            yield Key("every event of the arrow is shared", line="shared")
        if "compound" in kinds:
            yield Key("composite", box="composite")
        if "parallel" in kinds:
            yield Key("parallel regions: all of them at once", box="composite", dashed=True)
        if "history" in kinds:
            yield Key("goes on in the state it was left in", sample="H", role="ink")
        if "deep history" in kinds:
            yield Key("goes on in the innermost states it was left in", sample="H*", role="ink")
        if "final" in kinds:
            yield Key("final", box="state", double=True)
        outcomes = set(self.setting.outcomes.values())
        if "success" in outcomes:
            yield Key("outcome: success", mark="check", role="success", box="success", thick=True)
        if "failure" in outcomes:
            yield Key("outcome: failure", mark="cross", role="failure", box="failure", thick=True)
        if self.setting.full_ink is not None:
            yield Key("grey, dashed: not needed", box="faint", dashed=True)


def _counts(machine: Machine) -> str:
    states = list(machine.all())
    inner = sum(1 for state in states if state.children)
    final = sum(1 for state in states if state.kind == "final")
    details = [f"{inner} composite"] * bool(inner) + [f"{final} final"] * bool(final)
    more = f" ({', '.join(details)})" if details else ""
    count = len(machine.transitions)
    return (
        f"{len(states)} state{'s' * (len(states) != 1)}{more}, "
        f"{count} transition{'s' * (count != 1)}."
    )
