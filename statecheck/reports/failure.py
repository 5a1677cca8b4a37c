"""A proof run as the message of a failed test: what is not as expected, and what is assumed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.text import Text

from statecheck.claims.answers import Standing
from statecheck.claims.results import Report, Result, Verdict
from statecheck.reports.answers import accounts
from statecheck.reports.terminal import in_words, run_lines
from statecheck.reports.terminal_layout import BAD, OPEN, Style, indented, printed
from statecheck.reports.words import answer, count, evidence, remark

WIDTH = 76
"""Columns: a test runner puts a margin in front of each line."""


def failure_text(report: Report) -> str:
    """Everything that is not as expected, with its runs, and the assumptions of all of it."""
    wrong = [result for result in report.results if not result.as_expected]
    findings = [answer for answer in report.answers if answer.standing is Standing.SUSPICIOUS]
    open_ = [answer for answer in report.answers if answer.standing is Standing.OPEN]
    parts: list[RenderableType] = [Text(_summary(report, wrong, len(findings), len(open_)))]
    for result in wrong:
        parts += ["", *_account(result)]
    for group, colour in ((findings, BAD), (open_, OPEN)):
        if group:
            parts += ["", *accounts(group, colour, trace=False)]
    parts += ["", *_assumed(report, wrong)]
    parts += [Text(f"note: {note}") for note in report.notes]
    return printed(parts, Style(WIDTH)).rstrip("\n")


def _summary(report: Report, wrong: list[Result], findings: int, open_: int) -> str:
    if not report.answers:
        if not report.results:
            return "Nothing was settled."
        listed = ", ".join(f"{result.claim.title} {result.verdict}" for result in wrong)
        return f"Not as expected: {listed}."
    found = [count(findings, "finding")] if findings else []
    found += [f"{count(open_, 'question')} open"] if open_ else []
    return f"Not as expected: {', '.join(found)}."


def _account(result: Result) -> Iterator[RenderableType]:
    claim = result.claim
    yield Text(f"{claim.title}: {result.verdict}")
    yield indented(Text(claim.text))
    yield indented(Text(_reason(result)))
    for line in answer(result):
        yield indented(Text(f"found: {line}"))
    if result.run is not None:
        yield ""
        yield indented(run_lines(result.run))


def _reason(result: Result) -> str:
    """Why a verdict is not as expected."""
    if result.verdict is Verdict.UNDETERMINED:
        return f"? Neither proven nor refuted: {result.detail}"
    if result.vacuous or result.verdict is Verdict.DERIVED:
        return f"! {remark(result)}"
    if result.verdict is Verdict.REFUTED:
        return in_words(result)
    how = evidence(result)
    return f"! {remark(result)}, but it is {str(result.verdict).lower()}{f': {how}' * bool(how)}"


def _assumed(report: Report, wrong: Iterable[Result]) -> Iterator[RenderableType]:
    """The assumptions of all verdicts, then those of each claim that is not as expected."""
    own = [f"{r.claim.title}: {text}" for r in wrong for text in r.assumptions]
    assumed = [*report.environment, *own]
    yield Text("Assumed:" if assumed else "Assumed: nothing.")
    for text in assumed:
        yield indented(Text(text))
