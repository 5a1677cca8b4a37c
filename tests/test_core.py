"""Proof cores: small enough that nothing more can be left out, and large enough to prove."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
import z3

from model.machines import AttachmentLifecycle, MoveMailbox
from model.site import Site
from proofs.catalogue import CLAIMS, HISTORIES
from proofs.project import PROJECT
from statecheck.claims.claim import Claim, Kind
from statecheck.claims.results import Core, Verdict
from statecheck.modeling import ModelError
from statecheck.prover import session
from statecheck.prover.prover import Prover
from statecheck.safety.proof_core import Cores, ProofTask

PROVED = [c for c in CLAIMS if c.kind is Kind.ALWAYS and c.expected == "PROVED"]


@functools.cache
def engine() -> Prover:
    return session.prover(PROJECT, explain=True)


@functools.cache
def cores() -> Cores:
    return Cores(engine().induction, engine().invariant())


def obligation(claim: Claim) -> ProofTask:
    return ProofTask(z3.Not(engine().property(claim).holds), claim.on_step)


@functools.cache
def core(title: str) -> Core:
    claim = next(claim for claim in CLAIMS if claim.title == title)
    return cores().core(
        [obligation(claim)], engine().transitions.variant_constraints(claim.variant)
    )


@pytest.mark.parametrize("claim", PROVED, ids=lambda claim: claim.title)
def test_nothing_of_a_core_can_be_left_out(claim: Claim) -> None:
    found = core(claim.title)
    known = cores()
    under = engine().transitions.variant_constraints(claim.variant)
    assert set(found.clauses) <= {str(clause) for clause in known.clauses}
    assert found.variant <= bool(under)
    for part in found.parts:
        assert part.kind == "start" or part.origins, part
    used = [
        name
        for clause, name in zip(known.clauses, known.used, strict=True)
        if str(clause) in found.clauses
    ]
    chosen = {k for k, clause in enumerate(known.clauses) if str(clause) in found.clauses}
    fixed = [z3.And(*under)] if found.variant else []
    assumed = z3.FreshBool("reading")
    for context, terms in known._asked([obligation(claim)], chosen):
        context.grounding.constraints.append(z3.Implies(assumed, z3.And(*fixed)))
        given = [assumed, *([] if context is known.start else used)]
        # What belongs to the claims' memory is kept; a part may stand for several conditions.
        kept = [p for p in context.parts if p.part in found.parts or not p.listed]
        if not terms or not context.parts:
            continue
        assert context.excluded(terms, [*given, *(part.name for part in kept)])
        needed = {p.part for p in kept if p.listed}
        for part in needed:
            rest = [p.name for p in kept if p.part != part]
            assert not context.excluded(terms, [*given, *rest]), part


def test_the_destination_does_not_matter_to_the_fix() -> None:
    found = core("resolution.no_move_fails")
    assert {"mailbox.move.target", "server.antivirus", "server.store"} <= set(found.untouched)
    (guard,) = [part for part in found.parts if part.kind == "guard"]
    assert guard.action == "copy_attachment"
    ((file, line, function),) = guard.origins
    assert function == "bypassed"
    assert "fixed(" in Path(file).read_text(encoding="utf-8").splitlines()[line - 1]
    assert found.clauses == ()


def test_readings_are_needed_where_the_other_one_refutes() -> None:
    def stands_in_both(claim: Claim) -> bool:
        verdicts = [c.expected for c in CLAIMS if c.id == claim.id]
        return not claim.variant.constants or verdicts == ["PROVED", "PROVED"]

    for claim in PROVED:
        assert core(claim.title).variant is not stands_in_both(claim), claim.title


def _proves(title: str) -> bool:
    claim = next(claim for claim in CLAIMS if claim.title == title)
    prover = Prover(Site, [claim], HISTORIES, numbers=PROJECT.integers)
    return bool(prover.excluded([(claim, None)], ()))


def test_a_model_that_differs_elsewhere_is_proven_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def anywhere(_: Any, destination: Any) -> bool:
        del destination
        return True

    monkeypatch.setattr(MoveMailbox, "is_elsewhere", anywhere)
    monkeypatch.setattr(AttachmentLifecycle, "protected", lambda _: True)
    assert _proves("resolution.no_move_fails")
    monkeypatch.setattr(AttachmentLifecycle, "bypassed", lambda _: False)
    assert not _proves("resolution.no_move_fails")


def test_every_explained_proof_has_a_core() -> None:
    names = ("safety.no_loss", "liveness.client_served", "symptoms.move_may_fail")
    asked = [claim for claim in CLAIMS if claim.id in names]
    for result in engine().settle(asked):
        assert (result.core is not None) is (result.verdict is Verdict.PROVED)


def test_a_proof_that_does_not_stand_has_no_core() -> None:
    claim = next(c for c in CLAIMS if c.title == "cause.scan_before_client [sticky]")
    with pytest.raises((AssertionError, ModelError), match="does not stand"):
        cores().core([obligation(claim)], ())
