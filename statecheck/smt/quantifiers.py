"""Formulas with quantifiers, taken apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import z3

from statecheck.smt.c_interface import (
    is_uninterpreted,
    nodes,
    signed_quantifiers,
    stands_for_entity,
    term_at,
)
from statecheck.smt.existence import exists, is_existence
from statecheck.smt.terms import has_quantifier


def outermost(formula: z3.ExprRef) -> Iterator[z3.BoolRef]:
    """The quantified parts of a formula that are in no other one, each once."""
    seen: set[int] = set()
    stack = [formula]
    while stack:
        term = stack.pop()
        if term.get_id() in seen:
            continue
        seen.add(term.get_id())
        if z3.is_quantifier(term):
            yield term
        else:
            stack += reversed(term.children())


def first_variable(quantifier: z3.ExprRef) -> tuple[z3.BoolRef, z3.SortRef]:
    """The body of a quantifier over its first variable, and the sort of that.

    Z3 makes one quantifier of several over the same variables; the others go into the body.
    """
    if quantifier.num_vars() == 1:
        return quantifier.body(), quantifier.var_sort(0)
    first, *rest = [
        z3.FreshConst(quantifier.var_sort(i), quantifier.var_name(i))
        for i in range(quantifier.num_vars())
    ]
    body = z3.substitute_vars(quantifier.body(), *reversed([first, *rest]))
    inner = z3.Exists(rest, body) if quantifier.is_exists() else z3.ForAll(rest, body)
    return z3.substitute(inner, (first, z3.Var(0, first.sort()))), first.sort()


def instance_of(body: z3.BoolRef, term: z3.ExprRef) -> z3.BoolRef:
    """The body of a quantifier for one entity."""
    formula: z3.BoolRef = z3.substitute_vars(body, term)
    return where_present(formula, [exists(term)])


def where_present(formula: z3.BoolRef, existences: Iterable[z3.BoolRef]) -> z3.BoolRef:
    """A formula in which entities that have names exist."""
    true = z3.BoolVal(True)
    pairs = [(term, true) for term in existences if not z3.is_var(term.arg(0))]
    return z3.substitute(formula, *pairs) if pairs else formula


def parts(formula: z3.BoolRef) -> tuple[list[z3.ExprRef], list[z3.ExprRef], bool]:
    """The entities that a formula names, what it says to be there, and whether it is quantified."""
    entities, present, quantified = [], [], False
    for node, kind, count in nodes(formula, set()):
        if kind == z3.Z3_QUANTIFIER_AST:
            quantified = True
        elif kind != z3.Z3_APP_AST:
            continue
        elif count == 0 and stands_for_entity(node, formula.ctx):
            entities.append(term_at(node, formula.ctx))
        elif count == 1 and is_uninterpreted(node, formula.ctx):
            term = term_at(node, formula.ctx)
            if is_existence(term):
                present.append(term)
    return entities, present, quantified


def polarities(formula: z3.BoolRef) -> list[tuple[z3.ExprRef, set[bool]]]:
    """The quantified subformulas, each with the signs that it occurs with."""
    if not has_quantifier(formula):
        return []
    return [
        (term_at(node, formula.ctx), signs) for node, signs in signed_quantifiers(formula).items()
    ]
