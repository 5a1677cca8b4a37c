"""Code that may give a value to a function of C, which could say that it is of no type it takes."""

from __future__ import annotations

import builtins
import dis
import types
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

_TAKING = (str, bytes, date, datetime, time, timedelta, Decimal, Fraction)
_METHODS = frozenset(name for type_ in _TAKING for name in dir(type_) if name[:1] != "_")
"""Methods of values that are particular about what they are given."""

_OWN_WAY = frozenset(
    (
        *("abs", "all", "any", "bool", "divmod", "enumerate", "float", "hasattr", "int", "len"),
        *("isinstance", "list", "max", "min", "print", "range", "repr", "reversed", "round", "set"),
        *("sorted", "sum", "super", "tuple", "zip", "dict", "frozenset", "callable", "property"),
    )
)
"""Functions that ask their arguments, which answer or refuse by themselves."""


def hands_on(function: types.FunctionType) -> bool:
    """Tell whether a function may do so."""
    given = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    return any(map(callable, given)) or _hands_on(function.__code__, function.__globals__)


def _hands_on(code: types.CodeType, space: dict[str, object]) -> bool:
    before: dis.Instruction | None = None
    for instruction in dis.get_instructions(code):
        name, argument = instruction.opname, instruction.argval
        if name == "CONTAINS_OP":
            if not (before and isinstance(before.argval, tuple | frozenset)):
                return True
        elif name == "BINARY_OP":
            if instruction.argrepr in ("%", "%="):
                return True
        elif name in ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR"):
            if argument in _METHODS or argument[:2] == "__":
                return True
        elif name in ("LOAD_GLOBAL", "LOAD_NAME"):
            if not _is_asking(argument, space):
                return True
        elif name in ("IMPORT_NAME", "LOAD_DEREF", "LOAD_CLASSDEREF") and argument != "__class__":
            return True
        before = instruction
    return any(
        _hands_on(inner, space) for inner in code.co_consts if isinstance(inner, types.CodeType)
    )


def _is_asking(name: str, space: dict[str, object]) -> bool:
    """Tell whether a name stands for something that is no function of C, or asks its arguments."""
    found = space.get(name, getattr(builtins, name, None))
    if isinstance(found, type):
        is_error = issubclass(found, BaseException)
        return is_error or (found.__module__ == "builtins" and name in _OWN_WAY)
    if isinstance(found, types.BuiltinFunctionType):
        return name in _OWN_WAY and found is getattr(builtins, name, None)
    return isinstance(found, types.FunctionType | int | float | str | list | dict | tuple | None)
