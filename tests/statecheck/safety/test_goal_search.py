"""Clauses found from the goals: as much as all candidates at once show, whatever was sampled."""

from __future__ import annotations

import pytest
import z3

from examples import elevator, peterson, two_phase
from statecheck.claims.catalogue import Catalogue
from statecheck.modeling import NO_VARIANT
from statecheck.prover.context import ProofContext
from statecheck.prover.engine import prover
from statecheck.prover.project import project_of
from statecheck.safety import candidates, inference
from statecheck.safety.candidates import Literals
from statecheck.safety.induction import Clause
from statecheck.safety.inferring import goal_search
from statecheck.safety.inferring.houdini import Houdini
from statecheck.safety.inferring.sampled_pool import SampledPool
from tests.statecheck.recheck import tower

CATALOGUES = {
    module.__name__.rsplit(".", maxsplit=1)[-1]: module.CATALOGUE
    for module in (elevator, peterson, two_phase, tower)
}


def context_of(catalogue: Catalogue) -> ProofContext:
    return prover(project_of(catalogue, "it:CATALOGUE"), locked=False, isolate=True).context


def excluded(context: ProofContext, clauses: list[Clause]) -> set[str]:
    claims = context.readable(context.catalogue)
    questions = context.excluded(context.questions(claims), clauses)
    return {f"{claim.title} {region}" for claim, region in questions}


def all_inductive(context: ProofContext) -> list[Clause]:
    """All candidates that are inductive together, found from the candidates alone."""
    extra = [context.property(claim).holds for claim in context.readable(context.catalogue)]
    material = inference._Material(context.induction, extra, [NO_VARIANT])
    pools = material.candidates(NO_VARIANT)
    for pool in pools:
        pool.clauses = [clause for clause in pool.clauses if pool.is_own(clause)]
    houdini = Houdini(context.induction, pools, NO_VARIANT)
    houdini.run()
    return houdini.clauses()


@pytest.mark.parametrize("name", CATALOGUES)
def test_goals_show_as_much_as_all_candidates_do(name: str) -> None:
    context = context_of(CATALOGUES[name])
    found = context.inferred()
    assert context.induction.is_invariant(found)
    everything = all_inductive(context)
    assert excluded(context, []) < excluded(context, everything) <= excluded(context, found)
    assert len(found) < len(everything)


@pytest.mark.parametrize("name", CATALOGUES)
def test_few_samples_cost_no_proof(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was dropped comes back with literals more."""
    context = context_of(CATALOGUES[name])
    usual = excluded(context, context.inferred())
    monkeypatch.setattr(candidates, "WALKS", 2)
    monkeypatch.setattr(goal_search, "WALKS", 1)
    again = context_of(CATALOGUES[name])
    found = again.inferred()
    assert again.induction.is_invariant(found)
    assert excluded(again, found) >= usual


X = z3.Const("x", z3.DeclareSort("Thing"))


def pool(clauses: list[Literals], rows: list[int], *, least: int = 1) -> SampledPool:
    """A pool about four atoms, in samples: bit n of a row is the truth of atom n. Clauses of fewer
    literals than the least number are about another kind of entity.
    """
    columns = [sum((row >> n & 1) << k for k, row in enumerate(rows)) for n in range(4)]
    seen = columns, (1 << len(rows)) - 1
    atoms = [z3.Bool(f"atom {n}") for n in range(4)]
    return SampledPool(0, (X,), atoms, clauses, seen, is_own=lambda c: len(c) >= least)


def clauses_of(own: SampledPool, numbers: list[int]) -> set[Literals]:
    return {own.clauses[k] for k in numbers}


def test_a_sample_names_the_candidates_that_are_false_in_it_once() -> None:
    own = pool([((0, True),), ((1, False), (2, True))], [0b0001, 0b0101])
    assert [*own.refuted_by(0b0011)] == [1]
    assert [*own.refuted_by(0b0011)] == []
    own.drop(1)
    assert [*own.refuted_by(0b0010)] == [0]


def test_what_was_dropped_comes_back_with_literals_that_its_samples_lack() -> None:
    own = pool([((0, True),)], [0b0001, 0b1001])
    for k in own.refuted_by(0b0110):
        own.drop(k)
    found = clauses_of(own, own.weaker(0b0000))
    assert found == {((0, True), (1, True)), ((0, True), (2, True))}
    assert own.weaker(0b0000) == []


def test_two_literals_are_added_where_none_is_enough() -> None:
    own = pool([((0, True),)], [0b0001])
    for k in own.refuted_by(0b0010):
        own.drop(k)
    for k in own.refuted_by(0b0100):
        own.drop(k)
    assert clauses_of(own, own.weaker(0b0000)) == {((0, True), (1, True), (2, True))}


def test_a_clause_about_another_kind_is_no_candidate_and_longer_ones_are() -> None:
    own = pool([((0, True),)], [0b0001], least=2)
    assert [*own.false_at(0b0000)] == []
    found = clauses_of(own, own.weaker(0b1000))
    assert found == {((0, True), (1, True)), ((0, True), (2, True)), ((0, True), (3, False))}


def test_without_a_sample_there_is_nothing_to_take_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "WALKS", 0)
    context = context_of(elevator.CATALOGUE)
    assert context.inferred() == []
