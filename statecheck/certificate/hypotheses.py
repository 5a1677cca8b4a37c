"""The clauses of a certificate's invariant: about one entity, about several, and claims themselves.

All of them have to be kept by every step together, whatever they are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from statecheck.claims.claim import Claim
from statecheck.claims.clause_text import ClauseText
from statecheck.claims.results import Result
from statecheck.modeling import Variant
from statecheck.prover.context import ProofContext
from statecheck.safety.induction import Clause
from statecheck.safety.joint.lemmas import lemma_of
from statecheck.safety.joint.pair_atoms import lemma_terms
from statecheck.smt.terms import constants

Key = tuple[Variant, str]
"""The variant under which a claim is proven together with others, and the claim's title."""


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A formula that holds of any values in place of its variables, under a variant.

    ``says`` is how it reads, ``variables`` are constants with their types.
    """

    says: str
    variant: Variant
    variables: tuple[tuple[z3.ExprRef, Any], ...]
    term: z3.BoolRef

    @property
    def sorts(self) -> tuple[z3.SortRef, ...]:
        """The sorts of the variables."""
        return tuple(variable.sort() for variable, _ in self.variables)


def of_clauses(clauses: Sequence[Clause]) -> dict[ClauseText, Hypothesis]:
    """Clauses about one entity, in the order of the lock file."""
    ordered = sorted(clauses, key=lambda c: (c.variant.name, c.sort, c.literals))
    return {
        clause.text: Hypothesis(
            str(clause), clause.variant, ((clause.variable, None),), clause.term
        )
        for clause in ordered
    }


def of_lemmas(context: ProofContext, results: Iterable[Result]) -> dict[ClauseText, Hypothesis]:
    """The lemmas that results rest on, read again from their words.

    Raises ValueError where the words are those of none.
    """
    found: dict[ClauseText, Hypothesis] = {}
    known: dict[tuple[str, ...], Mapping[tuple[str, str], Any]] = {}
    for result in results:
        induction = result.joint
        if induction is None or not induction.lemmas:
            continue
        words = induction.words_of
        if words not in known:
            claims = [context.property(_titled(context, title)) for title in words]
            extra = [lemma_of(formula.holds).term for formula in claims]
            known[words] = lemma_terms(context.transitions, extra)
        for text in induction.lemmas:
            terms = [known[words].get((text.sort, literal)) for literal in text.literals]
            if not terms or None in terms:
                raise ValueError(f"no clause: {text}")
            (group, _), *_ = literals = [term for term in terms if term is not None]
            own = tuple((variable, None) for variable in group.variables)
            term = z3.Or(*(literal for _, literal in literals))
            found[text] = Hypothesis(str(text), result.claim.variant, own, term)
    return found


def of_claims(context: ProofContext, results: Iterable[Result]) -> dict[Key, Hypothesis]:
    """The claims that results are proven together with, each as a clause."""
    found: dict[Key, Hypothesis] = {}
    for result in results:
        for title in result.joint.claims if result.joint is not None else ():
            key = result.claim.variant, title
            if key not in found:
                found[key] = _of_claim(context, _titled(context, title), key[0])
    return found


def _titled(context: ProofContext, title: str) -> Claim:
    return next(claim for claim in context.catalogue if claim.title == title)


def _of_claim(context: ProofContext, claim: Claim, variant: Variant) -> Hypothesis:
    formula = context.property(claim)
    known = {constant.get_id() for constant in constants(formula.holds)}
    own = tuple((term, type_) for _, type_, term in formula.variables if term.get_id() in known)
    sorts = " and ".join(str(term.sort().name()) for term, _ in own)
    under = f"[{variant.name}] " if variant.name else ""
    every = f"every {sorts}" if sorts else "always"
    return Hypothesis(f"{under}{every}: as {claim.title} says", variant, own, formula.holds)
