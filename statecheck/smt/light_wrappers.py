"""z3's Python wrappers, made lighter: less is done around each call, and the calls are the same.

A wrapper asks Z3 after every call whether there was an error, and has each argument converted by a
Python function that returns it as it is. But Z3 tells of an error by itself, to a handler, and
ctypes knows what to do with a handle.
"""

from __future__ import annotations

from ctypes import c_uint, c_void_p
from typing import Any

import z3
from z3 import z3core

_SIMPLE = (
    "Z3_get_ast_id",
    "Z3_get_ast_kind",
    "Z3_get_bool_value",
    "Z3_get_decl_kind",
    "Z3_get_decl_name",
    "Z3_get_range",
    "Z3_get_sort",
    "Z3_get_sort_kind",
    "Z3_get_symbol_kind",
    "Z3_is_eq_ast",
    "Z3_is_finite_set_sort",
)
"""Functions that cannot fail when they are given what they are about, and are called most often."""


def lighten() -> None:
    """Make z3's wrappers lighter, for the rest of the process; an error is raised as before.

    Where this z3 is built otherwise than is known here, nothing is changed.
    """
    calls = [*map(_call_behind, vars(z3core).values())]
    context = z3.main_ctx()
    if not any(calls) or _is_light() or not isinstance(context.ref(), c_void_p):
        return
    _ask_only_after_errors(context)
    for call in calls:
        if call is not None and all(map(_needs_no_look, call.argtypes or ())):
            call.argtypes = None
    for name in _SIMPLE:
        call = _call_behind(getattr(z3core, name, None))
        for module in (z3, z3.z3) if call is not None else ():
            setattr(module, name, call)
    _speed_up_terms(context)


def _call_behind(wrapper: Any) -> Any:
    """The function of the library that a wrapper calls; None for what is no wrapper."""
    defaults = getattr(wrapper, "__defaults__", None) or (None,)
    return defaults[-1].f if isinstance(defaults[-1], z3core.Elementaries) else None


def _is_light() -> bool:
    return bool(getattr(z3core.Elementaries.Check, "is_light", False))


def _ask_only_after_errors(context: Any) -> None:
    """Let a wrapper ask for the error of a call in this context only if the handler was called.

    Other contexts have no such handler, so they are asked every time.
    """
    address = context.ref().value
    quiet = {address}
    ask = z3core.Elementaries.Check

    def check(self: Any, asked: Any) -> None:
        if asked.value not in quiet:
            if asked.value == address:
                quiet.add(address)
            ask(self, asked)

    check.is_light = True  # type: ignore[attr-defined]
    context.eh = z3.Z3_set_error_handler(context.ref(), lambda failed, _: quiet.discard(failed))
    z3core.Elementaries.Check = check


def _needs_no_look(type_: Any) -> bool:
    """Tell whether arguments of a type are handed on as they are: handles, also in an array, and
    small numbers.
    """
    target = getattr(type_, "_type_", None)
    if isinstance(target, type):
        type_ = target
    return type_ is c_uint or (issubclass(type_, c_void_p) and type_ is not c_void_p)


def _speed_up_terms(main: Any) -> None:
    """Have terms count their references, and tell their numbers, by the library's own functions."""
    gained, lost = _call_behind(z3core.Z3_inc_ref), _call_behind(z3core.Z3_dec_ref)
    number = _call_behind(z3core.Z3_get_ast_id)

    # What is raised in between, as by Ctrl-C, costs a term that is never freed, and none too many.
    def begin(self: Any, ast: Any, ctx: Any = None) -> None:
        self.ctx = main if ctx is None else ctx
        gained(self.ctx.ctx, ast)
        self.ast = ast

    def end(self: Any) -> None:
        context, ast = self.ctx.ctx, getattr(self, "ast", None)
        if context is not None and ast is not None:
            self.ast = None
            lost(context, ast)

    def get_id(self: Any) -> Any:
        return number(self.ctx.ctx, self.ast)

    for name, method in (("__init__", begin), ("__del__", end), ("get_id", get_id)):
        setattr(z3.AstRef, name, method)
