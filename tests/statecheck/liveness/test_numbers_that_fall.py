"""Numbers that fall, or rise to a limit, prove that something comes; what looks so does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from statecheck import Catalogue, System
from statecheck.certificate.certificates import why_left_out
from statecheck.claims.claim import Kind
from statecheck.claims.expressions import claim as claim_of
from statecheck.claims.results import Verdict
from statecheck.liveness.lasso import Effort, lassos
from statecheck.liveness.recovery import recovered_by_number
from statecheck.prover.context import ProofContext
from statecheck.prover.induction_results import recovery_of
from tests.statecheck.reference.counters import Writer, graphs, module
from tests.statecheck.reference.counting import (
    COAST,
    HASTENED,
    REGISTRY,
    Coast,
    Hastened,
    Registry,
    Yard,
)
from tests.statecheck.reference.jobs import CATALOGUE as JOBS
from tests.statecheck.reference.jobs import UNFAIR

NOT_NEGATIVE = "every Service: service.lease.ttl >= 0"


def argument(catalogue: Catalogue, name: str) -> tuple[list[str], list[str]] | None:
    """The numbers that fall in a claim's proof, and the bounds that it takes; None without one."""
    (claim,) = (claim for claim in catalogue.claims if claim.id == name)
    context = ProofContext(catalogue.system, [claim], [])
    phases = context.liveness.phases(claim, context.invariant())
    if phases is None:
        return None
    bounds = context.liveness.bounds(claim, context.invariant())
    return sorted({lap.text for phase in phases for lap in phase.laps}), list(map(str, bounds))


@pytest.mark.parametrize(
    ("catalogue", "name", "proof"),
    [  # the numbers that fall, and their bounds
        (
            REGISTRY,
            "lease.over",
            (["service.lease.ttl"], ["every Service: service.lease.ttl >= 0"]),
        ),
        (REGISTRY, "lease.beaten", None),
        (HASTENED, "hastened.over", None),
        (COAST, "coast.over", (["shore.tide.left"], [])),
        (JOBS, "jobs.end", (["3 - job.attempt.attempts"], [])),
        (UNFAIR, "jobs.unfair", None),
    ],
)
def test_a_proof_is_found_where_a_number_falls_and_is_bounded(
    catalogue: Catalogue, name: str, proof: tuple[list[str], list[str]] | None
) -> None:
    assert argument(catalogue, name) == proof


def test_a_search_for_lassos_ends_after_so_much_work() -> None:
    (claim,) = (claim for claim in UNFAIR.claims if claim.id == "jobs.unfair")
    context = ProofContext(JOBS.system, [claim], [])
    effort, terms = Effort(8, work=20_000), context.liveness.terms(claim)
    assert list(lassos(context.transitions, [terms], effort)) == []
    assert 0 < effort.reached < 8
    assert str(effort).endswith("(to look for longer ones would cost too much)")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [20])
def test_no_proof_about_a_random_system_is_denied_by_a_fair_cycle(
    seed: int, tmp_path: Path
) -> None:
    assert compared(range(seed, seed + 1), 2, tmp_path) > 0


@pytest.mark.campaign
def test_no_proof_about_many_random_systems_is_denied(tmp_path: Path) -> None:
    assert compared(range(1000, 1200), 4, tmp_path) > 20


def compared(seeds: range, claims: int, folder: Path) -> int:
    """The number of proofs by numbers that fall; each is compared with small instances."""
    counted = 0
    for seed in seeds:
        loaded = module(seed, folder, claims)
        context = ProofContext(loaded.Counted, list(loaded.CATALOGUE.claims), [])
        proofs = {
            claim: context.liveness.phases(claim, context.invariant())
            for claim in context.readable(context.eventual)
        }
        proven = {claim: phases for claim, phases in proofs.items() if phases is not None}
        counted += sum(any(phase.laps for phase in phases) for phases in proven.values())
        for graph in graphs(loaded, Writer(seed).text(claims)):
            for claim in proven:
                assert not graph.is_refuted(claim.body, loaded.ASSUMED[claim.id]), (seed, claim)
    return counted


@pytest.mark.parametrize(
    ("system", "goal", "how"),
    [
        (
            Registry,
            "service.lease.down",
            "tick(service), again and again, as service.lease.ttl falls",
        ),
        (Coast, "shore.tide.over", "as shore.tide.left falls where shore.tide.state = second"),
        (Hastened, "service.lease.down", None),
        (Yard, "child.swing.over", None),
    ],
)
def test_a_plan_is_followed_again_and_again(
    system: type[System], goal: str, how: str | None
) -> None:
    claim = claim_of(system, Kind.RECOVERABLE, goal, id_="it.1")
    context = ProofContext(system, [claim], [])
    found = recovered_by_number(recovery_of(context, claim, context.invariant()))
    assert (found is None) is (how is None)
    if found is not None:
        assert found.verdict is Verdict.PROVED
        assert found.detail.endswith(str(how))
        assert why_left_out(found)


def test_no_plan_in_a_random_system_is_denied_by_a_trap(tmp_path: Path) -> None:
    assert followed(range(24, 25), tmp_path) == 1


@pytest.mark.campaign
def test_no_plan_in_many_random_systems_is_denied(tmp_path: Path) -> None:
    assert followed(range(1000, 1200), tmp_path) > 5


def followed(seeds: range, folder: Path) -> int:
    """The number of plans to follow again and again; each is compared with small instances."""
    found = 0
    for seed in seeds:
        loaded = module(seed, folder, 1)
        claim = claim_of(loaded.Counted, Kind.RECOVERABLE, "cell.part.c", id_="it.1")
        context = ProofContext(loaded.Counted, [claim], [])
        if recovered_by_number(recovery_of(context, claim, context.invariant())) is not None:
            found += 1
            for graph in graphs(loaded, Writer(seed).text(1)):
                assert not graph.has_trap("Cell", lambda cell: cell.part.c.is_active), seed
    return found
