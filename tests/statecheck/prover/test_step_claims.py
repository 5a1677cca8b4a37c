"""Claims about steps need clauses about what they ask of the state after a step."""

from __future__ import annotations

import enum
from pathlib import Path

import pytest
from statemachine import State

from statecheck import Entity, Machine, Many, System, action, check
from statecheck.claims.results import Verdict
from statecheck.cli.main import main

PROVED, REFUTED = Verdict.PROVED, Verdict.REFUTED


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


class Light(Machine):
    off = State(initial=True)
    on = State()
    colour: Colour = Colour.RED
    level: int = 0
    switch = off.to(on, on="show") | on.to(off)

    def show(self) -> None:
        self.colour, self.level = Colour.GREEN, 1 - self.level


class Lamp(Entity):
    light: Light


class House(System):
    lamps: Many[Lamp]

    @action
    def switch(self, lamp: Lamp) -> None:
        lamp.light.switch()


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("after[lamp].light.on ==> after[lamp].light.colour is Colour.GREEN", PROVED),
        ("lamp.light.on ==> after[lamp].light.colour == Colour.GREEN", PROVED),
        ("after[lamp].light.on ==> after[lamp].light.level in {0, 1}", PROVED),
        ("after[lamp].light.colour == Colour.GREEN ==> after[lamp].light.on", REFUTED),
        ("lamp.light.on ==> after[lamp].light.level == 1", REFUTED),
    ],
)
def test_what_is_asked_of_the_state_after_a_step(text: str, right: Verdict) -> None:
    (result,) = check(House, always=text).results
    assert result.verdict is right


def test_such_a_clause_is_kept_and_certified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "after[lamp].light.on ==> after[lamp].light.colour == Colour.GREEN"
    lock, folder = str(tmp_path / "house.lock"), str(tmp_path / "certificate")
    asks = ["check", f"{__name__}:House", "--always", text, "--lock", lock]
    assert main([*asks, "--write-lock", "--certificates", folder]) == 0
    assert main(["recheck", folder]) == 0
    capsys.readouterr()
    assert main(asks) == 0
    assert "anew" not in capsys.readouterr().err
