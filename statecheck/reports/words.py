"""Words for results that every report uses, be it for a terminal or for a machine."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.results import SAYS_NOTHING, Report, Result, Verdict
from statecheck.claims.run import Run

T = TypeVar("T")

NAME_WIDTH, EVIDENCE_WIDTH = 40, 40
"""Columns for a claim with its number, which has more where there is room, and for the rest."""


def numbered(claim: Claim, width: int = NAME_WIDTH + EVIDENCE_WIDTH) -> str:
    """A claim's number and as much of its text as a table of some columns has room for."""
    words = " ".join(claim.text.split())
    room = max(NAME_WIDTH, width - EVIDENCE_WIDTH) - len(claim.id)
    return f"{claim.id}  {words if len(words) <= room else f'{words[: room - 3]}...'}"


def completed(report: Report, claims: Sequence[Claim]) -> Report:
    """The report with a result for every claim that was asked for, in that order, and what else is
    not as expected.

    What an interruption left open is UNDETERMINED.
    """
    settled = {result.claim: result for result in report.results}
    reason = "interrupted before it was settled"
    results = (
        settled.get(claim) or Result(claim, Verdict.UNDETERMINED, reason) for claim in claims
    )
    others = (result for result in report.results if result.claim not in claims)
    return replace(report, results=(*results, *others))


def assumed(report: Report) -> list[str]:
    """Everything that verdicts assume: what all of them do, then what single claims do."""
    own = [f"{r.claim.title}: {'; '.join(r.assumptions)}" for r in report.results if r.assumptions]
    return [*report.environment, *own]


def declared(results: Iterable[Result], known: Container[str]) -> Iterator[str]:
    """The assumptions that claims are declared to make, those that are known left out."""
    for result in results:
        if own := [text for text in result.claim.assumptions if text not in known]:
            yield f"{result.claim.title}: {'; '.join(own)}"


def remark(result: Result) -> str:
    """The fault of a verdict; empty where there is none, or none is known."""
    if result.vacuous:
        empty = result.verdict is Verdict.DERIVED
        if result.detail == SAYS_NOTHING:
            return "vacuous: it is true whatever the system does"
        return f"vacuous: {'the answer is empty' if empty else 'nothing reaches its premise'}"
    if result.as_expected or result.verdict is Verdict.UNDETERMINED:
        return ""
    if result.awaited is not None and result.answer is not None:
        found = f"{ranges(result.awaited)} was expected"
        least = result.awaited_at_least
        return found if least in (None, result.awaited) else f"{found}, at least {ranges(least)}"
    return f"{result.claim.expected} was expected"


def ranges(regions: Iterable[dict[str, str]]) -> str:
    """Ranges of numbers, both ends included."""
    return ", ".join(f"{region['from']} to {region['to']}" for region in regions) or "none"


def answer(result: Result) -> Iterator[str]:
    """The derived answer, line by line; nothing where nothing was derived."""
    if result.answer is None:
        return
    if result.claim.across:
        name = result.claim.across
        yield f"refuted where {name} is {ranges(result.answer)}"
        yield f"proved where {name} is {ranges(result.proved)}"
        return
    if result.depends is None:
        yield ranges(result.answer)
        return
    yield f"at most {ranges(result.answer)}"
    yield f"at least {ranges(result.at_least)}"
    type_ = result.claim.variables[-1][1]
    for case in result.depends.cases:
        own = ranges([{"from": low, "to": high} for low, high in case.answer])
        values = f"{type_(case.low)} to {type_(case.high)}"
        yield f"{own} where {result.depends.constant} is {values}"


def evidence(result: Result) -> str:
    """The evidence of a verdict, or the reason why there is none. The premise of a claim that is
    proven is open where neither a run to it nor a proof that there is none was found; it is counted
    where clauses follow from counts.
    """
    has_premise = result.claim.kind in (Kind.ALWAYS, Kind.EVENTUALLY)
    is_open = has_premise and result.verdict is Verdict.PROVED and result.vacuous is None
    is_counted = result.joint is not None and result.joint.counts
    parts = [_evidence(result), *["counted"] * bool(is_counted), *["premise open"] * is_open]
    return ", ".join(parts)


def follows_plans(result: Result) -> bool:
    """Tell whether plans are to be followed that lead to a goal of a system."""
    is_proven = result.claim.kind is Kind.RECOVERABLE and result.verdict is Verdict.PROVED
    # Clauses about one machine have no sort.
    clauses = result.invariant
    return is_proven and clauses is not None and all(clause.sort for clause in clauses)


def _evidence(result: Result) -> str:
    match result:
        case Result(verdict=Verdict.UNDETERMINED, detail=detail):
            return detail
        case Result(verdict=Verdict.PROVED, steps=int(steps)):
            return f"{steps}-step plan"
        case Result() if follows_plans(result):
            return "repeated plan"
        case Result(verdict=Verdict.PROVED, argument=tuple(phases)):
            return f"{count(len(phases), 'phase')}"
        case Result(verdict=Verdict.PROVED | Verdict.REFUTED, run=None, invariant=None, detail=how):
            return how
        case Result(run=None, invariant=tuple(clauses)):
            return f"{len(clauses)}-clause invariant" if clauses else "by itself"
        case Result(run=Run(loop=int()), steps=int(steps)):
            return f"{steps}-step lasso"
        case Result(verdict=Verdict.REACHED | Verdict.REFUTED, steps=int(steps)):
            return f"{steps}-step run"
        case Result(verdict=Verdict.DERIVED, answer=list(regions)):
            return count(len(regions), "region")
        case _:
            return ""


def under(claim: Claim) -> str:
    """The variant that a claim is about, in words."""
    return claim.variant.phrase or f"where {claim.variant.name}"


def circumstances(run: Run) -> Iterator[tuple[str, str]]:
    """The sizes of a run, how it starts, and the entities that it is about, where there are any."""
    if run.sizes:
        yield "sizes", ", ".join(f"{name} {size}" for name, size in run.sizes)
    for label, pairs in (("start", run.start), ("where", run.witness)):
        if pairs:
            yield label, ", ".join(f"{name}={value}" for name, value in pairs)


def account(run: Run) -> Iterator[str]:
    """A run, line by line, for a report without columns or colours."""
    yield from (f"{label}  {text}" for label, text in circumstances(run))
    for number, step in enumerate(run.steps, 1):
        yield f"{number:>5}  {step}"
        yield from (f"         {change}" for change in step.changes or ("nothing changes",))
    if run.loop is not None:
        yield f"       {again(run)}"
        yield from (f"       {reason}" for reason in run.fairness)


def again(run: Run) -> str:
    """How a lasso goes on."""
    first, last = (run.loop or 0) + 1, len(run.steps)
    steps = f"step {first}" if first == last else f"steps {first} to {last}"
    return f"then {steps} again, for ever"


def place(file: str, line: int) -> str:
    """A line of a file; a module of a package is named from the folder that holds the package."""
    path = Path(file)
    package = path.parent
    while (package / "__init__.py").is_file():
        package = package.parent
    return f"{path.relative_to(package).as_posix()}:{line}"


def count(number: int, noun: str) -> str:
    """A number of things: ``2 steps``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def grouped(items: Iterable[T], key: Callable[[T], str]) -> Iterable[tuple[str, list[T]]]:
    """Items by key, in the order in which the keys come first."""
    groups: dict[str, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups.items()


def by_section(items: Iterable[T], claim: Callable[[T], Claim]) -> Iterable[tuple[str, list[T]]]:
    """Items by the heading of the section that their claims are about."""

    def section(item: T) -> str:
        heading = claim(item).section.heading
        return heading[:1].upper() + heading[1:]

    return grouped(items, section)
