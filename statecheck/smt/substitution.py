"""Substitutions that many terms share: handed to Z3 once, rather than with every term."""

from __future__ import annotations

from collections.abc import Iterable

import z3


class Renaming(list[tuple[z3.ExprRef, z3.ExprRef]]):
    """Terms and what takes their places. It is not to be changed once it is made."""

    def __init__(self, pairs: Iterable[tuple[z3.ExprRef, z3.ExprRef]] = ()) -> None:
        super().__init__(pairs)
        self._old = (z3.Ast * len(self))(*(old.as_ast() for old, _ in self))
        self._new = (z3.Ast * len(self))(*(new.as_ast() for _, new in self))

    def __call__(self, term: z3.ExprRef) -> z3.ExprRef:
        """A term with all of them replaced."""
        context = term.ctx
        new = z3.Z3_substitute(context.ref(), term.as_ast(), len(self), self._old, self._new)
        return z3.z3._to_expr_ref(new, context)


class Macros(list[tuple[z3.FuncDeclRef, z3.ExprRef]]):
    """Functions and what they stand for, written over ``Var(0)``; not to be changed either."""

    def __init__(self, pairs: Iterable[tuple[z3.FuncDeclRef, z3.ExprRef]] = ()) -> None:
        super().__init__(pairs)
        self._old = (z3.FuncDecl * len(self))(*(decl.as_func_decl() for decl, _ in self))
        self._new = (z3.Ast * len(self))(*(value.as_ast() for _, value in self))

    def __call__(self, term: z3.ExprRef) -> z3.ExprRef:
        """A term with all of them expanded."""
        context = term.ctx
        new = z3.Z3_substitute_funs(context.ref(), term.as_ast(), len(self), self._old, self._new)
        return z3.z3._to_expr_ref(new, context)
