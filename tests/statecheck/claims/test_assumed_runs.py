"""Options that say what is assumed of the runs of a system, and what stays open about one."""

from __future__ import annotations

import json

import pytest

from statecheck.cli.check import main

STREET, YARD = "tests.statecheck.claims.cars:Street", "tests.statecheck.claims.cars:Yard"
PARKS = "car.motor.running ~> car.motor.parked"


def asked(
    capsys: pytest.CaptureFixture[str], *arguments: str, system: str = STREET
) -> tuple[int, str, str]:
    code = main([system, *arguments])
    out, err = capsys.readouterr()
    return code, out, err


STALLS, TOWS = "step.fires(Street.stall, car)", "step.fires(Street.tow, car)"


@pytest.mark.parametrize(
    ("claim", "arguments", "right"),
    [
        (PARKS, ("--fair", "park(car)"), "REFUTED"),
        (PARKS, ("--fair", "park(car)", "--fair", "tow(car)"), "PROVED"),
        (PARKS, ("--fair", "park(car)", "--fair", "tow"), "PROVED"),
        (PARKS, ("--fair", "park(car)", "--never", STALLS), "PROVED"),
        (PARKS, ("--fair", "park(car)", "--never", TOWS), "REFUTED"),
        ("car.motor.parked ~> car.motor.running", ("--finitely", STALLS), "REFUTED"),
    ],
)
def test_in_the_end(
    claim: str, arguments: tuple[str, ...], right: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = asked(capsys, "--eventually", claim, *arguments, "--json", "-")
    (found,) = json.loads(out)["claims"]
    assert (code, found["verdict"]) == (0 if right == "PROVED" else 1, right)
    if "--never" in arguments:
        assert f"never: {arguments[-1]}" in found["assumes"]
    if "park(car)" in arguments:
        assert "weak fairness of park(car)" in found["assumes"]


def test_what_is_seen_finitely_often(capsys: pytest.CaptureFixture[str]) -> None:
    claim = "car.motor.parked ~> car.motor.stalled"
    parks = "step.fires(Street.park, car)"
    weakly = ("--fair", "stall(car)", "--fair", "go(car)", "--json", "-")
    _, out, _ = asked(capsys, "--eventually", claim, *weakly)
    assert json.loads(out)["claims"][0]["verdict"] == "REFUTED"
    _, out, _ = asked(capsys, "--eventually", claim, *weakly, "--finitely", parks)
    (found,) = json.loads(out)["claims"]
    assert found["verdict"] == "PROVED"
    assert f"finitely often: {parks}" in found["assumes"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--fair", "park(garage)"), "does not name garage; it names car"),
        (("--fair", "parks"), "Street has no action parks"),
        (("--fair", "park(car, car)"), "has 1 parameters, and 2 are named"),
        (("--strongly-fair", "park-car"), "write ACTION, or ACTION(NAME)"),
        (("--never", "car.motor.parked"), "is about a state; it has to be about a step"),
        (("--never", "step.fires(Street.park, car2)"), "does not name car2"),
        (("--finitely", "stop(car)"), "stop is not known"),
        (("--initially", "car.motor.parked"), "Street is a system, which begins as its machines"),
    ],
)
def test_bad_input_is_one_line(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = asked(capsys, "--eventually", PARKS, *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_an_entity_of_another_kind_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    both = "car.motor.running and garage.counter.up ~> car.motor.parked"
    code, _, err = asked(capsys, "--eventually", both, "--fair", "park(garage)")
    assert code == 2
    assert "garage is a Garage, and car of park is a Car" in err


def test_an_assumption_that_no_claim_uses(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = asked(capsys, "--always", "not car.motor.stalled", "--strongly-fair", "park")
    assert code == 2
    assert "only --eventually 'P ~> Q' has a use for it" in err


def test_what_is_open_shows_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    claim = ("--always", "not garage.counter.odd", "--depth", "3")
    code, out, _ = asked(capsys, *claim, "--json", "-", system=YARD)
    assert code == 3
    (found,) = json.loads(out)["claims"]
    assert found["verdict"] == "UNDETERMINED"
    assert found["suspect"]["step"]["action"] == "count"
    assert found["suspect"]["state"]["garage1.counter.odd"] == "False"
    assert found["suspect"]["state"]["garage1.counter.n"] == "3"
    code, out, _ = asked(capsys, *claim, system=YARD)
    assert "That step, which need not be reached:" in out
    assert "claim with --always what excludes it" in " ".join(out.split())
