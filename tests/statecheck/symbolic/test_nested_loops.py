"""Conditions with loops inside of loops mean what Python says, whatever their parts' order."""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from statecheck.modeling import ModelError
from statecheck.smt.evaluation import Valuation
from statecheck.symbolic.simulate import Simulator
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key

HEAD = """
from __future__ import annotations
from statemachine import State
from statecheck import Entity, Machine, Many, System, action

class Work(Machine):
    idle = State(initial=True)
    busy = State()
    start = idle.to(busy)
    stop = busy.to(idle)

class Worker(Entity):
    work: Work

class Job(Entity):
    worker: Worker
    work: Work

class Office(System):
    workers: Many[Worker]
    jobs: Many[Job]
"""

ACTIONS = 6
"""Conditions of each system, each of an action."""


class Conditions:
    """Random conditions with loops up to two deep."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)

    def text(self) -> str:
        """The module of a system whose actions have them."""
        lines = [HEAD]
        for number in range(ACTIONS):
            lines += ["    @action", f"    def act{number}(self, job: Job) -> None:"]
            lines += [f"        if {self.condition(['job'], [], 2)}:"]
            lines += [
                "            job.work.start()",
                "        else:",
                "            job.work.stop()",
            ]
        return "\n".join(lines) + "\n"

    def condition(self, jobs: list[str], workers: list[str], depth: int) -> str:
        """A condition on the entities that have names, with loops so deep."""
        left = self.loop(jobs, workers, depth) if depth else self.atom(jobs, workers)
        right = self.atom(jobs, workers)
        if self.pick.random() < 0.5:
            left, right = right, left
        shape = self.pick.choice(["{} and {}", "{} or {}", "not {} or not {}", "{} and not {}"])
        if self.pick.random() < 0.2:
            return f"({left} if {right} else {self.pick.choice(['False', 'True'])})"
        return f"({shape.format(left, right)})"

    def loop(self, jobs: list[str], workers: list[str], depth: int) -> str:
        """An any() or all() of a kind."""
        quantifier, name = self.pick.choice(["any", "all"]), f"x{depth}"
        if self.pick.random() < 0.5:
            own, where = self.condition([*jobs, name], workers, depth - 1), "self.jobs"
        else:
            own, where = self.condition(jobs, [*workers, name], depth - 1), "self.workers"
        return f"{quantifier}({own} for {name} in {where})"

    def atom(self, jobs: list[str], workers: list[str]) -> str:
        """A condition without loops."""
        job = self.pick.choice(jobs)
        known = [f"{job}.work.busy.is_active", f"{job}.worker.work.idle.is_active"]
        for worker in workers:
            known += [f"{worker}.work.busy.is_active", f"{job}.worker == {worker}"]
        known += [f"{job} == {other}" for other in jobs if other != job]
        return self.pick.choice(known)


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Makes the system of a module with such a text."""

    def make(text: str) -> Any:
        return imported(text, tmp_path, monkeypatch)

    return make


def imported(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    path = folder / "office.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("office", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "office", module)
    spec.loader.exec_module(module)
    return module.Office


def compare(cls: Any, pick: random.Random) -> int:
    """Compare the terms of a system with the machines in some states of small instances; return
    how many steps were.
    """
    transitions = TransitionSystem(cls)
    simulator, steps = Simulator(transitions), 0
    for workers, jobs in [(1, 0), (1, 1), (1, 2), (2, 2), (2, 3)]:
        for _ in range(6):
            leads = [pick.randrange(workers) for _ in range(jobs)]
            busy = [[pick.random() < 0.5 for _ in range(n)] for n in (workers, jobs)]

            def made(leads: list[int] = leads, busy: Any = busy, workers: int = workers) -> Any:
                office = cls(workers=workers, jobs=[{"worker": n} for n in leads])
                for own, truths in zip((office.workers, office.jobs), busy, strict=True):
                    for entity, truth in zip(own, truths, strict=True):
                        if truth:
                            entity.work.start()
                return office

            for name, arguments in simulator.instances({"Worker": workers, "Job": jobs}):
                office = made()
                simulated = simulator.fire(valuation(transitions, office, leads), name, arguments)
                steps += 1
                try:
                    getattr(office, name)(*(office.jobs[n] for n in arguments))
                except ModelError:
                    assert simulated is None, (name, leads, busy)
                else:
                    assert simulated is not None, (name, leads, busy)
                    assert simulated.functions == valuation(transitions, office, leads).functions, (
                        name,
                        leads,
                    )
    return steps


def valuation(transitions: TransitionSystem, office: Any, leads: list[int]) -> Valuation:
    """The state of an instance."""

    def named(place: str, state: str) -> str:
        # Where the process knows another Work with other states, this one's sort is Work~2.
        states: Any = transitions.vocabulary.types[Key(place, "work", "state")]
        return str(states.value(state).decl().name())

    states: dict[str, list[object]] = {
        "Worker.work.state": [named("Worker", w.work.model.state) for w in office.workers],
        "Job.work.state": [named("Job", job.work.model.state) for job in office.jobs],
        "Job.worker": [*leads],
    }
    sizes = {"Worker": len(office.workers), "Job": len(office.jobs)}
    return Valuation(sizes, states, {})


@pytest.mark.parametrize("seed", range(25))
def test_random_conditions(seed: int, system: Callable[[str], Any]) -> None:
    assert compare(system(Conditions(seed).text()), random.Random(seed)) > 100


@pytest.mark.parametrize(
    "condition",
    [
        "all(w.work.busy.is_active and any(j.worker == w for j in self.jobs) for w in {})",
        "any(w.work.idle.is_active or not any(j.worker == w for j in self.jobs) for w in {})",
        "any(any(j.worker == w for j in self.jobs) if w.work.busy.is_active else 0 for w in {})",
    ],
)
def test_reading_ends_where_a_loop_is_asked_after_another_part(
    condition: str, system: Callable[[str], Any]
) -> None:
    """These were read without end: a way that no element takes was taken again and again."""
    asked = condition.format("self.workers")
    lines = ["    @action", "    def act(self, job: Job) -> None:", f"        if {asked}:"]
    text = "\n".join([HEAD, *lines, "            job.work.start()\n"])
    assert compare(system(text), random.Random(0)) > 20
