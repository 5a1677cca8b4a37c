"""Formulas over a machine's data as texts, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import z3

from statecheck.recheck.texts import TooDeep, plain, quoted, read, text_of
from statecheck.single.execution.automaton import Variable
from statecheck.single.execution.terms import symbol

LONGEST = 20_000
"""So many characters a formula may have."""

DEEPEST = 100
"""So deep it may be nested."""

_HEADS = {
    z3.Z3_OP_AND: "and",
    z3.Z3_OP_OR: "or",
    z3.Z3_OP_NOT: "not",
    z3.Z3_OP_IMPLIES: "=>",
    z3.Z3_OP_ITE: "ite",
    z3.Z3_OP_EQ: "=",
    z3.Z3_OP_DISTINCT: "distinct",
    z3.Z3_OP_LE: "<=",
    z3.Z3_OP_LT: "<",
    z3.Z3_OP_GE: ">=",
    z3.Z3_OP_GT: ">",
    z3.Z3_OP_ADD: "+",
    z3.Z3_OP_SUB: "-",
    z3.Z3_OP_UMINUS: "-",
    z3.Z3_OP_MUL: "*",
    z3.Z3_OP_IDIV: "div",
    z3.Z3_OP_MOD: "mod",
}
"""The operators that a formula may have; a text is read by no others."""


def written(formula: z3.BoolRef) -> str | None:
    """The text of a formula; None for one that is too large, or has a quantifier."""
    tree = _tree(formula, DEEPEST)
    text = "" if tree is None else text_of([tree])
    return text if 0 < len(text) <= LONGEST else None


def _tree(term: Any, deep: int) -> Any:
    if z3.is_int_value(term):
        value = term.as_long()
        return str(value) if value >= 0 else ("-", str(-value))
    if z3.is_true(term) or z3.is_false(term):
        return str(z3.is_true(term)).lower()
    if not z3.is_app(term) or not deep:
        return None
    if z3.is_const(term):
        return quoted(term.decl().name())
    head = _HEADS.get(term.decl().kind())
    parts = [_tree(child, deep - 1) for child in term.children()]
    return None if head is None or None in parts else (head, *parts)


def formula_of(text: str, variables: Sequence[Variable]) -> z3.BoolRef | None:
    """The formula of a text; None for a text that is none over these variables."""
    names = {v.name: symbol(v.name, v.kind) for v in variables}
    if len(text) > LONGEST:
        return None
    try:
        (command,) = read(f"(assert {text}\n)")
        _, tree = command
        if not _is_formula(tree, names, DEEPEST):
            return None
        (formula,) = z3.parse_smt2_string(text_of([("assert", tree)]), decls=names)
    except (ValueError, TooDeep, z3.Z3Exception):
        return None
    return formula


def _is_formula(tree: Any, names: dict[str, z3.ExprRef], deep: int) -> bool:
    """True of operators, variables and literals alone: the solver's reader knows commands too."""
    if isinstance(tree, str):
        is_literal = tree in ("true", "false") or (tree.isascii() and tree.isdigit())
        return is_literal or plain(tree) in names
    if not tree or not deep or tree[0] not in _HEADS.values():
        return False
    return all(_is_formula(part, names, deep - 1) for part in tree[1:])
