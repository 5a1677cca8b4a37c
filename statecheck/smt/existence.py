"""The existence of entities, which quantified formulas have to ask for.

A sort of Z3 is never empty, a kind of entity may be. Under a quantifier `exists` keeps Z3 from
concluding that something exists; of every entity that has a name it is true.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import z3

from statecheck.smt.terms import uninterpreted

EXISTS = "there is:"


def exists(entity: z3.ExprRef) -> z3.BoolRef:
    """The formula by which an entity exists."""
    formula: z3.BoolRef = existence(entity.sort())(entity)
    return formula


def existence(sort: z3.SortRef) -> z3.FuncDeclRef:
    """The function that `exists` applies."""
    return _existence(sort.name())


@cache
def _existence(kind: str) -> z3.FuncDeclRef:
    return z3.Function(f"{EXISTS}{kind}", z3.DeclareSort(kind), z3.BoolSort())


def is_existence(term: z3.ExprRef) -> bool:
    """Tell whether a term is one that `exists` makes."""
    return bool(z3.is_app(term) and term.num_args() == 1 and term.decl().name().startswith(EXISTS))


def drop_existence(term: z3.ExprRef) -> Any:
    """A term in which the existence of entities that have names is true."""
    named = [
        part for part in uninterpreted(term) if is_existence(part) and not z3.is_var(part.arg(0))
    ]
    return z3.substitute(term, *((part, z3.BoolVal(True)) for part in named)) if named else term
