"""Cards below each other, as wide as a telephone: the narrow form of a picture that is a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.marks import mark
from statecheck.drawing.canvas.page import Frame, framed
from statecheck.drawing.canvas.scene import Box, Group, Item, Scene, label, rule
from statecheck.drawing.canvas.style import BODY, SMALL

NARROW = 340.0
"""The width of a narrow picture without its margin."""

_PAD, _SIGN, _BETWEEN = 12.0, 20.0, 10.0


@dataclass(frozen=True)
class Row:
    """A line of a card, in as many lines as it needs, with a sign before it where one is named."""

    words: str
    role: str = "ink"
    bold: bool = False
    mark: str = ""


@dataclass(frozen=True)
class Card:
    """A card: its id and class, a head, and rows. ``role`` is that of its border; the first
    ``joined`` rows have a bar at their side.
    """

    id: str
    kind: str
    head: Row
    rows: tuple[Row, ...]
    role: str = "rule"
    fill: str = "stripe"
    joined: int = 0


def stacked(frame: Frame, cards: Sequence[Card], words: str) -> Scene:
    """The cards with their frame, from the top down; ``words`` describe the picture."""
    items: list[Item] = []
    y = 0.0
    for card in cards:
        group, height = _drawn(card, y)
        items.append(group)
        y += height + _BETWEEN
    return framed(frame, items, (NARROW, y), words, minimum=NARROW, widest=NARROW)


def _drawn(card: Card, y: float) -> tuple[Group, float]:
    head, height = _rows([card.head], _PAD, y + _PAD, BODY)
    bar = 10.0 if card.joined else 0.0
    top = y + _PAD + height + 4
    joined, long = _rows(card.rows[: card.joined], _PAD + bar, top, SMALL)
    body, more = _rows(card.rows[card.joined :], _PAD, top + long, SMALL)
    total = _PAD + height + 4 + long + more + _PAD - 4
    box = Box(0, y, NARROW, total, card.fill, card.role, 10, 1.5)
    items: list[Item] = [box, *head, *joined, *body]
    if card.joined:
        items.append(rule(((_PAD + 2, top + 1), (_PAD + 2, top + long - 3)), "shared", 3))
    return Group(card.id, (card.kind,), tuple(items), card.head.words), total


def _rows(rows: Iterable[Row], x: float, y: float, size: float) -> tuple[list[Item], float]:
    items: list[Item] = []
    start = y
    for row in rows:
        indent = _SIGN if row.mark else 0.0
        if row.mark:
            items += mark(row.mark, x + 6, y + size * 0.65, size + 1, row.role)
        for line in text.wrapped(row.words, size, NARROW - x - indent - _PAD, bold=row.bold):
            items.append(label(x + indent, y + size, line, row.role, size, bold=row.bold))
            y += size * text.LEADING
        y += 3
    return items, y - start
