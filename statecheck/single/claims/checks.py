"""Values and constants that a claim may be about."""

from __future__ import annotations

import builtins
import enum
import sys
import types
from collections.abc import Callable
from typing import Any

from statemachine import Event, exceptions

from statecheck.modeling import ModelError
from statecheck.single.reading.freeze import SYMBOLIC
from statecheck.single.reading.kinds import kind_of


def checked_truth(text: str) -> Callable[[Any, str], Any]:
    """A function that lets truth values through. It raises ModelError for others."""

    def truth(value: Any, shown: str) -> Any:
        if type(value) is bool or (type(value) in SYMBOLIC and value.type is bool):
            return value
        known = value.type if type(value) in SYMBOLIC else type(value)
        what = {"str": "a text", "int": "a number", "NoneType": "None"}.get(
            known.__name__, f"a {known.__name__}"
        )
        raise ModelError(
            f"{text!r}: {shown} is {what}, and no truth value; compare it with something"
        )

    return truth


def checked_comparison(text: str) -> Callable[[Any, Any], Any]:
    """The left side of ``==``, once both sides can be equal at all."""

    def compare(left: Any, right: Any) -> Any:
        kinds = [v.kind if type(v) in SYMBOLIC else kind_of(v) for v in (left, right)]
        types_ = [v.type if type(v) in SYMBOLIC else type(v) for v in (left, right)]
        if kinds[0] == kinds[1] or any(t in _ALWAYS for t in types_):
            return left
        if None in kinds and not (bytes in types_ and kinds != [None, None]):
            return left
        numbers = [issubclass(t, int) for t in types_]
        texts = [issubclass(t, str) for t in types_]
        if all(texts) or (all(numbers) and bool not in types_):
            return left
        first, second = (t.__name__ for t in types_)
        raise ModelError(
            f"{text!r} compares a {first} with a {second}, which are never equal; compare values "
            "of one type"
        )

    return compare


_ALWAYS = (type(None), float, object)
"""Types that a value may be compared with whatever it is."""


def errors_of(cls: type) -> frozenset[str]:
    """The names of exceptions that a claim may name: Python's, the library's, the module's."""
    module = sys.modules.get(cls.__module__)
    spaces = (vars(builtins), vars(exceptions), {} if module is None else vars(module))
    return frozenset(
        value.__name__
        for space in spaces
        for value in space.values()
        if isinstance(value, type) and issubclass(value, Exception)
    )


def space_of(cls: type) -> dict[str, Any]:
    """The constants that a claim may name: those of the class and of its module."""
    found: dict[str, Any] = {}
    module = sys.modules.get(cls.__module__)
    spaces = [{} if module is None else vars(module), *map(vars, reversed(cls.__mro__))]
    for space in spaces:
        own = {n: v for n, v in space.items() if _is_constant(v) and not n.startswith("__")}
        found.update(own)
    return found


def _is_constant(value: Any) -> bool:
    if isinstance(value, type):
        return issubclass(value, enum.Enum)
    if isinstance(value, types.ModuleType | Event):
        return False
    return isinstance(value, bool | int | float | str | enum.Enum | tuple | frozenset | None)
