"""The histories that claims use, found in their code: nobody has to hand them over. And those that
cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

from statecheck.claims.claim import Claim
from statecheck.claims.fairness import Rare
from statecheck.errors import ModelError
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


def refuse_lost(claim: Claim, lost: Mapping[History[Any], str]) -> None:
    """Raise ModelError for a claim that names a history which cannot be read, whether it would ask
    for it or not.
    """
    if not lost:
        return
    assumed = [item.body for item in claim.fairness if isinstance(item, Rare)]
    for item in used_histories([claim.body, *assumed]):
        if item in lost:
            raise ModelError(
                f"it needs the history {item.name}, which cannot be read: {lost[item]}"
            )
