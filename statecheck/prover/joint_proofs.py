"""Claims about states that are proven by induction on themselves, or with lemmas like them, and
claims about the end of a run that rest on these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import z3

from statecheck.claims.claim import LEMMA, Claim, Kind
from statecheck.claims.clause_text import ClauseText
from statecheck.claims.results import Joint, Result, Verdict
from statecheck.clock import Stopwatch
from statecheck.liveness.clearing import recovered_by_others
from statecheck.liveness.recovery import recovered_by_number
from statecheck.modeling import NO_VARIANT
from statecheck.prover.context import ProofContext, Question
from statecheck.prover.induction_results import (
    InductiveResults,
    JointProof,
    lemma_of_claim,
    together,
)
from statecheck.safety.induction import Clause
from statecheck.safety.inference import all_inductive, irredundant
from statecheck.safety.inferring.counted import Count
from statecheck.safety.inferring.counting import counts, follow, follow_of_others
from statecheck.safety.joint.consequences import Consequence, consequences
from statecheck.safety.joint.lemmas import Lemma
from statecheck.safety.joint.quantified import follows
from statecheck.safety.joint.search import jointly_inductive, with_helpers
from statecheck.safety.plans import Recovery, recovered
from statecheck.smt.terms import has_quantifier
from statecheck.symbolic.commands import Command

HURRY = 20
"""Plans that name other entities are looked for with so much less work before clauses are."""

Counted = tuple[Clause, Count]
"""A clause, and the count that it follows from."""


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
        asked = [claim for claim in claims if claim.variant == variant]
        helping = context.readable(
            c for c in lemmas if c.variant in (NO_VARIANT, variant) and c not in asked
        )
        _JointProver(context, asked, helping, results).prove(is_refuted)


def prove_steps(context: ProofContext, claims: Iterable[Claim], results: InductiveResults) -> None:
    """Add to the results those open claims about steps that hold where all does that is known of
    states. Raises Timeout.
    """
    open_ = [
        claim
        for claim in claims
        if claim.kind is Kind.ALWAYS
        and claim.on_step
        and not claim.across
        and (claim, None) not in results.excluded
    ]
    known = results.known() if open_ else {}
    for claim in open_ if known else ():
        clock = Stopwatch()
        needed = [*known] if _excludes_steps(context, claim, results, [*known]) else []
        for fact in [*needed]:
            rest = [other for other in needed if other is not fact]
            if _excludes_steps(context, claim, results, rest):
                needed = rest
        if needed:
            joint = replace(together([known[fact] for fact in needed]), follows=True)
            results.joint[claim] = JointProof(joint, clock.lap())
            results.excluded.add((claim, None))


def _excludes_steps(
    context: ProofContext, claim: Claim, results: InductiveResults, facts: Sequence[Lemma]
) -> bool:
    """Tell whether no step from where facts hold violates a claim about steps."""
    induction, question = context.induction.knowing(facts), (claim, None)
    asked, clauses = {question: context.violation(question)}, results.clauses(claim)
    return not any(
        induction.step_violations(asked, clauses, command)
        for command in context.transitions.commands
    )


class _JointProver:
    """Proves claims of one variant, with lemmas that are claimed to hold."""

    def __init__(
        self,
        context: ProofContext,
        asked: Sequence[Claim],
        helping: Sequence[Claim],
        results: InductiveResults,
    ) -> None:
        self.context, self.asked, self.results = context, asked, results
        self.induction = context.induction
        self.own = {claim: lemma_of_claim(context, claim) for claim in (*asked, *helping)}
        self.claim_of = {lemma: claim for claim, lemma in self.own.items()}
        self.variant = asked[0].variant
        self.clauses = results.clauses(asked[0])

    def prove(self, is_refuted: Callable[[Claim], bool]) -> None:
        """Add what is proven to the results. Raises Timeout."""
        clock = Stopwatch()
        own = self.own
        kept = jointly_inductive(self.induction, list(own.values()), self.clauses, self.variant)
        seconds = clock.lap()
        if len(kept) < len(own):
            self._follow(kept, alone=True)
        clock.lap()
        helpers: list[Lemma] = []
        words_of: list[Lemma] = []
        counted: list[Counted] = []
        left = [c for c in own if own[c] not in kept and c not in self.results.joint]
        if left:
            # They are known, should there be no time to find more.
            self._add_kept(kept, helpers, words_of, seconds)
            counted = self._counted()
            given = [*self.clauses, *(clause for clause, _ in counted)]
            if counted:
                self._follow_counts(left, counted)
                left = [claim for claim in left if claim not in self.results.joint]
        if left:
            open_ = [own[c] for c in own if own[c] in kept or (c in left and not is_refuted(c))]
            more, helpers, words_of = with_helpers(self.induction, open_, given, self.variant)
            kept += more
            if counted and self._is_inductive([*kept, *helpers]):
                counted = []
        self._add_kept(kept, helpers, words_of, seconds + clock.lap(), counted)
        if any(own[claim] not in kept and not is_refuted(claim) for claim in left):
            self._follow(kept, counted, alone=False)

    def _counted(self) -> list[Counted]:
        """The clauses that follow from numbers that count, each with the count."""
        transitions, found = self.induction.transitions, counts(self.induction, self.clauses)
        return [(clause, count) for count in found for clause in follow(transitions, count)]

    def _of_others(self, counted: Sequence[Counted]) -> list[Counted]:
        """The clauses that also follow, and ask for others."""
        transitions = self.induction.transitions
        known = dict.fromkeys(count for _, count in counted)
        return [(c, count) for count in known for c in follow_of_others(transitions, count)]

    def _follow_counts(self, claims: Sequence[Claim], counted: Sequence[Counted]) -> None:
        """Add the claims that counts show to hold in each state, though no step may keep them."""
        clock, following = Stopwatch(), Joint((), (), (), follows=True)
        given = [*self.clauses, *(clause for clause, _ in counted)]
        for claim, _ in self.context.excluded([(claim, None) for claim in claims], given):
            self._add(claim, JointProof(_resting_on(counted, following), clock.lap()))
        more = [*counted, *self._of_others(counted)]
        given = [*self.clauses, *(clause for clause, _ in more)]
        for claim in claims:
            is_open = claim not in self.results.joint
            if is_open and follows(self.induction, self.own[claim], given, self.variant):
                self._add(claim, JointProof(_resting_on(more, following), clock.lap()))

    def _is_inductive(self, lemmas: Sequence[Lemma]) -> bool:
        """Tell whether lemmas hold together beside the invariant alone."""
        kept = jointly_inductive(self.induction, lemmas, self.clauses, self.variant)
        return len(kept) == len(lemmas)

    def _add_kept(
        self,
        kept: Sequence[Lemma],
        helpers: Sequence[Lemma],
        words_of: Sequence[Lemma],
        seconds: float,
        counted: Sequence[Counted] = (),
    ) -> None:
        joint = Joint(
            tuple(claim.title for claim, lemma in self.own.items() if lemma in kept),
            _texts(helpers),
            tuple(self.claim_of[lemma].title for lemma in words_of),
        )
        proof = JointProof(_resting_on(counted, joint), seconds / len(self.asked))
        for claim in self.asked:
            if self.own[claim] in kept and not (counted and claim in self.results.joint):
                self._add(claim, proof)
        for helper, text in zip(helpers, joint.lemmas, strict=True):
            self._note(helper, replace(proof.induction, claims=(), lemmas=(text,)))

    def _follow(
        self, kept: Sequence[Lemma], counted: Sequence[Counted] = (), *, alone: bool
    ) -> None:
        """Add the claims that follow in each state, of those that have quantifiers and are open."""
        open_ = [
            self.own[claim]
            for claim in self.asked
            if has_quantifier(self.own[claim].term)
            and self.own[claim] not in kept
            and claim not in self.results.joint
        ]
        titles = {lemma: claim.title for lemma, claim in self.claim_of.items()}
        clock = Stopwatch()
        for found in consequences(
            self.induction, open_, kept, self.clauses, self.variant, alone=alone
        ):
            joint = _resting_on(counted, _following(found, titles))
            self._add(self.claim_of[found.claim], JointProof(joint, clock.lap()))

    def _add(self, claim: Claim, proof: JointProof) -> None:
        self.results.joint[claim] = proof
        self._note(
            self.own[claim], replace(proof.induction, claims=(claim.title,), lemmas=(), words_of=())
        )
        self.results.excluded.add((claim, None))

    def _note(self, lemma: Lemma, resting_on: Joint) -> None:
        """Note what holds, whatever the variant, for other proofs."""
        if self.variant == NO_VARIANT:
            self.results.lemmas[lemma] = resting_on


def _resting_on(counted: Sequence[Counted], joint: Joint) -> Joint:
    """An induction that uses clauses which follow from counts."""
    equations = dict.fromkeys(count.text for _, count in counted)
    clauses = tuple(clause.text for clause, _ in counted)
    return replace(joint, counts=tuple(equations), counted=clauses)


def _following(found: Consequence, titles: Mapping[Lemma, str]) -> Joint:
    """The claims, lemmas and extreme that a claim follows from, in words."""
    return Joint(
        tuple(titles[lemma] for lemma in found.lemmas if lemma in titles),
        _texts(found.lemmas),
        tuple(titles[lemma] for lemma in found.words_of),
        follows=True,
        extreme=None if found.extreme is None else found.extreme.text,
    )


def proven_in_the_end(
    context: ProofContext, claims: Sequence[Claim], results: InductiveResults
) -> Iterator[Result]:
    """The results on claims about the end of a run. Where clauses about one entity do not suffice,
    whatever else is proven of states may be used; where that does not, and no run refutes a claim
    that is hoped to hold, it is tried to prove that fair actions are enabled while it is pending.
    Raises Timeout.
    """
    liveness, known = context.liveness, results.known()
    left = {claim: results.clauses(claim) for claim in claims}
    hoped = [claim for claim in left if claim.expected == "PROVED"] if known else []
    for claim in [c for c in hoped if liveness.phases(c, left[c]) is None]:
        if result := _with_facts(context, claim, left[claim], known):
            del left[claim]
            yield result
    for result in liveness.prove(left):
        claim, better = result.claim, None
        if result.verdict is Verdict.UNDETERMINED and claim.expected == "PROVED":
            wanted = liveness.wanted(claim)
            if wanted and (more := _shown_too(context, wanted, results, known)):
                better = _with_facts(context, claim, left[claim], {**known, **more})
        yield better or result


def _with_facts(
    context: ProofContext, claim: Claim, clauses: Sequence[Clause], known: Mapping[Lemma, Joint]
) -> Result | None:
    """The result on a claim about the end of a run that is proven with what is known, of which few
    are named; None where it is not.
    """
    knowing = context.liveness.knowing([*known])
    if knowing.phases(claim, clauses) is None:
        return None
    needed = [known[lemma] for lemma in known if lemma in knowing.enough(claim, clauses)]
    (result,) = knowing.prove({claim: clauses})
    return resting(result, needed)


def _shown_too(
    context: ProofContext,
    wanted: Sequence[Lemma],
    results: InductiveResults,
    known: Mapping[Lemma, Joint],
) -> dict[Lemma, Joint]:
    """The lemmas that are wanted and hold, beside what is known, each with all it rests on."""
    induction = context.induction.knowing([*known])
    clauses = [clause for clause in results.invariant if clause.variant == NO_VARIANT]
    found, helpers, _ = with_helpers(induction, wanted, clauses, NO_VARIANT)
    resting_on = together([*known.values(), Joint((), _texts([*found, *helpers]), ())])
    return dict.fromkeys(found, resting_on)


def recovered_by_itself(asked: Recovery, results: InductiveResults) -> Result:
    """The result on a recoverable claim, with plans that name no other entities, or with a number
    that falls. Raises Timeout.
    """
    result = recovered(asked)
    if not _is_proved(result):
        result = recovered_by_number(asked) or result
    if not _is_proved(result) and (known := results.known()):
        result = resting(recovered(asked.knowing([*known])), known.values())
    return result


def recovered_together(
    context: ProofContext, asked: Recovery, results: InductiveResults
) -> Result | None:
    """The result on a recoverable claim with plans that name other entities, or with more clauses,
    beside all that is known. Raises Timeout.
    """
    known = results.known(opened=True)
    found = recovered_by_any_means(context, asked.knowing([*known]))
    return None if found is None else resting(found, known.values())


def recovered_by_any_means(context: ProofContext, asked: Recovery) -> Result | None:
    """The result on a recoverable claim with plans that name other entities, or with more clauses
    if it is hoped to hold, which are of the context's invariant then. Raises Timeout.
    """
    found = recovered_by_others(replace(asked, work=asked.work // HURRY))
    if found is None and asked.claim.expected == "PROVED":
        found = _recovered_with_more(context, asked)
    return found or recovered_by_others(asked)


def _recovered_with_more(context: ProofContext, asked: Recovery) -> Result | None:
    """The result on a recoverable claim with whatever clauses about one entity are inductive, be
    they good for no other claim; those that it needs are kept. Raises Timeout.
    """
    mined = all_inductive(context.induction)
    ways: Sequence[Callable[[Recovery], Result | None]]
    ways = (recovered, recovered_by_number, recovered_by_others)
    for way in ways:
        more = replace(asked, invariant=[*asked.invariant, *mined.clauses()], never=[])
        if not _is_proved(way(more)):
            continue
        needed = mined.needed([partial(_whichever, term) for term in more.never])
        for clauses in ([*asked.invariant, *needed], more.invariant):
            few = irredundant(context.induction, clauses)
            if _is_proved(result := way(replace(asked, invariant=few))):
                context.adopt(few)
                return result
    return None


def _is_proved(result: Result | None) -> bool:
    return result is not None and result.verdict is Verdict.PROVED


def _whichever(term: z3.BoolRef, _: Command) -> z3.BoolRef:
    """A goal that is the same for each command."""
    return term


def resting(result: Result, parts: Iterable[Joint]) -> Result:
    """A result on a claim that rests on more than clauses about one entity, if it is proven."""
    if result.verdict is not Verdict.PROVED:
        return result
    joint = together([*parts])
    texts = (*(result.invariant or ()), *joint.counted, *joint.lemmas)
    titles = f"; rests on {', '.join(joint.claims)}" if joint.claims else ""
    detail = "; ".join((f"{result.detail}{titles}", *joint.counts))
    return replace(result, detail=detail, invariant=texts, joint=joint)


def kept_in_words(induction: Joint, clauses: int, *, on_step: bool) -> str:
    """Why a claim holds that is proven so, with so many clauses."""
    if not induction.follows:
        return f"every step keeps it{f', with {clauses} clauses' if clauses else ' by itself'}"
    given = [f"{clauses} clauses"] if clauses else []
    given += induction.claims
    where = "of every step" if on_step else "in every state"
    words = f"follows {where} from {', '.join(given)}" if given else f"holds {where}"
    if induction.extreme is None:
        return words
    there = f"{induction.extreme}, if there is any, as a system has finitely many"
    return f"{words}{' and this' if given else ', for this'}: {there}"


def _texts(helpers: Sequence[Lemma]) -> tuple[ClauseText, ...]:
    return tuple(helper.text for helper in helpers if helper.text is not None)
