"""Substitutions that many terms share: handed to Z3 once, rather than with every term."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import z3

from statecheck.smt.c_interface import (
    ast_array,
    declaration_array,
    substitute,
    substitute_functions,
)
from statecheck.smt.terms import has_quantifier


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
    """Functions with their definitions over ``Var(0)``; not to be changed either.

    ``quantified`` is given where it is known whether a definition has a quantifier.
    """

    def __init__(
        self,
        pairs: Iterable[tuple[z3.FuncDeclRef, z3.ExprRef]] = (),
        *,
        quantified: bool | None = None,
    ) -> None:
        super().__init__(pairs)
        if quantified is not None:
            self.quantified = quantified
        self._old = declaration_array([function for function, _ in self])
        self._new = ast_array([value for _, value in self])

    @cached_property
    def quantified(self) -> bool:
        """True where a definition has a quantifier."""
        return has_quantifier(*(value for _, value in self))

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
