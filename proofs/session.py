"""Exchange and the engine brought together: what the front door runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from model.site import Site
from model.version import PREFERRED, StoreVersion
from proofs.catalogue import CLAIMS, HISTORIES, QUESTIONS
from proofs.engine.ask import interruptible
from proofs.engine.bounded import Numbers
from proofs.engine.claims import Claim
from proofs.engine.prove import Prover
from proofs.engine.verdict import Report, Result, Verdict
from proofs.report import OutputFile
from proofs.table import table

LOCK = Path(__file__).with_name("evidence.lock")
"""The invariant and the runs, as they were found and reviewed."""

LAST = StoreVersion.parse("5.5.65535.65535")
"""No Store.exe of Exchange 5.5 has a later version."""

NUMBERS = {
    StoreVersion: Numbers(
        StoreVersion.LEAST, int(LAST), tuple(map(int, PREFERRED)), StoreVersion.parse
    )
}
"""Versions; runs that are shown prefer posted builds."""


def prover(
    *,
    lock_file: Path | None = LOCK,
    seed: int = 0,
    timeout: float | None = None,
    explain: bool = False,
) -> Prover:
    """A prover for the site and its whole catalogue."""
    return Prover(
        Site,
        (*CLAIMS, *QUESTIONS),
        HISTORIES,
        numbers=NUMBERS,
        lock_file=lock_file,
        seed=seed,
        timeout=timeout,
        explain=explain,
    )


def write_lock(*, timeout: float | None = None) -> str:
    """Find the invariant and the runs anew and write the lock file; says how many there are.

    Raises Timeout, and OSError where it cannot be written.
    """
    file = OutputFile(str(LOCK))
    with interruptible():
        engine = prover(lock_file=None, timeout=timeout)
        clauses, runs = engine.invariant(), engine.runs()
        text = engine.locked_text(runs)
    file.write(text)
    return f"{len(clauses)} clauses and {len(runs)} runs"


def run(
    claims: Sequence[Claim],
    *,
    timeout: float | None = None,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[Result], None] | None = None,
    tables: bool = True,
    explain: bool = False,
) -> Report:
    """Settle claims, and the administrators' table if ``tables``; ``explain`` what they rest on.

    An interrupted run reports what it had settled. Raises ModelError, and KeyboardInterrupt where
    not even the model was read.
    """
    wanted = (*claims, *(QUESTIONS if tables else ()))
    results: dict[Claim, Result] = {}
    digest, interrupted, engine = "", False, None
    began = time.monotonic()
    try:
        with interruptible():
            engine = prover(seed=seed, timeout=timeout, explain=explain)
            digest = engine.digest
        left = None if timeout is None else timeout - (time.monotonic() - began)
        for result in _settled(engine, wanted, jobs, left, seed, explain=explain):
            results[result.claim] = result
            if progress is not None and result.claim in claims:
                progress(result)
    except KeyboardInterrupt:
        if engine is None:
            raise  # not even the model was read, so there is nothing to report on
        interrupted = True
    answers = {claim.id: results[claim] for claim in QUESTIONS if claim in results}
    open_ = [claim for claim in QUESTIONS if tables and not _answered(results.get(claim))]
    # An answer that nobody expects is reported as a claim that is not as expected.
    wrong = [r for r in results.values() if r.claim in QUESTIONS and not _is_right(r)]
    notes = tuple(engine.notes)
    if open_:
        count = f"{len(open_)} of its {len(QUESTIONS)} questions"
        notes += (f"the administrators' table is left out: {count} are undetermined",)
    return Report(
        digest,
        (*(results[claim] for claim in claims if claim in results), *wrong),
        interrupted,
        {"administrators": table(answers, NUMBERS[StoreVersion].high)}
        if tables and not open_
        else {},
        notes,
    )


def _is_right(result: Result) -> bool:
    return result.as_expected or result.verdict is Verdict.UNDETERMINED


def _answered(result: Result | None) -> bool:
    return result is not None and result.verdict is Verdict.DERIVED


def _settled(
    engine: Prover,
    wanted: Sequence[Claim],
    jobs: int,
    timeout: float | None,
    seed: int,
    *,
    explain: bool,
) -> Iterator[Result]:
    if jobs > 1:
        from proofs.workers import shared  # noqa: PLC0415  (few want it, and it takes its time)

        yield from shared(wanted, jobs, timeout, seed, engine.notes, explain=explain)
        return
    with interruptible():
        yield from engine.settle(wanted)
