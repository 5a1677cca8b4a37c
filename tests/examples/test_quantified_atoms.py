"""Clauses that ask something of all other entities, or of some."""

from __future__ import annotations

import pytest

from examples.firewall import CATALOGUE, Firewall
from examples.quorum_election import Election
from statecheck.claims.results import Result
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.safety.joint import pair_atoms
from statecheck.safety.joint.quantified_atoms import MOST, quantified_templates
from statecheck.smt.terms import constants, has_quantifier
from statecheck.symbolic.transition_system import TransitionSystem


def proved() -> Result:
    context = ProofContext(Firewall, CATALOGUE.claims, (), depth=3)
    (result,) = Prover(context).prove(CATALOGUE.claims)
    return result


def test_templates_are_about_one_entity_each() -> None:
    found = quantified_templates(TransitionSystem(Election), ())
    assert {sort for sort, _, _ in found} == {"Proposer", "Quorum"}
    for sort in ("Proposer", "Quorum"):
        assert 0 < len([1 for other, _, _ in found if other == sort]) <= MOST
    for _, variable, term in found:
        assert has_quantifier(term)
        assert constants(term) == [variable]


def test_a_claim_that_something_exists_rests_on_a_clause_that_says_so() -> None:
    result = proved()
    assert str(result.verdict.value) == "PROVED"
    (clause,) = result.invariant or ()
    assert clause.literals[0] == "host.permission.state = absent"
    assert clause.literals[1].startswith("some channel with")


def test_without_such_clauses_it_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_atoms, "quantified_templates", lambda *_: [])
    monkeypatch.setattr(pair_atoms, "witness_templates", lambda *_: [])
    assert str(proved().verdict.value) == "UNDETERMINED"
