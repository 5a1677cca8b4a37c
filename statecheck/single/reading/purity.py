"""Things that code may use besides a machine's data, for they remember and invent nothing."""

from __future__ import annotations

import enum
import functools
import re
import types
from collections.abc import Iterable, Iterator
from datetime import date, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from statecheck.repeatable import MODULES, is_from_elsewhere
from statecheck.single.reading.code import (
    LIBRARY,
    Summary,
    author_classes,
    plain_functions,
)
from statecheck.single.reading.freeze import ATOMS, EXACT
from statecheck.single.reading.source.naming import writes_by_text

BUILTINS = frozenset(
    (
        *("abs", "all", "any", "bool", "bytes", "callable", "chr", "classmethod", "dict", "divmod"),
        *("enumerate", "filter", "float", "format", "frozenset", "getattr", "hasattr", "int"),
        *("isinstance", "issubclass", "iter", "len", "list", "map", "max", "min", "next", "object"),
        *("ord", "pow", "print", "property", "range", "repr", "reversed", "round", "set", "slice"),
        *("setattr", "delattr", "sorted", "staticmethod", "str", "sum", "super", "tuple", "type"),
        *("zip", "bin", "hex", "oct", "ascii", "complex", "bytearray", "__build_class__"),
        *("NotImplemented", "Ellipsis", "True", "False", "None", "__debug__", "__name__"),
    )
)
"""Python's own functions that answer the same whenever they are asked the same."""

TAKES = {
    "asyncio": frozenset(("sleep",)),
    "datetime": frozenset(("date", "datetime", "time", "timedelta", "timezone", "UTC")),
}
"""Single things of other modules that are as harmless."""

WAYS_BACK = frozenset(
    (
        *("sys", "builtins", "gc", "importlib", "imp", "inspect", "ctypes", "cffi", "runpy"),
        *("pkgutil", "zipimport", "code", "codeop", "traceback", "trace", "tracemalloc", "bdb"),
        *("pdb", "signal", "atexit", "weakref", "faulthandler", "site", "unittest", "pickle"),
        *("marshal", "shelve", "copyreg", "types", "ast", "symtable", "doctest", "timeit"),
        *("profile", "cProfile", "concurrent", "multiprocessing"),
    )
)
"""Modules that lead back into the program, so that nothing of theirs is outside of a machine."""

WAYS_BACK_BUILT_IN = frozenset(
    ("globals", "locals", "vars", "eval", "exec", "compile", "__import__", "breakpoint")
)
"""Python's own functions that do."""


def unfit_of(module: types.ModuleType | None, name: str | None, reads: Iterable[str]) -> str:
    """Something of a pure module that is not fit to be used, and why; empty where there is nothing.

    ``name`` is what code takes of it at once, if it does, and ``reads`` what it might later.
    """
    found = None if name is None else getattr(module, name, None)
    if isinstance(found, types.ModuleType) and found.__name__ not in MODULES:
        return f"{name}, another module"
    for part in [name] if name else reads:
        if _is_of_unknown_kind(getattr(module, part, None)):
            return f"{part}, which may change"
    return ""


def leads_back(value: Any, depth: int = 3) -> bool:
    """Tell whether something is, holds, or comes from what leads back into the program."""
    if isinstance(value, dict | list | tuple | set | frozenset):
        items = [*value, *(value.values() if isinstance(value, dict) else ())]
        return depth == 0 or any(leads_back(item, depth - 1) for item in items)
    if isinstance(value, types.ModuleType):
        return value.__name__.partition(".")[0].removeprefix("_") in WAYS_BACK
    module = getattr(value, "__module__", None) or getattr(type(value), "__module__", None) or ""
    if module == "builtins":
        return getattr(value, "__name__", "") in WAYS_BACK_BUILT_IN
    return isinstance(module, str) and module.partition(".")[0].removeprefix("_") in WAYS_BACK


CLOCKS = frozenset(("now", "today", "utcnow", "fromtimestamp", "timestamp", "astimezone"))
"""Methods of dates and times that look at the clock, or at the time zone that it is set to."""


def is_date(value: Any) -> bool:
    """Tell whether a value is a date, or a class of dates: those know what day it is today."""
    return issubclass(value if isinstance(value, type) else type(value), date)


PLAIN = (enum.Enum, Decimal, Fraction, re.Pattern, timezone)
"""Types of values that cannot change."""

DOORS = frozenset(
    (
        *(
            "__globals__",
            "__builtins__",
            "__code__",
            "__closure__",
            "__defaults__",
            "__kwdefaults__",
        ),
        *("gi_frame", "f_locals", "f_globals", "f_back", "__subclasses__", "add_listener"),
        *("bind_events_to", "cache_clear", "cache_info", "_engine", "_config", "_callbacks"),
        *("_listeners", "_specs", "_processing_loop", "_put_nonblocking", "trigger_data"),
        *("transitions", "_transitions", "_events", "add_event", "add_transitions", "states"),
        *("__traceback__", "__context__", "__cause__", "with_traceback", "__doc__"),
        *("history_values", "states_map", "start_configuration_values", "cancel_event", "__func__"),
        "__hash__",
    )
)
"""Attributes that lead out of what is inspected, change the machine itself, or are another number
in each process.
"""

FRAMES = frozenset(
    (
        *("currentframe", "stack", "trace", "getouterframes", "getinnerframes", "getclosurevars"),
        *("getgeneratorlocals", "getcoroutinelocals"),
    )
)
"""Functions that tell by whom code was called, or what others remember."""

SETTINGS = {
    "localcontext": frozenset(("getcontext", "setcontext")),
    "catch_warnings": frozenset(("simplefilter", "filterwarnings", "resetwarnings")),
}
"""Functions that reach what a whole thread computes or warns by; each by what puts that back."""

WHILE_MADE = frozenset(("bind_events_to", "add_listener", "__doc__")).union(*SETTINGS.values())
"""Ways to join a machine and its model or listeners, and settings. Once it is made, what they did
is there to be seen; while it runs they are refused.
"""


def doors_of(summary: Summary) -> set[str]:
    """The names among these that code reads, and names of Python's own that it writes, such as
    ``__class__``: neither is data.
    """
    written = summary.writes | writes_by_text(summary.function, summary.used)
    found = [summary.function.__globals__.get(name) for name, _ in summary.loads]
    functions = types.FunctionType | types.BuiltinFunctionType
    names = {f.__name__ for f in found if isinstance(f, functions)}
    used = summary.used | names
    settings = {n for back, names in SETTINGS.items() if back not in used for n in names & used}
    around = summary.function.__globals__
    asked = {n for on, n in summary.loads if getattr(around.get(on), "__name__", "") == "inspect"}
    frames = FRAMES & (names | asked | (summary.reads if "inspect" in summary.imports else set()))
    doors = (summary.reads & DOORS) | settings | frames
    return doors | {n for n in written if n[:2] == n[-2:] == "__"}


OWN_MARKS = frozenset(
    ("attr_name", "is_event", "_transitions", "__wrapped__", "is_coroutine", "unique_key")
)
"""Attributes that the library and functools write on functions."""


NOT_WHILE_IT_RUNS = frozenset(
    ("__init__", "__repr__", "__str__", "__init_subclass__", "__class_getitem__", "__new__")
)
"""Methods of Python's own names that no event leads to, unless they are named."""

REASON = (
    "the same event would not always do the same; keep what matters in attributes of the machine, "
    "or give it as an argument of the event"
)
"""Why chance, time and the outside world are refused, and what to do."""

_NAMELESS = "which attributes it reads or writes cannot be told; name them, as in self.NAME"

_FOR_ALL = "what it sets holds for all of a thread, and is no attribute; set it before, for good"

_UNREAD = "what it does cannot be read; write it as code of the machine"

_WHY = {
    **dict.fromkeys(frozenset().union(*SETTINGS.values()), _FOR_ALL),
    "__doc__": "a value that may be any has another one than a single value; ask for the value",
    "cancel_event": "it cancels what is delayed, and what depends on time is not supported",
    **dict.fromkeys(("vars", "dir", "locals", "globals"), _NAMELESS),
    **dict.fromkeys(("eval", "exec", "compile", "__import__"), _UNREAD),
}
"""Why some attributes and functions are refused that have a reason of their own."""


def why(name: str) -> str:
    """The reason why an attribute or a function of Python's own is refused, and what to do."""
    return _WHY.get(name, REASON)


def is_pure(module: str | None) -> bool:
    """Tell whether a module's functions remember and invent nothing."""
    name = module or ""
    return (
        name in MODULES
        or name.startswith(LIBRARY)
        or name.partition(".")[0] in ("typing", "statemachine", "collections")
    )


def is_pure_builtin(function: types.BuiltinFunctionType) -> bool:
    """Tell whether a function that is not written in Python is of such a module."""
    owner = getattr(function, "__self__", None)
    names = [function.__module__ or "", owner.__name__ if type(owner) is types.ModuleType else ""]
    return any(name in MODULES or name.removeprefix("_") in MODULES for name in names)


def remembers(member: Any) -> bool:
    """Tell whether what a class has remembers results between calls."""
    match member:
        case functools._lru_cache_wrapper():
            return True
        case property():
            return any(map(remembers, (member.fget, member.fset, member.fdel)))
        case staticmethod() | classmethod():
            return remembers(member.__func__)
        case functools.partial() | functools.partialmethod() | functools.cached_property():
            return remembers(member.func)
        case types.FunctionType():
            return remembers(getattr(member, "__wrapped__", None))
    return False


def _is_of_unknown_kind(value: Any) -> bool:
    """Tell whether what a module of Python's has could change, and nothing shows how it is."""
    plain = (types.ModuleType, enum.Enum, re.Pattern, tuple, frozenset, list, dict, set)
    is_known = isinstance(value, (*plain, *ATOMS, *EXACT)) or hasattr(value, "__dict__")
    return not (is_known or callable(value))


def methods_without_name(cls: type) -> Iterator[Any]:
    """The methods of a class that Python calls without their names being written."""
    for name, member in vars(cls).items():
        is_special = name.startswith("__") and name.endswith("__")
        if is_special and not is_never_looked_at(name, member, cls):
            yield member


def is_never_looked_at(name: str, member: Any, cls: type) -> bool:
    """Tell whether a method with such a name is not called while a machine runs, or is known."""
    return name in NOT_WHILE_IT_RUNS or _of_dataclass(name, member, cls)


def is_known(name: str, function: types.FunctionType, cls: type) -> bool:
    """Tell whether a method of a class need not be read."""
    return is_pure(function.__module__) or is_made(function) or _of_dataclass(name, function, cls)


def _of_dataclass(name: str, member: Any, cls: type) -> bool:
    """Tell whether a method is the ``==``, the text or the changed copy of a dataclass, which goes
    field by field.
    """
    if name == "__replace__":  # of Python 3.13 and later
        return bool(member.__module__ == "dataclasses")
    code = getattr(getattr(member, "__wrapped__", member), "__code__", None)
    is_generated = code is not None and code.co_filename == "<string>"
    return (
        name in ("__eq__", "__repr__", "__hash__")
        and is_generated
        and "__dataclass_fields__" in vars(cls)
    )


def is_dataclass_init(function: types.FunctionType, classes: Iterable[type]) -> bool:
    """Tell whether a function is the ``__init__`` that dataclasses made for one of some classes."""
    return function.__code__.co_filename == "<string>" and any(
        vars(cls).get("__init__") is function and "__dataclass_fields__" in vars(cls)
        for cls in classes
    )


def is_made(function: types.FunctionType) -> bool:
    """Tell whether a function was made by dataclasses or for a named tuple."""
    file = Path(function.__code__.co_filename).name
    return file == "dataclasses.py" or (function.__module__ or "").startswith("namedtuple_")


def is_own(module: types.ModuleType, cls: type) -> bool:
    """Tell whether a module was written by the author of a class."""
    return is_own_module(module.__name__, cls)


def is_own_module(name: str, cls: type) -> bool:
    """Tell whether a module was written by the author of a class, and is no library of Python's."""
    roots = {base.__module__.partition(".")[0] for base in author_classes(cls)}
    return name.partition(".")[0] in roots or not is_from_elsewhere(name)


def is_own_code(function: types.FunctionType, cls: type) -> bool:
    """Tell whether a function was."""
    return is_own_module(function.__module__ or "", cls)


def functions_of_module(space: dict[str, Any]) -> Iterator[types.FunctionType]:
    """The functions and methods that the module with these names defines."""
    for found in list(space.values()):
        yield from functions_in(found, space.get("__name__"))


def functions_in(found: Any, module: str | None) -> Iterator[types.FunctionType]:
    """The functions and methods that a module defines."""
    if isinstance(found, type):
        if found.__module__ == module:
            for member in vars(found).values():
                yield from plain_functions(member)
        return
    for function in plain_functions(found):
        if function.__module__ == module:
            yield function
