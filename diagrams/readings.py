"""Which sentences of the articles around Q271547 hold under which readings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from proofs.family.matrix import ALL_READINGS, NAMES, Reading, admits
from proofs.family.sentences import SENTENCES
from proofs.family.site import READINGS
from proofs.questions.text import where
from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.marks import mark
from statecheck.drawing.canvas.page import Frame, Key, framed
from statecheck.drawing.canvas.scene import Box, Group, Item, Scene, label, rule
from statecheck.drawing.canvas.style import BODY, SMALL
from statecheck.drawing.picture import Picture
from statecheck.drawing.tables import Table


@dataclass(frozen=True)
class Row:
    """A sentence, or a whole article where ``sentence`` is empty, and where it holds."""

    article: str
    sentence: str
    holds: frozenset[Reading]

    @property
    def needed(self) -> dict[str, bool]:
        """The readings that have to be taken (true), or not to be (false)."""
        values = {
            name: {reading[place] for reading in self.holds} for place, name in enumerate(NAMES)
        }
        return {name: own == {True} for name, own in values.items() if len(own) == 1}


def content() -> list[Row]:
    """The sentences article by article, each article after its sentences.

    Where a sentence holds is what `proofs.family.sentences` expects of it. The tests of the family
    compare this with the proofs and runs of ``python -m proofs ask --readings``, for all of them.
    """
    rows: list[Row] = []
    for article in dict.fromkeys(sentence.article for sentence in SENTENCES):
        own = [
            Row(
                article,
                sentence.claim.text,
                frozenset(
                    reading
                    for reading in ALL_READINGS
                    if any(admits(condition, reading) for condition in sentence.holds)
                ),
            )
            for sentence in SENTENCES
            if sentence.article == article
        ]
        common = frozenset(ALL_READINGS).intersection(*(row.holds for row in own))
        rows += [*own, Row(article, "", common)]
    return rows


def table() -> Table:
    """A row for each sentence and each article."""
    rows = [(row.article, row.sentence or "all of it", where(row.holds)) for row in content()]
    return Table("Which articles hold", ("article", "sentence", "holds under"), tuple(rows))


_ARTICLE, _SENTENCE, _COLUMN, _FOUND, _HEAD = 78.0, 430.0, 66.0, 160.0, 58.0
_LINE, _AIR = SMALL * text.LEADING, 10.0


def picture() -> Scene:
    """The picture: a row for each sentence, a column for each reading."""
    rows = content()
    items, height = _items(rows)
    frame = Frame(
        "Which articles hold",
        "the readings under which each sentence is true",
        ("A reading is a truth that no article settles. An article holds if all of it does.",),
        (
            Key("only if this is so", mark="check", role="success"),
            Key("only if this is not so", mark="cross", role="failure"),
            Key("empty: it makes no difference"),
            *(Key(f"{reading.constant}: {reading.text}") for reading in READINGS),
        ),
        f"proofs/family/sentences.py; in each of {len(ALL_READINGS)} readings proved, or shown by "
        "a run: python -m proofs ask --readings",
    )
    size = (_ARTICLE + _SENTENCE + _COLUMN * len(NAMES) + _FOUND, height)
    return framed(frame, items, size, description(rows))


def description(rows: Sequence[Row]) -> str:
    """The picture in words."""
    return " ".join(
        f"{row.article}: {row.sentence or 'all of it'} Holds under {where(row.holds)}."
        for row in rows
    )


def pictured() -> Picture:
    """The picture with its forms."""
    return Picture(
        "readings",
        "For administrators",
        "Which sentences and which articles hold under which readings.",
        picture,
        table=table,
    )


def _items(rows: Sequence[Row]) -> tuple[tuple[Item, ...], float]:
    items: list[Item] = [
        label(0, _HEAD - 10, "article", "muted", SMALL),
        label(_ARTICLE, _HEAD - 10, "what it says", "muted", SMALL),
        label(_found(), _HEAD - 10, "holds under", "muted", SMALL),
    ]
    for place, name in enumerate(NAMES):
        words = text.wrapped(name.replace("_", " "), SMALL, _COLUMN - 8)
        for number, word in enumerate(words):
            y = _HEAD - 10 - (len(words) - 1 - number) * _LINE
            items.append(label(_middle(place), y, word, "ink", SMALL, bold=True, anchor="middle"))
    y, first = _HEAD, True
    for number, row in enumerate(rows):
        if first:
            items.append(rule(((0, y), (_found() + _FOUND, y))))
        group, height = _row(row, y, number, named=first)
        items.append(group)
        y += height
        first = not row.sentence
    return tuple(items), y


def _middle(place: int) -> float:
    return _ARTICLE + _SENTENCE + _COLUMN * (place + 0.5)


def _found() -> float:
    return _ARTICLE + _SENTENCE + _COLUMN * len(NAMES) + 12


def _row(row: Row, y: float, number: int, *, named: bool) -> tuple[Group, float]:
    bold = not row.sentence
    said = text.wrapped(row.sentence or "all of it", SMALL, _SENTENCE - 16, bold=bold)
    found = text.wrapped(_words(row), SMALL, _FOUND - 12, bold=bold)
    height = max(len(said), len(found)) * _LINE + _AIR
    items: list[Item] = []
    if bold:
        items.append(
            Box(_ARTICLE - 8, y + 1, _found() + _FOUND - _ARTICLE + 8, height - 2, "stripe")
        )
    if named:
        items.append(label(0, y + _AIR / 2 + SMALL, row.article, "ink", BODY, bold=True))
    for x, lines, role in ((_ARTICLE, said, "ink"), (_found(), found, _role(row))):
        for place, line in enumerate(lines):
            at = y + _AIR / 2 + SMALL + place * _LINE
            items.append(label(x, at, line, role, SMALL, bold=bold))
    items += _signs(row, y + height / 2)
    title = f"{row.article}: {row.sentence or 'all of it'} {where(row.holds)}"
    return Group(f"row-{number}", ("sentence" if row.sentence else "article",), tuple(items),
                 title), height  # fmt: skip


def _signs(row: Row, middle: float) -> Iterator[Item]:
    for place, name in enumerate(NAMES):
        if name in row.needed and row.holds:
            sign, role = ("check", "success") if row.needed[name] else ("cross", "failure")
            yield from mark(sign, _middle(place), middle, 15, role)


def _words(row: Row) -> str:
    """The words beside the signs: how many readings there are under which it holds."""
    if len(row.holds) in (0, len(ALL_READINGS)):
        return where(row.holds)
    return f"{len(row.holds)} of {len(ALL_READINGS)} readings"


def _role(row: Row) -> str:
    if not row.holds:
        return "failure"
    return "success" if len(row.holds) == len(ALL_READINGS) else "upgrade"
