"""The signs that stand beside colour, drawn as shapes: no typeface has to know them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.scene import Circle, Curve, Item, Line, Point, Shape, Text, label

_ROUNDED = 0.15
"""Texts that follow each other are so far apart: places and widths are written with one decimal."""

WIDTH = 1.05
"""How much room a sign takes in a line, as a part of the size of the text."""


def mark(name: str, x: float, y: float, size: float, role: str) -> tuple[Item, ...]:
    """A sign centred on a point, as tall as capital letters of a size."""
    r = size * 0.36

    def at(*points: Point) -> tuple[Point, ...]:
        return tuple((x + px * r, y + py * r) for px, py in points)

    stroke = max(1.4, size * 0.13)
    match name:
        case "check":
            line = at((-0.95, 0.05), (-0.3, 0.75), (1, -0.8))
            return (Shape(line, stroke=role, stroke_width=stroke, closed=False),)
        case "cross":
            return tuple(
                Shape(line, stroke=role, stroke_width=stroke, closed=False)
                for line in (at((-0.8, -0.8), (0.8, 0.8)), at((-0.8, 0.8), (0.8, -0.8)))
            )
        case "diamond":
            return (Shape(at((0, -1), (0.85, 0), (0, 1), (-0.85, 0)), fill=role),)
        case "warning":
            triangle = Shape(at((0, -1.1), (1.15, 0.95), (-1.15, 0.95)), stroke=role)
            return (
                triangle,
                Shape(at((0, -0.35), (0, 0.3)), stroke=role, stroke_width=1.6, closed=False),
                Circle(x, y + 0.62 * r, 0.9, fill=role),
            )
        case "dot":
            return (Circle(x, y, r * 0.8, fill=role),)
        case "ring":
            return (Circle(x, y, r * 0.75, stroke=role, stroke_width=stroke),)
        case "loop":
            k = 0.8
            points = at(
                (0.45, -k), (1.15, -0.5), (1.05, k), (0, k),
                (-1.1, k), (-1.15, -0.75), (-0.15, -k),
            )  # fmt: skip
            head = at((0.5, -k), (-0.3, -1.35), (-0.3, -0.25))
            return (
                Curve(points, stroke=role, stroke_width=1.4, kind="mark"),
                Shape(head, fill=role),
            )
        case "flag":
            pole = at((-0.7, -1.1), (-0.7, 1.2))
            return (
                Shape(at((-0.7, -1.05), (0.95, -0.45), (-0.7, 0.2)), fill=role),
                Shape(pole, stroke=role, stroke_width=1.6, closed=False),
            )
        case "back":
            line = at((0.3, 1), (-0.9, 1), (-0.9, -0.8), (0.1, -0.8))
            return (
                Shape(line, stroke=role, stroke_width=1.6, closed=False),
                Shape(at((1.1, -0.8), (0.1, -1.4), (0.1, -0.2)), fill=role),
            )
        case "bar":
            return (Shape(at((-1.2, 0), (1.2, 0)), stroke=role, stroke_width=3, closed=False),)
        case "question":
            return (label(x, y + r, "?", role, size, bold=True, anchor="middle"),)
        case _:
            raise ValueError(f"no sign is called {name}")


def place(line: Line, x: float, y: float, size: float) -> tuple[Item, ...]:
    """A line of text and signs from ``x`` on, with baseline ``y``."""
    items: list[Item] = []
    for span in line:
        if span.mark:
            room = WIDTH * size
            items += mark(span.mark, x + room / 2 - 0.1 * size, y - 0.34 * size, size, span.role)
            x += room
            continue
        words = "".join(" " if c.isspace() else c for c in span.text)
        shown = text.clean(words)
        lead = text.width(words[: len(words) - len(words.lstrip())], size, bold=span.bold)
        if shown:
            items.append(Text(x + lead, y, shown, span.role, size, span.bold))
        x += text.width(words, size, bold=span.bold) + _ROUNDED
    return tuple(items)


def line_width(line: Line, size: float) -> float:
    """How wide ``place`` draws a line."""
    return sum(
        WIDTH * size if span.mark else text.width(span.text, size, bold=span.bold) for span in line
    )


def lines_size(lines: Sequence[Line], size: float) -> tuple[float, float]:
    """Width and height of lines below each other."""
    return (
        max((line_width(line, size) for line in lines), default=0),
        len(lines) * size * text.LEADING,
    )


def block(lines: Iterable[Line], x: float, y: float, size: float) -> tuple[Item, ...]:
    """Lines below each other, from the upper left corner on."""
    items: list[Item] = []
    for number, line in enumerate(lines):
        items += place(line, x, y + size * (number * text.LEADING + 1), size)
    return tuple(items)


def arrow_head(tip: Point, tail: Point, role: str, size: float = 9) -> Shape:
    """The head of an arrow that points from ``tail`` to ``tip``."""
    angle = math.atan2(tip[1] - tail[1], tip[0] - tail[0])
    back = (tip[0] - size * math.cos(angle), tip[1] - size * math.sin(angle))
    side = (size * 0.38 * math.sin(angle), -size * 0.38 * math.cos(angle))
    points = (
        tip,
        (back[0] + side[0], back[1] + side[1]),
        (back[0] - side[0], back[1] - side[1]),
    )
    return Shape(points, fill=role, kind="head")
