"""The results of induction on claims, and the runs that are to be searched for after it."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import z3

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.results import Joint
from statecheck.clock import Stopwatch
from statecheck.modeling import NO_VARIANT
from statecheck.prover.context import ProofContext, Question
from statecheck.safety.induction import Clause
from statecheck.safety.joint.lemmas import Lemma, lemma_of, universal
from statecheck.safety.plans import Recovery
from statecheck.safety.unrolling import Target
from statecheck.smt.terms import has_quantifier

T = TypeVar("T")


@dataclass(frozen=True)
class JointProof:
    """A proof by induction on several claims at once, and the seconds that it took."""

    induction: Joint
    seconds: float


@dataclass(frozen=True)
class InductiveResults:
    """The results of induction: questions excluded by themselves, with the invariant, or, as far as
    they are in ``joint``, together with others.
    """

    context: ProofContext
    claims: Sequence[Claim]
    alone: set[Question]
    excluded: set[Question]
    share: float
    joint: dict[Claim, JointProof] = field(default_factory=dict)
    lemmas: dict[Lemma, Joint] = field(default_factory=dict)
    """The lemmas that hold beside the claims proven alone, each with what it rests on."""

    @property
    def invariant(self) -> Sequence[Clause]:
        """The clauses that proofs may use, found when the first one asks. Raises Timeout."""
        needed = any(claim.kind is not Kind.POSSIBLE for claim in self.claims)
        return self.context.invariant() if needed else []

    def clauses(self, claim: Claim) -> list[Clause]:
        """The clauses that a claim's proof may use."""
        return [c for c in self.invariant if c.variant in (NO_VARIANT, claim.variant)]

    def known(self, *, opened: bool = False) -> dict[Lemma, Joint]:
        """The lemmas that are proven, whatever the variant, and have no quantifiers, or none but
        outermost ones, that are ``opened``; each with what it rests on.
        """
        alone = {
            lemma_of_claim(self.context, claim): Joint((claim.title,), (), ())
            for claim in self.claims
            if claim.kind is Kind.ALWAYS
            and not claim.on_step
            and claim.variant == NO_VARIANT
            and (claim, None) in self.excluded
            and claim not in self.joint
        }
        found = {**alone, **self.lemmas}
        if opened:
            found = {universal(lemma): own for lemma, own in found.items()}
        return {lemma: own for lemma, own in found.items() if not has_quantifier(lemma.term)}

    def targets(
        self, context: ProofContext, settled: Container[Claim] = ()
    ) -> dict[Target, Question]:
        """The targets of runs: what was not excluded, and the antecedents of the rest; none of
        claims that are ``settled``.
        """
        sought: dict[Target, Question] = {}
        for claim in self.claims:
            if claim in settled or claim.kind in (Kind.RECOVERABLE, Kind.EVENTUALLY):
                continue
            formula = context.property(claim)
            for question in context.questions([claim]):
                if question not in self.excluded:
                    sought[context.target(question)] = question
                elif claim.kind is Kind.ALWAYS and question[1] is None:
                    name, variables = claim.title, formula.variables
                    term = z3.And(
                        *context.transitions.variant_constraints(claim.variant),
                        formula.antecedent,
                    )
                    sought[Target(name, term, claim.on_step, variables, claim.variant)] = question
        return sought


def lemma_of_claim(context: ProofContext, claim: Claim) -> Lemma:
    """The lemma that a claim is."""
    formula = context.property(claim)
    return lemma_of(formula.holds, [term for _, _, term in formula.variables])


def recovery_of(context: ProofContext, claim: Claim, invariant: Sequence[Clause]) -> Recovery:
    """The question about a recoverable claim."""
    return Recovery(context.induction, claim, context.property(claim), invariant, context.numbers)


def together(parts: Sequence[Joint]) -> Joint:
    """All that some proofs rest on."""

    def every(of: Callable[[Joint], Sequence[T]]) -> tuple[T, ...]:
        return tuple(dict.fromkeys(item for part in parts for item in of(part)))

    return Joint(
        every(lambda part: part.claims),
        every(lambda part: part.lemmas),
        every(lambda part: part.words_of),
        counts=every(lambda part: part.counts),
        counted=every(lambda part: part.counted),
    )


def prove_inductively(context: ProofContext, claims: Sequence[Claim]) -> InductiveResults:
    """The results of induction on some claims."""
    clock = Stopwatch()
    provable = [c for c in claims if c.kind in (Kind.ALWAYS, Kind.DERIVED)]
    questions = list(context.questions(provable))
    alone = context.excluded(questions, ())
    rest = [question for question in questions if question not in alone]
    excluded = alone | (context.excluded(rest, context.invariant()) if rest else set())
    return InductiveResults(context, claims, alone, excluded, clock.lap() / max(1, len(provable)))


def completed(context: ProofContext, claims: Sequence[Claim]) -> bool:
    """Add to the clauses of a lock those that it lacks for some claims, and tell whether there are
    any. Raises Timeout.
    """
    asked = [c for c in claims if c.expected in ("PROVED", "DERIVED") or c.across]
    if not asked or context.lock_file is None:
        return False
    whole = any(c.kind in (Kind.EVENTUALLY, Kind.RECOVERABLE) for c in asked)
    known = context.invariant()
    texts = {clause.text for clause in known}
    found = context.inferred(None if whole else asked)
    missing = [clause for clause in found if clause.text not in texts]
    if not missing or not context.induction.is_invariant([*known, *missing]):
        return False
    context.adopt([*known, *missing])
    context.is_locked = False
    context.notes.append(
        f"{context.lock_file.name}: it lacks clauses that a proof needs, which were inferred anew; "
        "--write-lock keeps them for the next time"
    )
    return True
