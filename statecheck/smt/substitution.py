"""Substitutions that many terms share: handed to Z3 once, rather than with every term."""

from __future__ import annotations

from collections.abc import Iterable

import z3

from statecheck.smt.c_interface import (
    ast_array,
    declaration_array,
    substitute,
    substitute_functions,
)


class Renaming(list[tuple[z3.ExprRef, z3.ExprRef]]):
    """Terms with their replacements. It is not to be changed once it is made."""

    def __init__(self, pairs: Iterable[tuple[z3.ExprRef, z3.ExprRef]] = ()) -> None:
        super().__init__(pairs)
        self._old = ast_array([old for old, _ in self])
        self._new = ast_array([new for _, new in self])

    def __call__(self, term: z3.ExprRef) -> z3.ExprRef:
        """A term with all of them replaced."""
        return substitute(term, len(self), self._old, self._new)


class Macros(list[tuple[z3.FuncDeclRef, z3.ExprRef]]):
    """Functions with their definitions over ``Var(0)``; not to be changed either."""

    def __init__(self, pairs: Iterable[tuple[z3.FuncDeclRef, z3.ExprRef]] = ()) -> None:
        super().__init__(pairs)
        self._old = declaration_array([function for function, _ in self])
        self._new = ast_array([value for _, value in self])

    def __call__(self, term: z3.ExprRef) -> z3.ExprRef:
        """A term with all of them expanded."""
        return substitute_functions(term, len(self), self._old, self._new)


def substitute_in_turn(
    term: z3.ExprRef, pairs: Iterable[tuple[z3.ExprRef, z3.ExprRef]]
) -> z3.ExprRef:
    """Replace subterms one after the other: later pairs see what earlier ones put in."""
    for pair in pairs:
        term = z3.substitute(term, pair)
    return term
