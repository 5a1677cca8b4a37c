"""Answers, readings and conflicts as text for a terminal."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from model.version import StoreVersion
from proofs.family.conflicts import Conflict, Conflicts
from proofs.family.matrix import ALL_READINGS, NAMES, Reading, Standing, admits
from proofs.family.textual import TEXTUAL
from proofs.questions.asked import Answered, reply
from statecheck.claims.results import Result, Verdict
from statecheck.reports.terminal import run_lines
from statecheck.reports.terminal_layout import (
    BAD,
    FOUND,
    GOOD,
    OPEN,
    QUIET,
    Style,
    indented,
    pairs,
    printed,
    ruled,
)

_COLOURS = {
    Verdict.PROVED: GOOD,
    Verdict.REACHED: FOUND,
    Verdict.REFUTED: FOUND,
    Verdict.UNDETERMINED: OPEN,
}


def answer_text(answered: Answered, style: Style) -> str:
    """A question, its answer, and the verdicts that it rests on."""
    question, results = answered
    parts: list[RenderableType] = [
        ruled(f"Question {question.number}"),
        Text(question.text),
        Text(reply(question, results), "bold"),
    ]
    return printed(parts, style) + "\n" + verdicts_text(results, style)


def verdicts_text(results: Sequence[Result], style: Style) -> str:
    """Verdicts with their evidence."""
    parts: list[RenderableType] = []
    for result in results:
        parts += ["", *_verdict(result)]
    return printed(parts, style) + "\n"


def _verdict(result: Result) -> Iterator[RenderableType]:
    claim = result.claim
    yield Text.assemble(
        (str(result.verdict), f"bold {_COLOURS.get(result.verdict, BAD)}"),
        f" {claim.id}: ",
        (claim.text, "italic"),
    )
    if result.verdict is Verdict.UNDETERMINED:
        yield indented(Text(result.detail, OPEN))
    if result.answer is not None:
        ranges = ", ".join(f"{r['from']} to {r['to']}" for r in result.answer) or "none"
        yield indented(Text(f"It is false where {claim.across} is {ranges}, else proved."))
    for n, plan in enumerate(result.plans, 1):
        steps = ", ".join(_call(*step) for step in plan)
        yield indented(pairs([(f"plan {n}", steps)]))
    for n, phase in enumerate(result.argument or (), 1):
        yield indented(pairs([(f"phase {n}", phase)]))
    if result.run is not None:
        yield indented(run_lines(result.run))


def _call(action: str, arguments: Iterable[str | int]) -> str:
    words = (a if isinstance(a, str) else str(StoreVersion(a)) for a in arguments)
    return f"{action}({', '.join(words)})"


def plan_text(result: Result, style: Style) -> str:
    """A plan, or why there is none."""
    if result.run is None:
        none = result.verdict is Verdict.REFUTED
        opening = "There is no plan" if none else "No plan is known"
        return printed([Text(f"{opening}: {result.detail}.")], style) + "\n"
    count = len(result.run.steps)
    opening = f"A plan of {count} step{'' if count == 1 else 's'}; there is no shorter one."
    return printed([Text(opening, "bold"), run_lines(result.run)], style) + "\n"


def readings_text(standings: Sequence[Standing], style: Style) -> str:
    """For each sentence where it holds, and for each article which of them do under a reading."""
    parts: list[RenderableType] = [
        ruled("Which sentence holds under which readings"),
        Text(
            "Holds where: proved for any number of servers, mailboxes and attachments; of what is "
            "possible, a run was played under each of these readings. First fix left open (A8).",
            QUIET,
        ),
        "",
    ]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=QUIET)
    for heading in ("sentence", "holds where"):
        table.add_column(heading)
    for standing in standings:
        wrong = "" if standing.as_expected else "! "
        table.add_row(standing.sentence.id, Text(wrong + where(standing.holds)))
        table.add_row(Text(f"  {standing.sentence.claim.text}", QUIET), "")
        if standing.open:
            table.add_row("", Text(f"open: {where(standing.open)}", OPEN))
    parts.append(table)
    parts += ["", ruled("Which articles hold under which readings")]
    articles = dict.fromkeys(standing.sentence.article for standing in standings)
    rows = []
    for article in articles:
        own = [standing for standing in standings if standing.sentence.article == article]
        common = frozenset(ALL_READINGS).intersection(*(standing.holds for standing in own))
        unsure = any(standing.open for standing in own)
        rows.append((article, where(common) + (" (some are open)" if unsure else "")))
    parts.append(pairs(rows))
    return printed(parts, style) + "\n"


def where(readings: frozenset[Reading]) -> str:
    """A set of readings in words: the fewest conditions that the set is the union of."""
    if len(readings) == len(ALL_READINGS):
        return "every reading"
    if not readings:
        return "no reading"
    left, words = set(readings), []
    for condition in sorted(_cubes(readings), key=len):
        admitted = {reading for reading in readings if admits(condition, reading)}
        if admitted & left:
            left -= admitted
            words.append(" and ".join(n if value else f"not {n}" for n, value in condition))
    return ", or ".join(words)


def _cubes(readings: frozenset[Reading]) -> Iterator[tuple[tuple[str, bool], ...]]:
    """The conditions that only these readings are as."""
    for choice in itertools.product((None, False, True), repeat=len(NAMES)):
        condition = tuple(
            (name, value) for name, value in zip(NAMES, choice, strict=True) if value is not None
        )
        if all(r in readings for r in ALL_READINGS if admits(condition, r)):
            yield condition


def conflicts_text(conflicts: Conflicts, style: Style) -> str:
    """The pairs of sentences that cannot both hold, with runs; then what only texts disagree in."""
    parts: list[RenderableType] = [ruled("Sentences that cannot both hold")]
    for conflict in conflicts.found:
        parts += ["", *_conflict(conflict)]
    for always, possible in conflicts.open:
        parts += ["", Text(f"open: {possible.id} and {always.id}", OPEN)]
    parts += ["", ruled("Disagreements of dates, lists and advice, which no run decides")]
    for item in TEXTUAL:
        parts += [Text(" and ".join(item.articles), "bold"), indented(Text(item.text))]
    return printed(parts, style) + "\n"


def _conflict(conflict: Conflict) -> Iterator[RenderableType]:
    for sentence in (conflict.possible, conflict.always):
        yield Text.assemble(
            (f"{sentence.article} {sentence.place}", "bold"), f": {sentence.claim.text}"
        )
    if conflict.run is None:
        yield indented(Text("No reading satisfies both.", QUIET))
    else:
        yield indented(Text("Every step that is as the first says violates the second.", QUIET))
        yield indented(run_lines(conflict.run))
