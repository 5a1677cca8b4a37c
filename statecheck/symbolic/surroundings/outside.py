"""Answers from outside: clocks, chance, files and the like, which no proof knows."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from types import ModuleType
from typing import Any

from statecheck.repeatable import MODULES, is_from_elsewhere

_ALSO_PURE = frozenset(
    (
        *("builtins", "statecheck", "statemachine", "posixpath", "ntpath", "genericpath"),
        *("struct", "frozen_importlib", "z3"),
    )
)
"""More modules whose functions answer the same whenever they are asked the same."""

_PARTLY = {
    "time": frozenset(("sleep", "struct_time")),
    "datetime": frozenset(
        ("date", "datetime", "time", "timedelta", "timezone", "tzinfo", "UTC", "MINYEAR", "MAXYEAR")
    ),
    "os": frozenset(("path", "sep", "linesep", "fspath", "PathLike", "name")),
    "sys": frozenset(
        (
            *("maxsize", "maxunicode", "float_info", "byteorder", "platform", "version_info"),
            *("stdout", "stderr", "intern", "implementation"),
        )
    ),
}
"""Of some other modules what does."""

_NOT_PURE = {
    "builtins": frozenset(("hash", "input", "open")),
    "datetime": frozenset(("now", "today", "utcnow", "fromtimestamp")),
    "decimal": frozenset(("getcontext", "setcontext", "localcontext")),
    "inspect": frozenset(("stack", "currentframe", "trace", "getouterframes", "getinnerframes")),
    "warnings": frozenset(("filters",)),
}
"""What does not, of modules that are pure for the rest."""


_FROM_OUTSIDE = (
    "is an answer from outside, and no proof knows it; make it a parameter of the action, or a "
    "field that begins as anything"
)

_UNKNOWN = (
    "is of {}, of which it is not known whether it answers the same each time; write what is "
    "needed of it in the model, or make its answer a parameter of the action"
)


def outside_of(chain: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    """The names, of those that code has, of answers from outside, or of what gives one: of a clock,
    of chance, of the system, of a file, of any module that is not known to give none; each with
    the reason. They come with their values, an attribute after what it is asked of; then that
    alone is not named.
    """
    holders: dict[str, Any] = {}
    for (text, value), (following, _) in itertools.pairwise((*chain, ("", None))):
        holders[text] = value
        if isinstance(value, ModuleType) and following.startswith(f"{text}."):
            continue
        around, _, name = text.rpartition(".")
        holder = holders.get(around)
        module, own_name = _home(value)
        if isinstance(holder, ModuleType):
            is_outside = _is_outside(holder.__name__, name)
            if holder.__name__ not in _PARTLY and not is_outside:
                is_outside = _is_outside(module, own_name)
        elif isinstance(value, ModuleType):
            is_outside = module not in _PARTLY and not _is_known(module)
        else:
            is_outside = _is_outside(module, own_name)
        if is_outside or _asks_local_zone(value):
            named = holder.__name__ if isinstance(holder, ModuleType) else module
            root = named.partition(".")[0]
            is_pythons = root in sys.stdlib_module_names
            yield text, _FROM_OUTSIDE if is_pythons else _UNKNOWN.format(root)


def _asks_local_zone(value: Any) -> bool:
    """Tell whether the answer hangs on the time zone of the machine that code runs on."""
    holder = getattr(value, "__self__", None)
    is_local = isinstance(holder, datetime) and holder.tzinfo is None
    return is_local and value.__name__ in ("timestamp", "astimezone")


def _home(value: Any) -> tuple[str, str]:
    """The module that a value is from, and its name there; empty for an object of some type."""
    while isinstance(value, partial):
        value = value.func
    holder = getattr(value, "__self__", None)
    if isinstance(value, ModuleType):
        home: Any = value.__name__
    elif isinstance(value, type):
        home = value.__module__
    elif isinstance(holder, ModuleType):
        home = holder.__name__
    elif isinstance(holder, type):
        home = holder.__module__
    elif callable(value) and hasattr(value, "__name__") and holder is None:
        home = getattr(value, "__module__", "")
    else:
        home = type(value if holder is None else holder).__module__
    return str(home), str(getattr(value, "__name__", ""))


def _is_outside(module: str, name: str) -> bool:
    """Tell whether something of a module is, by its name; empty: an object of one of its types."""
    root = module.partition(".")[0].removeprefix("_")
    if name in _NOT_PURE.get(root, ()):
        return True
    if root in _PARTLY:
        return bool(name) and root != "datetime" and name not in _PARTLY[root]
    return not _is_known(module)


def _is_known(module: str) -> bool:
    """Tell whether a module is the model's own, or one of those that are pure."""
    root = module.partition(".")[0]
    names = {module, root, root.removeprefix("_")}
    return not is_from_elsewhere(module) or not names.isdisjoint(MODULES | _ALSO_PURE)
