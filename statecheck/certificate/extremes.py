"""The section of a claim that follows from there being a greatest, or a least, of some entities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import z3

from statecheck.certificate.sections import SmtSection, sentence
from statecheck.certificate.smtlib import At, Sexp, Writer, layout, sort_name
from statecheck.claims.claim import Claim
from statecheck.prover.context import ProofContext
from statecheck.recheck.evidence import AMONG, MEASURE, section_name
from statecheck.recheck.texts import variable
from statecheck.safety.joint.extremes import Extreme, extremes
from statecheck.safety.joint.lemmas import entities_of, lemma_of


def extreme_section(
    context: ProofContext, claim: Claim, text: str, known: Sequence[z3.BoolRef]
) -> SmtSection:
    """Among which entities one is the greatest, and by what, in a proof that rests on what is
    ``known``. Raises ValueError where its words are those of no extreme.
    """
    extreme = _named(context, claim, text, known)
    formula = context.property(claim)
    named = {str(term.decl().name()): variable(name) for name, _, term in formula.variables}
    types = [(str(term.decl().name()), type_) for _, type_, term in formula.variables]
    writer = Writer(context.transitions, types)
    at = At(constants={**named, str(extreme.variable.decl().name()): "x"})
    binding = (("x", sort_name(extreme.variable.sort())),)
    measure: Sexp = writer.write(extreme.number, at)
    if not extreme.greatest:
        measure = ("-", measure)
    among = writer.write(extreme.condition, at)
    lines = [
        f"; {sentence(text)}, if there is any: a system has finitely many",
        layout(("define-fun", AMONG, binding, "Bool", among)),
        layout(("define-fun", MEASURE, binding, "Int", measure)),
    ]
    return SmtSection(section_name(claim.title), "\n".join(lines))


def _named(context: ProofContext, claim: Claim, text: str, known: Sequence[z3.BoolRef]) -> Extreme:
    """The extreme that some words name, about the claim's own variables."""
    formula = context.property(claim)
    own = [term for _, _, term in formula.variables]
    lemma = lemma_of(formula.holds, own)
    for extreme in extremes(context.transitions, lemma.term, lemma.variables, known):
        if extreme.text == text:
            pairs = zip(lemma.variables, entities_of(formula.holds, own), strict=True)
            return replace(extreme, condition=z3.substitute(extreme.condition, *pairs))
    raise ValueError(f"no extreme: {text}")
