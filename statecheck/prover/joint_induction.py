"""Induction over claims about several entities, which help each other.

Claims, and clauses like them about the same entities, are assumed of the state before a step; those
that some step does not keep are dropped, until every one that is left is kept by the others.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import z3

from statecheck.modeling import Variant
from statecheck.safety.atoms import Atom, atoms
from statecheck.safety.induction import Clause, Induction, both
from statecheck.smt.grounding import Grounding
from statecheck.smt.terms import entity_constants, subterms

LITERALS = 60
"""Clauses about several entities are only made of so many literals about each."""

Values = Sequence[z3.ExprRef]


@dataclass(frozen=True, eq=False)
class Lemma:
    """A formula without quantifiers that is to hold of any entities in place of ``variables``."""

    variables: tuple[z3.ExprRef, ...]
    term: z3.BoolRef

    def at(self, entities: Values) -> z3.BoolRef:
        """The formula for some entities."""
        return z3.substitute(self.term, *zip(self.variables, entities, strict=True))


def lemma_of(term: z3.BoolRef) -> Lemma | None:
    """A claim's formula as a lemma; None where it has quantifiers."""
    if any(map(z3.is_quantifier, subterms(term))):
        return None
    return Lemma(tuple(entity_constants(term)), term)


def inductive(
    induction: Induction, lemmas: Sequence[Lemma], clauses: Sequence[Clause], variant: Variant
) -> list[Lemma]:
    """The largest set of lemmas that hold initially and that every step keeps, together with
    clauses that are an invariant. Raises Timeout.
    """
    broken = {lemma: z3.Not(lemma.term) for lemma in lemmas}
    fixed = induction.transitions.fixed_constants(variant)
    under = {lemma: both(fixed, term) for lemma, term in broken.items()}
    lost = induction.initial_violations(under)
    left = [lemma for lemma in lemmas if lemma not in lost]
    primed = {lemma: induction.transitions.primed(broken[lemma]) for lemma in left}
    changed = True
    while changed and left:
        changed = False
        for command in induction.transitions.commands:
            asked = {lemma: primed[lemma] for lemma in left}
            grounding = induction.grounding(clauses)
            grounding.constraints.extend(fixed)
            for lemma in left:
                _assume(grounding, lemma)
            lost = induction.violations_after(asked, command, grounding)
            if lost:
                changed = True
                left = [lemma for lemma in left if lemma not in lost]
    return left


def _assume(grounding: Grounding, lemma: Lemma, chosen: Values = ()) -> None:
    """Demand a lemma of all entities that exist."""
    if len(chosen) == len(lemma.variables):
        conditions = [
            grounding.exists_when[entity.get_id()]
            for entity in chosen
            if entity.get_id() in grounding.exists_when
        ]
        grounding.constraints.append(z3.Implies(z3.And(*conditions), lemma.at(chosen)))
        return

    def next_one(entity: z3.ExprRef) -> z3.BoolRef:
        _assume(grounding, lemma, (*chosen, entity))
        return z3.BoolVal(True)

    grounding.forall(lemma.variables[len(chosen)].sort().name(), next_one)


def candidates(induction: Induction, claim: Lemma) -> Iterator[Lemma]:
    """Clauses like a claim about two entities: what it says of both at once, or a comparison of
    their numbers, beside a literal about each; and clauses of two literals about one of them.
    """
    if len(claim.variables) != 2:
        return
    first, second = claim.variables
    parts = claim.term.children() if z3.is_or(claim.term) else [claim.term]
    links = [part for part in parts if _names(part, first) and _names(part, second)]
    vocabulary = atoms(induction.transitions, [claim.term])
    one, other = ([*_literals(vocabulary, variable)][:LITERALS] for variable in (first, second))
    pairs: list[tuple[z3.BoolRef, ...]] = [*itertools.product(one, other)]
    pairs += [(literal,) for literal in (*one, *other)]
    for comparison in _comparisons(induction, first, second):
        pairs += [(comparison, literal) for literal in (*one, *other)]
    for literals in pairs:
        yield Lemma(claim.variables, z3.Or(*links, *literals))
    for variable, own in {first.sort(): (first, one), second.sort(): (second, other)}.values():
        for clause in itertools.combinations(own, 2):
            yield Lemma((variable,), z3.Or(*clause))


def _names(term: z3.ExprRef, variable: z3.ExprRef) -> bool:
    return any(part.eq(variable) for part in subterms(term))


def _literals(vocabulary: Mapping[str, Sequence[Atom]], entity: z3.ExprRef) -> Iterator[z3.BoolRef]:
    """The atoms about an entity, and their negations."""
    for atom in vocabulary.get(entity.sort().name(), ()):
        term = z3.substitute(atom.term, (atom.variable, entity))
        yield term
        yield z3.Not(term)


def _comparisons(
    induction: Induction, first: z3.ExprRef, second: z3.ExprRef
) -> Iterator[z3.BoolRef]:
    """The comparisons of a number of two entities of a kind."""
    for decl in induction.transitions.vocabulary.functions.values():
        if decl.range() == z3.IntSort() and first.sort() == second.sort() == decl.domain(0):
            yield decl(first) <= decl(second)
            yield decl(second) <= decl(first)
