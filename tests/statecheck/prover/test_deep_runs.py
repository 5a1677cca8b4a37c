"""Runs that are longer than the bounded search, found in small instances."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, axiom
from statecheck.claims.results import Result
from statecheck.prover import deep_runs
from statecheck.prover.context import ProofContext
from statecheck.prover.deep_runs import DeepRuns
from statecheck.prover.prover import Prover


class Dial(Machine):
    off = State(initial=True)
    on = State()
    level: int = 0
    start = off.to(on)
    up = on.to.itself(on="more")
    stop = on.to(off, on="reset")

    def more(self) -> None:
        self.level = self.level + 1

    def reset(self) -> None:
        self.level = 0


class Pump(Entity):
    dial: Dial


class Plant(System):
    pumps: Many[Pump]

    @action
    def start(self, pump: Pump) -> None:
        pump.dial.start()

    @action
    def up(self, pump: Pump) -> None:
        if pump.dial.level < 12:
            pump.dial.up()

    @action
    def stop(self, pump: Pump) -> None:
        pump.dial.stop()


PLANT = Catalogue(Plant)


@PLANT.always("plant.low", "Safety")
def low(plant: Plant, pump: Pump) -> bool:
    """No pump gets to 11: false, after 12 steps."""
    return bool(pump.dial.level < 11)


@PLANT.always("plant.never_above", "Safety")
def never_above(plant: Plant, pump: Pump) -> bool:
    """No pump gets above 12: true."""
    return bool(pump.dial.level <= 12)


def results(catalogue: Catalogue, depth: int) -> dict[str, Result]:
    context = ProofContext(catalogue.system, catalogue.claims, (), depth=depth)
    return {result.claim.id: result for result in Prover(context).prove(catalogue.claims)}


def test_a_run_beyond_the_bounded_search_is_found_and_happens() -> None:
    found = results(PLANT, 10)
    deep = found["plant.low"]
    assert (str(deep.verdict.value), deep.steps, deep.shortest) == ("REFUTED", 12, False)
    assert deep.detail == ("a run of a small instance has 12 steps; no shorter run is claimed")
    assert deep.run is not None
    plant = Plant(**dict(deep.run.sizes))
    for step in deep.run.steps:
        getattr(plant, step.action)(plant.pumps[0])
    assert plant.pumps[0].dial.level == 11
    assert str(found["plant.never_above"].verdict.value) == "PROVED"


def test_whoever_asks_for_few_steps_gets_no_long_run() -> None:
    assert str(results(PLANT, 2)["plant.low"].verdict.value) == "UNDETERMINED"


class Stage(Machine):
    first = State(initial=True)
    second = State(final=True)
    rank: int = anything(0)
    go = first.to(second)


class Walker(Entity):
    next: Walker
    stage: Stage


class Walk(System):
    walkers: Many[Walker]

    @axiom
    def ranks_differ(self, one: Walker, other: Walker) -> bool:
        return one == other or one.stage.rank != other.stage.rank

    @action
    def go(self, walker: Walker) -> None:
        if walker.next.stage.second.is_active or walker.next == walker:
            walker.stage.go()


WALK = Catalogue(Walk)


@WALK.always("walk.none_after_another", "Safety")
def none_after_another(walk: Walk, one: Walker, other: Walker) -> bool:
    """Nobody goes after another one: false, where a way ends."""
    return one == other or not (one.stage.second.is_active and other.stage.second.is_active)


def test_references_and_axioms_are_those_of_an_instance() -> None:
    context = ProofContext(Walk, WALK.claims, ())
    prover = Prover(context)
    run = DeepRuns(context, prover._executed).run(WALK.claims[0])
    assert run is not None
    assert [step.action for step in run.steps] == ["go", "go"]
    tables = {key: value for key, value in run.start if key.endswith(".next")}
    assert any(key == f"{value}.next" for key, value in tables.items())  # a way ends somewhere


@pytest.mark.parametrize("truncated", [True, False])
def test_of_a_run_that_does_not_happen_no_canonical_one_is_looked_for(
    truncated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where instances are left out a model need not be a run, and the canonical one takes long."""
    tried: list[str] = []
    monkeypatch.setattr(deep_runs, "decoded_run", lambda *_: "the model's")
    monkeypatch.setattr(deep_runs, "canonical_run", lambda *_: "the canonical one")
    unrolling: Any = SimpleNamespace(grounding=SimpleNamespace(truncated=truncated))
    some: Any = None
    runs = DeepRuns(some, lambda run, _: tried.append(str(run)))
    assert runs.executed(unrolling, some, some, some, some) is None
    assert tried == (["the model's"] if truncated else ["the canonical one"])


class Tank(Entity):
    dial: Dial


class Works(System):
    pumps: Many[Pump]
    tanks: Many[Tank]

    @action
    def up(self, pump: Pump) -> None:
        if pump.dial.off.is_active:
            pump.dial.start()
        if pump.dial.level < 12:
            pump.dial.up()


WORKS = Catalogue(Works)


@WORKS.always("works.counted", "Safety")
def counted(works: Works) -> bool:
    """Never are more tanks off than pumps are on: false of one tank, which no action names."""
    return len([t for t in works.tanks if t.dial.off.is_active]) <= len(
        [p for p in works.pumps if p.dial.on.is_active]
    )


@WORKS.always("works.asked", "Safety")
def asked(works: Works, pump: Pump) -> bool:
    """No pump gets to 12 where some tank is off: false, and the tank is named by nobody."""
    return pump.dial.level < 12 or not any(t.dial.off.is_active for t in works.tanks)


@WORKS.always("works.somebody", "Safety")
def somebody(works: Works) -> bool:
    """Not as many pumps are on as are off: false of none at all."""
    return len([p for p in works.pumps if p.dial.on.is_active]) != len(
        [p for p in works.pumps if p.dial.off.is_active]
    )


def test_whoever_a_run_needs_is_kept_though_nobody_names_it() -> None:
    found = results(WORKS, 10)
    assert {id_: str(one.verdict.value) for id_, one in found.items()} == {
        "works.counted": "REFUTED",
        "works.asked": "REFUTED",
        "works.somebody": "REFUTED",
    }
    run = found["works.asked"].run
    assert run is not None
    assert dict(run.sizes) == {"pumps": 1, "tanks": 1}
    works = Works(**dict(run.sizes))
    for step in run.steps:
        getattr(works, step.action)(works.pumps[0])
    assert works.pumps[0].dial.level == 12
    assert works.tanks[0].dial.off.is_active


def test_what_is_false_of_nobody_is_refuted() -> None:
    class Alone(System):
        pumps: Many[Pump]

        @action
        def start(self, pump: Pump) -> None:
            pump.dial.start()

    alone = Catalogue(Alone)

    @alone.always("alone.even", "Safety")
    def even(works: Alone) -> bool:
        return len([p for p in works.pumps if p.dial.on.is_active]) + 1 <= len(
            [p for p in works.pumps if not p.dial.on.is_active]
        ) + 2 * len([p for p in works.pumps if p.dial.on.is_active])

    (result,) = results(alone, 10).values()
    assert str(result.verdict.value) == "REFUTED"
    assert result.run is not None
    assert dict(result.run.sizes) == {"pumps": 0}
