"""Z3 terms: their parts, and the tests and constructions that many modules need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import z3

from statecheck.smt.c_interface import (
    function_of,
    is_quantified,
    is_uninterpreted,
    nodes,
    operation,
    stands_for_entity,
    term_at,
)


def subterms(term: z3.ExprRef, seen: set[int] | None = None) -> Iterator[z3.ExprRef]:
    """Every subterm once, also below quantifiers; none of those that were ``seen``, which grows."""
    for node, *_ in nodes(term, set() if seen is None else seen):
        yield term_at(node, term.ctx)


def constants(term: z3.ExprRef, seen: set[int] | None = None) -> list[z3.ExprRef]:
    """The uninterpreted constants of a term, each once, but for what was ``seen``."""
    return [
        term_at(node, term.ctx)
        for node, kind, count in nodes(term, set() if seen is None else seen)
        if _is_constant(kind, count) and is_uninterpreted(node, term.ctx)
    ]


def entity_constants(term: z3.ExprRef) -> list[z3.ExprRef]:
    """The constants of a term that stand for entities, each once."""
    return [
        term_at(node, term.ctx)
        for node, kind, count in nodes(term, set())
        if _is_constant(kind, count) and stands_for_entity(node, term.ctx)
    ]


def has_quantifier(*terms: z3.ExprRef) -> bool:
    """Tell whether some term has a quantifier in it."""
    return any(map(is_quantified, terms))


def _is_constant(kind: int, arguments: int) -> bool:
    return kind == z3.Z3_APP_AST and arguments == 0


def ite(condition: z3.BoolRef, then: z3.ExprRef, other: z3.ExprRef) -> z3.ExprRef:
    """If-then-else with the obvious simplifications."""
    if then.eq(other):
        return then
    if z3.is_true(then):
        return condition if z3.is_false(other) else z3.Or(condition, other)
    if z3.is_false(then):
        return z3.Not(condition) if z3.is_true(other) else z3.And(z3.Not(condition), other)
    if z3.is_true(other):
        return z3.Or(z3.Not(condition), then)
    if z3.is_false(other):
        return z3.And(condition, then)
    return z3.If(condition, then, other)


def is_constructor(term: z3.ExprRef) -> bool:
    """Tell whether a term is a member of an enumeration."""
    return bool(z3.is_app(term) and term.decl().kind() == z3.Z3_OP_DT_CONSTRUCTOR)


def applications(term: z3.ExprRef, operator: int) -> Iterator[z3.ExprRef]:
    """The subterms that apply an operator, as z3 numbers them, each once."""
    for node, kind, _ in nodes(term, set()):
        if kind == z3.Z3_APP_AST and operation(node, term.ctx) == operator:
            yield term_at(node, term.ctx)


def numerals(term: z3.ExprRef, seen: set[int]) -> list[z3.ExprRef]:
    """The numbers in a term, each once, but for those that were ``seen``, which grows."""
    found = [node for node, kind, _ in nodes(term, seen) if kind == z3.Z3_NUMERAL_AST]
    return [term_at(node, term.ctx) for node in found]


def functions_in(terms: Iterable[z3.ExprRef]) -> set[int]:
    """The addresses of the functions that are applied in terms, but for constants."""
    seen: set[int] = set()
    return {
        function_of(node, term.ctx)
        for term in terms
        for node, kind, count in nodes(term, seen)
        if kind == z3.Z3_APP_AST and count
    }


def uninterpreted(term: z3.ExprRef, seen: set[int] | None = None) -> Iterator[z3.ExprRef]:
    """The applications of uninterpreted functions and constants in a ground term, each once, but
    for what was ``seen``.
    """
    for node, kind, _ in nodes(term, set() if seen is None else seen):
        if kind == z3.Z3_APP_AST and is_uninterpreted(node, term.ctx):
            yield term_at(node, term.ctx)


def is_entity(term: z3.ExprRef) -> bool:
    """Tell whether a term is a constant that stands for an entity."""
    return bool(z3.is_const(term) and term.sort_kind() == z3.Z3_UNINTERPRETED_SORT)


def conjuncts(formula: z3.BoolRef, truth: bool) -> Iterator[tuple[z3.BoolRef, bool]]:
    """The terms, each with its truth, that together make a formula true, or false."""
    if z3.is_not(formula):
        yield from conjuncts(formula.arg(0), not truth)
    elif z3.is_and(formula) if truth else z3.is_or(formula):
        for child in formula.children():
            yield from conjuncts(child, truth)
    elif z3.is_implies(formula) and not truth:
        yield from conjuncts(formula.arg(0), True)
        yield from conjuncts(formula.arg(1), False)
    else:
        yield formula, truth


def in_range(term: z3.ArithRef, low: int, high: int) -> z3.BoolRef:
    """The formula by which a number lies between two, both included."""
    return z3.And(term >= low, term <= high)
