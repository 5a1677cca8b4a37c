"""Exchange and the engine brought together: what the front door runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, cast

from model.kernel import ModelError
from model.site import Site
from model.version import POSTED, SP3, SP4, StoreVersion
from proofs.catalogue import CLAIMS, HISTORIES, QUESTIONS
from proofs.engine import lock
from proofs.engine.ask import deaf, interruptible
from proofs.engine.bounded import Numbers
from proofs.engine.certificates import certificate
from proofs.engine.claims import Claim
from proofs.engine.prove import Prover
from proofs.engine.sections import Premise
from proofs.engine.space import Instance
from proofs.engine.sweep import Sweep, sweep
from proofs.engine.verdict import Report, Result, Verdict
from proofs.table import table

LOCK = Path(__file__).with_name("invariant.lock")
"""The invariant, as it was found and reviewed."""

SMALL = (
    Instance(
        Site,
        {"servers": 2, "mailboxes": 1, "attachments": 1},
        {StoreVersion: (SP3, SP4)},
        forget=False,
    ),
)
"""The instances whose reachable states are all looked at, beside the proofs; with every value, for
a clause may be about one that no guard reads.
"""

NUMBERS = {
    StoreVersion: Numbers(StoreVersion.LEAST, StoreVersion.GREATEST, tuple(map(int, POSTED)))
}
"""Versions; runs that are shown prefer posted builds."""

GRACE = 1.0
"""So many seconds after its time a process that still proves is stopped."""


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


def write_lock(*, timeout: float | None = None) -> int:
    """Infer the invariant anew and write the lock file; returns the number of its clauses.

    Raises Timeout.
    """
    with interruptible():
        engine = prover(lock_file=None, timeout=timeout)
        clauses = engine.invariant()
    temporary = LOCK.with_suffix(".tmp")
    temporary.write_text(lock.text(engine.transitions, clauses), encoding="utf-8")
    temporary.replace(LOCK)
    return len(clauses)


def certify(report: Report, *, seed: int = 0, timeout: float | None = None) -> dict[str, str]:
    """The files of a certificate for a report: paths and texts. Raises Timeout."""
    engine = prover(seed=seed, timeout=timeout)
    return certificate(engine, report.results, partial(premises, engine))


def premises(engine: Prover, result: Result) -> list[Premise]:
    """What a result on the end of a run rests on. Raises Timeout."""
    if result.argument is None:
        return []
    known = {str(clause): clause for clause in engine.invariant()}
    clauses = [known[text] for text in result.invariant or ()]
    return engine.endings.certified(result.claim, clauses)


def swept(*, timeout: float | None = None) -> Sweep:
    """The invariant, evaluated in every reachable state of small instances; no solver decides.

    Raises Timeout.
    """
    engine = prover(timeout=timeout)
    return sweep(engine.transitions, engine.invariant(), SMALL, engine.remaining)


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
        stream = (
            _alone(engine, wanted)
            if jobs == 1
            else _shared(wanted, jobs, left, seed, explain=explain)
        )
        for result in stream:
            results[result.claim] = result
            if progress is not None and result.claim in claims:
                progress(result)
    except KeyboardInterrupt:
        if engine is None:
            raise  # not even the model was read, so there is nothing to report on
        interrupted = True
    answers = {claim.id: results[claim] for claim in QUESTIONS if claim in results}
    open_ = [claim for claim in QUESTIONS if tables and not _answered(results.get(claim))]
    notes = tuple(engine.notes)
    if open_:
        count = f"{len(open_)} of its {len(QUESTIONS)} questions"
        notes += (f"the administrators' table is left out: {count} are undetermined",)
    return Report(
        digest,
        tuple(results[claim] for claim in claims if claim in results),
        interrupted,
        {"administrators": table(answers, NUMBERS[StoreVersion].high)}
        if tables and not open_
        else {},
        notes,
    )


def _answered(result: Result | None) -> bool:
    return result is not None and result.verdict is Verdict.DERIVED


def _alone(engine: Prover, wanted: Sequence[Claim]) -> Iterator[Result]:
    with interruptible():
        yield from engine.settle(wanted)


def _shared(
    wanted: Sequence[Claim], jobs: int, timeout: float | None, seed: int, *, explain: bool
) -> Iterator[Result]:
    """Settle claims in several processes; claims are named by number, for they cannot travel.

    Each result comes as it is found, so that nothing settled is lost when the run is cut off.
    """
    end = None if timeout is None else time.monotonic() + timeout
    everything = (*CLAIMS, *QUESTIONS)
    numbers = [everything.index(claim) for claim in wanted]
    left = dict.fromkeys(wanted)
    workers = [
        _Worker(numbers[part::jobs], timeout, seed, explain)
        for part in range(min(jobs, len(wanted)))
    ]
    try:
        waiting: dict[Any, _Worker] = {worker.results: worker for worker in workers}
        while waiting:
            limit = None if end is None else max(0.0, end + GRACE - time.monotonic())
            ready = wait(list(waiting), limit)
            if not ready:
                break
            for connection in ready:
                message = waiting[connection].receive()
                if message is None:
                    del waiting[connection]
                    continue
                number, fields = message
                left.pop(everything[number], None)
                yield Result(everything[number], **fields)
        for claim in left:
            yield Result(claim, Verdict.UNDETERMINED, "timed out: the time is up")
    finally:
        for worker in workers:
            worker.stop()


class _Worker:
    """A process that settles some claims."""

    def __init__(
        self, numbers: Sequence[int], timeout: float | None, seed: int, explain: bool
    ) -> None:
        self.results, sender = Pipe(duplex=False)
        arguments = (sender, list(numbers), timeout, seed, explain)
        self.process = Process(target=_work, args=arguments, daemon=True)
        self.process.start()
        sender.close()

    def receive(self) -> tuple[int, dict[str, Any]] | None:
        """The number of a claim and the fields of its result; None when that was all.

        Raises what went wrong in the process.
        """
        try:
            message = self.results.recv()
        except EOFError:
            self.process.join()
            raise RuntimeError(
                f"a process that proves ended with exit code {self.process.exitcode}"
            ) from None
        if isinstance(message, Exception):
            raise message
        return cast("tuple[int, dict[str, Any]] | None", message)

    def stop(self) -> None:
        """End the process, whatever it does."""
        self.process.terminate()
        self.process.join()


def _work(
    sender: Connection, numbers: Sequence[int], timeout: float | None, seed: int, explain: bool
) -> None:
    # Ctrl-C reaches every process of a terminal; the one that reports will end this one.
    deaf()
    everything = (*CLAIMS, *QUESTIONS)
    try:
        engine = prover(seed=seed, timeout=timeout, explain=explain)
        for result in engine.settle([everything[number] for number in numbers]):
            fields = {name: value for name, value in vars(result).items() if name != "claim"}
            sender.send((everything.index(result.claim), fields))
        sender.send(None)
    except ModelError as error:
        sender.send(error)
    except BaseException as error:  # noqa: BLE001  (even SystemExit: the caller reports it)
        sender.send(RuntimeError(f"{type(error).__name__}: {error}"))
