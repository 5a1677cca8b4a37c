"""An action is enabled unless a machine refuses an event that it sends."""

from __future__ import annotations

import statecheck
from examples.mutual_exclusion import Mutex, Process
from statecheck import Catalogue, Verdict, enabled

CATALOGUE = Catalogue(Mutex)


@CATALOGUE.always("mutex.may_try", "An if that fails")
def may_try(mutex: Mutex, process: Process) -> bool:
    """An outsider may try to enter at any time."""
    return not process.section.outside.is_active or enabled(mutex, Mutex.enter, process)


@CATALOGUE.always("mutex.may_leave", "A machine that refuses")
def may_leave(mutex: Mutex, process: Process) -> bool:
    """An outsider may leave."""
    return not process.section.outside.is_active or enabled(mutex, Mutex.leave, process)


def test_an_if_that_fails_refuses_nothing() -> None:
    mutex = Mutex(processes=2)
    one, other = mutex.processes
    mutex.enter(one)
    before = mutex.snapshot()
    mutex.enter(other)
    assert mutex.snapshot() == before
    verdicts = {result.claim.id: result.verdict for result in statecheck.prove(CATALOGUE).results}
    assert verdicts == {"mutex.may_try": Verdict.PROVED, "mutex.may_leave": Verdict.REFUTED}
