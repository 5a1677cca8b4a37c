"""Z3's C interface, where z3's own wrappers would convert and check every argument again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ctypes import CFUNCTYPE, c_int, c_uint, c_void_p, cast
from typing import Any

import z3

from statecheck.smt.light_wrappers import lighten


def _getter(wrapper: Any, result: type, *arguments: type) -> Any:
    """The function behind one of z3's wrappers, for what cannot fail when it is given a term of its
    kind: the wrapper asks for the error code after each call, which takes as long as the call.
    """
    (behind,) = wrapper.__defaults__
    return cast(behind.f, CFUNCTYPE(result, c_void_p, *arguments))


_ast_kind = _getter(z3.Z3_get_ast_kind, c_int, c_void_p)
_sort = _getter(z3.Z3_get_sort, c_void_p, c_void_p)
_sort_kind = _getter(z3.Z3_get_sort_kind, c_int, c_void_p)
_argument_count = _getter(z3.Z3_get_app_num_args, c_uint, c_void_p)
_argument = _getter(z3.Z3_get_app_arg, c_void_p, c_void_p, c_uint)
_declaration = _getter(z3.Z3_get_app_decl, c_void_p, c_void_p)
_declaration_kind = _getter(z3.Z3_get_decl_kind, c_int, c_void_p)
_body = _getter(z3.Z3_get_quantifier_body, c_void_p, c_void_p)
_truth = _getter(z3.Z3_get_bool_value, c_int, c_void_p)
_number = _getter(z3.Z3_get_ast_id, c_uint, c_void_p)


def without_wrapper_checks() -> None:
    """Have z3's Python wrappers not check their arguments, which takes an eighth of the time, and
    do less around each call, which takes another.

    The solver checks the sorts of each term itself. For a process of our own: it holds for whoever
    else uses z3 in it.
    """
    z3.z3.Z3_DEBUG = False
    lighten()


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


def conjunction(parts: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """A conjunction of formulas."""
    context = z3.main_ctx()
    return z3.BoolRef(z3.Z3_mk_and(context.ref(), len(parts), ast_array(parts)), context)


def assert_all(solver: z3.Solver, formulas: Sequence[z3.BoolRef]) -> None:
    """Assert formulas."""
    context = solver.ctx.ref()
    for formula in formulas:
        z3.Z3_solver_assert(context, solver.solver, formula.ast)


def truths(model: z3.ModelRef, formulas: Sequence[z3.BoolRef]) -> list[bool]:
    """The truth of each formula in a model, where what the model leaves open is false."""
    context = model.ctx.ref()
    value = (z3.Ast * 1)()
    found = []
    for formula in formulas:
        if not z3.Z3_model_eval(context, model.model, formula.ast, True, value):
            raise z3.Z3Exception("a formula has no value in a model")
        found.append(_truth(context.value, value[0]) == z3.Z3_L_TRUE)
    return found


_CONSTRUCTORS: dict[int, tuple[z3.ExprRef, str]] = {}


def values(model: z3.ModelRef, terms: Sequence[z3.ExprRef]) -> list[Any]:
    """The value of each term in a model, where what the model leaves open is anything: a truth, a
    number, the name of a member of an enumeration; for an entity a number that no other one has in
    that model.
    """
    context = model.ctx.ref()
    ref = context.value
    place = (z3.Ast * 1)()
    found: list[Any] = []
    for term in terms:
        if not z3.Z3_model_eval(context, model.model, term.ast, True, place):
            raise z3.Z3Exception("a term has no value in a model")
        value = place[0]
        kind = _sort_kind(ref, _sort(ref, value))
        if kind == z3.Z3_BOOL_SORT:
            found.append(_truth(ref, value) == z3.Z3_L_TRUE)
        elif kind == z3.Z3_UNINTERPRETED_SORT:
            found.append(_number(ref, value))
        elif kind == z3.Z3_INT_SORT:
            found.append(int(z3.Z3_get_numeral_string(context, value)))
        else:
            if value.value not in _CONSTRUCTORS:  # kept, so no other term gets its address
                constructor = _wrap(value, model.ctx)
                _CONSTRUCTORS[value.value] = constructor, constructor.decl().name()
            found.append(_CONSTRUCTORS[value.value][1])
    return found


def stands_for_entity(node: int, context: z3.Context) -> bool:
    """Tell whether the constant at an address is of an uninterpreted sort."""
    ref = context.ref().value
    return bool(_sort_kind(ref, _sort(ref, node)) == z3.Z3_UNINTERPRETED_SORT)


def operation(node: int, context: z3.Context) -> int:
    """The kind of function that the application at an address is of, as z3 numbers them."""
    ref = context.ref().value
    return int(_declaration_kind(ref, _declaration(ref, node)))


def is_uninterpreted(node: int, context: z3.Context) -> bool:
    """Tell whether the application at an address is of an uninterpreted function or constant."""
    return bool(operation(node, context) == z3.Z3_OP_UNINTERPRETED)


def function_of(node: int, context: z3.Context) -> int:
    """The address of the function that the application at an address is of."""
    return int(_declaration(context.ref().value, node))


def is_quantified(term: z3.ExprRef) -> bool:
    """Tell whether a term has a quantifier in it, whatever its sort is. Z3 looks for it itself, in
    an equation: a conjunction it would take apart, and leave out what beside ``false`` is idle.
    """
    ref = term.ctx.ref()
    equation = z3.Z3_mk_eq(ref, term.ast, term.ast)
    z3.Z3_inc_ref(ref, equation)
    goal = z3.Z3_mk_goal(ref, False, False, False)
    z3.Z3_goal_inc_ref(ref, goal)
    z3.Z3_goal_assert(ref, goal, equation)
    probe = z3.Z3_mk_probe(ref, "has-quantifiers")
    z3.Z3_probe_inc_ref(ref, probe)
    found = z3.Z3_probe_apply(ref, probe, goal)
    z3.Z3_probe_dec_ref(ref, probe)
    z3.Z3_goal_dec_ref(ref, goal)
    z3.Z3_dec_ref(ref, equation)
    return bool(found)


def nodes(term: z3.ExprRef, seen: set[int]) -> Iterator[tuple[int, int, int]]:
    """Every subterm once, also below quantifiers, but for those that were ``seen``, which grows:
    its address, the kind of its node, and the number of its arguments.

    An address is good as long as the term is: ``seen`` holds addresses.
    """
    ref, root = term.ctx_ref().value, term.ast.value
    stack = [] if root in seen else [root]
    seen.add(root)
    while stack:
        node = stack.pop()
        kind = _ast_kind(ref, node)
        below = []
        if kind == z3.Z3_QUANTIFIER_AST:
            below = [_body(ref, node)]
        elif kind == z3.Z3_APP_AST:
            below = [_argument(ref, node, i) for i in range(_argument_count(ref, node))]
        yield node, kind, len(below)
        for part in below:
            if part not in seen:
                seen.add(part)
                stack.append(part)


def signed_quantifiers(formula: z3.BoolRef) -> dict[int, set[bool]]:
    """The addresses of the quantified subformulas that are in no other one, each with the signs
    that it occurs with.
    """
    ref = formula.ctx_ref().value
    signed: dict[int, set[bool]] = {}
    seen: set[tuple[int, bool]] = set()
    stack: list[tuple[int, bool]] = [(formula.ast.value, True)]
    while stack:
        node, sign = place = stack.pop()
        if place in seen:
            continue
        seen.add(place)
        kind = _ast_kind(ref, node)
        if kind == z3.Z3_QUANTIFIER_AST:
            signed.setdefault(node, set()).add(sign)
        elif kind == z3.Z3_APP_AST:
            below = [_argument(ref, node, i) for i in range(_argument_count(ref, node))]
            operator = _declaration_kind(ref, _declaration(ref, node))
            if operator == z3.Z3_OP_NOT:
                stack.append((below[0], not sign))
            elif operator in (z3.Z3_OP_AND, z3.Z3_OP_OR):
                stack += [(part, sign) for part in below]
            elif operator == z3.Z3_OP_IMPLIES:
                stack += [(below[0], not sign), (below[1], sign)]
            else:
                stack += [(part, s) for part in below for s in (True, False)]
    return signed


def term_at(address: int, context: z3.Context) -> z3.ExprRef:
    """The term at an address."""
    ast = z3.Ast(None)
    ast.value = address
    return _wrap(ast, context)


def _wrap(ast: Any, context: z3.Context) -> z3.ExprRef:
    """A term as an object of z3's, which asks for the sort of most of them several times."""
    ref, address = context.ref().value, ast.value
    if _ast_kind(ref, address) == z3.Z3_APP_AST:
        kind = _sort_kind(ref, _sort(ref, address))
        if kind == z3.Z3_BOOL_SORT:
            return z3.BoolRef(ast, context)
        if kind == z3.Z3_UNINTERPRETED_SORT:
            return z3.ExprRef(ast, context)
    return z3.z3._to_expr_ref(ast, context)
