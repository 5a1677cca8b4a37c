"""A run as a picture: a lane for each machine, a row for each step, what changed, and the cause."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from statecheck.claims.run import Change
from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.cards import Card, Row, stacked
from statecheck.drawing.canvas.marks import arrow_head, mark
from statecheck.drawing.canvas.page import Frame, Key, framed, head_width
from statecheck.drawing.canvas.scene import Box, Circle, Group, Item, Scene, Shape, label, rule
from statecheck.drawing.canvas.style import BODY, HEADING, NAME, NARROWEST, SMALL
from statecheck.drawing.pictures.lanes import AIR, Lanes, by_lane
from statecheck.drawing.pictures.playback import Lane, Moment, Part
from statecheck.drawing.pictures.story import Story, call, causes, description

_STEP, _ACTION, _CHANGES = 54.0, 146.0, 244.0
_WIDEST = 1060.0
_BOX, _EDGE = 34.0, 22.0


def picture(story: Story) -> Scene:
    """The picture of a run."""
    drawing = _Drawing(story)
    frame = Frame(
        story.title,
        story.subtitle,
        drawing.start(),
        tuple(drawing.legend()),
        story.source,
    )
    items = tuple(drawing.items())
    return framed(frame, items, drawing.size, description(story))


def narrow(story: Story) -> Scene:
    """The same for a narrow page: a card for each step, with what it changes."""
    drawing = _Drawing(story)
    ending, strong, last = drawing.ending(), drawing.strong_rows(), len(story.played.moments)
    starts = [Row(f"{lane.name} is {drawing.first[lane]}") for lane in drawing.lanes]
    cards = [Card("step-0", "step", Row("0  initial state", "muted", bold=True), tuple(starts))]
    for number, moment in enumerate(story.played.moments, 1):
        ends = number in ending
        role = story.ends if ends else "upgrade" if number in strong else "rule"
        ink = "ink" if role == "rule" else role
        sign = drawing.sign() if number == last and story.back_to is None else ""
        head = Row(f"{number}  {call(moment)}", ink, bold=True, mark=sign)
        rows = [Row(f"{c.place}: {c.before} to {c.after}", ink) for c in moment.changes]
        fill = "stripe" if role == "rule" else f"{role}-fill"
        changes = tuple(rows) or (Row("changes nothing", ink),)
        cards.append(Card(f"step-{number}", "step", head, changes, role, fill))
    if story.back_to is not None:
        rows = [Row(f"then {drawing.when().removeprefix('by ')}", story.ends, bold=True)]
        cards.append(Card("again", "again", Row("", story.ends, mark="back"), tuple(rows)))
    notes = tuple(Row(why) for why in causes(story))
    head = Row(f"{story.verdict} {drawing.when()}", story.ends, bold=True, mark=drawing.sign())
    said = (Row(story.claim, "muted"), *notes)
    cards.append(Card("property", "property", head, said, story.ends, "page"))
    frame = Frame(story.title, story.subtitle, drawing.start(), (), story.source)
    return stacked(frame, cards, description(story))


def _fitting(words: str, size: float, limit: float, *, bold: bool = False) -> float:
    """The size, or the smaller one at which words are no wider than a limit."""
    return min(size, size * limit / max(1.0, text.width(words, size, bold=bold)))


ENDS = frozenset({"failure", "reached"})
"""The roles of what a run ends with."""


class _Drawing:
    """Where the lanes and rows are."""

    def __init__(self, story: Story) -> None:
        self.story, self.played = story, story.played
        every = self.played.lanes
        self.first = dict(zip(every, self.played.states, strict=True))
        self.ground = Lanes(self.played, story.looked_at, story.witnesses, _STEP + _ACTION)
        self.lanes, self.right = self.ground.shown, self.ground.right
        self.hidden = [lane for lane in every if lane not in self.lanes]
        self.top = 62.0
        head = min(head_width(story.title, story.subtitle), 900)
        width = max(self.right + _CHANGES, NARROWEST, head)
        width = max(width, min(_WIDEST, self.right + self._wanted()))
        self.room = width - self.right - 14 - _EDGE
        self.changes = [
            [line for change in moment.changes for line in self._change(change)]
            for moment in self.played.moments
        ]
        self.heights = [54.0] + [
            max(60.0, 22 + len(lines) * SMALL * text.LEADING) for lines in self.changes
        ]
        self.foot = [
            (line, role)
            for note, role in self._footnotes()
            for line in text.wrapped(note, BODY, width - 30)
        ]
        self.bottom = self.top + sum(self.heights)
        below = 52 + len(self.foot) * BODY * 1.5
        self.size = (width, self.bottom + below)

    def _footnotes(self) -> Iterator[tuple[str, str]]:
        """The notes below the steps, with their roles."""
        yield self.story.claim, "muted"
        for number, why in enumerate(causes(self.story)):
            cause = number == 0 and self.story.back_to is None
            yield (f"Cause: {why}" if cause else why), "ink"

    def _wanted(self) -> float:
        """How wide the last column is where every change is one line."""
        changes = [change for moment in self.played.moments for change in moment.changes]
        lines = (f"{c.place} = {c.after} (was {c.before})" for c in changes)
        return 15 + _EDGE + max((text.width(line, SMALL) for line in lines), default=0)

    def _change(self, change: Change) -> list[tuple[str, bool]]:
        """A change in lines, indented or not: the former value goes below, where both do not fit
        beside each other.
        """
        new, old = f"{change.place} = {change.after}", f"(was {change.before})"
        if text.width(f"{new} {old}", SMALL) <= self.room:
            return [(f"{new} {old}", False)]
        return [
            *((line, False) for line in text.wrapped(new, SMALL, self.room)),
            *((line, True) for line in text.wrapped(old, SMALL, 200)),
        ]

    def _x(self, lane: Lane) -> float:
        return self.ground.middles[lane]

    def _y(self, row: int) -> float:
        return self.top + sum(self.heights[:row]) + self.heights[row] / 2

    def start(self) -> tuple[str, ...]:
        """The values that the run chose at its start, but for those that the lanes show."""
        shown = {lane.name for lane in self.lanes}
        tie = text.TIED
        chosen = [
            f"{name}{tie}={tie}{value}" for name, value in self.played.data if name not in shown
        ]
        hidden = [f"{lane.name}{tie}={tie}{self.first[lane]}" for lane in self.hidden
                  if lane.name not in dict(self.played.data)]  # fmt: skip
        lines = [f"At the start: {'; '.join(chosen)}."] if chosen else []
        if hidden:
            lines.append(f"Not shown, for they do not step: {'; '.join(hidden)}.")
        return tuple(lines)

    def legend(self) -> Iterator[Key]:
        """The meanings of the signs of this run."""
        parts = [part for moment in self.played.moments for part in moment.parts]
        yield Key("state at the start", box="state", fill="page")
        if any(part.before != part.after for part in parts):
            yield Key("state entered in this step", box="composite")
        if any(part.before == part.after for part in parts):
            yield Key("takes part, keeps its state", box="line", dashed=True)
        if parts:
            yield Key("what the machine got, beside its state", sample="event", role="ink")
        if any(len(moment.parts) > 1 for moment in self.played.moments):
            yield Key("got in one step together", mark="bar", role="shared")
        shown = {change.what for moment in self.played.moments for change in moment.changes}
        for what, words in self.story.strong.items():
            if what in shown:
                yield Key(words, box="upgrade", mark="warning", role="upgrade")
        ends = self.story.ends
        if self.story.back_to is None:
            yield Key(f"{self.story.verdict} here", box=ends, mark=self.sign(), role=ends)
        else:
            yield Key("these steps again, for ever", box=ends, mark="back", role=ends)

    def sign(self) -> str:
        """The sign of what the run ends with."""
        return "cross" if self.story.ends == "failure" else "flag"

    def ending(self) -> range:
        """The rows that the run ends with: the last one, or a lasso's loop."""
        last = len(self.played.moments)
        return range(last if self.story.back_to is None else self.story.back_to + 1, last + 1)

    def strong_rows(self) -> list[int]:
        """The steps whose changes stand out."""
        return [
            number
            for number, moment in enumerate(self.played.moments, 1)
            if any(change.what in self.story.strong for change in moment.changes)
        ]

    # -- drawing --------------------------------------------------------------------------------

    def items(self) -> Iterator[Item]:
        """Everything, from the back to the front."""
        yield from self._bands()
        yield from self._heads()
        yield self._row_of_starts()
        for number, moment in enumerate(self.played.moments, 1):
            yield self._row(number, moment)
        yield from self._foot()
        if self.story.back_to is not None:
            yield from self._way_back()

    def _way_back(self) -> Iterator[Item]:
        """From a lasso's last step to the first one that comes again."""
        rows, role = self.ending(), self.story.ends
        top, bottom = self._y(rows.start) - 4, self._y(rows.stop - 1) + 4
        if len(rows) == 1:
            top, bottom = top - 8, bottom + 8
        points = ((18.0, bottom), (9.0, bottom), (9.0, top), (17.0, top))
        yield Shape(points, stroke=role, stroke_width=1.8, closed=False, kind="back")
        yield arrow_head((22.0, top), (9.0, top), role)

    def _bands(self) -> Iterator[Item]:
        strong, ending = self.strong_rows(), self.ending()
        y = self.top
        for row, height in enumerate(self.heights):
            if row == ending.start:
                fill, role = f"{self.story.ends}-fill", self.story.ends
                yield Box(0, y, self.size[0], sum(self.heights[row:]), fill, role, 12, 2)
            elif row in strong and row not in ending:
                yield Box(0, y, self.size[0], height, "upgrade-fill")
            elif row % 2 == 0 and row not in ending:
                yield Box(0, y, self.size[0], height, "stripe")
            y += height

    def _heads(self) -> Iterator[Item]:
        yield label(14, 44, "step", "muted", SMALL)
        yield label(_STEP, 44, "action", "muted", SMALL)
        yield label(self.right + 14, 44, "what changed", "muted", SMALL)
        for lane in self.lanes:
            x = self._x(lane)
            room = self.ground.box_width(lane) + AIR
            size = _fitting(lane.slot, NAME, room, bold=True)
            small = _fitting(lane.entity, SMALL, room)
            yield Group(
                f"lane-{lane.name}",
                ("lane",),
                (
                    label(x, 26, lane.slot, "ink", size, bold=True, anchor="middle"),
                    label(x, 44, lane.entity, "muted", small, anchor="middle"),
                ),
                f"{lane.name}, {lane.machine}",
            )
            rows = [0] + [
                number
                for number, moment in enumerate(self.played.moments, 1)
                if any(part.lane == lane for part in moment.parts)
            ]
            for above, below in itertools.pairwise(rows):
                ends = (self._y(above) + 17, self._y(below) - 17)
                yield rule(((x, ends[0]), (x, ends[1])), "line", 1.2)
            end = self._y(len(self.heights) - 1)
            if rows[-1] != len(self.heights) - 1:
                yield rule(((x, self._y(rows[-1]) + 17), (x, end)), "line", 1.2)
                yield Circle(x, end, 3.5, "line")

    def _row_of_starts(self) -> Group:
        y = self._y(0)
        items: list[Item] = [
            label(30, y + 5, "0", "muted", NAME, bold=True),
            label(_STEP, y + 5, "initial state", "muted", BODY),
        ]
        for lane in self.lanes:
            items += self._state(lane, y, self.first[lane], "state", dashed=False)
        classes = ("step", *(("end",) if 0 in self.ending() else ()))
        return Group("step-0", classes, tuple(items), "the initial state")

    def _row(self, number: int, moment: Moment) -> Group:
        y = self._y(number)
        last = number in self.ending()
        strong = number in self.strong_rows()
        role = self.story.ends if last else "upgrade" if strong else "muted"
        items: list[Item] = [label(30, y + 5, str(number), role, NAME, bold=True)]
        if last and self.story.back_to is None:
            items += mark(self.sign(), 16, y, 15, role)
        elif strong and not last:
            items += mark("warning", 16, y, 15, role)
        name = _fitting(moment.action, BODY, _ACTION - 12, bold=True)
        ink = "upgrade" if strong and not last else self.story.ends if last else "ink"
        items.append(label(_STEP, y - 3, moment.action, ink, name, bold=True))
        words = f"({', '.join(moment.arguments)})"
        small = _fitting(words, SMALL, _ACTION - 10)
        items.append(label(_STEP, y + 15, words, ink if ink != "ink" else "muted", small))
        items += self._parts(moment, y, role)
        items += self._changed(number, y, ink)
        classes = ("step", moment.action, *(("end",) if last else ()))
        return Group(f"step-{number}", classes, tuple(items), f"step {number}: {call(moment)}")

    def _parts(self, moment: Moment, y: float, role: str) -> Iterator[Item]:
        seen: dict[Lane, Part] = {part.lane: part for part in moment.parts}
        parts = by_lane(moment, self.lanes)
        if len(parts) > 1:
            line = ((self._x(parts[0][0]), y), (self._x(parts[-1][0]), y))
            yield Shape(line, stroke="shared", stroke_width=3, closed=False, kind="together")
        for lane, part in seen.items():
            changed = part.before != part.after
            own = "line" if not changed else role if role in ENDS else "composite"
            yield from self._state(lane, y, part.after, own, dashed=not changed)
        yield from self._events(parts, y, role)

    def _events(self, parts: Sequence[tuple[Lane, str]], y: float, role: str) -> Iterator[Item]:
        """The events, each at the state of the machine that got it; one alone on the line."""
        names = {event for _, event in parts}
        for number, (lane, event) in enumerate(parts):
            edge = self.ground.box_width(lane) / 2 + AIR
            if len(parts) == 1:
                ink = "ink" if role == "muted" else role
                yield label(self._x(lane) + edge, y + 4.5, event, ink, SMALL, bold=True)
            elif len(parts) == 2 and len(names) == 1:
                x = self._x(lane) + edge
                other = parts[1][0]
                if self.lanes.index(other) == self.lanes.index(lane) + 1:
                    x = (x + self._x(other) - self.ground.box_width(other) / 2 - AIR) / 2
                    yield label(x, y - 7, event, "shared", SMALL, bold=True, anchor="middle")
                else:
                    yield label(x, y - 7, event, "shared", SMALL, bold=True)
                return
            elif number == 0:
                yield label(self._x(lane) + edge, y - 7, event, "shared", SMALL, bold=True)
            else:
                x = self._x(lane) - edge
                yield label(x, y + 16, event, "shared", SMALL, bold=True, anchor="end")

    def _state(self, lane: Lane, y: float, name: str, role: str, *, dashed: bool) -> Iterator[Item]:
        x, width = self._x(lane), self.ground.box_width(lane)
        fill = "composite-fill" if role == "composite" else "page"
        yield Box(x - width / 2, y - _BOX / 2, width, _BOX, fill, role, 10, 1.7, dashed=dashed)
        ink = {"line": "muted", "state": "ink"}.get(role, role)
        yield label(x, y + 5, name, ink, BODY, bold=True, anchor="middle")

    def _changed(self, number: int, y: float, ink: str) -> Iterator[Item]:
        lines = self.changes[number - 1] or [("nothing", False)]
        role = "muted" if ink == "ink" else ink
        at = y - len(lines) * SMALL * text.LEADING / 2 + SMALL * 0.98
        for line, indented in lines:
            indent = 12 if indented else 0
            yield label(self.right + 14 + indent, at, line, role, SMALL)
            at += SMALL * text.LEADING

    def when(self) -> str:
        """The words for the steps that the run ends with."""
        rows = self.ending()
        if self.story.back_to is None:
            return f"in step {rows.start}" if rows.start else "in the initial state"
        again = f"steps {rows.start} to {rows.stop - 1}" if len(rows) > 1 else f"step {rows.start}"
        return f"by {again} again and again, for ever"

    def _foot(self) -> Iterator[Item]:
        y = self.bottom
        items: list[Item] = [*mark(self.sign(), 10, y + 26, HEADING, self.story.ends)]
        head = f"{self.story.title}: {self.story.verdict} {self.when()}"
        items.append(label(28, y + 32, head, self.story.ends, HEADING, bold=True))
        y += 36
        for line, role in self.foot:
            y += BODY * 1.5
            items.append(label(14, y, line, role))
        yield Group("property", ("property",), tuple(items), head)
