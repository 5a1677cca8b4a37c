"""Steps that are asked about with quantifiers, beside the ground way and small instances."""

from __future__ import annotations

import pytest
import z3

from examples.failing_commit import CATALOGUE as COMMIT
from examples.firewall import CATALOGUE as FIREWALL
from examples.mutual_exclusion import CATALOGUE as MUTEX
from examples.mutual_exclusion import Mutex
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.results import Result
from statecheck.modeling import NO_VARIANT
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.safety.induction import Induction
from statecheck.safety.joint import quantified
from statecheck.safety.joint.lemmas import inductive, lemma_of
from statecheck.safety.joint.model_state import StateReader
from statecheck.safety.joint.moments import Moment
from statecheck.safety.joint.pools import Candidate
from statecheck.safety.joint.quantified import Frame, GaveUp
from statecheck.symbolic.transition_system import TransitionSystem


def verdicts(catalogue: Catalogue) -> dict[str, str]:
    context = ProofContext(catalogue.system, catalogue.claims, ())
    results: list[Result] = [*Prover(context).prove(catalogue.claims)]
    return {result.claim.id: str(result.verdict.value) for result in results}


def test_nobody_need_be_there() -> None:
    """Where there is no process nobody is outside: a sort of Z3 is never empty, a kind may be."""
    catalogue = Catalogue(Mutex)

    @catalogue.always("mutex.somebody", "Safety")
    def somebody(mutex: Mutex) -> bool:
        return any(True for _ in mutex.processes)

    context = ProofContext(Mutex, catalogue.claims, ())
    lemma = lemma_of(context.property(catalogue.claims[0]).holds)
    assert quantified.inductive(context.induction, [lemma], (), NO_VARIANT) == []
    assert verdicts(catalogue) == {"mutex.somebody": "REFUTED"}


@pytest.mark.parametrize("catalogue", [MUTEX, COMMIT], ids=["mutex", "commit"])
def test_both_ways_keep_the_same_claims(catalogue: Catalogue) -> None:
    context = ProofContext(catalogue.system, catalogue.claims, ())
    lemmas = [lemma_of(context.property(claim).holds) for claim in catalogue.claims]
    kept = quantified.inductive(context.induction, lemmas, (), NO_VARIANT)
    assert kept == inductive(context.induction, lemmas, (), NO_VARIANT)


def test_where_the_solver_gives_up_instances_are_written_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def gives_up(self: Frame, _: object) -> bool:
        asked.append(self)
        raise GaveUp

    monkeypatch.setattr(Frame, "has_model", gives_up)
    assert verdicts(MUTEX) == {"mutex.exclusion": "PROVED"}
    assert asked


def test_a_question_that_costs_too_much_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantified, "QUICK", 1)
    frame = Frame(
        Induction(TransitionSystem(Mutex)),
        (),
        NO_VARIANT,
        TransitionSystem(Mutex).commands[0],
        patterns=True,
    )
    f = z3.Function("f", z3.IntSort(), z3.IntSort())
    n = z3.Int("n")
    frame.add(z3.ForAll([n], f(f(n)) > f(n)), f(0) == 0)
    with pytest.raises(GaveUp):
        frame.has_model([])


def test_what_is_no_entity_has_a_number_that_no_quantifier_ranges_over() -> None:
    transitions = TransitionSystem(COMMIT.system)
    vocabulary = transitions.vocabulary
    (leads,) = vocabulary.references.values()
    node, coordinator = (z3.Const(kind, z3.DeclareSort(kind)) for kind in ("Node", "Coordinator"))
    solver = z3.Solver()
    solver.add(leads(node) != coordinator)
    assert solver.check() == z3.sat
    members = {"Node": [node], "Coordinator": [coordinator]}
    state = StateReader(vocabulary).read(solver.model(), members).valuation
    assert state.sizes == {"Coordinator": 1, "Node": 1}
    assert state.functions["Node.coordinator"] == [1]


def test_a_solver_that_cannot_say_which_clauses_are_needed_costs_no_proof(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are inductive together, needed or not."""

    def gives_up(*_: object) -> set[Candidate]:
        raise GaveUp

    monkeypatch.setattr(Moment, "enough", gives_up)
    assert set(verdicts(FIREWALL).values()) == {"PROVED"}
