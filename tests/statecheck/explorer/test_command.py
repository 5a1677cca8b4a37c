"""``statecheck explore``: what it writes, and what it refuses in one line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from statecheck.cli.main import main

pytestmark = pytest.mark.slow

DOOR = "tests.statecheck.single.machines:Door"
TOWN = "tests.statecheck.explorer.instances:Town"
SWITCH = """
from statemachine import State, StateMachine

class Switch(StateMachine):
    off = State("</script><b>off", initial=True)
    on = State()
    press = off.to(on) | on.to(off)
"""


def data_of(page: str) -> Any:
    """The data of a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_a_page_has_the_verdicts_and_their_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "door.html"
    claims = ("--always", "not broken", "--possible", "opened", "--eventually", "opened ~> closed")
    assert main(["explore", DOOR, *claims, "--fair", "close", "--out", str(path)]) == 0
    assert capsys.readouterr() == (f"{path}\n", "")
    data = data_of(path.read_text())
    assert [(known["id"], known["verdict"]) for known in data["watched"]] == [
        ("always.1", "REFUTED"),
        ("possible.1", "REACHED"),
        ("eventually.1", "REFUTED"),
    ]
    assert [run["what"] for run in data["runs"]] == ["violated", "reached", "repeats for ever"]


def test_a_page_of_a_machine_without_claims_plays_what_is_suspicious(
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = "tests.statecheck.single.machines:Queued"
    assert main(["explore", name, "--out", "-"]) == 0
    assert data_of(capsys.readouterr().out)["runs"]


def test_a_page_of_what_a_function_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = f"{SWITCH}\ndef pressed():\n    made = Switch()\n    made.press()\n    return made\n"
    (tmp_path / "pressed.py").write_text(made)
    monkeypatch.chdir(tmp_path)
    assert main(["explore", "pressed:pressed", "--possible", "off", "--out", "-"]) == 0
    data = data_of(capsys.readouterr().out)
    assert [run["what"] for run in data["runs"]] == ["reached"]
    assert data["watched"][0]["verdict"] == "REACHED"


def test_a_page_of_a_system_has_its_claims(capsys: pytest.CaptureFixture[str]) -> None:
    claim = "not guest.presence.gone"
    assert main(["explore", TOWN, "--always", claim, "--out", "-"]) == 0
    data = data_of(capsys.readouterr().out)
    assert [known["verdict"] for known in data["watched"]] == ["REFUTED"]
    assert data["runs"][0]["sizes"] == {"Guest": 1, "House": 1}


def test_what_a_class_says_does_not_end_the_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "switch.py").write_text(SWITCH)
    monkeypatch.chdir(tmp_path)
    assert main(["explore", "switch:Switch"]) == 0
    assert capsys.readouterr().out == "explorer.html\n"
    page = (tmp_path / "explorer.html").read_text()
    assert "</script><b>off" not in page
    assert data_of(page)["diagrams"][0]["names"]["off"] == "</script><b>off"


COIN = """
import random
from statemachine import State, StateMachine

class Coin(StateMachine):
    up = State(initial=True)
    down = State()
    toss = up.to(down, cond="lucky") | down.to(up)

    def lucky(self):
        return random.random() < 0.5
"""


def test_what_rests_on_answers_from_outside_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "coin.py").write_text(COIN)
    monkeypatch.chdir(tmp_path)
    assert main(["explore", "coin:Coin"]) == 2
    assert "Coin rests on answers from outside (random.random()" in capsys.readouterr().err
    assert not (tmp_path / "explorer.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((DOOR, "--given", "x=1"), "--given x=1: Door is one machine, without constants"),
        ((DOOR, "--fair", "close"), "--fair close: nothing is claimed of Door"),
        ((TOWN, "--fixed", "wet"), "--fixed wet: Town is a system, whose fields nobody sets"),
        ((TOWN, "--given", "a=1"), "--given a=1: nothing is claimed of Town"),
        (("pathlib:Path",), "Path is neither a System, a Catalogue nor a python-statemachine"),
        ((DOOR, "--out", ""), "--out '' names no file; leave it out to write explorer.html"),
        ((DOOR, "--out", "/nowhere/at/all"), "cannot write '/nowhere/at/all'"),
        ((DOOR, "--timeout", "0.001"), "Door was not read within 0.001 s; allow more"),
    ],
)
def test_a_refusal_is_one_line(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explore", *arguments]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith(f"error: {message}")
    assert error.count("\n") == 1
