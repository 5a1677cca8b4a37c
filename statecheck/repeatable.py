"""Modules and values that come to the same whenever code runs, and in each process."""

from __future__ import annotations

import sys

MODULES = frozenset(
    (
        *("math", "cmath", "operator", "enum", "typing", "collections", "collections.abc", "abc"),
        *("itertools", "functools", "dataclasses", "re", "string", "decimal", "fractions", "copy"),
        *("textwrap", "json", "logging", "warnings", "statistics", "numbers", "types", "bisect"),
        *("heapq", "contextlib", "keyword", "statemachine", "__future__"),
        *("typing_extensions", "inspect"),
    )
)
"""Modules whose functions answer the same whenever they are asked the same. (What is logged or
warned of has no influence.)
"""


def is_from_elsewhere(module: str) -> bool:
    """Tell whether a module belongs to Python or to a package that is installed."""
    root = module.partition(".")[0]
    file = getattr(sys.modules.get(root), "__file__", None) or ""
    return root in sys.stdlib_module_names or "site-packages" in file or "dist-packages" in file


def is_unordered(value: object) -> bool:
    """Tell whether a value is a set whose order differs from one process to the next."""
    return (
        isinstance(value, set | frozenset)
        and len(value) > 1
        and not all(isinstance(item, int) for item in value)
    )
