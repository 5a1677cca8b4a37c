"""Conditions over every entity in actions, and claims about several entities."""

from __future__ import annotations

from typing import Any

import pytest
from statemachine import State

from statecheck import Entity, Machine, Many, System, action, anything
from statecheck.claims.claim import Kind
from statecheck.claims.expressions import claim
from statecheck.claims.results import Result, Verdict
from statecheck.modeling import ModelError
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover


class Lock(Machine):
    idle = State(initial=True)
    critical = State()
    enter = idle.to(critical)
    leave = critical.to(idle)


class Process(Entity):
    lock: Lock


class Mutex(System):
    processes: Many[Process]

    @action
    def enter(self, process: Process) -> None:
        if all(other.lock.idle.is_active for other in self.processes):
            process.lock.enter()

    @action
    def leave(self, process: Process) -> None:
        process.lock.leave()


class Careless(Mutex):
    @action
    def enter(self, process: Process) -> None:
        if any(other.lock.idle.is_active for other in self.processes if other != process):
            process.lock.enter()


class Candidate(Machine):
    waiting = State(initial=True)
    leader = State()
    number: int = anything(0)
    owner: Person
    lead = waiting.to(leader, cond="greatest")
    stay = leader.to.itself()

    def greatest(self) -> bool:
        return all(p.candidate.number <= self.number for p in self.owner.system.people)


class Person(Entity):
    candidate: Candidate


class Election(System):
    people: Many[Person]

    @action
    def lead(self, person: Person) -> None:
        person.candidate.lead()


class Switch(Machine):
    off = State(initial=True)
    on = State()
    press = off.to(on)
    release = on.to(off)


class Jammed(Machine):
    down = State(initial=True)
    up = State()
    lost = State()
    lift = down.to(up, cond="loose")
    slip = up.to(lost)
    drop = lost.to(down)
    loose_once: bool = False

    def loose(self) -> bool:
        return self.loose_once


class Lamp(Entity):
    switch: Switch


class Lever(Entity):
    jammed: Jammed


class Room(System):
    lamps: Many[Lamp]
    levers: Many[Lever]

    @action
    def press(self, lamp: Lamp) -> None:
        if not any(True for lever in self.levers):
            lamp.switch.press()

    @action
    def lift(self, lever: Lever) -> None:
        lever.jammed.lift()


class Counter(Machine):
    on = State(initial=True)
    count: int = 0
    step = on.to.itself(on="change")

    def change(self) -> None:
        self.count = self.count - 3


class Meter(Entity):
    counter: Counter


class Meters(System):
    meters: Many[Meter]

    @action
    def step(self, meter: Meter) -> None:
        meter.counter.step()


class Errand(Machine):
    waiting = State(initial=True)
    running = State()
    tried = State()
    done = State(final=True)
    runs: int = 0
    begin = waiting.to(running, on="count") | tried.to(running, on="count")
    stop = running.to(tried)
    finish = running.to(done)

    def count(self) -> None:
        self.runs = self.runs + 1


class Task(Entity):
    errand: Errand


class Office(System):
    tasks: Many[Task]

    @action
    def begin(self, task: Task) -> None:
        if task.errand.waiting.is_active:
            task.errand.begin()

    @action
    def finish(self, task: Task) -> None:
        task.errand.finish()


class Patient(Office):
    @action
    def begin(self, task: Task) -> None:
        task.errand.begin()

    @action
    def stop(self, task: Task) -> None:
        task.errand.stop()


EXCLUSION = "{0}1 == {0}2 or not ({0}1.{1} and {0}2.{1})"


def decided(system: type[System], *said: str, kind: Kind = Kind.ALWAYS) -> list[Result]:
    claims = [claim(system, kind, text, id_=f"it.{n}") for n, text in enumerate(said)]
    context = ProofContext(system, claims, ())
    settled = {result.claim: result for result in Prover(context).prove(claims)}
    for error in context.unreadable.values():
        raise ModelError(error)
    return [settled[c] for c in claims]


def test_a_condition_over_every_entity_is_kept() -> None:
    (result,) = decided(Mutex, EXCLUSION.format("process", "lock.critical"))
    assert (result.verdict, result.vacuous) == (Verdict.PROVED, False)


def test_a_condition_over_some_entity_brings_that_entity() -> None:
    (result,) = decided(Careless, "not process.lock.critical")
    assert (result.verdict, result.steps) == (Verdict.REFUTED, 1)
    assert result.run is not None
    assert dict(result.run.sizes) == {"processes": 2}


@pytest.mark.slow
def test_a_guard_that_compares_with_every_entity_of_its_own_kind() -> None:
    both, some = decided(
        Election,
        "person1.candidate.leader and person2.candidate.leader"
        " ==> person1.candidate.number == person2.candidate.number",
        "not person.candidate.leader",
    )
    assert both.verdict is Verdict.PROVED
    assert (some.verdict, some.steps) == (Verdict.REFUTED, 1)


def test_what_one_claim_names_need_not_exist_for_another() -> None:
    lamp, lever = decided(Room, "lamp.switch.off", "not lever.jammed.lost")
    assert (lamp.verdict, lamp.steps) == (Verdict.REFUTED, 1)
    assert lever.verdict is Verdict.PROVED


def test_what_is_counted_is_known_before_it_is_compared() -> None:
    """That it is once at last takes that it was never at first, which nobody says."""
    once, exactly = decided(
        Office, "task.errand.runs <= 1", "task.errand.done ==> task.errand.runs == 1"
    )
    assert (once.verdict, exactly.verdict) == (Verdict.PROVED, Verdict.PROVED)
    again, twice = decided(
        Patient, "task.errand.runs <= 1", "task.errand.done ==> task.errand.runs == 1"
    )
    assert [(r.verdict, r.steps) for r in (again, twice)] == [
        (Verdict.REFUTED, 3),
        (Verdict.REFUTED, 4),
    ]


def test_negative_numbers_are_exact() -> None:
    (result,) = decided(Meters, "meter.counter.count == -6", kind=Kind.POSSIBLE)
    assert (result.verdict, result.steps) == (Verdict.REACHED, 2)


@pytest.mark.parametrize("operation", ["// -2", "% 0", "/ 2", "* 0.5", "+ 0.5", "** 2"])
def test_arithmetic_that_is_not_exact_is_refused(operation: str) -> None:
    text = f"meter.counter.count {operation} == 0"
    with pytest.raises(
        ModelError, match=r"asked for [a-z]+|(multipli|divid)ed by|no value of Meters"
    ):
        decided(Meters, text)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("meter.counter.count % 3 == 0", None),
        ("meter.counter.count // 3 * 3 == meter.counter.count", None),
        ("meter.counter.count % 2 == 0", 1),
        ("meter.counter.count // 2 != -2", 1),
        ("(meter.counter.count + 1) % 5 != 0", 2),
        ("-4 <= meter.counter.count // 2", 3),
    ],
)
def test_division_rounds_down_as_python_has_it(text: str, steps: int | None) -> None:
    (result,) = decided(Meters, text)
    wanted = Verdict.PROVED if steps is None else Verdict.REFUTED
    assert (result.verdict, result.steps) == (wanted, steps)


def test_classes_of_one_name_in_one_process() -> None:
    for states in (2, 3):
        names = [f"s{n}" for n in range(states)]
        body: dict[str, Any] = {
            "__module__": __name__,
            **{n: State(initial=n == "s0") for n in names},
        }
        body["go"] = body["s0"].to(body[names[-1]])
        body["back"] = body[names[-1]].to(body["s0"])
        for name in names[1:-1]:
            body[f"to_{name}"] = body["s0"].to(body[name]) | body[name].to(body["s0"])
        machine = type("Twin", (Machine,), body)
        entity = type(
            "Holder", (Entity,), {"__annotations__": {"twin": machine}, "__module__": __name__}
        )

        def go(self: System, holder: Any) -> None:
            holder.twin.go()

        go.__annotations__ = {"holder": entity, "return": None}
        system = type(
            "Twins",
            (System,),
            {
                "__annotations__": {"holders": Many[entity]},  # type: ignore[valid-type]
                "__module__": __name__,
                "go": action(go),
            },
        )
        (result,) = decided(system, f"holder.twin.{names[-1]}", kind=Kind.POSSIBLE)
        assert (result.verdict, result.steps) == (Verdict.REACHED, 1)
