"""What is known of a system's claims when the time is up is said."""

from __future__ import annotations

from typing import Any

import pytest
from statemachine import State

import statecheck
from statecheck import Catalogue, Entity, Machine, Many, System, Verdict, action, assume
from statecheck.clock import LOADED, Timeout
from statecheck.prover import joint_proofs
from statecheck.prover.deep_runs import _sooner


class Place(Machine):
    free = State(initial=True)
    waiting = State()
    inside = State()
    turns: int = 0
    ask = free.to(waiting)
    enter = waiting.to(inside, on="count")
    leave = inside.to(free)

    def count(self) -> None:
        self.turns = self.turns + 1


class Guest(Entity):
    place: Place


class House(System):
    guests: Many[Guest]

    @action
    def ask(self, guest: Guest) -> None:
        guest.place.ask()

    @action
    def enter(self, guest: Guest) -> None:
        if not any(other.place.inside.is_active for other in self.guests):
            guest.place.enter()

    @action
    def leave(self, guest: Guest) -> None:
        guest.place.leave()


CATALOGUE = Catalogue(House)


@CATALOGUE.always("alone", "Safety")
def alone(house: House, one: Guest, other: Guest) -> bool:
    """Kept by itself, with two of a kind."""
    assume(one.place.inside.is_active and other.place.inside.is_active)
    return bool(one == other)


@CATALOGUE.always("idle", "Safety")
def idle(house: House, guest: Guest) -> bool:
    """False after one step."""
    return not guest.place.waiting.is_active


@CATALOGUE.always("even", "Safety")
def even(house: House, one: Guest, other: Guest) -> bool:
    """False after more steps than are searched for in time."""
    return one.place.turns != 2 or other.place.turns < 1 or one == other


@CATALOGUE.always("counted", "Safety")
def counted(house: House, guest: Guest) -> bool:
    """Kept by itself, and without a premise."""
    return guest.place.turns >= 0


@CATALOGUE.possible("long", "Safety")
def long(house: House, guest: Guest) -> bool:
    """A run of five steps."""
    return guest.place.turns == 2


@pytest.mark.parametrize("in_time", [False, True])
def test_what_is_known_when_the_time_is_up(in_time: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: Any) -> Any:
        raise Timeout("the time is up")

    if not in_time:
        monkeypatch.setattr(joint_proofs, "with_helpers", endless)
        monkeypatch.setattr("statecheck.prover.deep_runs.FEW", 4)
    report = statecheck.prove(CATALOGUE, timeout=300)
    known = {id_: report[id_].verdict for id_ in ("alone", "idle", "even", "long")}
    assert known == {
        "alone": Verdict.PROVED,
        "idle": Verdict.REFUTED,
        "even": Verdict.REFUTED if in_time else Verdict.UNDETERMINED,
        "long": Verdict.REACHED if in_time else Verdict.UNDETERMINED,
    }
    assert (report["idle"].steps, report["idle"].shortest) == (1, True)
    if not in_time:
        assert report["even"].detail == "timed out: the time is up"


def test_a_run_of_a_small_instance_is_known_when_the_time_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def endless(*_: Any) -> Any:
        raise Timeout("the time is up")

    monkeypatch.setattr(joint_proofs, "with_helpers", endless)
    result = statecheck.prove(CATALOGUE, timeout=300)["long"]
    assert (result.verdict, result.steps, result.shortest) == (Verdict.REACHED, 5, False)


def test_patience_with_runs_is_of_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    had = 2.0
    monkeypatch.setattr("time.thread_time", lambda: had)
    assert _sooner(lambda: None, 5.0) == LOADED * 3.0
    assert _sooner(lambda: 1.0, 5.0) == 1.0
    had = 5.0
    with pytest.raises(Timeout):
        _sooner(lambda: None, 5.0)
