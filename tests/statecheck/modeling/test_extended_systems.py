"""Systems that extend others: what is said of a kind is said of the one in its place."""

from __future__ import annotations

import pytest
from statemachine import State

from statecheck.claims.catalogue import Catalogue
from statecheck.claims.results import Verdict
from statecheck.errors import ModelError
from statecheck.modeling import Entity, Machine, Many, Step, System, action, assume, signature
from statecheck.prover.project import project_of
from statecheck.prover.session import run


class Switch(Machine):
    off = State(initial=True)
    on = State()

    press = off.to(on) | on.to(off)


class Fuse(Machine):
    sound = State(initial=True)
    blown = State()

    blow = sound.to(blown)
    carry = sound.to.itself()
    replace = blown.to(sound)


class Lamp(Entity):
    switch: Switch


class FusedLamp(Lamp):
    fuse: Fuse


class House(System):
    lamps: Many[Lamp]

    @action
    def press(self, lamp: Lamp) -> None:
        lamp.switch.press()


class FusedHouse(House):
    lamps: Many[FusedLamp]  # type: ignore[assignment]

    @action
    def press(self, lamp: FusedLamp) -> None:  # type: ignore[override]
        lamp.fuse.carry()
        super().press(lamp)

    @action
    def blow(self, lamp: FusedLamp) -> None:
        lamp.fuse.blow()

    @action
    def replace_fuse(self, lamp: FusedLamp) -> None:
        lamp.fuse.replace()


class Garage(Lamp):
    door: Fuse


class Estate(System):
    lamps: Many[FusedLamp]
    garages: Many[Garage]


CLAIMS = Catalogue(FusedHouse)


@CLAIMS.always("light.only_by_press", "Light")
def only_by_press(step: Step, lamp: Lamp) -> bool:
    """A lamp goes on only where it is pressed."""
    assume(step.after[lamp].switch.on.is_active and not lamp.switch.on.is_active)
    pressed: bool = step.fires(House.press, lamp)
    return pressed


@CLAIMS.recoverable("light.can_be", "Light")
def can_be(house: House, lamp: Lamp) -> bool:
    """Every lamp can be made to burn."""
    burns: bool = lamp.switch.on.is_active
    return burns


def test_a_base_stands_for_the_kind_that_is_derived_from_it() -> None:
    info = signature(FusedHouse)
    assert info.entity(Lamp) is info.entity(FusedLamp)
    assert info.entity(Lamp).cls is FusedLamp


def test_a_base_of_several_kinds_stands_for_none() -> None:
    with pytest.raises(ModelError, match="Lamp is no entity of Estate"):
        signature(Estate).entity(Lamp)


def test_another_kind_derived_from_the_same_base_is_none() -> None:
    with pytest.raises(ModelError, match="Garage is no entity of FusedHouse"):
        signature(FusedHouse).entity(Garage)


def test_claims_about_a_base_are_proven_of_the_extended_system() -> None:
    report = run(project_of(CLAIMS, f"{__name__}:CLAIMS"), CLAIMS.claims)
    assert [result.verdict for result in report.results] == [Verdict.PROVED] * 2
    plans = next(result.plans for result in report.results if result.plans)
    assert (("replace_fuse", ("lamp",)), ("press", ("lamp",))) in plans
