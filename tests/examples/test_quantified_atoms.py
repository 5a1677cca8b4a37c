"""Clauses that ask something of all other entities, or of some."""

from __future__ import annotations

import pytest
import z3
from statemachine import State

from examples.firewall import CATALOGUE, Firewall
from examples.quorum_election import Election
from statecheck import Entity, Machine, Many, System, action, anything
from statecheck.claims.results import Result
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.safety.joint import pair_atoms
from statecheck.safety.joint.quantified_atoms import MOST, quantified_templates
from statecheck.smt.quantifiers import polarities
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


class Memory(Machine):
    on = State(initial=True)
    term: int = 0
    choice: Candidate = anything()
    vote = on.to.itself(on="note")

    def note(self, term: int, choice: Candidate) -> None:
        self.term = term
        self.choice = choice


class Race(Machine):
    running = State(initial=True)
    leading = State(final=True)
    term: int = anything(0)
    win = running.to(leading)


class Candidate(Entity):
    race: Race


class Voter(Entity):
    memory: Memory


class Terms(System):
    candidates: Many[Candidate]
    voters: Many[Voter]

    @action
    def vote(self, voter: Voter, candidate: Candidate) -> None:
        if candidate.race.term > voter.memory.term:
            voter.memory.vote(term=candidate.race.term, choice=candidate)

    @action
    def win(self, candidate: Candidate) -> None:
        if all(
            v.memory.term == candidate.race.term and v.memory.choice == candidate
            for v in self.voters
        ):
            candidate.race.win()


def test_a_condition_is_also_tried_without_those_that_have_gone_on() -> None:
    found = [term for _, _, term in quantified_templates(TransitionSystem(Terms), ())]
    (strict,) = [term for term in found if is_all(term) and "<=" not in str(term)]
    (weak,) = [term for term in found if "<=" in str(term)]
    assert holds_if(strict, weak), "who voted so need not have gone on"
    assert not holds_if(weak, strict)


def is_all(term: z3.BoolRef) -> bool:
    """Tell whether a template says something of all voters, and nothing else."""
    parts = [part for part, signs in polarities(term) if signs == {False}]
    return bool(parts) and len(parts) == len(polarities(term))


def holds_if(premise: z3.BoolRef, conclusion: z3.BoolRef) -> bool:
    solver = z3.Solver()
    solver.add(premise, z3.Not(conclusion))
    return bool(solver.check() == z3.unsat)
