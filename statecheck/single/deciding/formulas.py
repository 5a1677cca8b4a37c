"""Formulas over a machine's variables, in Python's words."""

from __future__ import annotations

from typing import Any

import z3

from statecheck.smt.terms import subterms

_INFIX = {
    z3.Z3_OP_ADD: " + ",
    z3.Z3_OP_SUB: " - ",
    z3.Z3_OP_MUL: "*",
    z3.Z3_OP_AND: " and ",
    z3.Z3_OP_OR: " or ",
    z3.Z3_OP_EQ: " == ",
    z3.Z3_OP_IFF: " == ",
    z3.Z3_OP_LE: " <= ",
    z3.Z3_OP_GE: " >= ",
    z3.Z3_OP_LT: " < ",
    z3.Z3_OP_GT: " > ",
    z3.Z3_OP_IDIV: " // ",
    z3.Z3_OP_MOD: " % ",
    z3.Z3_OP_IMPLIES: " ==> ",
}


def in_words(formula: Any) -> str:
    """A formula as a reader of the class would write it."""
    return _said(_tidied(formula), top=True)


def _tidied(formula: Any) -> Any:
    goal = z3.Goal()
    goal.add(formula)
    try:
        found = z3.TryFor(z3.Then("simplify", "propagate-ineqs", "ctx-simplify"), 200)(goal)
    except z3.Z3Exception:
        return formula
    return found.as_expr()


def _said(term: Any, *, top: bool = False) -> str:
    if z3.is_quantifier(term):
        return str(term)
    if z3.is_const(term):
        if term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            return str(term).rsplit(".", 2)[0]
        return {"True": "True", "False": "False"}.get(str(term), str(term))
    kind = term.decl().kind()
    if kind == z3.Z3_OP_NOT:
        inner = term.arg(0)
        flipped = {z3.Z3_OP_LE: " > ", z3.Z3_OP_GE: " < ", z3.Z3_OP_EQ: " != "}
        if inner.num_args() == 2 and inner.decl().kind() in flipped:
            return f"{_said(inner.arg(0))}{flipped[inner.decl().kind()]}{_said(inner.arg(1))}"
        return f"not {_said(inner)}"
    if kind == z3.Z3_OP_ITE:
        condition, then, other = (_said(term.arg(n)) for n in range(3))
        return f"({then} if {condition} else {other})"
    if kind in _INFIX:
        said = _INFIX[kind].join(_said(child) for child in term.children())
        simple = kind in (z3.Z3_OP_LE, z3.Z3_OP_GE, z3.Z3_OP_EQ) or top
        return said if simple else f"({said})"
    return str(term)


def degree(formula: Any) -> int:
    """The greatest degree of a product in a formula, those under ``//`` and ``%`` included; 1 where
    nothing is multiplied.
    """
    known: dict[int, int] = {}

    def of(term: Any) -> int:
        found = known.get(term.get_id())
        if found is None:
            found = known[term.get_id()] = _degree(term, [of(child) for child in term.children()])
        return found

    return max(map(of, filter(_is_product, subterms(formula))), default=1)


def _is_product(term: Any) -> bool:
    return z3.is_app(term) and term.decl().kind() in (z3.Z3_OP_MUL, z3.Z3_OP_POWER)


def _degree(term: Any, below: list[int]) -> int:
    if not below:
        return int(z3.is_const(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED)
    return sum(below) if _is_product(term) else max(below)
