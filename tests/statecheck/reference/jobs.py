"""Attempts that are counted."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, leads_to, strong, weak


class Attempt(Machine):
    waiting = State(initial=True)
    trying = State()
    failed = State()
    attempts: int = 0
    go = waiting.to(trying, on="count")
    fail = trying.to(failed, cond="exhausted") | trying.to(waiting)
    reset = failed.to(waiting, on="forget")

    def count(self) -> None:
        self.attempts += 1

    def exhausted(self) -> bool:
        return self.attempts >= 3

    def forget(self) -> None:
        self.attempts = 0


class Job(Entity):
    attempt: Attempt


class Jobs(System):
    jobs: Many[Job]

    @action
    def go(self, job: Job) -> None:
        job.attempt.go()

    @action
    def fail(self, job: Job) -> None:
        job.attempt.fail()

    @action
    def reset(self, job: Job) -> None:
        job.attempt.reset()


CATALOGUE, UNFAIR = Catalogue(Jobs), Catalogue(Jobs)


@CATALOGUE.eventually("jobs.end", "Live", fairness=(weak(Jobs.go, "job"), strong(Jobs.fail, "job")))
def end(jobs: Jobs, job: Job) -> object:
    """Some attempts are enough."""
    return leads_to(job.attempt.waiting.is_active, job.attempt.failed.is_active)


@UNFAIR.eventually("jobs.unfair", "Live", fairness=(weak(Jobs.go),))
def unfair(jobs: Jobs, job: Job) -> object:
    """Nobody need ever fail."""
    return leads_to(job.attempt.waiting.is_active, job.attempt.failed.is_active)
