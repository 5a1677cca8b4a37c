"""Answers of a report: on versions, for administrators, and on the article's paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from diagrams import administrators, article, versions
from diagrams.stories import ANSWERS, HIGHEST, between, cell_name
from diagrams.verdicts import transitions
from model.assumptions import ASSUMPTIONS
from model.version import (
    FIRST_POSTED_WITH_MOVE_FIX,
    POSTED,
    SP3,
    SP4,
    Logged,
    StoreVersion,
    native,
)
from proofs.article import BEYOND_THE_ARTICLE, PARAGRAPHS
from proofs.catalogue import CLAIMS
from statecheck.drawing.canvas.scene import Scene


def chart(report: Mapping[str, Any]) -> Scene:
    """The chart of Store.exe versions."""
    return versions.picture(*charted(report))


def charted(report: Mapping[str, Any]) -> tuple[versions.Chart, dict[int, str]]:
    """The content of the chart, and how every version on it is spelt."""
    parse = StoreVersion.parse
    rows = report["derived"]["administrators"]["rows"]
    regions = list(dict.fromkeys((r["versions"]["from"], r["versions"]["to"]) for r in rows))
    windows = report["derived"]["resolution.rollback_window"]
    written, starts, fails = [], [], []
    newest = next(r for r in rows if r["versions"]["to"] == str(HIGHEST))["restorable"]
    for low, high in regions:
        own = [r for r in rows if r["versions"]["from"] == low]
        ends = int(parse(low)), int(parse(high))
        format_ = native(parse(low))
        assert format_ == native(parse(high)), "a region of two formats"
        written.append(versions.Region(*ends, str(format_), "composite"))
        can = any(parse(r["from"]) <= ends[0] and ends[1] <= parse(r["to"]) for r in newest)
        starts.append(
            versions.Region(*ends, "starts", "success", "check")
            if can
            else versions.Region(*ends, f"refused, events {Logged.REFUSED}", "failure", "cross")
        )
        fails.append(_failing([row["move_can_fail"] for row in own], ends))
    apart = {int(parse(window["from"])) for window in windows}
    released = sorted((SP3, SP4, *(build.version for build in POSTED)))
    ticks = tuple(versions.Tick(int(v), str(v), _called(v)) for v in released)
    names = {int(parse(v)): v for pair in regions for v in pair}
    names |= {int(v): str(v) for v in released}
    names |= {int(parse(v)): v for window in windows for v in (window["from"], window["to"])}
    return (
        versions.Chart(
            "Store.exe versions",
            "what each of them does, as the solver found it",
            (
                versions.Band("writes databases of format", versions.merged(written)),
                versions.Band("started on databases of 2.46", versions.merged(starts)),
                versions.Band("a move from it", versions.merged(fails, apart)),
            ),
            ticks,
            tuple((int(parse(window["from"])), int(parse(window["to"]))) for window in windows),
            (
                "Dangerous rollback window, at most",
                _window(windows, released),
            ),
            "5.5.",
            "resolution.rollback_window and the administrators' table, derived by the solver; "
            "builds of Q248838, Q282533, Q243604; SP4's is assumed (A7)",
        ),
        names,
    )


def _failing(cells: Sequence[Mapping[str, Any]], ends: tuple[int, int]) -> versions.Region:
    """The words for moves from the Store.exe of a region, by its cells."""
    possible = [cell for cell in cells if cell["answer"] != "no"]
    if not possible:
        return versions.Region(*ends, "never fails", "success", "check")
    steps = min(cell["steps"] for cell in possible)
    if all(cell["answer"] == "depends" for cell in possible):
        return versions.Region(*ends, "may fail", "upgrade")
    return versions.Region(*ends, f"can fail, in {steps} steps", "failure", "cross")


def _window(windows: Sequence[Mapping[str, str]], released: Sequence[StoreVersion]) -> str:
    """The words for some windows, and for the released builds in them."""
    parse = StoreVersion.parse
    inside = [
        str(v) for v in released if any(parse(w["from"]) <= v <= parse(w["to"]) for w in windows)
    ]
    where = "; ".join(map(between, windows))
    builds = f"released: {', '.join(inside)}" if inside else "no released build"
    return f"{where}, before first_fix: starts on upgraded databases, fails moves; {builds}"


def _called(version: StoreVersion) -> str:
    names = {SP3: "SP3", SP4: "SP4, assumed", FIRST_POSTED_WITH_MOVE_FIX: "posted fix"}
    return names.get(version, "")


def table_blocks(report: Mapping[str, Any]) -> tuple[administrators.Block, ...]:
    """The administrators' table."""
    rows = report["derived"]["administrators"]["rows"]
    windows = report["derived"]["resolution.rollback_window"]
    fixed_ = [
        region
        for region in unique(row["versions"] for row in rows)
        if all(r["move_can_fail"]["answer"] == "no" for r in rows if r["versions"] == region)
    ]
    blocks = []
    for region in dict.fromkeys((r["versions"]["from"], r["versions"]["to"]) for r in rows):
        own = [r for r in rows if (r["versions"]["from"], r["versions"]["to"]) == region]
        dangerous = region in {(window["from"], window["to"]) for window in windows}
        blocks.append(
            administrators.Block(
                between(own[0]["versions"]),
                "; ".join(map(between, own[0]["restorable"])),
                "rollback window, at most" if dangerous else "",
                _caution(own[0], fixed_),
                tuple(_table_row(row) for row in own),
            )
        )
    return tuple(blocks)


def unique(regions: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Regions of versions without those that are named again."""
    return list({(region["from"], region["to"]): region for region in regions}.values())


def _caution(row: Mapping[str, Any], fixed_: Sequence[Mapping[str, str]]) -> str:
    """The price of a region that fails no move: formats that may be restored in its place."""
    if row["versions"] not in fixed_ or all(r in fixed_ for r in row["restorable"]):
        return ""
    return f"but only {'; '.join(map(between, fixed_))} keeps moves from failing"


def _table_row(row: Mapping[str, Any]) -> administrators.Row:
    return administrators.Row(
        row["source_antivirus"],
        row["destination_antivirus"],
        tuple(
            administrators.Answer(
                row[question]["answer"],
                _said(row[question], no, yes),
                cell_name(question, row) if "run" in row[question] else "",
            )
            for question, (_, no, yes) in ANSWERS.items()
        ),
    )


def _said(cell: Mapping[str, Any], no: str, yes: str) -> str:
    """The words of a cell."""
    match cell["answer"]:
        case "no":
            return no
        case "depends":
            return str(cell["if"])
        case _:
            return f"{yes} in {cell['steps']} steps"


def table(report: Mapping[str, Any]) -> Scene:
    """The administrators' table as a picture."""
    return administrators.picture(
        "What to expect of a Store.exe",
        tuple(about for about, _, _ in ANSWERS.values()),
        table_blocks(report),
        "derived by the solver from proofs/administrators.py; A2 read per request",
    )


def article_map(report: Mapping[str, Any]) -> article.Map:
    """The article's paragraphs, the claims and the model's parts."""
    verdicts = {(c["id"], c["reading"]): c["verdict"] for c in report["claims"]}
    windows = report["derived"]["resolution.rollback_window"]
    derived = {"resolution.rollback_window": f"At most {'; '.join(map(between, windows))}."}
    rows = article.claim_rows(transitions(), CLAIMS, verdicts, derived)
    paragraphs = [
        article.Paragraph(
            f"{p.section} {p.number}", p.assumptions, tuple(rows[claim] for claim in p.claims)
        )
        for p in PARAGRAPHS
        if p.claims
    ]
    beyond = article.Paragraph(
        "beyond the article", (), tuple(rows[claim] for claim in BEYOND_THE_ARTICLE)
    )
    silent: dict[str, list[int]] = {}
    for p in PARAGRAPHS:
        if not p.claims:
            silent.setdefault(p.section, []).append(p.number)
    return article.Map(
        tuple(paragraphs),
        beyond,
        tuple(f"{section} {', '.join(map(str, ns))}" for section, ns in silent.items()),
        tuple((a.id, re.split(r"[.:;] ", a.text)[0].rstrip(".")) for a in ASSUMPTIONS),
        "Q271547; proofs/article.py, which says of each paragraph what became of it",
    )
