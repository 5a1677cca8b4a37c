"""Z3 terms: their parts, and the tests and constructions that many modules need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import z3

from statecheck.smt.c_interface import new_arguments


def constants(term: z3.ExprRef, seen: set[int] | None = None) -> list[z3.ExprRef]:
    """The uninterpreted constants of a term, each once, but for what was ``seen``."""
    return [
        t
        for t in subterms(term, seen)
        if z3.is_const(t) and t.decl().kind() == z3.Z3_OP_UNINTERPRETED
    ]


def subterms(term: z3.ExprRef, seen: set[int] | None = None) -> Iterator[z3.ExprRef]:
    """Every subterm once, also below quantifiers; none of those that were ``seen``, which grows."""
    seen = set() if seen is None else seen
    stack = [] if term.get_id() in seen else [term]
    seen.add(term.get_id())
    while stack:
        term = stack.pop()
        yield term
        if z3.is_app(term):
            # Most arguments are met again, and need no wrapper then.
            stack.extend(new_arguments(term, seen))
        elif z3.is_quantifier(term) and (body := term.body()).get_id() not in seen:
            seen.add(body.get_id())
            stack.append(body)


def has_quantifier(*terms: z3.ExprRef) -> bool:
    """Tell whether some term has a quantifier in it."""
    seen: set[int] = set()
    return any(z3.is_quantifier(part) for term in terms for part in subterms(term, seen))


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


def uninterpreted(term: z3.ExprRef) -> Iterable[z3.ExprRef]:
    """The applications of uninterpreted functions and constants in a ground term."""
    for part in subterms(term):
        if part.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            yield part


def is_entity(term: z3.ExprRef) -> bool:
    """Tell whether a term is a constant that stands for an entity."""
    return bool(z3.is_const(term) and term.sort_kind() == z3.Z3_UNINTERPRETED_SORT)


def in_range(term: z3.ArithRef, low: int, high: int) -> z3.BoolRef:
    """The formula by which a number lies between two, both included."""
    return z3.And(term >= low, term <= high)
