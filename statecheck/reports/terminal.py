"""A proof run as text of at most 80 columns, for a terminal of any colour or for a pipe."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from statecheck.claims.claim import Claim
from statecheck.claims.results import CorePart, Report, Result, Verdict, tally
from statecheck.claims.run import Run
from statecheck.claims.tables import Assumption, DerivedTable
from statecheck.reports.terminal_layout import (
    BAD,
    FOUND,
    GOOD,
    OPEN,
    QUIET,
    Style,
    chapter,
    indented,
    pairs,
    printed,
    ruled,
)
from statecheck.reports.words import (
    again,
    by_section,
    circumstances,
    count,
    declared,
    evidence,
    follows_plans,
    grouped,
    place,
    ranges,
    remark,
    under,
)

COLOURS = {
    Verdict.PROVED: GOOD,
    Verdict.REACHED: GOOD,
    Verdict.DERIVED: GOOD,
    Verdict.REFUTED: FOUND,
    Verdict.UNDETERMINED: OPEN,
}

EVIDENCE = 22
"""Columns for the evidence; what is longer is wrapped."""

SHORT = 19
"""A reason of at most so many characters stands in the table of verdicts itself."""

SUSPECT = "That step, which need not be reached:"
"""The heading of a counterexample to induction."""


def report_text(
    report: Report,
    assumptions: Sequence[Assumption],
    style: Style,
    *,
    tables: Sequence[DerivedTable] = (),
    trace: bool = False,
    allow_undetermined: bool = False,
    name: Callable[[Claim], str] = lambda claim: claim.title,
) -> str:
    """A whole proof run; with ``trace`` the runs of reached claims and the invariant too. ``name``
    says what the table calls a claim.
    """
    results = report.results
    shown = [
        part for t in tables if t.name in report.tables for part in t.text(report.tables[t.name])
    ]
    parts = [_verdicts(results, name, style.width)] if results else []
    parts += chapter("Findings", _accounts(results, Verdict.REFUTED))
    if trace:
        parts += chapter("Runs", _accounts(results, Verdict.REACHED))
        parts += chapter("Invariant", _clauses(results))
    parts += chapter("In the end", _endings(results))
    parts += chapter("Why", _cores(results))
    parts += chapter("Undetermined", _open_questions(results))
    parts += chapter("Plans", _plans(results))
    parts += chapter("Counts", _counts(results))
    parts += chapter("Derived", [*_answers(results), *shown])
    if results:
        listed = [pairs((a.id, a.text) for a in assumptions)] if assumptions else []
        others = (*report.environment, *declared(results, {a.id for a in assumptions}))
        parts += chapter("Assumptions", [*listed, *map(Text, others)])
    parts += ["", *_closing(report, allow_undetermined=allow_undetermined)]
    return printed(parts, style)


def listing_text(claims: Iterable[Claim], style: Style) -> str:
    """The claims with their kinds and expected verdicts; nothing is proven."""
    parts: list[RenderableType] = []
    for section, group in by_section(claims, lambda claim: claim):
        parts.append(ruled(section))
        for n, claim in enumerate(group):
            parts.append(
                Text.assemble(
                    (f"{claim.title:<42}", "bold"), f"{claim.kind_word:<13}", claim.expected
                )
            )
            if all(other.id != claim.id for other in group[n + 1 :]):
                parts.append(indented(Text(claim.text, QUIET)))
    return printed(parts, style)


# -- the table of verdicts ----------------------------------------------------------------------


def _verdicts(
    results: Sequence[Result], name: Callable[[Claim], str], width: int
) -> RenderableType:
    """A line for each result; where that does not fit, two lines."""
    columns: list[Callable[[Result], str]] = [
        lambda result: name(result.claim),
        lambda result: str(result.verdict),
        lambda result: _evidence(result)[:EVIDENCE],
        lambda result: _milliseconds(result.seconds),
    ]
    if sum(1 + max(len(column(r)) for r in results) for column in columns) - 1 > width:
        return _stacked(results, name)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0, expand=True)
    table.add_column("claim", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("evidence", ratio=1)
    table.add_column("ms", justify="right", no_wrap=True)
    for n, (section, group) in enumerate(by_section(results, lambda result: result.claim)):
        if n:
            table.add_row()
        table.add_row(Text(section, "bold"))
        for result in group:
            bad = remark(result)
            table.add_row(
                Text(name(result.claim)),
                Text(str(result.verdict), BAD if bad else COLOURS[result.verdict]),
                _evidence(result),
                Text(_milliseconds(result.seconds), QUIET),
            )
            if bad:
                table.add_row(Text(f"  ! {bad}", f"bold {BAD}"))
    return table


def _stacked(results: Sequence[Result], name: Callable[[Claim], str]) -> RenderableType:
    parts: list[RenderableType] = []
    for section, group in by_section(results, lambda result: result.claim):
        parts += ["", Text(section, "bold")] if parts else [Text(section, "bold")]
        for result in group:
            bad = remark(result)
            verdict = (str(result.verdict), BAD if bad else COLOURS[result.verdict])
            time = (f"  {_milliseconds(result.seconds)} ms", QUIET)
            parts.append(Text(name(result.claim)))
            parts.append(indented(Text.assemble(verdict, "  ", _evidence(result), time), 2))
            if bad:
                parts.append(indented(Text(f"! {bad}", f"bold {BAD}"), 2))
    return Group(*parts)


def _evidence(result: Result) -> str:
    is_long = result.verdict is Verdict.UNDETERMINED and _is_long(result)
    return "see below" if is_long else evidence(result)


def _is_long(result: Result) -> bool:
    """An undetermined result needs more room than its row in the table has."""
    return len(result.detail) > SHORT or result.suspect is not None


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f}" if seconds >= 0.0005 else "<1"


# -- findings, runs, open questions -------------------------------------------------------------


def _accounts(results: Iterable[Result], verdict: Verdict) -> Iterator[RenderableType]:
    for n, result in enumerate(r for r in results if r.verdict is verdict):
        if n:
            yield ""
        yield Text(result.claim.title, f"bold {COLOURS[verdict]}")
        yield indented(Text(result.claim.text, "italic"))
        yield indented(Text(in_words(result)))
        if result.run is not None:
            yield ""
            yield indented(run_lines(result.run))


def in_words(result: Result) -> str:
    """The meaning of a run for its claim."""
    claim = result.claim
    if result.run is None:
        return "! REACHED was expected, but no run gets there, however long."
    word = "run" if result.run.loop is None else "lasso"
    run = f"a {word} of {count(result.steps or 0, 'step')}"
    if result.verdict is Verdict.REACHED:
        return f"It is so: {run} gets there{_and_no_shorter(result, result.run)}."
    breaks = f"{run} breaks it{_and_no_shorter(result, result.run)}."
    if not result.as_expected:
        return f"! {claim.expected} was expected, but it is false: {breaks}"
    opening = claim.opening
    if claim.variant.name:
        opening += f" {under(claim)}"
    if claim.across and result.answer is not None:
        opening += f" where {claim.across} is {ranges(result.answer)}"
        breaks += f" It is proved where {claim.across} is {ranges(result.proved)}."
    elif claim.across:
        breaks += f" For which other values of {claim.across} it is false, too, is open."
    return " ".join([f"{opening}: {breaks}", *_remarks(claim)])


def _and_no_shorter(result: Result, run: Run) -> str:
    """The words for shorter runs, as far as they are excluded."""
    if not result.shortest:
        return "; a shorter one may exist"
    return f", and no shorter one does{', at any size' if run.sizes else ''}"


def _remarks(claim: Claim) -> list[str]:
    """The paragraphs of a claim's docstring after the first: what its refutation means."""
    _, *further = (inspect.getdoc(claim.body) or "").split("\n\n")
    return [" ".join(paragraph.split()) for paragraph in further]


def run_lines(run: Run) -> RenderableType:
    """A run: its circumstances, its steps, and what each changes."""
    changes = [change for step in run.steps for change in step.changes]
    width = max((len(change.place) for change in changes), default=0)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=QUIET)
    table.add_column("step", justify="right")
    table.add_column("action, and what it changes")
    for n, step in enumerate(run.steps, 1):
        table.add_row(str(n), Text(str(step), "bold"))
        for change in step.changes:
            table.add_row("", f"  {change.place:<{width}}  {change.values}")
        if not step.changes:
            table.add_row("", Text("  nothing", QUIET))
    if run.loop is not None:
        table.add_row("", Text(again(run), "italic"))
        for reason in run.fairness:
            table.add_row("", Text(f"  {reason}", QUIET))
    around = list(circumstances(run))
    return Group(*([pairs(around)] if around else []), *([table] if run.steps else []))


def _endings(results: Iterable[Result]) -> Iterator[RenderableType]:
    """Why every fair run gets there, and what becomes of a claim without each assumption."""
    for n, result in enumerate(r for r in results if r.argument is not None):
        if n:
            yield ""
        yield Text(result.claim.title, f"bold {COLOURS[result.verdict]}")
        yield indented(Text(result.claim.text, "italic"))
        yield indented(
            Text(f"It assumes {'; '.join(map(str, result.claim.fairness)) or 'nothing'}."),
        )
        yield indented(
            pairs((f"phase {k}", text) for k, text in enumerate(result.argument or (), 1))
        )
        for entry in result.ledger or ():
            yield ""
            yield indented(Text(f"Without {entry.assumption}: {entry.detail}."))
            if entry.run is not None:
                yield indented(run_lines(entry.run))
        if result.needs is not None:
            yield ""
            yield indented(Text(f"It needs exactly: {'; '.join(result.needs) or 'nothing'}."))


def _cores(results: Iterable[Result]) -> Iterator[RenderableType]:
    """The parts of the model that each proof needs."""
    for n, result in enumerate(r for r in results if r.core is not None):
        core = result.core
        assert core is not None
        if n:
            yield ""
        yield Text(result.claim.title, f"bold {COLOURS[result.verdict]}")
        yield indented(Text(result.claim.text, "italic"))
        variant = [under(result.claim)] if core.variant else []
        if variant or core.clauses:
            needed = (*variant, *map(str, core.clauses))
            yield indented(pairs([("needs", text) for text in needed]))
        if core.parts:
            yield indented(_needed(core.parts))
        if core.untouched:
            yield indented(pairs([("does without", ", ".join(core.untouched))]))


def _needed(parts: Sequence[CorePart]) -> RenderableType:
    rows: list[tuple[str, str]] = []
    for action, group in grouped(parts, lambda part: part.action or "at the start"):
        for n, part in enumerate(group):
            named = {name for _, _, name in part.origins if not name.startswith("<")}
            functions = sorted(named - {part.action})
            lines = [place(file, line) for file, line, _ in part.origins]
            where = ", ".join((*functions, *lines))
            what = f"if {part.text}" if part.kind == "guard" else part.text
            rows.append(("" if n else action, f"{what} ({where})" if where else what))
    return pairs(rows)


def _open_questions(results: Iterable[Result]) -> Iterator[RenderableType]:
    for result in results:
        if result.verdict is Verdict.UNDETERMINED and _is_long(result):
            yield Text(result.claim.title, f"bold {OPEN}")
            yield indented(Text(result.claim.text, "italic"))
            yield indented(Text(f"{result.detail[:1].upper()}{result.detail[1:]}."))
            if result.suspect is not None:
                yield indented(Text(SUSPECT))
                yield ""
                yield indented(run_lines(result.suspect))


# -- derived answers ----------------------------------------------------------------------------


def _plans(results: Iterable[Result]) -> Iterator[RenderableType]:
    for result in results:
        has_length = result.verdict is Verdict.PROVED and result.steps is not None
        if has_length or follows_plans(result):
            yield Text(result.claim.title, f"bold {GOOD}")
            yield indented(Text(result.claim.text, "italic"))
            yield indented(Text(f"From every reachable state: {result.detail}."))


def _counts(results: Iterable[Result]) -> Iterator[RenderableType]:
    """The counts that some proof rests on, and the numbers that are asked for."""
    found = [number for r in results for number in r.numbers]
    found += [count for r in results if r.joint is not None for count in r.joint.counts]
    yield from (Padding(Text(text), (0, 0, 0, 2)) for text in dict.fromkeys(found))


def _clauses(results: Iterable[Result]) -> Iterator[RenderableType]:
    for text in sorted({str(clause) for r in results for clause in r.invariant or ()}):
        yield Padding(Text(text), (0, 0, 0, 2))


def _answers(results: Iterable[Result]) -> Iterator[RenderableType]:
    for result in results:
        if result.verdict is Verdict.DERIVED:
            bad = remark(result)
            yield Text(result.claim.title, f"bold {BAD if bad else GOOD}")
            yield indented(Text(result.claim.text, "italic"))
            yield indented(_derived(result))
            if bad:
                yield indented(Text(f"! {bad}", f"bold {BAD}"))
            elif result.awaited is not None:
                yield indented(Text("That is what was expected.", QUIET))


def _derived(result: Result) -> RenderableType:
    """An answer; where it depends on a constant, both its bounds, and which value gives which."""
    if result.depends is None:
        return Text(regions(result.answer))
    type_ = result.claim.variables[-1][1]
    bounds = [("at most", regions(result.answer)), ("at least", regions(result.at_least))]
    lines: list[RenderableType] = [pairs(bounds)]
    for case in result.depends.cases:
        own = ranges([{"from": low, "to": high} for low, high in case.answer])
        values = f"{type_(case.low)} to {type_(case.high)}"
        lines.append(Text(f"where {result.depends.constant} is {values}: {own}", style=QUIET))
    return Group(*lines)


def regions(regions: Sequence[dict[str, str]]) -> str:
    """Regions of versions, in words."""
    between = [f"from {region['from']} to {region['to']} (both included)" for region in regions]
    return "\n".join(between) or "none"


# -- the end ------------------------------------------------------------------------------------


def _closing(report: Report, *, allow_undetermined: bool) -> Iterator[RenderableType]:
    results = report.results
    if not results:
        yield "Nothing was settled."
        return
    counts = tally(results)
    wrong = [result for result in results if remark(result)]
    if wrong:
        titles = ", ".join(result.claim.title for result in wrong)
        yield Text(f"! Not as expected: {titles}.", f"bold {BAD}")
    elif Verdict.UNDETERMINED in counts:
        number = count(counts[Verdict.UNDETERMINED], "verdict")
        pass_ = "passed by --allow-undetermined" if allow_undetermined else "so this is no success"
        yield Text(f"{number} undetermined, {pass_}; all others as expected.", OPEN)
    else:
        yield Text("Every verdict is as expected.", GOOD)
    if unread := [result.claim.title for result in results if result.unread]:
        yield Text(f"! Cannot be read: {', '.join(unread)}.", f"bold {BAD}")
    parts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if verdict in counts)
    yield Text(f"{count(len(results), 'verdict')}: {parts}.", "bold")
