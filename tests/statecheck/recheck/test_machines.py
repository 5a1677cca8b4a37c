"""Certificates of one machine by itself, and of a system that somebody asks about."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from statecheck.cli.check import main as check
from statecheck.recheck.command import main as recheck
from tests.statecheck.recheck import tower
from tests.statecheck.recheck.forger import Forger

pytestmark = pytest.mark.slow

DOOR = """
from enum import Enum

from statemachine import State, StateMachine


class Colour(Enum):
    RED = 1
    GREEN = 2


class Door(StateMachine):
    closed = State(initial=True)
    opened = State()
    broken = State(final=True)
    uses = 0
    colour = Colour.RED
    locked = False

    open = closed.to(opened, cond="!locked", on="use")
    close = opened.to(closed)
    lock = closed.to.itself(on="turn_key")
    slam = opened.to(broken, cond="worn")
    paint = closed.to.itself(on="change")

    def use(self):
        self.uses += 1

    def turn_key(self):
        self.locked = not self.locked

    def worn(self):
        return self.uses >= 3

    def change(self, colour: Colour):
        self.colour = colour


class Plain(StateMachine):
    a = State(initial=True)
    b = State()
    c = State()
    go = a.to(b)
    back = b.to(a)
    on = a.to(c, cond="never")
    off = c.to(a)

    def never(self):
        return False
"""


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "certified_door.py").write_text(DOOR)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    monkeypatch.delitem(sys.modules, "certified_door", raising=False)
    return tmp_path


def verdicts(folder: Path) -> dict[str, tuple[str, int | None]]:
    manifest = json.loads((folder / "manifest.json").read_text())
    return {c["title"]: (c["verdict"], c["steps"]) for c in manifest["claims"]}


def test_a_machine_by_itself_is_certified(door: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Each kind of verdict, with data that grows, an argument, and what a step does."""
    said = ["--always", "broken ==> uses >= 3", "--always", "not broken"]
    said += ["--always", "after.opened ==> not locked", "--possible", "uses == 2 and locked"]
    said += ["--possible", "opened and uses == 0", "--possible", "after.colour != colour"]
    said += ["--eventually", "opened ~> not opened", "--fair", "close"]
    code = check(["certified_door:Door", *said, "--certificates", "own"])
    assert code == 1  # two claims are not as hoped for
    out = capfd.readouterr()
    assert verdicts(door / "own") == {
        "always.1": ("PROVED", None),
        "always.2": ("REFUTED", 6),
        "always.3": ("PROVED", None),
        "possible.1": ("REACHED", 5),
        "possible.2": ("REFUTED", None),
        "possible.3": ("REACHED", 1),
        "eventually.1": ("PROVED", None),
    }
    assert "is not certified" not in out.err
    assert recheck([str(door / "own")]) == 0
    assert check(["certified_door:Door", *said, "--certificates", "own", "--recheck"]) == 1
    assert "own is, byte by byte, what this run writes" in capfd.readouterr().err


def test_a_machine_without_data_is_certified(door: Path) -> None:
    said = ["--always", "not c", "--possible", "b", "--possible", "c"]
    assert check(["certified_door:Plain", *said, "--certificates", "own"]) == 1
    assert verdicts(door / "own") == {
        "always.1": ("PROVED", None),
        "possible.1": ("REACHED", 1),
        "possible.2": ("REFUTED", None),
    }
    assert recheck([str(door / "own")]) == 0


def test_a_false_verdict_about_a_machine_is_found_out(
    door: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(["certified_door:Door", "--always", "uses < 2", "--certificates", "own"]) == 1
    forger = Forger(door / "own")
    shorter = "claims/always.1/no-run-of-2.smt2"
    forger.drop(shorter)
    forger.drop("claims/always.1/no-run-of-1.smt2")
    forger.claim("always.1")["steps"] = 1
    forger.run(
        "claims/always.1/run.itf.json", lambda run: run["states"].__delitem__(slice(2, None))
    )
    forger.seal()
    assert recheck([str(door / "own")]) == 1
    assert "was tampered with" in capsys.readouterr().err


def test_a_system_that_is_asked_about_is_certified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its claims name two entities as a run does."""
    path = tmp_path / "own"
    code = check(
        [
            f"{tower.__name__}:Tower",
            "--possible",
            "lift1 != lift2 and lift1.cabin.moving and lift2.cabin.moving",
            "--always",
            "not lift.cabin.stuck or lift.cabin.level >= 7",
            "--eventually",
            "lift.cabin.moving ~> lift.cabin.standing",
            "--fair",
            "stop",
            "--certificates",
            str(path),
            "--recheck",
        ]
    )
    assert code == 1
    assert verdicts(path) == {
        "possible.1": ("REACHED", 2),
        "always.1": ("PROVED", None),
        "eventually.1": ("REFUTED", 3),
    }
    assert "Without a solver: the invariant holds" in capsys.readouterr().out
    assert recheck([str(path)]) == 0


def test_what_claims_nothing_certifies_nothing(
    door: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(["certified_door:Door", "--certificates", "own"]) == 2
    assert "there is nothing to certify" in capsys.readouterr().err
