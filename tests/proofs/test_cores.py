"""Proof cores: small enough that nothing more can be left out, and large enough to prove."""

from __future__ import annotations

import copy
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
from statecheck.modeling.mention import Choice, Mention
from statecheck.prover import session
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.safety.proof_core import Cores, ProofTask
from statecheck.symbolic.spelling import expression
from statecheck.symbolic.vocabulary import Key

PROVED = [c for c in CLAIMS if c.kind is Kind.ALWAYS and c.expected == "PROVED"]


@functools.cache
def engine() -> Prover:
    return session.prover(PROJECT, explain=True)


@functools.cache
def cores() -> Cores:
    return Cores(engine().context.induction, engine().context.invariant())


def obligation(claim: Claim) -> ProofTask:
    return ProofTask(z3.Not(engine().context.property(claim).holds), claim.on_step)


@functools.cache
def core(title: str) -> Core:
    claim = next(claim for claim in CLAIMS if claim.title == title)
    return cores().core(
        [obligation(claim)], engine().context.transitions.variant_constraints(claim.variant)
    )


@pytest.mark.slow
@pytest.mark.parametrize("claim", PROVED, ids=lambda claim: claim.title)
def test_nothing_of_a_core_can_be_left_out(claim: Claim) -> None:
    found = core(claim.title)
    known = cores()
    under = engine().context.transitions.variant_constraints(claim.variant)
    texts = {clause.text for clause in found.clauses}
    assert texts <= {str(clause) for clause in known.clauses}
    assert found.variant <= bool(under)
    for part in found.parts:
        assert part.kind == "start" or part.origins, part
    used = [
        name for clause, name in zip(known.clauses, known.used, strict=True) if str(clause) in texts
    ]
    chosen = {k for k, clause in enumerate(known.clauses) if str(clause) in texts}
    fixed = [z3.And(*under)] if found.variant else []
    assumed = z3.FreshBool("reading")
    for context in (*known.steps, known.start, known.state):
        context.grounding.constraints.append(z3.Implies(assumed, z3.And(*fixed)))
    assert known._proves([obligation(claim)], chosen, assumed)
    for index in chosen:
        assert not known._proves([obligation(claim)], chosen - {index}, assumed), str(index)
    for context, terms in known._asked([obligation(claim)], chosen):
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


@pytest.mark.slow
def test_a_core_does_not_hang_on_what_the_solver_likes() -> None:
    induction = copy.copy(engine().context.induction)
    induction.seed = 7
    z3.set_param("sat.phase", "random")
    try:
        others = Cores(induction, engine().context.invariant())
        for claim in PROVED:
            under = engine().context.transitions.variant_constraints(claim.variant)
            assert others.core([obligation(claim)], under) == core(claim.title), claim.title
    finally:
        z3.reset_params()


def test_the_destination_does_not_matter_to_the_fix() -> None:
    found = core("resolution.no_move_fails")
    assert {"mailbox.move.target", "server.antivirus", "server.store"} <= set(found.untouched)
    (guard,) = [part for part in found.parts if part.kind == "guard"]
    assert guard.action == "copy_attachment"
    ((file, line, function),) = guard.origins
    assert function == "bypassed"
    assert "fixed(" in Path(file).read_text(encoding="utf-8").splitlines()[line - 1]
    assert found.clauses == ()


@pytest.mark.slow
def test_readings_are_needed_where_the_other_one_refutes() -> None:
    def stands_in_both(claim: Claim) -> bool:
        verdicts = [c.expected for c in CLAIMS if c.id == claim.id]
        return not claim.variant.constants or verdicts == ["PROVED", "PROVED"]

    for claim in PROVED:
        assert core(claim.title).variant is not stands_in_both(claim), claim.title


def _proves(title: str) -> bool:
    claim = next(claim for claim in CLAIMS if claim.title == title)
    prover = Prover(ProofContext(Site, [claim], HISTORIES, numbers=PROJECT.integers))
    return bool(prover.context.excluded([(claim, None)], ()))


def test_a_model_that_differs_elsewhere_is_proven_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def anywhere(_: Any, destination: Any) -> bool:
        del destination
        return True

    monkeypatch.setattr(MoveMailbox, "is_elsewhere", anywhere)
    monkeypatch.setattr(AttachmentLifecycle, "protected", lambda _: True)
    assert _proves("resolution.no_move_fails")
    monkeypatch.setattr(AttachmentLifecycle, "bypassed", lambda _: False)
    assert not _proves("resolution.no_move_fails")


@pytest.mark.slow
def test_every_explained_proof_has_a_core() -> None:
    names = ("safety.no_loss", "symptoms.move_may_fail")
    asked = [claim for claim in CLAIMS if claim.id in names]
    for result in engine().prove(asked):
        assert (result.core is not None) is (result.verdict is Verdict.PROVED)


def test_a_proof_that_does_not_stand_has_no_core() -> None:
    claim = next(c for c in CLAIMS if c.title == "cause.scan_before_client [sticky]")
    with pytest.raises((AssertionError, ModelError), match="does not stand"):
        cores().core([obligation(claim)], ())


def test_an_expression_says_what_it_mentions() -> None:
    functions = engine().context.transitions.vocabulary.functions
    types = engine().context.transitions.vocabulary.types
    mailbox = z3.Const("m", z3.DeclareSort("Mailbox"))
    state, home = Key("Mailbox", "move", "state"), Key("Mailbox", "move", "home")
    store = Key("Server", "store", "state")
    term = z3.And(
        z3.Not(functions[state](mailbox) == types[state].value("copying")),
        functions[store](functions[home](mailbox)) == types[store].value("running"),
    )
    found = expression(term, engine().context.transitions, {mailbox.get_id(): "mailbox"})
    assert found.text == (
        "mailbox.move.home.store.state = running and mailbox.move.state != copying"
    )
    assert set(found.mentions) == {
        Mention("Mailbox", "move", "state", ("copying",)),
        Mention("Mailbox", "move", "home"),
        Mention("Server", "store", "state", ("running",)),
    }
    assert found.choices == ()
    sticky = engine().context.transitions.vocabulary.constants["sticky"]
    assert expression(sticky, engine().context.transitions, {}).mentions == (
        Mention("Site", "", "sticky"),
    )


def test_a_choice_is_a_rank_only_where_it_is_the_order_of_the_enumeration() -> None:
    vocabulary = engine().context.transitions.vocabulary
    server, other = z3.Consts("s other", z3.DeclareSort("Server"))
    format_ = vocabulary.functions[Key("Server", "store", "format")]
    version = vocabulary.functions[Key("Server", "store", "version")]
    first, second, _ = map(vocabulary.literal, vocabulary.types[Key("Server", "store", "format")])
    names = {server.get_id(): "server", other.get_id(): "other"}

    def choices(*values: Any, at: z3.ExprRef = server) -> tuple[Choice, ...]:
        low, middle, high = values
        inner = z3.If(format_(at) == second, middle, high)
        term = z3.If(format_(server) == first, low, inner) <= 1
        return expression(term, engine().context.transitions, names).choices

    (rank,) = choices(0, 1, 2)
    assert (rank.path, rank.field, rank.is_rank) == ("server.store.format", "format", True)
    for values in ((0, 2, 1), (0, 1, 1), (5, 7, 9), (1, 2, 3)):
        (weighed,) = choices(*values)
        assert not weighed.is_rank, values
    (inner,) = choices(z3.IntVal(0), version(server), z3.IntVal(2), at=other) or (None,)
    assert inner is None, "it looks at several values"
    assert choices(0, 1, 2, at=other) == ()


def test_what_a_generator_expression_asks_is_its_functions() -> None:
    origins = {o for claim in PROVED for part in core(claim.title).parts for o in part.origins}
    assert "everything_copied" in {function for _, _, function in origins}
    for file, line, function in origins:
        text = Path(file).read_text(encoding="utf-8").splitlines()
        start = next(n for n in range(line - 1, -1, -1) if text[n].lstrip().startswith("def "))
        assert text[start].lstrip().startswith(f"def {function}("), (file, line, function)
