"""The histories that claims use, found in their code: nobody has to hand them over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any

from statecheck.modeling import History


def used_histories(functions: Iterable[Callable[..., Any]]) -> list[History[Any]]:
    """The histories that functions, and those that they call by name, use; each once."""
    found: dict[int, History[Any]] = {}
    seen: set[CodeType] = set()
    left: list[Any] = list(functions)
    while left:
        value = left.pop(0)
        if isinstance(value, History):
            if id(value) in found:
                continue
            found[id(value)] = value
            left += [value.update, value.initially]
        elif isinstance(value, FunctionType) and value.__code__ not in seen:
            seen.add(value.__code__)
            left += _named(value)
    return list(found.values())


def _named(function: FunctionType) -> Iterator[Any]:
    """The values of the global names, and of the variables around it, that a function uses."""
    for code in _codes(function.__code__):
        for name in code.co_names:
            if name in function.__globals__:
                yield function.__globals__[name]
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # a name that is not bound yet
            continue


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of what is defined inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
