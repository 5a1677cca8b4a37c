"""Certificates of examples: claims proven together, lemmas about three nodes, axioms, circles.

All of them: ``python -m tests.examples.certified``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from examples import quorum_election
from statecheck.cli.prove import main
from statecheck.modeling import signature
from tests.examples.certified import certified

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["leader_election", "client_server"])
def test_an_example_is_certified_and_proved_again(name: str, tmp_path: Path) -> None:
    found = certified(name, tmp_path / "own")
    assert found.code == 0, found.report
    assert found.left_out == ()


def test_an_action_may_be_called_as_what_a_certificate_calls_its_beginning(tmp_path: Path) -> None:
    """Of `start` each clause has its step, beside what holds initially; no file is two of them."""
    folder = tmp_path / "own"
    found = certified("quorum_election", folder)
    assert found.code == 0, found.report
    invariant = json.loads((folder / "manifest.json").read_text())["invariant"]
    actions = [action.name for action in signature(quorum_election.Election).actions]
    assert "start" in actions
    wanted = {
        f"invariant/{place}/{clause['name']}.smt2"
        for place in ("at-start", *actions)
        for clause in invariant["clauses"]
    }
    assert sorted(invariant["obligations"]) == sorted(wanted)
    assert {path.relative_to(folder).as_posix() for path in folder.glob("invariant/*/*")} == wanted


def test_no_state_is_no_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An invariant that was evaluated nowhere is not said to hold in all of no states."""
    options = ["--certificates", str(tmp_path / "own"), "--recheck"]
    assert main(["examples.quorum_election:CATALOGUE", *options]) == 0
    said = capsys.readouterr()
    assert "Without a solver" not in said.out
    assert "the axioms allow no initial state of the small instance" in said.err
