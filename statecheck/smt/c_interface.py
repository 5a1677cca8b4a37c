"""Z3's C interface, where z3's own wrappers would convert and check every argument again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import z3


def ast_array(terms: Sequence[z3.ExprRef]) -> Any:
    """Terms as a C array. They have to be kept alive as long as it is used."""
    return (z3.Ast * len(terms))(*(term.as_ast() for term in terms))


def declaration_array(functions: Sequence[z3.FuncDeclRef]) -> Any:
    """Functions as a C array, to be kept alive likewise."""
    return (z3.FuncDecl * len(functions))(*(function.as_func_decl() for function in functions))


def substitute(term: z3.ExprRef, count: int, old: Any, new: Any) -> z3.ExprRef:
    """A term with some terms replaced, given as arrays."""
    context = term.ctx
    return _wrap(z3.Z3_substitute(context.ref(), term.as_ast(), count, old, new), context)


def substitute_functions(term: z3.ExprRef, count: int, old: Any, new: Any) -> z3.ExprRef:
    """A term with some functions replaced by terms over ``Var(0)``, given as arrays."""
    context = term.ctx
    return _wrap(z3.Z3_substitute_funs(context.ref(), term.as_ast(), count, old, new), context)


def disjunction(parts: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """A disjunction of formulas."""
    context = z3.main_ctx()
    return z3.BoolRef(z3.Z3_mk_or(context.ref(), len(parts), ast_array(parts)), context)


def assert_all(solver: z3.Solver, formulas: Sequence[z3.BoolRef]) -> None:
    """Assert formulas."""
    context = solver.ctx.ref()
    for formula in formulas:
        z3.Z3_solver_assert(context, solver.solver, formula.ast)


def arity(term: z3.ExprRef) -> int:
    """The number of an application's arguments."""
    return int(z3.Z3_get_app_num_args(term.ctx_ref(), term.ast))


def new_arguments(term: z3.ExprRef, seen: set[int]) -> Iterator[z3.ExprRef]:
    """The arguments of an application, but for those that were ``seen``, which grows."""
    context = term.ctx
    ref = context.ref()
    for index in range(z3.Z3_get_app_num_args(ref, term.ast)):
        argument = z3.Z3_get_app_arg(ref, term.ast, index)
        key = z3.Z3_get_ast_id(ref, argument)
        if key not in seen:
            seen.add(key)
            yield _wrap(argument, context)


def _wrap(ast: Any, context: z3.Context) -> z3.ExprRef:
    return z3.z3._to_expr_ref(ast, context)
