"""The table of builds as text: the drawbacks of each, and what can be had together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from proofs.builds import MOVE_FAILS
from statecheck.reports.terminal_layout import FOUND, GOOD, OPEN, QUIET, indented, pairs
from statecheck.reports.words import grouped

Advice = Mapping[str, Any]


def text(answer: dict[str, Any]) -> Iterator[RenderableType]:
    """The table, as `proofs.builds` has it, for a terminal."""
    yield Text("Which Store.exe to install: SP3, what was posted after it, SP4", f"bold {GOOD}")
    yield indented(Text(_explanation(answer["rows"]), QUIET))
    yield ""
    rows = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("Store.exe 5.5.", "writes", "has"):
        rows.add_column(heading)
    for _, group in grouped(answer["rows"], lambda row: f"{row['format']}: {_has(row)}"):
        rows.add_row("\n".join(map(_name, group)), group[0]["format"], _has(group[0]))
    yield indented(rows, 2)
    yield ""
    yield indented(pairs((d["id"], _meaning(d)) for d in answer["drawbacks"]), 2)
    yield ""
    yield indented(pairs((r["id"], _demand(r)) for r in answer["requirements"]), 2)
    yield ""
    advice = answer["advice"]
    yield indented(pairs((_both(some), _choice(some)) for some in worth_saying(advice)), 2)


def worth_saying(advice: Sequence[Advice]) -> list[Advice]:
    """Each requirement alone; the largest sets that some build meets; the smallest that none does.

    All others follow from these.
    """
    met = [set(some["requirements"]) for some in advice if some["builds"]]
    unmet = [set(some["requirements"]) for some in advice if not some["builds"]]

    def shown(some: Advice) -> bool:
        asked = set(some["requirements"])
        if len(asked) == 1:
            return True
        if some["builds"]:
            return not any(asked < other for other in met)
        return not any(other < asked for other in unmet)

    return [some for some in advice if shown(some)]


def _explanation(rows: Sequence[Mapping[str, Any]]) -> str:
    unsure = [row["version"] for row in rows if MOVE_FAILS in row["may_have"]]
    matters = f"decides about {', '.join(unsure)}" if unsure else "makes no difference here"
    return (
        "By the articles about AVAPI, moves and these builds; Q248838 and Q282533 list more fixes. "
        "A question mark: it may have that, no article says where that begins or ends. SP4's "
        f"version is assumed (A7). Which Store.exe brought the cure of {MOVE_FAILS} (A8) "
        f"{matters}. Perhaps: unless it has what it may have."
    )


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['version'].removeprefix('5.5.')} {row['pack'] or row['posted']}"


def _has(row: Mapping[str, Any]) -> str:
    return ", ".join([*row["has"], *(f"{id_}?" for id_ in row["may_have"])])


def _meaning(drawback: Mapping[str, Any]) -> str:
    kinds = [
        word
        for word, holds in (("AVAPI", drawback["avapi"]), ("regression", drawback["regression"]))
        if holds
    ]
    return f"{drawback['text']} ({', '.join(kinds)})" if kinds else f"{drawback['text']}"


def _demand(requirement: Mapping[str, Any]) -> str:
    return f"{requirement['text']}: not {', '.join(requirement['excluded_by'])}"


def _both(some: Advice) -> str:
    return " + ".join(some["requirements"])


def _choice(some: Advice) -> Text:
    words = Text()
    if some["builds"]:
        ends = dict.fromkeys((some["earliest"], some["latest"]))
        words.append(" to ".join(build.removeprefix("5.5.") for build in ends), GOOD)
        if len(some["builds"]) > len(ends):
            words.append(f", {len(some['builds'])} builds")
    else:
        words.append("none", f"bold {FOUND}")
    if some["may_be"]:
        may_be = ", ".join(build.removeprefix("5.5.") for build in some["may_be"])
        words.append(f"; perhaps {may_be}", OPEN)
    return words
