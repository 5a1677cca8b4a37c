"""Values and constants that a claim may be about."""

from __future__ import annotations

import builtins
import enum
import sys
import types
from collections.abc import Callable
from typing import Any

from statemachine import Event, State, exceptions

from statecheck.modeling import ModelError
from statecheck.single.claims.meanings import in_words
from statecheck.single.claims.views import View
from statecheck.single.reading.freeze import EXACT, SYMBOLIC
from statecheck.single.reading.kinds import kind_of


def checked_truth(text: str) -> Callable[[Any, str], Any]:
    """A function that lets truth values through. It raises ModelError for others."""

    def truth(value: Any, shown: str) -> Any:
        if type(value) is bool or (type(value) in SYMBOLIC and value.type is bool):
            return value
        raise ModelError(
            f"{text!r}: {shown} is {in_words(_type(value))}, and no truth value; compare it with "
            "something"
        )

    return truth


def checked_comparison(text: str) -> Callable[..., Any]:
    """The left side of a comparison, once both sides can be equal, or ordered, at all.

    The name of the comparison is that of its class in `ast`.
    """

    def compare(left: Any, right: Any, sign: str = "Eq") -> Any:
        if sign in ("In", "NotIn"):
            if type(right) in (tuple, list, set, frozenset):
                for item in right:
                    compare(left, item)
            return left
        first, second = _type(left), _type(right)
        is_order = sign in ("Lt", "LtE", "Gt", "GtE")
        if _ordered(first, second) if is_order else _equated(left, right):
            return left
        never = "have no order" if is_order else "are never equal"
        if not is_order and issubclass(first, int) and issubclass(second, int):
            never = "are equal in Python for True and 1, False and 0 alone"
        advice = "compare values of one type"
        if isinstance(left, State) or isinstance(right, State):
            advice = "compare the id of the state that a field holds, as in NAME.id == 'closed'"
        raise ModelError(
            f"{text!r} compares {in_words(first)} with {in_words(second)}, which {never}; {advice}"
        )

    return compare


def _type(value: Any) -> type:
    """The type of a value, or of those that a term stands for."""
    found: type = value.type if type(value) in SYMBOLIC else type(value)
    return type(value._object) if type(value) is View else found


def _equated(left: Any, right: Any) -> bool:
    """True unless two values are of types whose values are never equal."""
    sides = (left, right)
    if any(isinstance(v, type) for v in sides) and not all(isinstance(v, type) for v in sides):
        return False
    if any(isinstance(v, State) for v in sides) and any(_type(v) in (bool, str) for v in sides):
        return False
    if any(issubclass(t, _COLLECTIONS) for t in map(_type, sides)) and any(
        t in (bool, int, str, bytes) or issubclass(t, enum.Enum) for t in map(_type, sides)
    ):
        return False
    kinds = [v.kind if type(v) in SYMBOLIC else kind_of(v) for v in (left, right)]
    types_ = [_type(left), _type(right)]
    if kinds[0] == kinds[1] or any(t in _ALWAYS for t in types_):
        return True
    if None in kinds and not (bytes in types_ and kinds != [None, None]):
        return True
    numbers = [issubclass(t, int) for t in types_]
    texts = [issubclass(t, str) for t in types_]
    return all(texts) or (all(numbers) and bool not in types_)


def _ordered(first: type, second: type) -> bool:
    """True unless two types are plain ones whose values have no order among each other."""
    plain = (bool, int, float, str, type(None))
    if first not in plain or second not in plain:
        return True
    numbers = [issubclass(t, int | float) for t in (first, second)]
    return all(numbers) or first is second is str


_COLLECTIONS = (tuple, list, dict, set, frozenset)
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
        return issubclass(value, enum.Enum) or value in EXACT
    if isinstance(value, types.ModuleType | Event):
        return False
    plain = (bool, int, float, str, enum.Enum, tuple, frozenset, type(None), *EXACT)
    return isinstance(value, plain)
