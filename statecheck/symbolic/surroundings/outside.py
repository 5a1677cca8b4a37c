"""Answers from outside: clocks, chance, files and the like, which no proof knows."""

from __future__ import annotations

from types import ModuleType
from typing import Any

_ALWAYS = frozenset(
    (
        *("_io", "_random", "_socket", "_thread", "asyncio", "getpass", "http", "io", "locale"),
        *("multiprocessing", "nt", "platform", "posix", "random", "requests", "secrets", "select"),
        *("shutil", "socket", "subprocess", "tempfile", "threading", "urllib", "uuid"),
    )
)
"""Modules whose functions answer or do something that is not of the model."""

_PARTLY = {
    "time": lambda name: name not in ("sleep", "struct_time"),
    "datetime": lambda name: name in ("now", "today", "utcnow"),
    "os": lambda name: name in ("environ", "environb", "getenv", "_Environ", "getpid", "urandom"),
    "sys": lambda name: name in ("getrefcount", "_getframe"),
    "builtins": lambda name: name in ("hash", "input", "open"),
}


def asks_outside(value: Any) -> bool:
    """Tell whether a value that code names is an answer from outside, or a function that gives one:
    of a clock, of chance, of the system, of a file.
    """
    if isinstance(value, ModuleType | type):
        return False
    holder = getattr(value, "__self__", None)
    if isinstance(holder, ModuleType):
        module = holder.__name__
    elif isinstance(holder, type):
        module = holder.__module__
    elif callable(value) and hasattr(value, "__name__") and holder is None:
        module = str(getattr(value, "__module__", ""))
    else:
        module = type(value if holder is None else holder).__module__
    name = str(getattr(value, "__name__", type(value).__name__))
    first = module.partition(".")[0]
    return first in _ALWAYS or (first in _PARTLY and _PARTLY[first](name))
