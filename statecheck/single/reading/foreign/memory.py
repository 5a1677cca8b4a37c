"""The memory around a machine: what its functions lead to by name, and what that holds."""

from __future__ import annotations

import enum
import functools
import logging
import sys
import types
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from statemachine import Event, State

from statecheck.modeling import ModelError
from statecheck.repeatable import is_from_elsewhere
from statecheck.single.reading.code import (
    Identity,
    Reach,
    is_library,
    is_library_class,
)
from statecheck.single.reading.freeze import ATOMS, EXACT, parts
from statecheck.single.reading.outside import Outside
from statecheck.single.reading.purity import OWN_MARKS
from statecheck.single.reading.specimen import Specimen

MOST = 100_000
"""So many objects are looked at."""

Held = list[tuple[str, Any]]
"""The parts of an object, with the names that a message gives to it."""


class Memory:
    """The objects that functions and classes lead to, as they are when this is made.

    ``inside`` are the numbers of objects that something else holds than a name: a default value, a
    tuple, another object. Nothing is looked into whose number is in ``apart``.
    """

    def __init__(self, roots: Iterable[Any], apart: Collection[int]) -> None:
        self.inside: set[int] = set()
        self._kept: dict[int, tuple[str, Any, Held]] = {}
        todo = [("", root) for root in roots]
        seen = {id(root) for _, root in todo} | set(apart)
        while todo and len(seen) < MOST:
            name, found = todo.pop()
            held = list(_held(found))
            self._kept[id(found)] = name, found, held
            by_name = isinstance(found, types.FunctionType | type)
            for key, value in held:
                if type(value) in ATOMS or type(value) in EXACT:
                    continue
                if not by_name or key.startswith("a default"):
                    self.inside.add(id(value))
                if id(value) not in seen:
                    seen.add(id(value))
                    todo.append((f"{name}.{key}" if name else key, value))

    def changed(self, apart: Collection[int]) -> str:
        """The name of something that is not what it was; empty where nothing is."""
        for number, (name, found, before) in self._kept.items():
            if number in apart:
                continue
            now = list(_held(found))
            for (key, was), (other, value) in zip(before, now, strict=False):
                if key != other or not _same(was, value):
                    return f"{name}.{other}" if name else other
            if len(before) != len(now):
                key, _ = max(before, now, key=len)[-1]
                return f"{name}.{key}" if name else key
        return ""

    def check(self, machine: str, apart: Collection[int]) -> None:
        """Raise ModelError where something is not what it was."""
        if name := self.changed(apart):
            raise ModelError(
                f"{machine}: {name} changes while it runs; keep it in an attribute of the machine"
            )

    def knows(self, found: Any) -> bool:
        """Tell whether a class, a module or a logger was there when this was made."""
        if id(found) in self._kept:
            return True
        match found:
            case type():
                module = sys.modules.get(found.__module__)
                return _found_in(module, found.__qualname__) is found
            case types.ModuleType():
                return sys.modules.get(found.__name__) is found
            case logging.Logger():
                return logging.root.manager.loggerDict.get(found.name) is found
        return False


def _found_in(space: Any, path: str) -> Any:
    for name in path.split("."):
        space = getattr(space, name, None)
    return space


_MAKING = frozenset(
    (
        *("type", "ModuleType", "Logger", "namedtuple", "make_dataclass", "new_class", "property"),
        "__qualname__",  # as the body of a class has it
        *("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "State", "Event"),
    )
)
"""Names by which code may make a class or another object that stands for itself."""


def follow_named(specimen: Specimen, reach: Reach, whole: Reach, memory: Memory) -> None:
    """Let what events lead to have the functions, too, that code names and that are no methods of
    the machine; ``whole`` has them, beside those that run while an instance is made. Let data have
    no class that an event made, and tell the freezer whether code asks which values are one object.
    """
    while True:
        found = [s.function for s in reach.functions.values()]
        named = {name for function in found for name in _names(function.__code__)}
        led = {id(value) for function in found for _, value in _of_function(function)}
        rest = [s.function for code, s in whole.functions.items() if code not in reach.functions]
        more = [f for f in rest if id(f) in led or named & {*f.__qualname__.split("."), f.__name__}]
        special = [f for f in rest if f.__name__[:2] == "__" or f.__code__ not in specimen.ran]
        more += [f for f in special if not _makes(f, specimen)]
        if not more:
            break
        for function in more:
            reach.add(function)
    if _MAKING & named:
        specimen.freezer.is_known = memory.knows
    specimen.freezer.asks_identity = reach.identity is Identity.ANY


def _makes(function: types.FunctionType, specimen: Specimen) -> bool:
    """Tell whether a function makes the machine, its model or a listener."""
    return any(
        vars(cls).get("__init__") is function for o in specimen.owners for cls in type(o).__mro__
    )


def memory_around(specimen: Specimen, reach: Reach, outside: Iterable[Outside]) -> Memory:
    """The memory around a machine, but for what is outside and what holds its own data."""
    apart = [found._real for found in outside]
    functions = [summary.function for summary in reach.functions.values()]
    roots: list[Any] = [*functions, *map(type, specimen.owners)]
    if any("getLogger" in summary.used for summary in reach.functions.values()):
        roots += logging.root.manager.loggerDict.values()
    return Memory(roots, {id(held) for held in (*specimen.owners, *apart)})


def _same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and type(one) in ATOMS and one == other)


def _is_own(module: str | None) -> bool:
    return not is_from_elsewhere(module or "")


def _held(found: Any) -> Iterator[tuple[str, Any]]:
    """The parts of an object. What the library, and modules of others, keep for their own use is
    left out, but for attributes of what code names.
    """
    match found:
        case types.FunctionType():
            yield from _of_function(found)
        case type():
            yield from _of_class(found)
        case types.MethodType():
            yield from (("__self__", found.__self__), ("__func__", found.__func__))
        case types.BuiltinFunctionType():
            if not isinstance(found.__self__, types.ModuleType | type | None):
                yield "__self__", found.__self__
        case functools.partial():
            yield from vars(found).items()
            yield from (("func", found.func), ("args", found.args), ("keywords", found.keywords))
        case property():
            yield from (("fget", found.fget), ("fset", found.fset), ("fdel", found.fdel))
        case staticmethod() | classmethod():
            yield "__func__", found.__func__
        case functools.partialmethod() | functools.cached_property():
            yield "func", found.func
        case logging.Logger():
            yield from ((k, v) for k, v in vars(found).items() if k not in vars(logging.root))
        case State() | Event() | types.ModuleType():
            return
        case _:
            yield from _of_value(found)


def _of_value(found: Any) -> Iterator[tuple[str, Any]]:
    cls = type(found)
    if is_library_class(cls) or cls.__module__ in ("typing", "_typing_extensions"):
        return
    if isinstance(found, dict):
        for key, value in dict.items(found):
            yield from (("keys", key), (f"[{key!r}]" if type(key) in ATOMS else "[...]", value))
    elif isinstance(found, list | tuple | deque):
        yield from (("[...]", item) for item in found)
    elif isinstance(found, set | frozenset):
        yield from (("[...]", item) for item in sorted(found, key=id))
    elif isinstance(found, BaseException):
        yield "args", found.args
    if cls.__module__ != "builtins" and not (isinstance(found, enum.Flag)):
        yield from parts(found)
        yield "__class__", cls


def _of_function(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    if is_library(function):
        return
    place = function.__qualname__.replace("<locals>.", "")
    for name, value in vars(function).items():
        if name not in OWN_MARKS:
            yield f"{place}.{name}", value
    if not _is_own(function.__module__):
        return
    for value in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
        yield f"a default value of {place}", value
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:
            continue
    names = set(_names(function.__code__))
    for name in sorted(names):
        for space in (function.__globals__, sys.modules):
            if name in space:
                yield from _named(name, space[name], names)


def _named(name: str, value: Any, names: set[str]) -> Iterator[tuple[str, Any]]:
    """The value that a name stands for; of a module, what code may take from it by some names."""
    if not isinstance(value, types.ModuleType):
        yield name, value
        return
    for attribute in sorted(names & vars(value).keys()):
        found = vars(value)[attribute]
        if not isinstance(found, types.ModuleType):
            yield f"{name}.{attribute}", found


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


_OF_CLASSES = frozenset(("__annotations__", "__dict__", "__weakref__", "__doc__", "_abc_impl"))
"""Attributes that Python keeps on a class itself."""


def _of_class(cls: type) -> Iterator[tuple[str, Any]]:
    if is_library_class(cls) and not _is_error(cls):
        return
    is_own = _is_own(cls.__module__)
    for name, value in vars(cls).items():
        is_pythons = name in _OF_CLASSES or (issubclass(cls, enum.Enum) and name[:1] == "_")
        if not is_pythons:
            yield name, value
    if is_own:
        yield from (("__bases__", base) for base in cls.__bases__)
        if type(cls) is not type:
            yield "__class__", type(cls)


def _is_error(cls: type) -> bool:
    return issubclass(cls, BaseException)
