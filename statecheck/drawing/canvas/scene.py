"""Scenes as plain data: texts, boxes and curves with roles for colours, in groups.

Coordinates are pixels at full size, from the upper left corner. A scene has no theme.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.style import BODY

Point = tuple[float, float]


@dataclass(frozen=True)
class Text:
    """One line of text. ``y`` is its baseline; ``x`` its left end, whatever ``anchor`` was asked
    for (see ``label``).
    """

    x: float
    y: float
    text: str
    role: str = "ink"
    size: float = BODY
    bold: bool = False

    @property
    def width(self) -> float:
        """How wide it is drawn, in any typeface."""
        return text.width(self.text, self.size, bold=self.bold)


@dataclass(frozen=True)
class Box:
    """A rectangle with round corners. ``dashed`` and ``stroke_width`` are signs besides colour.

    ``opacity`` is that of the filling: what is behind shows through.
    """

    x: float
    y: float
    width: float
    height: float
    fill: str | None = None
    stroke: str | None = None
    radius: float = 0
    stroke_width: float = 1.5
    dashed: bool = False
    opacity: float = 1


@dataclass(frozen=True)
class Curve:
    """Cubic curves from the first point on, three points each; filled where ``fill`` is given."""

    points: tuple[Point, ...]
    stroke: str | None = "line"
    stroke_width: float = 1.5
    dashed: bool = False
    fill: str | None = None
    kind: str = "edge"


@dataclass(frozen=True)
class Shape:
    """Straight lines from point to point: a mark, a rule, an arrow's head."""

    points: tuple[Point, ...]
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 1.5
    closed: bool = True
    dashed: bool = False
    kind: str = "mark"


@dataclass(frozen=True)
class Circle:
    """A circle."""

    x: float
    y: float
    radius: float
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 1.5


@dataclass(frozen=True)
class Group:
    """Items that belong together, with an id and classes for scripts and a title for readers.

    ``link`` leads to another picture, by its name.
    """

    id: str
    classes: tuple[str, ...]
    items: tuple[Item, ...]
    title: str = ""
    link: str = ""


Item = Text | Box | Curve | Shape | Circle | Group


@dataclass(frozen=True)
class Scene:
    """A whole picture: its size, what it is called, what it says, and what is on it.

    Without ``ground`` nothing is behind it but the page that shows it.
    """

    width: float
    height: float
    title: str
    description: str
    items: tuple[Item, ...]
    ground: bool = True


def flat(items: Iterable[Item]) -> Iterator[Item]:
    """Every item that is no group."""
    for item in items:
        if isinstance(item, Group):
            yield from flat(item.items)
        else:
            yield item


def moved(items: Iterable[Item], dx: float, dy: float) -> tuple[Item, ...]:
    """The items somewhere else."""
    return tuple(_moved(item, dx, dy) for item in items)


def _moved(item: Item, dx: float, dy: float) -> Item:
    match item:  # by name, for replace() takes its time and pictures have many items
        case Group():
            inside = moved(item.items, dx, dy)
            return Group(item.id, item.classes, inside, item.title, item.link)
        case Text():
            return Text(item.x + dx, item.y + dy, item.text, item.role, item.size, item.bold)
        case Curve():
            points = tuple((x + dx, y + dy) for x, y in item.points)
            stroke, width = item.stroke, item.stroke_width
            return Curve(points, stroke, width, item.dashed, item.fill, item.kind)
        case Shape():
            return replace(item, points=tuple((x + dx, y + dy) for x, y in item.points))
        case _:
            return replace(item, x=item.x + dx, y=item.y + dy)


# -- texts --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A part of a line: a text, or the sign that ``mark`` names (see `marks`)."""

    text: str = ""
    role: str = "ink"
    bold: bool = False
    mark: str = ""


Line = tuple[Span, ...]


def label(
    x: float,
    y: float,
    words: str,
    role: str = "ink",
    size: float = BODY,
    *,
    bold: bool = False,
    anchor: str = "start",
) -> Text:
    """One line of text whose start, middle or end is at ``x``."""
    words = text.clean(words)
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    return Text(x - shift * text.width(words, size, bold=bold), y, words, role, size, bold)


def rule(points: Sequence[Point], role: str = "rule", width: float = 1.0) -> Shape:
    """A thin line that separates."""
    return Shape(tuple(points), stroke=role, stroke_width=width, closed=False, kind="rule")
