"""Memory beside the fields of machines: what a model's code changes, and no proof would see."""

from __future__ import annotations

import dis
import enum
import itertools
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import is_dataclass
from functools import cache, cached_property, partial
from types import (
    BuiltinMethodType,
    CodeType,
    FunctionType,
    GeneratorType,
    MethodType,
    ModuleType,
)
from typing import Any

from statecheck.modeling import Entity, Machine, ModelError, System
from statecheck.symbolic.surroundings.names import functions_in, is_own_class, named_values

_DEPTH = 6
"""Values are looked into so deep."""

_MOST = 1_000
"""Of a container with more the number of members is looked at, and no member."""


class Memory:
    """The memory that functions and classes could have, as it is when this is made.

    ``check`` raises ModelError if that has changed since, which code that was run has done.
    """

    def __init__(
        self,
        functions: Iterable[FunctionType],
        classes: Iterable[type] = (),
        values: Iterable[Any] = (),
    ) -> None:
        self._kept: list[Any] = []
        self._places = dict(_places(functions, classes))
        for value in values:
            self._places[f"what a machine calls, a {type(value).__name__}"] = partial(
                _itself, value
            )
        self._before = self._now()

    def check(self) -> None:
        """Raise ModelError if something is not as it was."""
        now = self._now()
        for text, place in self._places.items():
            if now[text] != self._before[text] or id(place()) in _CHANGED:
                _CHANGED[id(place())] = place()
                raise ModelError(
                    f"{text} changes while the model's code is run, so it remembers something that "
                    "no proof would see; what changes belongs on a machine, as a field"
                )

    def _now(self) -> dict[str, Any]:
        return {text: self._told(place(), 0, frozenset()) for text, place in self._places.items()}

    def _told(self, value: Any, depth: int, around: frozenset[int]) -> Any:
        """A mark that tells a value from what it may become."""
        if value is None or isinstance(value, bool | int | float | str | bytes):
            return type(value).__name__, value
        self._kept.append(value)  # for its number to stay its own
        if depth > _DEPTH or id(value) in around:
            return id(value)
        around |= {id(value)}

        def of(*parts: Any) -> tuple[Any, ...]:
            return id(value), *(self._told(part, depth + 1, around) for part in parts)

        match value:
            case dict() if len(value) <= _MOST:
                return of(*value.keys(), *value.values())
            case list() | tuple() | deque() if len(value) <= _MOST:
                return of(*value)
            case set() | frozenset() if len(value) <= _MOST:
                return id(value), frozenset(self._told(one, depth + 1, around) for one in value)
            case list() | deque() | dict() | set():
                return id(value), len(value)
            case random.Random():
                return id(value), value.getstate()
            case bytearray() | itertools.count():
                return id(value), repr(value)
            case GeneratorType():
                return id(value), None if value.gi_frame is None else value.gi_frame.f_lasti
            case FunctionType():
                return of(value.__dict__, value.__defaults__, value.__kwdefaults__)
            case type():
                return of(*_attributes(value).values()) if is_own_class(value) else id(value)
            case Entity() | Machine() | System():
                return id(value)
        if is_own_class(type(value)) and hasattr(value, "__dict__"):
            return of(vars(value))
        return id(value)


def may_remember(value: Any, depth: int = 0) -> bool:
    """Tell whether a value that the code around a loop has could keep what the loop finds out."""
    if depth > _DEPTH:
        return True
    match value:
        case FunctionType():
            if _assigns_around(value.__code__):
                return True
            kept = [*(value.__defaults__ or ()), *_cells(value)]
        case MethodType() | BuiltinMethodType():
            kept = [value.__self__]
        case partial():
            kept = [value.func, *value.args, *value.keywords.values()]
        case tuple() | frozenset():
            kept = [*value]
        case _ if _is_frozen(type(value)) and hasattr(value, "__dict__"):
            kept = [*vars(value).values()]
        case _:
            known = type(value).__module__.partition(".")[0] in ("statecheck", "statemachine")
            return not known and not isinstance(value, _PLAIN)
    return any(may_remember(part, depth + 1) for part in kept)


_PLAIN = (
    *(type(None), bool, int, float, str, bytes, range, enum.Enum, type, ModuleType, type(...)),
    *(Entity, Machine, System),
)
"""Types of values that keep nothing beside the state."""


def _is_frozen(cls: type) -> bool:
    """Tell whether a class is a frozen dataclass whose objects keep only what they are made of."""
    members = [m for base in cls.__mro__[:-1] for m in vars(base).values()]
    asked = {name for m in members for f in functions_in(m) for name in f.__code__.co_names}
    return (
        is_dataclass(cls)
        and bool(cls.__dataclass_params__.frozen)  # type: ignore[attr-defined]
        and asked.isdisjoint(("__setattr__", "__dict__", "setattr", "vars"))
        and not any(isinstance(member, cached_property) for member in members)
    )


@cache
def _assigns_around(code: CodeType) -> bool:
    """Tell whether a function assigns a variable of the code around it."""
    return any(
        i.opname == "STORE_DEREF" and i.argval in code.co_freevars
        for i in dis.get_instructions(code)
    )


def _cells(function: FunctionType) -> Iterator[Any]:
    """The values of the variables around a function that it uses."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not bound yet
            continue


_CHANGED: dict[int, Any] = {}
"""What was seen to change; it would be found as it was left when it is looked at again."""


def _attributes(cls: type) -> dict[str, Any]:
    """The attributes of a class that its own code gives it."""
    return {name: value for name, value in vars(cls).items() if not name.startswith("_")}


def _places(
    functions: Iterable[FunctionType], classes: Iterable[type]
) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The things that could remember something, each under a name, and how to look at it."""
    for cls in classes:
        for base in cls.__mro__:
            if is_own_class(base):
                for name in _attributes(base):
                    yield f"{base.__name__}.{name}", partial(vars(base).get, name)
    for function in functions:
        module = function.__module__
        yield f"{module}.{function.__qualname__}", partial(_itself, function)
        for text, value in named_values(function):
            yield f"{text} of {module}", partial(_itself, value)


def _itself(value: Any) -> Any:
    return value
