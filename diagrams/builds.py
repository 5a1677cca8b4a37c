"""The posted builds of Store.exe on one axis: what each has, what it brought, what may be asked."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.marks import mark
from statecheck.drawing.canvas.page import Frame, Key, framed
from statecheck.drawing.canvas.scene import Box, Group, Item, Scene, label, rule
from statecheck.drawing.canvas.style import BODY, SMALL
from statecheck.drawing.tables import Table

YES, MAY_BE, NO = "yes", "may be", "no"

COSTS = ("2.46", "SP4")
"""The ids of what is no trouble of a build, but its price."""


@dataclass(frozen=True)
class Build:
    """A build: its version, and the pack or the month by which it is known."""

    version: str
    known_as: str


@dataclass(frozen=True)
class Line:
    """A trouble, a price or a demand, and for each build whether it is so: yes, may be or no."""

    id: str
    words: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Builds:
    """The builds in order, and the lines below each heading. A demand's yes is good news."""

    builds: tuple[Build, ...]
    regressions: tuple[Line, ...]
    uncured: tuple[Line, ...]
    costs: tuple[Line, ...]
    demands: tuple[Line, ...]


def content(answer: Mapping[str, Any]) -> Builds:
    """The content from the table of builds as a report has it."""
    rows = answer["rows"]

    def line(drawback: Mapping[str, Any]) -> Line:
        id_ = drawback["id"]
        return Line(
            id_,
            drawback["text"],
            tuple(
                YES if id_ in row["has"] else MAY_BE if id_ in row["may_have"] else NO
                for row in rows
            ),
        )

    lines = {drawback["id"]: line(drawback) for drawback in answer["drawbacks"]}
    brought = {drawback["id"] for drawback in answer["drawbacks"] if drawback["regression"]}
    return Builds(
        tuple(Build(row["version"], row["pack"] or row["posted"][:7]) for row in rows),
        tuple(own for id_, own in lines.items() if id_ in brought),
        tuple(own for id_, own in lines.items() if id_ not in {*brought, *COSTS}),
        tuple(lines[id_] for id_ in COSTS),
        tuple(
            Line(d["id"], d["text"], tuple(row["meets"][d["id"]] for row in rows))
            for d in answer["requirements"]
        ),
    )


_LEFT, _COLUMN, _HEAD, _BAR = 330.0, 60.0, 44.0, 27.0
_HEADING = 34.0


def picture(builds: Builds) -> Scene:
    """The picture: a column for each build, a row for each line."""
    drawing = _Drawing(builds)
    frame = Frame(
        "Builds of Store.exe",
        "what each has, and what may be asked of it",
        ("The axis is in order, not to scale. Every version begins with 5.5.",),
        (
            Key("a fix or SP4 brought it, and later builds cure it", box="upgrade", mark="warning",
                role="upgrade"),
            Key("the build has it", box="failure", mark="cross", role="failure"),
            Key("may have it: no article says where it begins or ends", box="line", dashed=True,
                mark="question"),
            Key("its price", box="composite"),
            Key("met", mark="check", role="success"),
            Key("not met", mark="cross", role="failure"),
        ),
        "the articles named; which builds fail moves is the solver's answer; SP4's build is "
        "assumed (A7)",
    )  # fmt: skip
    items = tuple(drawing.items())
    return framed(frame, items, (drawing.width, drawing.bottom), description(builds))


def description(builds: Builds) -> str:
    """The picture in words."""
    words = []
    for place, build in enumerate(builds.builds):
        troubles = [*builds.regressions, *builds.uncured, *builds.costs]
        has = [line.id for line in troubles if line.answers[place] == YES]
        may = [line.id for line in troubles if line.answers[place] == MAY_BE]
        met = [line.id for line in builds.demands if line.answers[place] == YES]
        words.append(
            f"{build.version} ({build.known_as}) has {', '.join(has) or 'nothing'}; may have "
            f"{', '.join(may) or 'nothing'}; meets {', '.join(met) or 'nothing'}."
        )
    return " ".join(words)


def table(builds: Builds) -> Table:
    """A row for each line, a column for each build."""
    lines = (*builds.regressions, *builds.uncured, *builds.costs, *builds.demands)
    rows = [(f"{line.id}: {line.words}", *line.answers) for line in lines]
    heads = ("", *(f"{build.version} {build.known_as}" for build in builds.builds))
    return Table("Builds of Store.exe", heads, tuple(rows))


class _Drawing:
    def __init__(self, builds: Builds) -> None:
        self.builds = builds
        self.width = _LEFT + _COLUMN * len(builds.builds)
        self.bottom = 0.0
        self.parts = (
            ("Regressions", builds.regressions, "upgrade"),
            ("Other troubles", builds.uncured, "failure"),
            ("What the build costs", builds.costs, "composite"),
            ("What may be asked of a build", builds.demands, ""),
        )

    def items(self) -> Iterator[Item]:
        """Everything, from the back to the front; ``bottom`` is known afterwards."""
        rows: list[Item] = []
        y = _HEAD
        for heading, lines, role in self.parts:
            rows.append(label(0, y + 22, heading, "ink", BODY, bold=True))
            y += _HEADING
            for line in lines:
                group, height = self._row(line, y, role)
                rows.append(group)
                y += height
            y += 6
        self.bottom = y
        for place, build in enumerate(self.builds.builds):
            x = _LEFT + _COLUMN * (place + 0.5)
            if place % 2 == 0:
                yield Box(x - _COLUMN / 2, 0, _COLUMN, y, "stripe")
            version = build.version.removeprefix("5.5.")
            yield label(x, 16, version, "ink", SMALL, bold=True, anchor="middle")
            yield label(x, 33, build.known_as, "muted", SMALL, anchor="middle")
        yield rule(((0, _HEAD), (self.width, _HEAD)))
        yield from rows

    def _row(self, line: Line, y: float, role: str) -> tuple[Group, float]:
        named = f"{line.id}: {line.words}"
        words = text.wrapped(named, SMALL, _LEFT - 16)
        height = max(_BAR + 8, len(words) * SMALL * text.LEADING + 8)
        middle = y + height / 2
        at = middle - len(words) * SMALL * text.LEADING / 2 + SMALL
        items: list[Item] = []
        for number, part in enumerate(words):
            items.append(label(0, at + number * SMALL * text.LEADING, part, "ink", SMALL))
        if role:
            items += self._bars(line, middle, role)
        else:
            items += self._signs(line, middle)
        said = ", ".join(
            f"{build.version} {answer}"
            for build, answer in zip(self.builds.builds, line.answers, strict=True)
        )
        return Group(f"line-{line.id}", ("line",), tuple(items), f"{named}: {said}"), height

    def _bars(self, line: Line, middle: float, role: str) -> Iterator[Item]:
        """A bar over neighbouring builds that have it, and another one over those that may."""
        signs = {"upgrade": "warning", "failure": "cross"}
        place = 0
        for answer, group in itertools.groupby(line.answers):
            length = len(list(group))
            x, width = _LEFT + _COLUMN * place + 4, _COLUMN * length - 8
            place += length
            if answer == NO:
                continue
            sure = answer == YES
            own, fill = (role, f"{role}-fill") if sure else ("line", "page")
            yield Box(x, middle - _BAR / 2, width, _BAR, fill, own, 8, 1.5, dashed=not sure)
            sign = signs.get(role, "dot") if sure else "question"
            size = 14 if sure else 12
            yield from mark(sign, x + width / 2, middle, size, own if sure else "muted")

    def _signs(self, line: Line, middle: float) -> Iterator[Item]:
        """A sign for each build: it meets a demand, or does not."""
        signs: Mapping[str, Sequence[str]] = {
            YES: ("check", "success"),
            NO: ("cross", "failure"),
            MAY_BE: ("question", "muted"),
        }
        for place, answer in enumerate(line.answers):
            sign, role = signs[answer]
            yield from mark(sign, _LEFT + _COLUMN * (place + 0.5), middle, 15, role)
