"""Claims about states that are proven by induction on themselves, or with lemmas like them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from statecheck.claims.claim import LEMMA, Claim, Kind
from statecheck.claims.clause_text import ClauseText
from statecheck.claims.results import Joint
from statecheck.clock import Stopwatch
from statecheck.modeling import NO_VARIANT
from statecheck.prover.context import ProofContext, Question
from statecheck.prover.induction_results import InductiveResults, JointProof
from statecheck.safety.joint.consequences import Consequence, consequences
from statecheck.safety.joint.lemmas import Lemma, lemma_of
from statecheck.safety.joint.search import jointly_inductive, with_helpers
from statecheck.smt.terms import has_quantifier


def prove_jointly(
    context: ProofContext,
    questions: Sequence[Question],
    results: InductiveResults,
    is_refuted: Callable[[Claim], bool],
) -> None:
    """Add to the results the claims about states that are inductive together, or with lemmas about
    one entity or two that are mined for them, or that follow from such lemmas, unless they are
    known to be refuted. Raises Timeout.
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
        own = {c: _lemma(context, c) for c in (*asked, *helping)}
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
        left = {own[c]: c for c in asked if own[c] not in kept and has_quantifier(own[c].term)}
        open_ = [lemma for lemma, claim in left.items() if not is_refuted(claim)]
        titles = {lemma: claim.title for claim, lemma in own.items()}
        clock.lap()
        for found in consequences(context.induction, open_, kept, clauses, variant):
            proof = JointProof(_following(found, titles), clock.lap())
            results.joint[left[found.claim]] = proof
            results.excluded.add((left[found.claim], None))


def _following(found: Consequence, titles: Mapping[Lemma, str]) -> Joint:
    """What a claim follows from, in words."""
    return Joint(
        tuple(titles[lemma] for lemma in found.lemmas if lemma in titles),
        _texts(found.lemmas),
        tuple(titles[lemma] for lemma in found.words_of),
        follows=True,
        extreme=None if found.extreme is None else found.extreme.text,
    )


def kept_in_words(induction: Joint, clauses: int) -> str:
    """Why a claim holds that is proven so, with so many clauses."""
    if not induction.follows:
        return f"every step keeps it{f', with {clauses} clauses' if clauses else ' by itself'}"
    given = [f"from {clauses} clauses"] if clauses else []
    given += [f"from {', '.join(induction.claims)}"] if induction.claims else []
    if induction.extreme is not None:
        given.append(
            f"from this, for a system has finitely many entities: {induction.extreme}, if any"
        )
    return f"follows in every state {' and '.join(given)}" if given else "holds in every state"


def _lemma(context: ProofContext, claim: Claim) -> Lemma:
    formula = context.property(claim)
    return lemma_of(formula.holds, [term for _, _, term in formula.variables])


def _texts(helpers: Sequence[Lemma]) -> tuple[ClauseText, ...]:
    return tuple(helper.text for helper in helpers if helper.text is not None)
