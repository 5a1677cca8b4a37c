"""A table in place of a picture, as HTML, Markdown or reStructuredText."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from statecheck.drawing.canvas.text import clean


@dataclass(frozen=True)
class Cell:
    """A text, and the picture that it leads to."""

    text: str
    link: str = ""


@dataclass(frozen=True)
class Table:
    """A caption, the heads of the columns, and rows."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]


def html(table: Table) -> str:
    """The table as HTML, without any styles."""
    lines = ["<table>", f"<caption>{_escaped(table.caption)}</caption>", "<thead><tr>"]
    lines += [f'<th scope="col">{_escaped(head)}</th>' for head in table.heads]
    lines.append("</tr></thead>")
    lines.append("<tbody>")
    for row in table.rows:
        first, *rest = (_cell(cell) for cell in row)
        cells = "".join(f"<td>{cell}</td>" for cell in rest)
        lines.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    return "\n".join([*lines, "</tbody>", "</table>"]) + "\n"


def leads(row: tuple[str | Cell, ...]) -> bool:
    """True if some cell of a row leads to a picture."""
    return any(isinstance(cell, Cell) and bool(cell.link) for cell in row)


def _escaped(words: str) -> str:
    return escape(clean(words))


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, str):
        return _escaped(cell)
    link = f'<a href="{escape(cell.link)}-light.svg">{_escaped(cell.text)}</a>'
    return link if cell.link else _escaped(cell.text)


_EMPHASIS = r"(?<![^\W_])_|_(?![^\W_])"
"""Underscores that are not inside of a name."""


def markdown(table: Table) -> str:
    """The table as Markdown of GitHub's kind, below its caption."""

    def escaped(words: str) -> str:
        return re.sub(rf"[\\`*\[\]<>|~&$]|{_EMPHASIS}", r"\\\g<0>", clean(words))

    def cell(cell: str | Cell) -> str:
        if isinstance(cell, Cell) and cell.link:
            return f"[{escaped(cell.text)}](<{cell.link}-light.svg>)"
        return escaped(_text(cell))

    rows = [
        [escaped(head) for head in table.heads],
        *([cell(c) for c in row] for row in table.rows),
    ]
    widths = _widths(rows)
    head, *rest = ("| " + " | ".join(_filled(row, widths)) + " |" for row in rows)
    caption = re.sub(r"^(?:[-+=#]|\d+[.)])", _first_escaped, escaped(table.caption))
    rule = "| " + " | ".join("-" * max(3, width) for width in widths) + " |"
    return "\n".join([caption, "", head, rule, *rest]) + "\n"


def restructured(table: Table) -> str:
    """The table as reStructuredText, with its caption."""

    def escaped(words: str) -> str:
        text = re.sub(rf"[\\`*|]|{_EMPHASIS}|:$", r"\\\g<0>", clean(words))
        if len(set(text)) == 1 and not text.isalnum():
            return f"\\ {text}"  # not a line across the cell
        return re.sub(
            r"^(?:[-+>:./\u2022\u2023\u2043]|\(?(?:\d+|[A-Za-z]|[ivxlcdm]+|[IVXLCDM]+|#)[.)](?=\s|$))",
            _first_escaped,
            text,
        )

    body = table.rows or ([""] * len(table.heads),)
    rows = [[escaped(_text(cell)) for cell in row] for row in (table.heads, *body)]
    widths = _widths(rows)

    def rule(sign: str) -> str:
        return "+" + "+".join(sign * (width + 2) for width in widths) + "+"

    lines = [rule("-")]
    for number, row in enumerate(rows):
        lines += ["| " + " | ".join(_filled(row, widths)) + " |", rule("-" if number else "=")]
    head = [f".. table:: {escaped(table.caption)}", ""]
    return "\n".join([*head, *(f"   {line}" for line in lines)]) + "\n"


def _text(cell: str | Cell) -> str:
    return cell.text if isinstance(cell, Cell) else cell


def _first_escaped(found: re.Match[str]) -> str:
    words = found[0]
    return f"{words[:-1]}\\{words[-1]}" if words[0].isdigit() else f"\\{words}"


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(_columns, cells)) for cells in zip(*rows, strict=True)]


def _filled(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True)]


def _columns(text: str) -> int:
    """The width of a text on a terminal, as grids of reStructuredText are measured."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))
