"""Locks: one bad clause costs itself, and a claim that needs none waits for nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import z3

from examples.two_phase_commit import Participant, TwoPhaseCommit
from statecheck import Catalogue, assume
from statecheck.claims.clause_text import ClauseText
from statecheck.modeling.variant import NO_VARIANT
from statecheck.prover.context import ProofContext
from statecheck.prover.lock import known_clauses
from statecheck.prover.project import Project, project_of
from statecheck.prover.session import FoundAnew, found_anew, prover, run
from tests.statecheck.recheck import tower

PROJECT = project_of(tower.CATALOGUE, f"{tower.__name__}:CATALOGUE")
SHUT = next(claim for claim in PROJECT.claims if claim.id == "doors.shut")


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    text = found_anew(PROJECT).text
    found: dict[str, Any] = json.loads(text)
    return found


def locked(content: dict[str, Any], path: Path) -> Project:
    path.write_text(json.dumps(content))
    return replace(PROJECT, lock=path)


def refused(*_: object) -> Any:
    raise AssertionError("nobody asked for it")


FALSE = {"every": "Lift", "reading": "", "literals": ["lift.cabin.state = standing"]}
NONE = {"every": "Lift", "reading": "", "literals": ["the lift is safe"]}
LONG = {"every": "Lift", "reading": "", "literals": ["lift.cabin.state = standing"] * 3000}


@pytest.mark.parametrize(
    ("clause", "said"),
    [(FALSE, "it does not hold: "), (NONE, "no clause: "), (LONG, "it does not hold: ")],
    ids=["false", "none", "3,000 literals"],
)
def test_a_bad_clause_costs_itself(
    clause: dict[str, Any],
    said: str,
    content: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The others are used as they are, and nothing is inferred."""
    bad = {**content, "clauses": [*content["clauses"], clause]}
    engine = prover(locked(bad, tmp_path / "own.lock"))
    monkeypatch.setattr(ProofContext, "inferred", refused)
    (result,) = engine.prove([SHUT])
    assert result.as_expected
    assert len(engine.context.invariant()) == len(content["clauses"])
    (note,) = engine.context.notes
    assert note.startswith(f"own.lock: {said}")
    assert len(note) < 1000


def test_what_a_lock_lost_is_found_anew(content: dict[str, Any], tmp_path: Path) -> None:
    """The clause that a claim needs is not in the lock; another one is bad."""
    bad = {**content, "clauses": [FALSE]}
    engine = prover(locked(bad, tmp_path / "own.lock"))
    (result,) = engine.prove([SHUT])
    assert result.as_expected
    assert engine.context.notes[0].startswith("own.lock: it does not hold: ")


@pytest.mark.parametrize("kept", [[], ["stuck"], ["closed"]])
def test_a_lock_that_lacks_clauses_changes_no_verdict(
    kept: list[str], content: dict[str, Any], tmp_path: Path
) -> None:
    """What is left of it is an invariant, and nothing in it is bad."""
    clauses = [c for c in content["clauses"] if any(word in str(c) for word in kept)]
    assert len(clauses) == len(kept)
    engine = prover(locked({**content, "clauses": clauses}, tmp_path / "own.lock"))
    names = ["doors.shut", "cabins.levels", "cabins.recover", "end.stands", "cabins.move"]
    asked = [claim for claim in PROJECT.claims if claim.id in names]
    assert all(result.as_expected for result in engine.prove(asked))
    # The door's claim is then proven by induction on itself.
    assert len(engine.context.notes) == (0 if kept == ["stuck"] else 1)
    assert all("inferred anew; --write-lock keeps" in note for note in engine.context.notes)


@pytest.mark.parametrize("name", ["cabins.stop", "cabins.never_stuck", "cabins.move"])
def test_a_claim_that_needs_no_clause_waits_for_none(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proof by itself; a run that is sought without a lock has to wait."""
    (claim,) = (claim for claim in PROJECT.claims if claim.id == name)
    engine = prover(PROJECT)
    asked: list[str] = []
    invariant: Callable[[ProofContext], Any] = ProofContext.invariant

    def counted(context: ProofContext) -> Any:
        asked.append(name)
        return invariant(context)

    monkeypatch.setattr(ProofContext, "invariant", counted)
    (result,) = engine.prove([claim])
    assert result.as_expected
    assert bool(asked) is (name == "cabins.never_stuck")


def test_a_clause_of_one_literal_is_read_as_what_was_found() -> None:
    """Nothing stands around the literal; if it did, all would be read and proven once more."""
    text = ClauseText("", "Lift", ("lift.door.state = closed",))
    transitions = prover(PROJECT).context.transitions
    (clause,) = known_clauses([text], transitions, [], [NO_VARIANT]).values()
    assert clause is not None
    assert clause.term.decl().kind() == z3.Z3_OP_EQ


COMMIT = Catalogue(TwoPhaseCommit)


@COMMIT.always("commit.agreement", "")
def agreement(system: TwoPhaseCommit, one: Participant, other: Participant) -> bool:
    """No participant commits where another one of the same coordinator aborts."""
    assume(one.coordinator == other.coordinator)
    return not (one.vote.committed.is_active and other.vote.aborted.is_active)


@COMMIT.possible("commit.both", "")
def both(system: TwoPhaseCommit, one: Participant, other: Participant) -> bool:
    """Two commit."""
    return one != other and one.vote.committed.is_active and other.vote.committed.is_active


@COMMIT.always("commit.nobody", "")
def nobody(system: TwoPhaseCommit, one: Participant) -> bool:
    """Nobody aborts."""
    return not one.vote.aborted.is_active


TWO_PHASE = project_of(COMMIT, f"{__name__}:COMMIT")


@pytest.fixture
def written(tmp_path: Path) -> tuple[Project, FoundAnew]:
    """A project with its lock as ``--write-lock`` writes it, and what found it."""
    found = found_anew(TWO_PHASE)
    path = tmp_path / "own.lock"
    path.write_text(found.text)
    return replace(TWO_PHASE, lock=path), found


def test_the_engine_that_wrote_a_lock_says_what_one_that_reads_it_does(
    written: tuple[Project, FoundAnew], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And searches for no run of the lock again."""
    project, found = written
    assert found.engine.context.is_kept_in(project.lock or Path())
    read = run(project, project.claims)
    runs = json.loads(found.text)["runs"]
    assert [r.verdict.name for r in read.results] == ["PROVED", "REACHED", "REFUTED"]
    assert {*runs} == {claim.title for claim in project.claims}
    monkeypatch.setattr("statecheck.prover.deep_runs.canonical_run", refused)
    shared = run(project, project.claims, engine=found.engine)
    assert shared.digest == read.digest
    assert [replace(r, seconds=0) for r in shared.results] == [
        replace(r, seconds=0) for r in read.results
    ]
    assert shared.notes == read.notes


@pytest.mark.parametrize("change", ["one more", "one less", "another", "other model"])
def test_an_engine_is_not_that_of_a_lock_that_says_something_else(
    change: str, written: tuple[Project, FoundAnew]
) -> None:
    project, found = written
    path = project.lock or Path()
    content = json.loads(path.read_text())
    match change:
        case "one more":
            content["clauses"].append(content["clauses"][0] | {"every": "Coordinator"})
        case "one less":
            del content["clauses"][0]
        case "another":
            content["clauses"][0]["literals"] = ["participant.vote.state = yes"]
        case _:
            content["digest"] = "0"
    path.write_text(json.dumps(content))
    assert not found.engine.context.is_kept_in(path)
