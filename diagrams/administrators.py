"""The administrators' table as a picture: a word and a sign in every cell, each with its run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.marks import mark
from statecheck.drawing.canvas.page import Frame, Key, framed
from statecheck.drawing.canvas.scene import Box, Group, Item, Scene, label, rule
from statecheck.drawing.canvas.style import BODY, NAME, SMALL


@dataclass(frozen=True)
class Answer:
    """A cell: ``yes``, ``no`` or ``depends``, the words for it, and the picture of a run to it."""

    answer: str
    words: str
    run: str = ""


@dataclass(frozen=True)
class Row:
    """Where AVAPI is enabled, and the answers."""

    source: bool
    destination: bool
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Block:
    """The rows of a region of versions, what may be restored in its place, a warning of the region,
    and one of what may be restored.
    """

    versions: str
    restorable: str
    warning: str
    caution: str
    rows: tuple[Row, ...]


_SIGNS = {
    "yes": ("failure", "cross"),
    "no": ("success", "check"),
    "depends": ("upgrade", "warning"),
}
"""The role and the mark of each answer."""

_ROW, _HEAD = 34.0, 66.0
_REGION, _SETTING, _ANSWER, _RESTORE = 158.0, 100.0, 174.0, 206.0

LINES = (
    "Store.exe is that of the source, from which a mailbox is moved; the destination may have any.",
    "Exposed: a client is handed an attachment that was never scanned.",
    "A2 is read per request: what a bypass releases, it releases for one request of the move.",
    "first_fix is the Store.exe that the fix came in with: from 5.5.2652.43 to 5.5.2653.12 (A8).",
)
"""The meanings of the words in the table."""


def picture(title: str, questions: Sequence[str], blocks: Sequence[Block], source: str) -> Scene:
    """The picture of the table."""
    items = tuple(_items(questions, blocks))
    width = _REGION + 2 * _SETTING + len(questions) * _ANSWER + _RESTORE
    height = _HEAD + sum(len(block.rows) * _ROW + 10 for block in blocks)
    frame = Frame(
        title,
        "by Store.exe of the source and by where AVAPI is enabled",
        LINES,
        (
            Key("cannot happen: proved, at any size", box="success", mark="check", role="success"),
            Key(
                "can happen, and the steps of the shortest run",
                box="failure",
                mark="cross",
                role="failure",
            ),
            Key(
                "can happen or cannot, by the Store.exe that the fix came in with (A8)",
                box="upgrade",
                mark="warning",
                role="upgrade",
            ),
        ),
        source,
    )
    return framed(frame, items, (width, height), description(questions, blocks))


def description(questions: Sequence[str], blocks: Sequence[Block]) -> str:
    """The table in words."""
    words = []
    for block in blocks:
        for row in block.rows:
            answers = ", ".join(
                f"{question} {answer.words}"
                for question, answer in zip(questions, row.answers, strict=True)
            )
            setting = f"AVAPI {_on(row.source)} at source, {_on(row.destination)} at destination"
            words.append(f"{block.versions}, {setting}: {answers}.")
        caution = f" ({block.caution})" if block.caution else ""
        words.append(f"{block.versions}: may be restored {block.restorable}{caution}.")
    return " ".join(words)


def _on(enabled: bool) -> str:
    return "enabled" if enabled else "disabled"


def _items(questions: Sequence[str], blocks: Sequence[Block]) -> Iterator[Item]:
    heads = ("Store.exe", "AVAPI at source", "AVAPI at destination", *questions, "may be restored")
    widths = (_REGION, _SETTING, _SETTING, *(_ANSWER for _ in questions), _RESTORE)
    x = 0.0
    for head, width in zip(heads, widths, strict=True):
        lines = text.wrapped(head, BODY, width - 20, bold=True)
        y = _HEAD - 14 - (len(lines) - 1) * BODY * text.LEADING
        for line in lines:
            yield label(x + 10, y, line, "ink", BODY, bold=True)
            y += BODY * text.LEADING
        x += width
    y = _HEAD
    for number, block in enumerate(blocks):
        yield Group(
            f"region-{number + 1}",
            ("region",),
            tuple(_block(block, y, sum(widths), len(questions))),
            block.versions,
        )
        y += len(block.rows) * _ROW + 10


def _block(block: Block, y: float, width: float, questions: int) -> Iterator[Item]:
    height = len(block.rows) * _ROW
    fill, stroke = ("upgrade-fill", "upgrade") if block.warning else ("stripe", "rule")
    yield Box(0, y, width, height, "stripe", radius=8)
    yield Box(0, y, _REGION, height, fill, stroke, 8, 1.6 if block.warning else 1)
    ink = "upgrade" if block.warning else "ink"
    lines = text.wrapped(block.versions, NAME, _REGION - 24, bold=True)
    warning = text.wrapped(block.warning, SMALL, _REGION - 46) if block.warning else []
    at = y + height / 2 - (len(lines) * 20 + len(warning) * 16) / 2 + 14
    for line in lines:
        yield label(12, at, line, ink, NAME, bold=True)
        at += 20
    for number, line in enumerate(warning):
        if number == 0:
            yield from mark("warning", 20, at - 3, 14, ink)
        yield label(34, at, line, ink, SMALL)
        at += 16
    for number, row in enumerate(block.rows):
        yield from _row(row, y + number * _ROW, number)
    x = _REGION + 2 * _SETTING + questions * _ANSWER
    cautions = text.wrapped(block.caution, SMALL, _RESTORE - 44)
    at = y + height / 2 - (18 + len(cautions) * SMALL * text.LEADING) / 2 + 13
    yield from mark("check", x + 18, at - 5, 14, "success")
    yield label(x + 34, at, block.restorable, "ink", BODY)
    at += 20
    for number, line in enumerate(cautions):
        if number == 0:
            yield from mark("warning", x + 18, at - 4, 14, "upgrade")
        yield label(x + 34, at, line, "upgrade", SMALL)
        at += SMALL * text.LEADING


def _row(row: Row, y: float, number: int) -> Iterator[Item]:
    middle = y + _ROW / 2
    for place, setting in enumerate((row.source, row.destination)):
        x = _REGION + place * _SETTING
        ink = "ink" if setting else "muted"
        yield label(x + 12, middle + 5, _on(setting), ink, BODY, bold=setting)
    for place, answer in enumerate(row.answers):
        x = _REGION + 2 * _SETTING + place * _ANSWER
        role, sign = _SIGNS[answer.answer]
        items = (
            Box(x + 4, y + 3, _ANSWER - 8, _ROW - 6, f"{role}-fill", role, 8, 1.4),
            *mark(sign, x + 22, middle, 15, role),
            label(x + 36, middle + 5, answer.words, role, BODY, bold=True),
        )
        yield Group(
            f"cell-{y:.0f}-{place}", ("cell", answer.answer), items,
            answer.words, answer.run,
        )  # fmt: skip
    if number:
        yield rule(((_REGION + 10, y), (_REGION + 2 * _SETTING - 6, y)))
