"""A table in place of a picture, as HTML, for readers and programs that take no picture."""

from __future__ import annotations

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
