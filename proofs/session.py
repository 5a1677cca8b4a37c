"""Exchange and the engine brought together: what the front door runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from model.site import Site
from model.version import POSTED, StoreVersion, native
from proofs.administrators import SETTINGS
from proofs.catalogue import CLAIMS, HISTORIES, QUESTIONS
from proofs.engine import lock
from proofs.engine.bounded import Numbers
from proofs.engine.claims import Claim
from proofs.engine.prove import Prover
from proofs.engine.verdict import Report, Result, Verdict
from proofs.report import run_json, setting_json

LOCK = Path(__file__).with_name("invariant.lock")
"""The invariant, as it was found and reviewed."""

NUMBERS = {StoreVersion: Numbers(0, 2**64 - 1, tuple(map(int, POSTED)))}
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


def write_lock() -> int:
    """Infer the invariant anew and write the lock file; returns the number of its clauses."""
    engine = prover(lock_file=None)
    clauses = engine.invariant()
    temporary = LOCK.with_suffix(".tmp")
    temporary.write_text(lock.text(engine.transitions, clauses), encoding="utf-8")
    temporary.replace(LOCK)
    return len(clauses)


def run(
    claims: Sequence[Claim],
    *,
    timeout: float | None = None,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[Result], None] | None = None,
    tables: bool = True,
) -> Report:
    """Settle claims, and the administrators' table if ``tables``.

    An interrupted run reports what it had settled. Raises ModelError.
    """
    wanted = (*claims, *(QUESTIONS if tables else ()))
    results: dict[Claim, Result] = {}
    digest, interrupted, engine = "", False, None
    try:
        engine = prover(seed=seed, timeout=timeout)
        digest = engine.digest
        stream = engine.settle(wanted) if jobs == 1 else _shared(wanted, timeout, seed, jobs)
        for result in stream:
            results[result.claim] = result
            if progress is not None and result.claim in claims:
                progress(result)
    except KeyboardInterrupt:
        interrupted = True
    answers = {claim.id: results[claim] for claim in QUESTIONS if claim in results}
    open_ = [claim for claim in QUESTIONS if tables and not _answered(results.get(claim))]
    notes = tuple(engine.notes) if engine is not None else ()
    if open_:
        count = f"{len(open_)} of its {len(QUESTIONS)} questions"
        notes += (f"the administrators' table is left out: {count} are undetermined",)
    return Report(
        digest,
        tuple(results[claim] for claim in claims if claim in results),
        interrupted,
        {"administrators": _table(answers)} if tables and not open_ else {},
        notes,
    )


def _answered(result: Result | None) -> bool:
    return result is not None and result.verdict is Verdict.DERIVED


def _shared(
    wanted: Sequence[Claim], timeout: float | None, seed: int, jobs: int
) -> Iterator[Result]:
    """Settle claims in several processes; claims are named by number, for they cannot travel."""
    everything = (*CLAIMS, *QUESTIONS)
    numbers = [everything.index(claim) for claim in wanted]
    parts = [numbers[part::jobs] for part in range(jobs) if numbers[part::jobs]]
    with ProcessPoolExecutor(jobs) as pool:
        futures = [pool.submit(_part, part, timeout, seed) for part in parts]
        try:
            for future in as_completed(futures):
                for number, fields in future.result():
                    yield Result(everything[number], **fields)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _part(
    numbers: Sequence[int], timeout: float | None, seed: int
) -> list[tuple[int, dict[str, Any]]]:
    everything = (*CLAIMS, *QUESTIONS)
    engine = prover(seed=seed, timeout=timeout)
    return [
        (
            everything.index(result.claim),
            {name: value for name, value in vars(result).items() if name != "claim"},
        )
        for result in engine.settle([everything[number] for number in numbers])
    ]


def _table(answers: dict[str, Result]) -> dict[str, Any]:
    """The administrators' table: one row for each region of versions and setting of AVAPI."""
    questions = ("move_can_fail", "client_exposed_at_source", "client_exposed_at_destination")
    parse = StoreVersion.parse
    cuts = {StoreVersion(0)}
    for result in answers.values():
        for region in result.answer:
            cuts.add(parse(region["from"]))
            if int(end := parse(region["to"])) < NUMBERS[StoreVersion].high:
                cuts.add(StoreVersion(end + 1))
    starts = sorted(cuts)
    ends = [StoreVersion(start - 1) for start in starts[1:]]
    rows = []
    for low, high in zip(starts, [*ends, StoreVersion(NUMBERS[StoreVersion].high)], strict=True):
        restorable = answers[f"restorable.{native(low).name}"]
        for source, destination in SETTINGS:
            on = {True: "on", False: "off"}
            row: dict[str, Any] = {
                "versions": {"from": str(low), "to": str(high)},
                "source_antivirus": source,
                "destination_antivirus": destination,
            }
            for name in questions:
                row[name] = _cell(answers[f"{name}.{on[source]}.{on[destination]}"], low, high)
            row["restorable"] = restorable.answer
            rows.append(row)
    return {"rows": rows}


def _cell(result: Result, low: StoreVersion, high: StoreVersion) -> dict[str, Any]:
    parse = StoreVersion.parse
    yes = any(parse(r["from"]) <= low <= parse(r["to"]) for r in result.answer)
    cell: dict[str, Any] = {
        "answer": "yes" if yes else "no",
        "steps": result.steps if yes else None,
    }
    inside = [(a, b, run) for a, b, run in result.runs if yes and low <= a and b <= high]
    posted = [run for a, b, run in inside if any(a <= version <= b for version in POSTED)]
    for run in (posted or [run for _, _, run in inside])[:1]:
        cell |= {"run": run_json(run), "setting": setting_json(run)}
    return cell
