"""The case study's own pictures as tables, for readers and programs that take no picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diagrams.administrators import Block
from diagrams.article import Map
from diagrams.versions import Chart
from statecheck.drawing.tables import Cell, Table


def of_administrators(title: str, questions: Sequence[str], blocks: Sequence[Block]) -> Table:
    """A row for each region of versions and setting of AVAPI."""
    on = {True: "enabled", False: "disabled"}
    rows: list[tuple[str | Cell, ...]] = [
        (
            block.versions + (f" ({block.warning})" if block.warning else ""),
            on[row.source],
            on[row.destination],
            *(Cell(answer.words, answer.run) for answer in row.answers),
            block.restorable + (f" ({block.caution})" if block.caution else ""),
        )
        for block in blocks
        for row in block.rows
    ]
    heads = ("Store.exe", "AVAPI at source", "AVAPI at destination", *questions, "may be restored")
    return Table(title, heads, tuple(rows))


def of_versions(chart: Chart, names: Mapping[int, str]) -> Table:
    """A row for each region of each question."""
    rows = [
        (band.question, names[region.low], names[region.high], region.words)
        for band in chart.bands
        for region in band.regions
    ]
    return Table(f"{chart.title}: {chart.subtitle}", ("what", "from", "to", "answer"), tuple(rows))


def of_map(content: Map) -> Table:
    """A row for each claim of each paragraph."""
    rows = [
        (
            paragraph.name,
            row.id,
            row.sentence,
            ", ".join(f"{verdict} {reading}".strip() for reading, verdict in row.verdicts),
            ", ".join(sorted(map(str, row.named))),
            ", ".join(sorted(map(str, row.remembered))),
        )
        for paragraph in (*content.paragraphs, content.beyond)
        for row in paragraph.claims
    ]
    heads = ("paragraph", "claim", "what it says", "verdict", "names", "remembers")
    return Table("What the article says, and what was found", heads, tuple(rows))
