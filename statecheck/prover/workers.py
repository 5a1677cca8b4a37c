"""Claims settled in several processes at once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection, wait
from typing import Any, cast

from statecheck.claims.claim import Claim
from statecheck.claims.results import Result, Verdict
from statecheck.modeling import ModelError
from statecheck.prover.project import Project
from statecheck.prover.session import prover
from statecheck.smt.interruption import ignore_interrupts

GRACE = 1.0
"""So many seconds after its time a process that still proves is stopped."""


def shared(
    project: Project,
    wanted: Sequence[Claim],
    jobs: int,
    timeout: float | None,
    seed: int,
    notes: list[str],
    *,
    explain: bool,
) -> Iterator[Result]:
    """Settle claims in several processes; claims are named by number, for they cannot travel.

    Each result comes as it is found, so that nothing settled is lost when the run is cut off.
    ``notes`` gets what the processes have to say to whoever runs them.
    """
    end = None if timeout is None else time.monotonic() + timeout
    everything = project.catalogue
    numbers = [everything.index(claim) for claim in wanted]
    left = dict.fromkeys(wanted)
    workers = [
        _Worker(project, numbers[part::jobs], timeout, seed, explain)
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
                if isinstance(message, list):
                    notes += [note for note in message if note not in notes]
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
        self,
        project: Project,
        numbers: Sequence[int],
        timeout: float | None,
        seed: int,
        explain: bool,
    ) -> None:
        self.results, sender = Pipe(duplex=False)
        arguments = (sender, project, list(numbers), timeout, seed, explain)
        self.process = Process(target=_work, args=arguments, daemon=True)
        self.process.start()
        sender.close()

    def receive(self) -> tuple[int, dict[str, Any]] | list[str]:
        """The number of a claim and the fields of its result; notes when that was all.

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
        return cast("tuple[int, dict[str, Any]] | list[str]", message)

    def stop(self) -> None:
        """End the process, whatever it does."""
        self.process.terminate()
        self.process.join()


def _work(
    sender: Connection,
    project: Project,
    numbers: Sequence[int],
    timeout: float | None,
    seed: int,
    explain: bool,
) -> None:
    # Ctrl-C reaches every process of a terminal; the one that reports will end this one.
    ignore_interrupts()
    everything = project.catalogue
    try:
        engine = prover(project, seed=seed, timeout=timeout, explain=explain)
        for result in engine.prove([everything[number] for number in numbers]):
            fields = {name: value for name, value in vars(result).items() if name != "claim"}
            sender.send((everything.index(result.claim), fields))
        sender.send(engine.context.notes)
    except ModelError as error:
        sender.send(error)
    except BaseException as error:  # noqa: BLE001  (even SystemExit: the caller reports it)
        sender.send(RuntimeError(f"{type(error).__name__}: {error}"))
