"""Certificates of examples: claims proven together, lemmas about three nodes, axioms, circles.

All of them: ``python -m tests.examples.certified``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import z3

from examples import quorum_election
from statecheck.certificate import evidence
from statecheck.certificate.hypotheses import Hypothesis, Key, of_claims
from statecheck.claims.results import Result
from statecheck.cli.prove import main
from statecheck.modeling import signature
from statecheck.prover.context import ProofContext
from statecheck.prover.project import project_of
from statecheck.prover.session import run
from tests.examples.certified import certified

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["leader_election", "client_server", "snapshot_isolation"])
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


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("zones", r"all \d+ reachable states\nof 12 small instances\."),
        ("ticket", r"the nearest 1200 states\nof 12 small instances\."),
    ],
    ids=["with axioms", "numbers without end"],
)
def test_an_invariant_is_evaluated_in_instances_that_there_are(
    name: str,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those that the axioms allow, and no more of an endless one than is near."""
    monkeypatch.setattr(evidence, "STATES", 100)
    options = ["--certificates", str(tmp_path / "own"), "--recheck"]
    assert main([f"examples.{name}:CATALOGUE", *options]) == 0
    assert re.search(f"Without a solver: the invariant holds in {said}", capsys.readouterr().out)


def test_a_false_clause_fails_in_a_small_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    home = "examples.quorum_election:CATALOGUE"
    project = project_of(quorum_election.CATALOGUE, home)

    def denied(context: ProofContext, results: Sequence[Result]) -> dict[Key, Hypothesis]:
        return {
            name: replace(hypothesis, term=z3.Not(hypothesis.term))
            for name, hypothesis in of_claims(context, results).items()
        }

    report = run(project, project.claims)
    whole = evidence.swept(project, report)
    assert (whole.failure, whole.instances, whole.whole) == (None, 12, True)
    monkeypatch.setattr(evidence, "of_claims", denied)
    found = evidence.swept(project, report)
    assert found.failure is not None
    assert found.failure.endswith("fails in a reachable state")


@pytest.mark.parametrize("lacking", ["instances", "clauses"])
def test_no_state_is_no_evidence(
    lacking: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An invariant that was evaluated nowhere, or has no clause, is not said to hold somewhere."""
    if lacking == "instances":
        monkeypatch.setattr(evidence, "INSTANCES", 0)
    else:
        monkeypatch.setattr(evidence, "can_be_evaluated", lambda _: False)
    options = ["--certificates", str(tmp_path / "own"), "--recheck"]
    assert main(["examples.mutual_exclusion:CATALOGUE", *options]) == 0
    said = capsys.readouterr()
    assert "Without a solver" not in said.out
    assert "nothing was evaluated without a solver" in said.err
