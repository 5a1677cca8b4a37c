"""A function that makes machines, tried before anything is asked about them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from statemachine import StateChart

from statecheck.modeling import Machine, Maker, ModelError
from statecheck.single.reading.instances.fresh import made_by


def maker_of(function: Callable[..., Any]) -> Maker:
    """A function, with the class of the machines that it returns.

    Raises ModelError for one that takes arguments, fails, returns something else than a machine, or
    returns what it has returned before.
    """
    name = function.__name__
    if inspect.iscoroutinefunction(function):
        raise ModelError(f"{name} is async; a function that makes a machine is a plain one")
    needed = [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if needed:
        raise ModelError(
            f"{name} needs {', '.join(needed)}; a function that makes a machine is called without "
            "arguments"
        )
    first, second = made_by(function, name), made_by(function, name)
    if not isinstance(first, StateChart):
        cls = type(first).__name__
        kind = "nothing" if first is None else f"{'an' if cls[0] in 'aeiouAEIOU' else 'a'} {cls}"
        raise ModelError(
            f"{name}() returns {kind}; a function that makes a machine returns an instance of a "
            "python-statemachine class"
        )
    if isinstance(first, Machine):
        raise ModelError(
            f"{name}() returns a {type(first).__name__}, a machine of a system; name its class"
        )
    shared = _shared(first, second)
    if shared:
        raise ModelError(
            f"{name}() returns {shared} that it has returned before; make a new one in every call"
        )
    return Maker(function, type(first))


def _shared(first: StateChart[Any], second: Any) -> str:
    """The part of two machines that is one and the same, in words; empty for none."""
    if second is first:
        return "the machine"
    if not isinstance(second, StateChart):
        return ""
    if first.model is second.model:
        return f"a machine with the model, a {type(first.model).__name__},"
    for listener in first._listeners.values():
        if any(listener is other for other in second._listeners.values()):
            return f"a machine with the listener, a {type(listener).__name__},"
    return ""
