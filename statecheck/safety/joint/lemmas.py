"""Lemmas: formulas about several entities that hold together, each kept by the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import z3

from statecheck.claims.clause_text import ClauseText
from statecheck.modeling import Variant
from statecheck.safety.induction import Clause, Induction, both
from statecheck.smt.grounding import Grounding
from statecheck.smt.roles import whichever
from statecheck.smt.terms import conjuncts, entity_constants, is_entity

Entities = Sequence[z3.ExprRef]


@dataclass(frozen=True, eq=False)
class Lemma:
    """A formula that is to hold of any entities in place of ``variables``.

    ``text`` is how it reads, where it is a clause that was mined.
    """

    variables: tuple[z3.ExprRef, ...]
    term: z3.BoolRef
    text: ClauseText | None = None

    def at(self, entities: Entities) -> z3.BoolRef:
        """The formula for some entities."""
        return z3.substitute(self.term, *zip(self.variables, entities, strict=True))


def lemma_of(term: z3.BoolRef, variables_of: Sequence[z3.ExprRef] = ()) -> Lemma:
    """A claim's formula as a lemma, over the same variables as every other one.

    ``variables_of`` are those of the claim: where it has one that the formula does not mention, it
    says nothing of a system that has no such entity.
    """
    counts: dict[str, int] = {}
    own = entities_of(term, variables_of)
    variables = []
    for constant in own:
        sort = constant.sort()
        variables.append(variable(sort, counts.setdefault(sort.name(), 0)))
        counts[sort.name()] += 1
    return Lemma(tuple(variables), z3.substitute(term, *zip(own, variables, strict=True)))


def universal(lemma: Lemma) -> Lemma:
    """A lemma that says of any further entities what it denies of some: no two are inside."""
    variables, parts = [*lemma.variables], [*conjuncts(lemma.term, False)]
    while (at := next((n for n, p in enumerate(parts) if _is_some(*p)), None)) is not None:
        quantifier, truth = parts[at]
        own = z3.FreshConst(quantifier.var_sort(0), "any")
        variables.append(own)
        parts[at : at + 1] = conjuncts(z3.substitute_vars(quantifier.body(), own), truth)
    if len(variables) == len(lemma.variables):
        return lemma
    denied = z3.And(*(part if truth else z3.Not(part) for part, truth in parts))
    return Lemma(tuple(variables), z3.Not(denied), lemma.text)


def _is_some(part: z3.BoolRef, truth: bool) -> bool:
    """Tell whether a part of what is denied says that there is some entity."""
    return bool(z3.is_quantifier(part) and part.num_vars() == 1 and part.is_exists() == truth)


def entities_of(term: z3.BoolRef, variables: Sequence[z3.ExprRef]) -> list[z3.ExprRef]:
    """The entities that a formula mentions, then those of some variables that it does not."""
    own = entity_constants(term)
    mentioned = {constant.get_id() for constant in own}
    return [*own, *(v for v in variables if is_entity(v) and v.get_id() not in mentioned)]


def variable(sort: z3.SortRef, ordinal: int) -> z3.ExprRef:
    """The first entity of a kind that lemmas are about, or a further one."""
    first: z3.ExprRef = whichever(sort)
    return z3.Const(f"{first.decl().name()}, {ordinal + 1}", sort) if ordinal else first


def assume(grounding: Grounding, lemmas: Sequence[Lemma]) -> None:
    """Demand lemmas of all entities that exist."""
    for lemma in lemmas:
        grounding.demand(lemma.variables, lemma.at)


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
            assume(grounding, left)
            lost = induction.violations_after(asked, command, grounding)
            if lost:
                changed = True
                left = [lemma for lemma in left if lemma not in lost]
    return left
