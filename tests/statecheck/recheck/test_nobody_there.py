"""Certificates of runs in which there is nobody of some kind, whom a guard asks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from statecheck.recheck.command import main
from statecheck.recheck.texts import emptied, read
from tests.statecheck.recheck import watched
from tests.statecheck.recheck.conftest import written
from tests.statecheck.recheck.forger import copied

RUN = "claims/town.unlocked/run"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(watched, tmp_path_factory)


def test_it_is_proved_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads((folder / f"{RUN}.itf.json").read_text())
    assert "Guard.watch.state" not in document["vars"]
    assert main([str(folder)]) == 0
    assert "2 of 2 obligations proved again" in capsys.readouterr().out


def test_nobody_is_supposed_where_somebody_is_shown(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same run with a guard who is awake in it: well-formed, and it does not happen."""
    forger = copied(folder, tmp_path / "forged")
    text = forger.read(f"{RUN}.itf.json")
    document = json.loads(text)
    document["vars"].append("Guard.watch.state")
    for state in document["states"]:
        state["Guard.watch.state"] = {
            "#map": [["guard1", "awake"]],
        }
    forger.write(f"{RUN}.itf.json", json.dumps(document))
    forger.seal()
    assert main([str(forger.folder)]) != 0
    assert "town.unlocked" in "".join(capsys.readouterr())


def test_what_is_said_of_nobody() -> None:
    (tree,) = read(
        "(and (forall ((g Guard)) p) (exists ((d Gate) (g Guard)) q) (exists ((d Gate)) r))"
    )
    assert emptied(tree, {"Guard"}) == ("and", "true", "false", ("exists", (("d", "Gate"),), "r"))
    assert emptied(tree, ()) == tree
