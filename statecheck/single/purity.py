"""What a machine's code may use besides its own data, because it remembers and invents nothing."""

from __future__ import annotations

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

MODULES = frozenset(
    (
        *("math", "cmath", "operator", "enum", "typing", "collections", "collections.abc", "abc"),
        *("itertools", "functools", "dataclasses", "re", "string", "decimal", "fractions", "copy"),
        *("textwrap", "json", "logging", "warnings", "statistics", "numbers", "types", "bisect"),
        *("heapq", "contextlib", "keyword", "statemachine", "__future__"),
        *("typing_extensions", "inspect"),
    )
)
"""Modules whose functions do. (What is logged or warned of has no influence.)"""

TAKES = {
    "asyncio": frozenset(("sleep",)),
    "datetime": frozenset(("timedelta",)),
}
"""Single things of other modules that are as harmless."""

CLOCKS = frozenset(("now", "today", "utcnow", "fromtimestamp"))
"""Methods of dates and times that look at the clock."""

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
        *("history_values", "states_map", "start_configuration_values", "cancel_event"),
    )
)
"""Attributes that lead out of what is inspected, or change the machine itself."""

REASON = (
    "the same event would not always do the same; keep what matters in attributes of the machine, "
    "or give it as an argument of the event"
)
"""Why chance, time and the outside world are refused, and what to do."""
