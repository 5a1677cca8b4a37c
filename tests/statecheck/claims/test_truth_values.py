"""A claim about a system is a truth value, and nothing else that Python finds true."""

from __future__ import annotations

import pytest
from statemachine import State

from statecheck import Entity, Machine, Many, System, action
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Claim, Kind
from statecheck.claims.expressions import claim
from statecheck.claims.results import Result, Verdict
from statecheck.modeling import ModelError
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.safety.properties import claim_property
from statecheck.symbolic.transition_system import TransitionSystem


class Door(Machine):
    closed = State(initial=True)
    opened = State()
    open = closed.to(opened, cond="still")
    close = opened.to(closed)

    def still(self) -> bool:
        return bool(self.owner.motor.stopped.is_active)


class Motor(Machine):
    stopped = State(initial=True)
    moving = State()
    go = stopped.to(moving, cond="shut")
    halt = moving.to(stopped)
    turns: int = 0

    def shut(self) -> bool:
        return bool(self.owner.door.closed.is_active)


class Lift(Entity):
    door: Door
    motor: Motor


class House(System):
    lifts: Many[Lift]

    @action
    def open(self, lift: Lift) -> None:
        lift.door.open()

    @action
    def go(self, lift: Lift) -> None:
        lift.motor.go()


def decided(*claims: Claim) -> list[Result]:
    return list(Prover(ProofContext(House, claims, ())).prove(claims))


@pytest.fixture(scope="module")
def transitions() -> TransitionSystem:
    return TransitionSystem(House)


def said(text: str, kind: Kind = Kind.ALWAYS) -> Claim:
    return claim(House, kind, text, id_="it")


@pytest.mark.parametrize("text", ["lift.door.closed", "lift.door.closed == True"])
def test_a_state_stands_for_is_active(text: str) -> None:
    (result,) = decided(said(text))
    assert (result.verdict, result.steps) == (Verdict.REFUTED, 1)


@pytest.mark.parametrize(
    "text",
    [
        "not lift.motor.moving or lift.door.closed",
        "lift.motor.moving ==> lift.door.closed",
        "all(not each.motor.moving or each.door.closed for each in lift.system.lifts)",
        "lift.door.closed if lift.motor.moving else True",
    ],
)
def test_states_are_operands(text: str) -> None:
    (result,) = decided(said(text))
    assert (result.verdict, result.vacuous) == (Verdict.PROVED, False)


@pytest.mark.parametrize(
    ("text", "what", "meant"),
    [
        ('"closed"', "is a text", "lift.door.closed"),
        ("5", "is a number", "a comparison"),
        ("lift", "is an entity", "lift.door.closed"),
        ("lift.door", "is a machine", "lift.door.closed"),
        ("lift.door.open", "is an event", "lift.door.opened"),
        ("lift.door.still", "is a function", "lift.door.still()"),
        ("lift.motor.turns", "is a value of type int", "a comparison"),
        ("open", "is one of Python's own functions", "lift.door.opened"),
        ("House", "is a class", "a comparison"),
        ("step", "is a step", "step.fires"),
        ("lift.system.lifts", "is any number of entities", "any("),
    ],
)
@pytest.mark.parametrize("form", ["{}", "not {}", "lift.door.closed.is_active and {}"])
def test_anything_else_is_refused(
    transitions: TransitionSystem, text: str, what: str, meant: str, form: str
) -> None:
    with pytest.raises(ModelError) as error:
        claim_property(transitions, said(form.format(text)))
    message = str(error.value)
    assert f"{what}, and no truth value" in message
    assert meant in message
    assert "\n" not in message


def test_a_state_in_python_is_no_truth_value() -> None:
    catalogue = Catalogue(House)

    @catalogue.always("it", "Safety")
    def it(house: House, lift: Lift) -> bool:
        return not lift.door.opened  # type: ignore[truthy-bool]

    (result,) = decided(*catalogue.claims)
    assert (result.unread, result.verdict) == (True, Verdict.UNDETERMINED)
    assert "write opened.is_active" in result.detail
    plain = House(lifts=1)
    with pytest.raises(ModelError, match=r"write closed\.is_active"):
        bool(plain.lifts[0].door.closed)


def test_a_state_in_python_is_no_claim() -> None:
    catalogue = Catalogue(House)

    @catalogue.always("it", "Safety")
    def it(house: House, lift: Lift) -> object:
        return lift.door.closed

    (result,) = decided(*catalogue.claims)
    assert (result.unread, result.verdict) == (True, Verdict.UNDETERMINED)
    assert "write closed.is_active" in result.detail


@pytest.mark.parametrize(
    "text", ["True", "lift == lift", "lift.door.opened or not lift.door.opened"]
)
def test_what_is_true_of_anything_is_vacuous(text: str) -> None:
    (result,) = decided(said(text))
    assert (result.verdict, result.vacuous) == (Verdict.PROVED, True)


def test_what_the_model_makes_true_is_not_vacuous() -> None:
    (result,) = decided(said("lift.door.still() == lift.motor.stopped.is_active"))
    assert (result.verdict, result.vacuous) == (Verdict.PROVED, False)
