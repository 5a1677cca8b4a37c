"""A claim that is proven although nobody found out whether anything reaches its premise."""

from __future__ import annotations

from typing import Any

import pytest

from examples import leader_election
from examples.two_phase_commit import CATALOGUE
from statecheck.claims.results import Verdict
from statecheck.clock import Timeout
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.reports.words import evidence, remark
from tests.statecheck.prover import test_time_up


@pytest.mark.parametrize(("depth", "is_open"), [(2, True), (10, False)])
def test_a_premise_that_no_short_run_reaches_is_said_to_be_open(depth: int, is_open: bool) -> None:
    (claim,) = (claim for claim in CATALOGUE.claims if claim.id == "commit.unanimous")
    context = ProofContext(CATALOGUE.system, [claim], [], depth=depth)
    (result,) = Prover(context).prove([claim])
    assert result.verdict is Verdict.PROVED
    assert result.vacuous is (None if is_open else False)
    assert evidence(result).endswith(", premise open") is is_open
    assert remark(result) == ""


@pytest.mark.slow
def test_a_premise_is_looked_for_in_small_instances_too() -> None:
    """The solver's own run leaves entities out that the axioms ask for, and does not happen."""
    claims = leader_election.CATALOGUE.claims
    context = ProofContext(leader_election.CATALOGUE.system, claims, [])
    results = Prover(context).prove(claims)
    assert [result.verdict for result in results] == [Verdict.PROVED] * len(claims)
    assert not any(result.vacuous is None for result in results)


@pytest.mark.parametrize(("id_", "is_open"), [("alone", True), ("counted", False)])
def test_a_claim_without_a_premise_has_none_that_is_open(
    id_: str, is_open: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: Any) -> Any:
        raise Timeout("the time is up")

    monkeypatch.setattr(Prover, "_search", endless)
    (claim,) = (claim for claim in test_time_up.CATALOGUE.claims if claim.id == id_)
    context = ProofContext(test_time_up.House, [claim], [], depth=2)
    (result,) = Prover(context).prove([claim])
    assert result.verdict is Verdict.PROVED
    assert evidence(result).endswith(", premise open") is is_open
