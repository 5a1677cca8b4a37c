"""The values that names in a function's code stand for, where that is known before it runs."""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from typing import Any

from statecheck.single.reading.code import plain_functions
from statecheck.single.reading.specimen import ABSENT, Specimen


def held(specimen: Specimen, on: ast.expr, function: types.FunctionType) -> Any:
    """The value of a name, or of an attribute of the machine or another owner; ABSENT if that is
    not known.
    """
    match on:
        case ast.Name(id=name):
            first = next(iter(function.__code__.co_varnames), "")
            if name == first and function.__code__.co_argcount:
                for owner in specimen.owners:
                    if any(function in plain_functions(v) for v in _members(type(owner))):
                        return owner
            if name in function.__code__.co_varnames:
                return ABSENT
            return function.__globals__.get(name, ABSENT)
        case ast.Attribute(value=inner, attr=name):
            found = held(specimen, inner, function)
            return ABSENT if found is ABSENT else getattr(found, name, ABSENT)
        case ast.Call(func=ast.Name(id="super")):
            return specimen.machine
    return ABSENT


def _members(cls: type) -> Iterator[Any]:
    for base in cls.__mro__:
        yield from vars(base).values()
