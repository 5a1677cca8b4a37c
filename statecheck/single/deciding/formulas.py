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
        if _is_comparison(inner) and inner.decl().kind() in _DENIED:
            return _compared(_DENIED[inner.decl().kind()], *inner.children())
        return f"not {_said(inner)}"
    if _is_comparison(term):
        return _compared(kind, *term.children())
    if kind == z3.Z3_OP_ITE:
        condition, then, other = (_said(term.arg(n)) for n in range(3))
        return f"({then} if {condition} else {other})"
    if kind in _INFIX:
        parts = [_said(child) for child in term.children()]
        # Z3 gives the same parts in another order another time.
        said = _INFIX[kind].join(sorted(parts) if kind in (z3.Z3_OP_AND, z3.Z3_OP_OR) else parts)
        return said if kind == z3.Z3_OP_EQ or top else f"({said})"
    return str(term)


_DENIED = {z3.Z3_OP_LE: z3.Z3_OP_GT, z3.Z3_OP_GE: z3.Z3_OP_LT, z3.Z3_OP_EQ: z3.Z3_OP_DISTINCT}
_TURNED = {
    z3.Z3_OP_LE: z3.Z3_OP_GE,
    z3.Z3_OP_GE: z3.Z3_OP_LE,
    z3.Z3_OP_LT: z3.Z3_OP_GT,
    z3.Z3_OP_GT: z3.Z3_OP_LT,
}
"""What denies a comparison, and the same one seen from its other side."""


def _is_comparison(term: Any) -> bool:
    if not z3.is_app(term) or term.num_args() != 2:
        return False
    kind = term.decl().kind()
    is_one = kind in (z3.Z3_OP_EQ, z3.Z3_OP_DISTINCT, *_TURNED)
    return is_one and z3.is_int(term.arg(0))


def _compared(kind: int, left: Any, right: Any) -> str:
    """A comparison without negative parts, its first one by the alphabet on the left and what is
    only a number on the right.
    """
    factors: dict[str, int] = {}
    number = _add(factors, left, 1) + _add(factors, right, -1)
    found = sorted((part, factor) for part, factor in factors.items() if factor)
    if found and found[0][1] < 0:
        kind, number = _TURNED.get(kind, kind), -number
        found = [(part, -factor) for part, factor in found]
    sides: tuple[list[str], list[str]] = ([], [])
    for part, factor in found:
        sides[factor < 0].append(part if abs(factor) == 1 else f"{abs(factor)}*{part}")
    if number:
        sides[number < 0 or len(found) == len(sides[0])].append(
            str(abs(number) if sides[1] else -number)
        )
    operator = {**_INFIX, z3.Z3_OP_DISTINCT: " != "}[kind]
    return operator.join(" + ".join(side) or "0" for side in sides)


def _add(factors: dict[str, int], term: Any, factor: int) -> int:
    """Add a sum, so many times, to the factors of its parts; returns its number."""
    if z3.is_int_value(term):
        return int(term.as_long()) * factor
    if z3.is_add(term):
        return sum(_add(factors, child, factor) for child in term.children())
    if z3.is_mul(term) and term.num_args() == 2 and z3.is_int_value(term.arg(0)):
        return _add(factors, term.arg(1), factor * int(term.arg(0).as_long()))
    said = _said(term)
    factors[said] = factors.get(said, 0) + factor
    return 0


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
