"""Locks of claims that are proven together: no content of one changes a verdict."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import z3

from statecheck.claims.results import Verdict
from statecheck.prover.project import project_of
from statecheck.prover.session import found_anew, prover, run
from statecheck.safety.bounded import shortest
from statecheck.safety.unrolling import Target, Unrolling
from tests.statecheck.recheck import ring

PROJECT = project_of(ring.CATALOGUE, f"{ring.__name__}:CATALOGUE")

Attack = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    clauses = [
        {
            "every": "Node",
            "reading": "",
            "literals": ["node.seat.state = outside", "node.seat.has_token"],
        }
    ]
    digest = prover(PROJECT).context.digest
    return {"digest": digest, "vocabulary_from": [], "clauses": clauses, "runs": {}}


def clause(every: str, *literals: str) -> Attack:
    return lambda content: content["clauses"].append(
        {"every": every, "reading": "", "literals": list(literals)}
    )


def kept(title: str, *steps: str, first: tuple[int, ...] = (), **witness: str) -> Attack:
    """A run of two nodes; these have the token at first."""
    start = {
        "node1.next": "node2",
        "node2.next": "node1",
        **{f"node{n}.seat.is_first": str(n in first) for n in (1, 2)},
    }
    own = {"sizes": {"nodes": 2}, "start": start, "steps": list(steps), "witness": witness}
    return lambda content: content["runs"].update({title: own})


def weaker(content: dict[str, Any]) -> None:
    for own in content["clauses"]:
        own["literals"].append("node.seat.is_first")


def twice(content: dict[str, Any]) -> None:
    content["clauses"] *= 2


def words_of_others(content: dict[str, Any]) -> None:
    content["vocabulary_from"] = ["ring.exclusion", "ring.nothing"]


BOTH_INSIDE = ("enter(node1)", "enter(node2)")

ATTACKS: dict[str, tuple[tuple[Attack, ...], tuple[str, ...]]] = {
    "lemmas, quantifiers, other kinds, falsehoods": (
        (
            clause("Node and Node", "not node1.seat.has_token"),
            clause("Node and Node", "node1 = node2", "not node2.seat.is_first"),
            clause("Node", "some node with node.seat.has_token"),
            clause("Ring", "node.seat.state = outside"),
            clause("Node", "not node.seat.has_token"),
        ),
        (
            "no clause: every Node and Node: not node1.seat.has_token",
            "no clause: every Node and Node: node1 = node2",
            "no clause: every Node: some node",
            "no clause: every Ring",
            "it does not hold: every Node: not node.seat.has_token",
        ),
    ),
    "weaker clauses, each twice, and the words of no claim": (
        (weaker, twice, words_of_others),
        (),
    ),
    "runs that break an axiom, or do not happen": (
        (
            kept("ring.exclusion", *BOTH_INSIDE, first=(1, 2), one="node1", other="node2"),
            kept("ring.tokens", *BOTH_INSIDE, first=(1,), one="node1", other="node2"),
        ),
        (
            "the run of ring.exclusion: Ring violates its axiom one_token(node1, node2)",
            "the run of ring.tokens: ",
        ),
    ),
    "a run that ends otherwise": (
        (kept("ring.exclusion", "enter(node1)", first=(1,), one="node1", other="node2"),),
        (),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", ATTACKS)
def test_a_lock_changes_no_verdict(what: str, content: dict[str, Any], tmp_path: Path) -> None:
    attacks, complaints = ATTACKS[what]
    own = json.loads(json.dumps(content))
    for attack in attacks:
        attack(own)
    assert own != content
    (tmp_path / "own.lock").write_text(json.dumps(own))
    report = run(replace(PROJECT, lock=tmp_path / "own.lock"), PROJECT.claims)
    assert all(r.verdict is Verdict.PROVED and r.as_expected for r in report)
    assert len(report.results) == len(PROJECT.claims)
    said = [note for note in report.notes if note.startswith("own.lock: ")]
    assert len(said) == len(complaints)
    for complaint in complaints:
        assert any(complaint in note for note in said), said


def test_a_lock_without_clauses_is_as_good_where_none_is_needed(
    content: dict[str, Any], tmp_path: Path
) -> None:
    """As --write-lock writes it; nobody is told to write it again."""
    (tmp_path / "own.lock").write_text(json.dumps({**content, "clauses": []}))
    report = run(replace(PROJECT, lock=tmp_path / "own.lock"), PROJECT.claims)
    assert all(r.verdict is Verdict.PROVED for r in report)
    assert not [note for note in report.notes if "--write-lock" in note]


def test_for_a_lock_no_run_is_sought_against_what_is_proven_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Such a search goes to its whole depth, and takes minutes where a proof takes a second."""
    sought: list[z3.BoolRef] = []

    def watching(unrolling: Unrolling, targets: Mapping[Target, Any], depth: int) -> Any:
        sought.extend(target.term for target in targets)
        return shortest(unrolling, targets, depth)

    monkeypatch.setattr("statecheck.prover.prover.shortest", watching)
    found = found_anew(PROJECT)
    context = found.engine.context
    violations = [context.violation((claim, None)) for claim in PROJECT.claims]
    assert sought
    assert not any(term.eq(violation) for term in sought for violation in violations)
    assert len(json.loads(found.text)["runs"]) == len(PROJECT.claims)
