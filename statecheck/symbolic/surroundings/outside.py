"""Answers from outside: clocks, chance, files and the like, which no proof knows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
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
    "datetime": frozenset(("now", "today", "utcnow")),
    "decimal": frozenset(("getcontext", "setcontext", "localcontext")),
    "inspect": frozenset(("stack", "currentframe", "trace", "getouterframes", "getinnerframes")),
    "warnings": frozenset(("filters",)),
}
"""What does not, of modules that are pure for the rest."""


def outside_of(chain: Iterator[tuple[str, Any]]) -> Iterator[str]:
    """The names, of those that code has, of answers from outside, or of what gives one: of a clock,
    of chance, of the system, of a file, of any module that is not known to give none. Each comes
    with its value, an attribute after what it is asked of; then that alone is not named.
    """
    holders: dict[str, Any] = {}
    for (text, value), (following, _) in itertools.pairwise((*chain, ("", None))):
        holders[text] = value
        if isinstance(value, ModuleType) and following.startswith(f"{text}."):
            continue
        around, _, name = text.rpartition(".")
        holder = holders.get(around)
        if isinstance(holder, ModuleType) and holder.__name__ in _PARTLY:
            if name not in _PARTLY[holder.__name__]:
                yield text
        elif _asks_outside(value) or (
            isinstance(holder, ModuleType) and _is_outside(holder.__name__, name)
        ):
            yield text


def _asks_outside(value: Any) -> bool:
    while isinstance(value, partial):
        value = value.func
    if isinstance(value, ModuleType):
        return value.__name__ not in _PARTLY and not _is_known(value.__name__)
    holder = getattr(value, "__self__", None)
    if isinstance(value, type):
        home: Any = value.__module__
    elif isinstance(holder, ModuleType):
        home = holder.__name__
    elif isinstance(holder, type):
        home = holder.__module__
    elif callable(value) and hasattr(value, "__name__") and holder is None:
        home = getattr(value, "__module__", "")
    else:
        home = type(value if holder is None else holder).__module__
    name = str(getattr(value, "__name__", "" if holder is None else type(value).__name__))
    return _is_outside(str(home), name)


def _is_outside(module: str, name: str) -> bool:
    """Tell whether something of a module is, by its name; empty: an object of one of its types."""
    root = module.partition(".")[0].removeprefix("_")
    if name in _NOT_PURE.get(root, ()):
        return True
    if root in _PARTLY:
        return root != "datetime" and name not in _PARTLY[root]
    return not _is_known(module)


def _is_known(module: str) -> bool:
    """Tell whether a module is the model's own, or one of those that are pure."""
    root = module.partition(".")[0]
    names = {module, root, root.removeprefix("_")}
    return not is_from_elsewhere(module) or not names.isdisjoint(MODULES | _ALSO_PURE)
