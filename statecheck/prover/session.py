"""A proof run of a project: what every command that proves claims runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from statecheck.claims.claim import Claim
from statecheck.claims.results import Report, Result, Verdict
from statecheck.clock import Timeout
from statecheck.modeling import signature
from statecheck.prover.engine import prover
from statecheck.prover.project import Project
from statecheck.prover.prover import Prover
from statecheck.smt.interruption import interruptible

if TYPE_CHECKING:
    from statecheck.processes import Place

__all__ = ["FoundAnew", "found_anew", "prover", "run"]


@dataclass(frozen=True)
class FoundAnew:
    """An invariant and runs that were found anew: what the lock file is to hold, how many there
    are, and the engine that knows them.
    """

    text: str
    contents: str
    engine: Prover


def found_anew(
    project: Project, *, timeout: float | None = None, explain: bool = False
) -> FoundAnew:
    """Find the invariant and the runs anew. Raises Timeout."""
    with interruptible():
        engine = prover(project, locked=False, timeout=timeout, explain=explain, isolate=True)
        clauses, runs = engine.context.invariant(), engine.runs()
        text = engine.context.locked_text(runs)
        return FoundAnew(text, f"{len(clauses)} clauses and {len(runs)} runs", engine)


def run(
    project: Project,
    claims: Sequence[Claim],
    *,
    timeout: float | None = None,
    seed: int = 0,
    jobs: Place = 1,
    progress: Callable[[Result], None] | None = None,
    tables: bool = True,
    explain: bool = False,
    engine: Prover | None = None,
) -> Report:
    """Settle claims, and the project's tables if ``tables``; ``explain`` what they rest on. An
    ``engine`` of the project that knows more than one made here would is used if it is given.

    An interrupted run reports what it had settled. Raises ModelError, and KeyboardInterrupt where
    not even the model was read.
    """
    questions = project.questions if tables else ()
    results: dict[Claim, Result] = {}
    digest, interrupted = "", False
    began = time.monotonic()
    try:
        with interruptible():
            if engine is None:
                engine = prover(project, seed=seed, timeout=timeout, explain=explain, isolate=True)
            digest = engine.context.digest
        left = None if timeout is None else timeout - (time.monotonic() - began)
        for result in _settled(
            project, engine, (*claims, *questions), jobs, left, seed, explain=explain
        ):
            results[result.claim] = result
            if progress is not None and result.claim in claims:
                progress(result)
    except Timeout as gave_up:  # before the model was read
        results = {
            claim: Result(claim, Verdict.UNDETERMINED, f"timed out: {gave_up}")
            for claim in (*claims, *questions)
        }
    except KeyboardInterrupt:
        if engine is None:
            raise  # not even the model was read, so there is nothing to report on
        interrupted = True
    # An answer that nobody expects is reported as a claim that is not as expected.
    wrong = [r for c, r in results.items() if c in questions and r.is_unexpected]
    derived, notes = _derived(project, {c: results[c] for c in questions if c in results}, tables)
    return Report(
        digest,
        (*(results[claim] for claim in claims if claim in results), *wrong),
        interrupted,
        derived,
        (*(() if engine is None else engine.context.notes), *notes),
        signature(project.system).assumed,
    )


def _derived(
    project: Project, answers: dict[Claim, Result], tables: bool
) -> tuple[dict[str, object], tuple[str, ...]]:
    """The tables by name; a note in place of those whose questions are open."""
    if not tables or not project.tables:
        return {}, ()
    open_ = [
        question
        for question in project.questions
        if question not in answers or answers[question].verdict is not Verdict.DERIVED
    ]
    if open_:
        names = " and ".join(table.name for table in project.tables)
        count = f"{len(open_)} of {len(project.questions)} questions"
        return {}, (f"of the derived tables nothing is shown ({names}): {count} are undetermined",)
    by_id = {claim.id: result for claim, result in answers.items()}
    return {table.name: table.answer(by_id) for table in project.tables}, ()


def _settled(
    project: Project,
    engine: Prover,
    wanted: Sequence[Claim],
    jobs: Place,
    timeout: float | None,
    seed: int,
    *,
    explain: bool,
) -> Iterator[Result]:
    if jobs != 1:
        from statecheck.prover.workers import shared  # noqa: PLC0415  (few want it)

        yield from shared(
            project, wanted, jobs, timeout, seed, engine.context.notes, explain=explain
        )
        return
    with interruptible():
        yield from engine.prove(wanted)
