"""Claims about states that are proven by induction on themselves, or with lemmas like them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from statecheck.claims.claim import LEMMA, Claim, Kind
from statecheck.claims.clause_text import ClauseText
from statecheck.claims.results import Joint
from statecheck.clock import Stopwatch
from statecheck.modeling import NO_VARIANT
from statecheck.prover.context import ProofContext, Question
from statecheck.prover.induction_results import InductiveResults, JointProof
from statecheck.safety.joint.lemmas import Lemma, lemma_of
from statecheck.safety.joint.search import jointly_inductive, with_helpers


def prove_jointly(
    context: ProofContext,
    questions: Sequence[Question],
    results: InductiveResults,
    is_refuted: Callable[[Claim], bool],
) -> None:
    """Add to the results the claims about states that are inductive together, or with lemmas about
    one entity or two that are mined for them, unless they are known to be refuted. Raises Timeout.
    """
    claims = [
        claim
        for claim, region in questions
        if claim.kind is Kind.ALWAYS and not claim.on_step and region is None
    ]
    # Lemmas help whether or not anybody asks for them.
    lemmas = [c for c in context.catalogue if c.word == LEMMA and not c.on_step]
    for variant in dict.fromkeys(claim.variant for claim in claims):
        clock = Stopwatch()
        asked = [claim for claim in claims if claim.variant == variant]
        helping = context.readable(
            c for c in lemmas if c.variant in (NO_VARIANT, variant) and c not in asked
        )
        own = {c: lemma_of(context.property(c).holds) for c in (*asked, *helping)}
        clauses = results.clauses(asked[0])
        kept = jointly_inductive(context.induction, list(own.values()), clauses, variant)
        helpers: list[Lemma] = []
        words_of: list[Lemma] = []
        if len(kept) < len(own):
            open_ = [term for c, term in own.items() if term in kept or not is_refuted(c)]
            more, helpers, words_of = with_helpers(context.induction, open_, clauses, variant)
            kept += more
        seconds = clock.lap() / len(asked)
        induction = Joint(
            tuple(claim.title for claim, lemma in own.items() if lemma in kept),
            _texts(helpers),
            tuple(claim.title for lemma in words_of for claim in own if own[claim] is lemma),
        )
        for claim in asked:
            if own[claim] in kept:
                results.joint[claim] = JointProof(induction, seconds)
                results.excluded.add((claim, None))


def _texts(helpers: Sequence[Lemma]) -> tuple[ClauseText, ...]:
    return tuple(helper.text for helper in helpers if helper.text is not None)
