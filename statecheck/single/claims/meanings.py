"""Names and values that a claim cannot use as it does: what they are, in words."""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

from statemachine import StateChart

WORDS = {
    bool: "a truth value",
    int: "a number",
    float: "a number",
    str: "a text",
    type(None): "None",
}
"""Types of values in words."""

SELVES = ("self", "machine", "sm", "model")
"""Names that people give to the machine itself."""


def in_words(type_: type) -> str:
    """A value of a type, in words."""
    name = type_.__name__
    return WORDS.get(type_) or f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def others_of(cls: type, model: type, state_field: str) -> dict[str, str]:
    """Everything that the class, its module and its model have besides what claims may name, in
    words.
    """
    module = sys.modules.get(cls.__module__)
    found = {} if module is None else dict(_described(vars(module), ""))
    for base in reversed(cls.__mro__):
        if issubclass(base, StateChart) and not base.__module__.startswith("statemachine"):
            found.update(_described(vars(base), f" of {base.__name__}"))
    for base in reversed(model.__mro__):
        for name, said in _described(vars(base), f" of {base.__name__}"):
            found[f"model.{name}"] = said
    kept = "what the library keeps the state in"
    found |= {state_field: kept, f"model.{state_field}": kept}
    return found


def _described(space: Mapping[str, Any], of: str) -> Iterator[tuple[str, str]]:
    for name, value in list(space.items()):
        if not name.startswith("__"):
            yield name, f"{_kind(value)}{of}"


def _kind(value: Any) -> str:
    match value:
        case types.ModuleType():
            return "a module"
        case type():
            return "a class"
        case property():
            return "a property"
        case list() | dict() | set():
            return f"{in_words(type(value))} that may change"
        case _ if inspect.isroutine(value):
            return "a function"
    return in_words(type(value))


def unknown(machine: str, others: Mapping[str, str], name: str) -> str:
    """The reason why a name cannot be used in a claim; empty where there is no such name at all."""
    if name.capitalize() in ("True", "False", "None"):
        return f"is not known; did you mean {name.capitalize()}?"
    if name in (*SELVES, machine, machine.lower()):
        return "is not known: states and fields are named by themselves, as in 'NAME > 0'"
    if name in others:
        return f"is {others[name]}, which a claim cannot use"
    if hasattr(StateChart, name):
        return "is python-statemachine's own; a state's name says that the state is active"
    return ""
