"""The layout of text for a terminal: colours, chapters, columns."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

Colours = Literal["standard", "256", "truecolor"]
"""What a terminal can show."""

WIDTH = 80
"""Columns where nobody says how many there are."""

WIDEST = 120
"""Columns that are used at most: longer lines are hard to read."""

# Mid-tones of the 256 colours: 3.5 to 1 or better in contrast on white and on near-black.
GOOD, FOUND, OPEN, BAD, QUIET = "color(29)", "color(97)", "color(130)", "color(160)", "color(243)"


@dataclass(frozen=True)
class Style:
    """How to print: columns, the terminal's colours (None: no escape codes), the encoding."""

    width: int = WIDTH
    colours: Colours | None = None
    encoding: str = "utf-8"


def colours() -> Colours | None:
    """The colours that the terminal at stdout can show."""
    match Console().color_system:
        case "standard" | "256" | "truecolor" as known:
            return known
        case _:
            return None


def chapter(heading: str, parts: Iterable[RenderableType]) -> list[RenderableType]:
    """A heading and what stands below it; nothing where there is nothing."""
    body = list(parts)
    return [ruled(heading), *body] if body else []


def ruled(heading: str) -> RenderableType:
    """A heading with a rule behind it."""
    return Padding(Rule(Text(heading, "bold"), align="left", style=QUIET), (1, 0, 0, 0))


def indented(part: RenderableType, columns: int = 4) -> RenderableType:
    """A part, moved to the right."""
    return Padding(part, (0, 0, 0, columns))


def pairs(pairs: Iterable[tuple[str, str | Text]]) -> RenderableType:
    """Labels with what belongs to each, in two columns."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    for label, text in pairs:
        grid.add_row(Text(label, QUIET), text)
    return grid


def printed(parts: Sequence[RenderableType], style: Style) -> str:
    """Parts, one below the other, as a terminal of a style shows them."""
    file = io.TextIOWrapper(io.BytesIO(), style.encoding, errors="replace", newline="\n")
    Console(
        file=file,
        width=style.width,
        force_terminal=style.colours is not None,
        color_system=style.colours,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    ).print(Group(*parts))
    file.seek(0)
    text = file.read()
    return "\n".join(line.rstrip() for line in text.lstrip("\n").split("\n"))
