"""The frame around every picture: a title, a line that says what it is, a legend, a source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.marks import arrow_head, mark, place
from statecheck.drawing.canvas.scene import Box, Group, Item, Line, Scene, label, moved, rule
from statecheck.drawing.canvas.style import BODY, HEADING, MARGIN, NARROWEST, SMALL, TITLE


@dataclass(frozen=True)
class Key:
    """An entry of a legend: a sign, a small box of a role or a short line of one, and what it
    means.
    """

    words: str
    mark: str = ""
    role: str = "muted"
    box: str = ""
    double: bool = False
    dashed: bool = False
    sample: str = ""
    fill: str = ""
    thick: bool = False
    line: str = ""


@dataclass(frozen=True)
class Frame:
    """Title, subtitle, lines below them, legend, and the source at the foot."""

    title: str
    subtitle: str = ""
    lines: tuple[str, ...] = ()
    legend: tuple[Key, ...] = ()
    source: str = ""
    notes: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """The parts around a picture: the title with the lines below it, the legend with notes and the
    source, and the ground that all of it stands on.
    """

    title: bool = True
    legend: bool = True
    ground: bool = True


WHOLE = Surroundings()
"""Everything around a picture."""


def framed(
    frame: Frame,
    body: Sequence[Item],
    size: tuple[float, float],
    description: str,
    minimum: float = NARROWEST,
    around: Surroundings = WHOLE,
    widest: float = 900,
) -> Scene:
    """A picture: the body of a size, with what is asked for around it.

    It is as wide as its body, or wider for its title: ``minimum`` at least, ``widest`` at most.
    """
    width = size[0]
    items: list[Item] = []
    y = MARGIN
    if around.title or around.legend:
        width = max(width, minimum, min(head_width(frame.title, frame.subtitle), widest))
    if around.title:
        items, y = _header(frame, width)
    items += moved(body, MARGIN + (width - size[0]) / 2, y)
    y += size[1] + 22
    for line in frame.notes if around.legend else ():
        items += place(line, MARGIN, y + BODY, BODY)
        y += BODY * text.LEADING + 2
    if around.legend:
        legend, y = _legend(frame.legend, width, y + (6 if frame.notes else 0))
        if legend:
            items.append(Group("legend", ("legend",), tuple(legend)))
    source = frame.source if around.legend else ""
    for words in text.wrapped(f"Source: {source}", SMALL, width) if source else ():
        items.append(label(MARGIN, y + SMALL + 4, words, "muted", SMALL))
        y += SMALL * text.LEADING + 2
    return Scene(
        round(width + 2 * MARGIN),
        round(y + MARGIN * 0.8),
        frame.title,
        description,
        tuple(items),
        around.ground,
    )


def head_width(title: str, subtitle: str) -> float:
    """How wide the title and the line beside it are."""
    beside = 16 + text.width(subtitle, HEADING) if subtitle else 0
    return text.width(title, TITLE, bold=True) + beside


def _header(frame: Frame, width: float) -> tuple[list[Item], float]:
    items: list[Item] = []
    longest = max(text.width(word, TITLE, bold=True) for word in frame.title.split(" "))
    size = max(HEADING, TITLE * min(1, width / longest)) if longest else TITLE
    y = MARGIN + TITLE * 0.75
    titles = text.wrapped(frame.title, size, width, bold=True)
    for line in titles:
        items.append(label(MARGIN, y, line, "ink", size, bold=True))
        y += size * 1.25
    y -= size * 1.25
    end = MARGIN + text.width(titles[-1], size, bold=True) + 16
    if frame.subtitle and end + text.width(frame.subtitle, HEADING) <= MARGIN + width:
        items.append(label(end, y, frame.subtitle, "muted", HEADING))
    elif frame.subtitle:
        for line in text.wrapped(frame.subtitle, HEADING, width):
            y += HEADING * 1.45
            items.append(label(MARGIN, y, line, "muted", HEADING))
    y += 4
    for paragraph in frame.lines:
        for line in text.wrapped(paragraph, BODY, width):
            y += BODY * 1.5
            items.append(label(MARGIN, y, line, "muted", BODY))
    return items, y + 24


def _legend(keys: Iterable[Key], width: float, y: float) -> tuple[list[Item], float]:
    """The entries from left to right, in as many rows as they need."""
    items: list[Item] = []
    x, row = 0.0, 24.0
    for key in keys:
        sign = 30.0 if key.box or key.line else 0.0
        if key.mark:
            sign += 18
        if key.sample:
            sign += text.width(key.sample, SMALL, bold=True) + 7
        lines = text.wrapped(key.words, SMALL, width - sign)
        needed = sign + text.width(lines[0], SMALL)
        if x and x + needed > width:
            x, y = 0.0, y + row
        items += _key(key, MARGIN + x, y, sign, lines)
        y += (len(lines) - 1) * SMALL * text.LEADING
        x += needed + 24
    return items, y + row + 4 if items else y


def _key(key: Key, x: float, y: float, sign: float, lines: Sequence[str]) -> Iterable[Item]:
    middle = y + 9
    at = x
    if key.box:
        yield from _swatch(key, at, middle)
        at += 30
    if key.line:
        yield rule(((at, middle), (at + 16, middle)), key.line, 1.7)
        yield arrow_head((at + 24, middle), (at, middle), key.line)
        at += 30
    if key.mark:
        yield from mark(key.mark, at + 6, middle, SMALL, key.role)
        at += 18
    if key.sample:
        yield label(at, middle + SMALL * 0.35, key.sample, key.role, SMALL, bold=True)
    for number, line in enumerate(lines):
        baseline = middle + SMALL * (0.35 + number * text.LEADING)
        yield label(x + sign, baseline, line, "muted", SMALL)


def _swatch(key: Key, x: float, middle: float) -> Iterable[Item]:
    fill = None if key.dashed else key.fill or f"{key.box}-fill"
    if key.double:
        yield Box(x, middle - 8, 24, 16, stroke=key.box, radius=6, stroke_width=1.3)
        yield Box(x + 3, middle - 5, 18, 10, fill, key.box, radius=4, stroke_width=1.3)
    else:
        stroke = 2.6 if key.thick else 1.5
        yield Box(x, middle - 8, 24, 16, fill, key.box, 6, stroke, dashed=key.dashed)
