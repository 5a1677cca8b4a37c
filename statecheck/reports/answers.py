"""The answers to the standard questions as text, for a terminal of any width and colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from statecheck.claims.answers import Answer, Question, Standing
from statecheck.claims.results import Report
from statecheck.reports.terminal import run_lines
from statecheck.reports.terminal_layout import (
    BAD,
    GOOD,
    OPEN,
    QUIET,
    Style,
    chapter,
    indented,
    pairs,
    printed,
)
from statecheck.reports.words import count

FINE = {
    Question.STATE_NEVER_REACHED: "states",
    Question.TRANSITION_NEVER_FIRES: "transitions",
    Question.GUARDS_OVERLAP: "guards that hold at once",
    Question.NOTHING_LEADS_ON: "something leads on",
    Question.NO_WAY_TO_FINAL: "a way to a final state",
    Question.EXCEPTION_NOT_CAUGHT: "exceptions",
}
"""What a question is about, where nothing is wrong."""


def answers_text(report: Report, name: str, style: Style, *, trace: bool = False) -> str:
    """All answers about the machine of a name; with ``trace`` what proofs rest on, too."""
    by = {s: [a for a in report.answers if a.standing is s] for s in Standing}
    parts: list[RenderableType] = [_summary(by, name)]
    parts += chapter("Suspicious", accounts(by[Standing.SUSPICIOUS], BAD, trace=trace))
    parts += chapter("Open", accounts(by[Standing.OPEN], OPEN, trace=trace))
    parts += chapter("Accepted", accounts(by[Standing.ACCEPTED], QUIET, trace=trace))
    if by[Standing.FINE]:
        rows = pairs((FINE.get(a.question, str(a.question)), a.detail) for a in by[Standing.FINE])
        parts += chapter("Nothing wrong", [rows])
    parts += chapter("Worth knowing", _facts(by[Standing.INFORMATION], trace=trace))
    parts += chapter("Assumptions", [Text(text) for text in report.environment])
    return printed(parts, style)


def _summary(by: dict[Standing, list[Answer]], name: str) -> Text:
    """One line that says how it stands."""
    suspicious, open_, accepted = (
        len(by[s]) for s in (Standing.SUSPICIOUS, Standing.OPEN, Standing.ACCEPTED)
    )
    said = [f"{count(suspicious, 'finding')}"] if suspicious else ["nothing is suspicious"]
    if open_:
        said.append(f"{count(open_, 'question')} open")
    if accepted:
        said.append(f"{accepted} accepted")
    colour = BAD if suspicious else OPEN if open_ else GOOD
    return Text(f"{name}: {', '.join(said)}.", f"bold {colour}")


def accounts(answers: Iterable[Answer], colour: str, *, trace: bool) -> Iterator[RenderableType]:
    """Answers with their evidence; with ``trace`` what proofs rest on, too."""
    for n, answer in enumerate(answers):
        if n:
            yield ""
        yield Text(answer.id, f"bold {colour}")
        yield indented(Text(f"{_sentence(answer.detail)}{_evidence(answer)}"))
        if answer.run is not None and answer.run.steps:
            yield ""
            yield indented(run_lines(answer.run))
        if trace and answer.invariant:
            yield ""
            yield indented(pairs(("invariant", str(clause)) for clause in answer.invariant))


def _facts(answers: Sequence[Answer], *, trace: bool) -> Iterator[RenderableType]:
    if answers:
        yield pairs((str(a.question), f"{a.subject}: {_without_subject(a)}") for a in answers)
    for answer in answers:
        if trace and answer.run is not None:
            yield ""
            yield Text(answer.id, "bold")
            yield indented(run_lines(answer.run))


def _without_subject(answer: Answer) -> str:
    return answer.detail.removeprefix(f"{answer.subject}: ")


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _evidence(answer: Answer) -> str:
    """The ground of a finding, in a sentence."""
    if answer.run is not None:
        steps = len(answer.run.steps)
        if not steps:
            return " It is so from the start."
        shorter = "; no shorter run does" if answer.shortest else "; a shorter one may exist"
        return f" A run of {count(steps, 'step')} shows it{shorter}."
    if answer.invariant:
        return f" An invariant of {count(len(answer.invariant), 'clause')} proves it."
    return ""
