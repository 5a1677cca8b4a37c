"""Claims about states that are proven by induction on themselves, or with clauses like them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import z3

from statecheck.claims.claim import Claim
from statecheck.claims.results import Result, Verdict
from statecheck.clock import Stopwatch
from statecheck.prover.context import ProofContext
from statecheck.prover.induction_results import InductiveResults
from statecheck.prover.joint_induction import Lemma, candidates, lemma_of
from statecheck.prover.joint_induction import inductive as inductive_lemmas


def proven_jointly(
    context: ProofContext, claims: Sequence[Claim], inductive: InductiveResults
) -> Iterator[Result]:
    """The claims about states that are inductive together, or with clauses like them."""
    induction = context.induction
    for variant in dict.fromkeys(claim.variant for claim in claims):
        clock = Stopwatch()
        own = {
            claim: lemma
            for claim in claims
            if claim.variant == variant
            and (lemma := lemma_of(context.property(claim).holds)) is not None
        }
        if not own:
            continue
        clauses = inductive.clauses(next(iter(own)))
        held = set(inductive_lemmas(induction, list(own.values()), clauses, variant))
        more: list[Lemma] = []
        if len(held) < len(own):
            helpers = [c for lemma in own.values() for c in candidates(induction, lemma)]
            everything = [*own.values(), *helpers]
            held = set(inductive_lemmas(induction, everything, clauses, variant))
            more = [helper for helper in helpers if helper in held]
        others = [*clauses, *more]
        why = f", with {len(others)} clauses" if others else " by itself"
        seconds = clock.lap() / len(own)
        for claim, lemma in own.items():
            is_met = z3.is_true(context.property(claim).antecedent)
            if lemma in held:
                yield Result(
                    claim,
                    Verdict.PROVED,
                    f"every step keeps it{why}",
                    vacuous=False if is_met else None,
                    seconds=seconds,
                )
