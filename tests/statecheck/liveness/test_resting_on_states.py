"""Claims about the end of a run that rest on what is proven of several entities."""

from __future__ import annotations

from pathlib import Path

import pytest

from statecheck import Result, Verdict
from statecheck.certificate.certificates import why_left_out
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from tests.statecheck.reference.modules import written

POOL = """
from __future__ import annotations

from statemachine import State

from statecheck import (
    Catalogue, Entity, Machine, Many, System, action, anything, assume, leads_to, weak,
)


class Hand(Machine):
    idle = State(initial=True)
    busy = State()
    begin = idle.to(busy)
    end = busy.to(idle)
    wait = idle.to.itself()


class Task(Machine):
    queued = State(initial=True)
    running = State()
    done = State(final=True)
    worker: Worker = anything()
    start = queued.to(running, on="note")
    finish = running.to(done)

    def note(self, by: Worker) -> None:
        self.worker = by


class Worker(Entity):
    hand: Hand


class Job(Entity):
    task: Task


class Pool(System):
    workers: Many[Worker]
    jobs: Many[Job]

    @action
    def start(self, worker: Worker, job: Job) -> None:
        worker.hand.begin()
        job.task.start(by=worker)

    @action
    def wait(self, worker: Worker) -> None:
        worker.hand.wait()

    @action
    def finish(self, job: Job) -> None:
        job.task.finish()
        job.task.worker.hand.end()


CATALOGUE = Catalogue(Pool)


@CATALOGUE.always("apart", "Safety")
def apart(pool: Pool, one: Job, other: Job) -> bool:
    assume(one.task.running.is_active and other.task.running.is_active)
    return one == other or one.task.worker != other.task.worker


@CATALOGUE.always("busy", "Safety")
def busy(pool: Pool, job: Job) -> bool:
    assume(job.task.running.is_active)
    return job.task.worker.hand.busy.is_active


@CATALOGUE.eventually("ends", "End", fairness=(weak(Pool.finish),))
def ends(pool: Pool, job: Job) -> object:
    return leads_to(job.task.running.is_active, job.task.done.is_active)


@CATALOGUE.recoverable("over", "End")
def over(pool: Pool, job: Job) -> bool:
    return not job.task.running.is_active
"""

STATES = POOL[POOL.index('@CATALOGUE.always("apart"') : POOL.index("@CATALOGUE.eventually")]
TIRES = """    @action
    def tire(self, worker: Worker) -> None:
        worker.hand.end()

    @action
    def finish("""


def told(path: Path, text: str) -> dict[str, Result]:
    """The results on a pool's claims, by their names."""
    catalogue = written(path, text).CATALOGUE
    prover = Prover(ProofContext(catalogue.system, catalogue.claims, []))
    return {result.claim.id: result for result in prover.prove(catalogue.claims)}


def test_what_is_proven_of_two_serves_what_comes_in_the_end(tmp_path: Path) -> None:
    results = told(tmp_path / "pool.py", POOL)
    assert {result.verdict for result in results.values()} == {Verdict.PROVED}
    for name in ("ends", "over"):
        joint = results[name].joint
        assert joint is not None
        assert "busy" in joint.claims
        assert "several entities" in (why_left_out(results[name]) or "")


def test_that_a_fair_action_is_enabled_is_proven_where_nobody_claims_it(tmp_path: Path) -> None:
    ends = told(tmp_path / "alone.py", POOL.replace(STATES, ""))["ends"]
    assert ends.verdict is Verdict.PROVED
    assert ends.joint is not None
    first, *others = map(str, ends.joint.lemmas)
    assert "job.task.state = running" in first
    assert "job.task.worker.hand.state" in first
    assert others  # which say that nobody else has the worker
    assert {*ends.joint.lemmas} <= {*(ends.invariant or ())}


@pytest.mark.parametrize("states", [STATES, ""])
def test_what_need_not_come_is_not_proven(states: str, tmp_path: Path) -> None:
    """A worker may tire, and then nobody finishes."""
    text = POOL.replace("    @action\n    def finish(", TIRES).replace(STATES, states)
    results = told(tmp_path / f"tired_{len(states)}.py", text)
    assert Verdict.PROVED not in {results["ends"].verdict, results["over"].verdict}
