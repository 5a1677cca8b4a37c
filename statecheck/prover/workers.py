"""Claims settled in several processes at once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from statecheck.claims.claim import Claim
from statecheck.claims.results import Result, Verdict
from statecheck.clock import Timeout
from statecheck.processes import Lost, Place, results, size
from statecheck.prover.engine import prover
from statecheck.prover.project import Project

GRACE = 1.0
"""So many seconds after its time a process that still proves is stopped."""


def shared(
    project: Project,
    wanted: Sequence[Claim],
    jobs: Place,
    timeout: float | None,
    seed: int,
    notes: list[str],
    *,
    explain: bool,
) -> Iterator[Result]:
    """Settle claims in several processes; they are named by number, for they cannot travel.

    Each result comes as it is found, so that nothing settled is lost when the run is cut off. A
    claim that a lost process had not settled is proved again; one that is lost twice is
    undetermined. ``notes`` gets the notes of the processes.
    """
    end = None if timeout is None else time.monotonic() + timeout + GRACE
    everything = project.catalogue
    numbers = [everything.index(claim) for claim in wanted]
    left = dict.fromkeys(wanted)
    parts = min(size(jobs), len(wanted))
    queue = deque(numbers[part::parts] for part in range(parts))
    again: set[int] = set()
    arguments = (project, timeout, seed, explain)
    for message in results(_settle, arguments, queue, jobs, deadline=end):
        match message:
            case Lost(job=list(lost), exit_code=code):
                open_ = [number for number in lost if everything[number] in left]
                redone = [number for number in open_ if number not in again]
                again.update(redone)
                if redone:
                    queue.append(redone)
                for number in open_:
                    if number not in redone:
                        claim = everything[number]
                        del left[claim]
                        reason = f"the process that proved it ended twice, with exit code {code}"
                        yield Result(claim, Verdict.UNDETERMINED, reason)
            case (int(number), dict(fields)):
                left.pop(everything[number], None)
                yield Result(everything[number], **fields)
            case list(said):
                notes += [note for note in said if note not in notes]
    for claim in left:
        yield Result(claim, Verdict.UNDETERMINED, "timed out: the time is up")


def _settle(
    jobs: Iterator[list[int]], project: Project, timeout: float | None, seed: int, explain: bool
) -> Iterator[Any]:
    """The number of each claim with the fields of its result; at the end the notes."""
    everything = project.catalogue
    try:
        engine = prover(project, seed=seed, timeout=timeout, explain=explain, isolate=True)
    except Timeout:  # what nobody settles is timed out
        return
    for job in jobs:
        for result in engine.prove([everything[number] for number in job]):
            fields = {name: value for name, value in vars(result).items() if name != "claim"}
            yield everything.index(result.claim), fields
    yield list(engine.context.notes)
