"""A picture's content as an HTML table, for readers and programs that take no picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from diagrams.administrators import Block
from diagrams.article import Map
from diagrams.versions import Chart
from statecheck.drawing.canvas.text import clean
from statecheck.drawing.pictures.composition import whose
from statecheck.drawing.pictures.core import Core
from statecheck.drawing.pictures.joint import Joint
from statecheck.drawing.pictures.machine import Machine
from statecheck.drawing.pictures.reachable import Reachable
from statecheck.drawing.pictures.run import Story, causes
from statecheck.modeling import SystemInfo


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
    lines = ["<table>", f"<caption>{_said(table.caption)}</caption>", "<thead><tr>"]
    lines += [f'<th scope="col">{_said(head)}</th>' for head in table.heads]
    lines.append("</tr></thead>")
    lines.append("<tbody>")
    for row in table.rows:
        first, *rest = (_cell(cell) for cell in row)
        cells = "".join(f"<td>{cell}</td>" for cell in rest)
        lines.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    return "\n".join([*lines, "</tbody>", "</table>"]) + "\n"


def leads(row: tuple[str | Cell, ...]) -> bool:
    """Whether some cell of a row leads to a picture."""
    return any(isinstance(cell, Cell) and bool(cell.link) for cell in row)


def _said(words: str) -> str:
    return escape(clean(words))


def _cell(cell: str | Cell) -> str:
    if isinstance(cell, str):
        return _said(cell)
    link = f'<a href="{escape(cell.link)}-light.svg">{_said(cell.text)}</a>'
    return link if cell.link else _said(cell.text)


def of_machine(machine: Machine) -> Table:
    """A row for each transition."""
    names = {s.id: f'{s.id} "{s.title}"' if s.title else s.id for s in machine.all()}
    rows = [
        (
            names[t.source] + (" (initial)" if t.source in machine.starts else ""),
            t.event + (f" #{t.order}" if t.order else ""),
            " and ".join(t.guards),
            ", ".join(t.actions),
            ", ".join(names[target] for target in t.targets)
            + (" (internal)" if t.internal else ""),
        )
        for t in machine.transitions
    ]
    heads = ("state", "event", "guard", "action", "next state")
    return Table(f"{machine.name}. {machine.summary}".strip(), heads, tuple(rows))


def of_composition(info: SystemInfo, joints: Sequence[Joint]) -> Table:
    """A row for each action, a column for each machine."""
    columns = [(e.name, m.slot, m.cls.__name__) for e in info.entities for m in e.machines]
    rows = []
    for joint in joints:
        cells = []
        for entity, slot, _ in columns:
            sent = [s for s in joint.sent if (s.entity, s.slot) == (entity, slot)]
            looked = "looked at" if (entity, slot) in joint.looked_at else ""
            cells.append("; ".join(f"{s.event}: {whose(s)}" for s in sent) or looked)
        rows.append((f"{joint.action}({', '.join(joint.parameters)})", *cells))
    heads = ("action", *(name for _, _, name in columns))
    return Table(f"{info.cls.__name__}: what moves together", heads, tuple(rows))


def of_run(story: Story) -> Table:
    """A row for each step."""
    rows = [
        (
            str(number),
            f"{moment.action}({', '.join(moment.arguments)})",
            ", ".join(part.lane.name for part in moment.parts),
            "; ".join(f"{what} = {new} (was {old})" for what, old, new in moment.changes)
            or "nothing",
        )
        for number, moment in enumerate(story.played.moments, 1)
    ]
    start = "; ".join(f"{name} = {value}" for name, value in story.played.data)
    words = " ".join((story.claim, *causes(story)))
    ever = "" if story.back_to is None else f" The steps after {story.back_to} again, for ever."
    caption = (
        f"{story.title}: {story.verdict} in step {len(rows)}.{ever} At the start: {start}. {words}"
    )
    return Table(caption, ("step", "action", "takes part", "what changed"), tuple(rows))


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


def of_map(the: Map) -> Table:
    """A row for each claim of each paragraph."""
    rows = [
        (
            paragraph.name,
            row.id,
            ", ".join(f"{verdict} {variant}".strip() for variant, verdict in row.verdicts),
            ", ".join(sorted(map(str, row.named))),
            ", ".join(sorted(map(str, row.remembered))),
        )
        for paragraph in the.paragraphs
        for row in paragraph.claims
    ]
    heads = ("paragraph", "claim", "verdict", "names", "remembers")
    return Table("From the article to the model", heads, tuple(rows))


def of_core(core: Core) -> Table:
    """A row for each action and clause that a proof needs."""
    rows = [*core.needs, *(("invariant", clause) for clause in core.clauses)]
    caption = f"{core.title}: what its proof rests on. {core.claim}"
    return Table(caption, ("of", "what is needed"), tuple(rows))


def of_states(the: Reachable) -> Table:
    """A row for each box, with the actions that lead out of it."""
    rows = []
    for number, heap in enumerate(the.heaps):
        ways = [
            f"{', '.join(actions)}: {', '.join(the.heaps[b].common)}"
            for (a, b), actions in the.steps.items()
            if a == number
        ]
        initial = f"{heap.initial} initial" if heap.initial else ""
        rows.append((", ".join(heap.common), str(heap.states), initial, "; ".join(ways)))
    caption = f"{the.title}: {the.subtitle}. {the.rule}"
    return Table(caption, ("in common", "states", "initial", "actions out"), tuple(rows))
