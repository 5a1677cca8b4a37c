"""The administrators' table as text: what to expect of a Store.exe, by where AVAPI is enabled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from statecheck.reports.terminal import regions
from statecheck.reports.terminal_layout import FOUND, GOOD, QUIET, indented, pairs
from statecheck.reports.words import count, grouped

ENDS = ("source", "destination")


def text(answer: dict[str, Any]) -> Iterator[RenderableType]:
    """The table, as `proofs.table` has it, for a terminal."""
    rows = answer["rows"]
    yield Text("What to expect of a Store.exe, by where AVAPI is enabled", f"bold {GOOD}")
    yield indented(
        Text(
            "Each block is about the Store.exe of the source. A2 is read as "
            f"{answer['reading']}: under the other reading a client can be exposed "
            "although AVAPI was never off (more.sticky_exposes). May be restored: in place of that "
            "Store.exe, on databases of the format that it writes; databases that a later one has "
            "upgraded stay so, and the later one's block says what starts on them. A no is proved "
            "for any number of servers, mailboxes and attachments, whichever Store.exe the fix "
            "came in with; a yes has the length of its shortest run. Before first_fix, from "
            "first_fix on: the answer depends on that Store.exe, of which only a range is known "
            "(A8), and outside of the condition it is a no. But fails moves: at most.",
            QUIET,
        )
    )
    yield ""
    headings = ("AVAPI at\nsource", "AVAPI at\ndestination", "a move\ncan fail")
    exposed = ("client exposed\nat source", "client exposed\nat destination")
    yield indented(_columns(*headings, *exposed), 2)
    for n, (region, group) in enumerate(grouped(rows, lambda row: regions([row["versions"]]))):
        if n:
            yield ""
        yield indented(Text(f"Store.exe {region}", "bold"), 2)
        body = _columns()
        for row in group:
            body.add_row(
                *("enabled" if row[f"{end}_antivirus"] else "disabled" for end in ENDS),
                _cell(row["move_can_fail"]),
                *(_cell(row[f"client_exposed_at_{end}"]) for end in ENDS),
            )
        yield indented(body, 2)
        yield indented(pairs([("may be restored", regions(group[0]["restorable"]))]), 2)
        if failing := group[0]["restorable_but_failing"]:
            text = Text(f"! {regions(failing)}", f"bold {FOUND}")
            yield indented(pairs([("but fails moves", text)]), 2)


def _columns(*headings: str) -> Table:
    """The five columns of the administrators' table, with headings or for rows below them."""
    table = Table(
        box=box.SIMPLE_HEAD,
        show_header=bool(headings),
        show_edge=False,
        pad_edge=False,
        padding=0,
    )
    for heading in headings or [""] * 5:
        table.add_column(heading, width=14)
    return table


def _cell(cell: dict[str, Any]) -> Text:
    if cell["answer"] == "no":
        return Text("no", GOOD)
    words = f"yes, {count(cell['steps'], 'step')}"
    if cell["answer"] == "depends":
        words += f", {cell['if']}"
    return Text(words, f"bold {FOUND}")
