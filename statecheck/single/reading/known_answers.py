"""Answers of Python's own clocks and dice, of which more is known than that they are anything."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timezone
from typing import Any

NUMBERS = object()
"""Stands for any number."""

ANYTHING = object()
"""Stands for an answer of which no more is known than that it came."""

MOMENT = object()
"""Stands for an answer that is a date or a time, whichever."""

FEW = 8
"""So many values are gone through one by one."""

_SLEEP = asyncio.sleep

_CLOCKS = (time.time, time.monotonic, time.perf_counter, time.time_ns, time.monotonic_ns)

_MOMENTS = (vars(datetime)["now"], vars(datetime)["utcnow"], vars(date)["today"])

_WRITTEN = (vars(datetime)["isoformat"], vars(datetime)["timestamp"])

Choose = Callable[[str], bool]


def known_answer(
    function: Any, args: Sequence[Any], kwargs: dict[str, Any], choose: Choose
) -> tuple[Any] | None:
    """The answer to a call that raises nothing, as a tuple of one; None where nothing is known."""
    given = (*args, *kwargs.values())
    match getattr(function, "__name__", ""):
        case "sleep" if function is time.sleep:
            waits = len(given) == 1 and type(given[0]) in (int, float) and 0 <= given[0] < 1e6
            return (None,) if waits else None
        case "sleep" if function is _SLEEP:
            return (_slept(*args, **kwargs),)
        case "random" if function == random.random:
            return None if given else (NUMBERS,)
        case "randint" if function == random.randint and _are(int, given, 2) and not kwargs:
            first, last = given
            if first > last:
                return None
            if last - first < FEW:
                return (_one_of(range(first, last + 1), choose),)
            return (NUMBERS,)
        case "uniform" if function == random.uniform and len(given) == 2:
            return (NUMBERS,) if all(type(g) in (int, float) for g in given) else None
        case "choice" if function == random.choice and len(args) == 1 and not kwargs:
            if type(args[0]) in (list, tuple, str) and 0 < len(args[0]) <= FEW:
                return (_one_of(args[0], choose),)
            return None
    if not given and any(function == clock for clock in _CLOCKS):
        return (NUMBERS,)
    if any(function is moment for moment in _MOMENTS):
        return (MOMENT,) if all(isinstance(g, timezone | None) for g in given) else None
    if not given and any(function is written for written in _WRITTEN):
        return (ANYTHING,)
    return None


def _are(kind: type, given: Sequence[Any], count: int) -> bool:
    return len(given) == count and all(type(value) is kind for value in given)


def _one_of(values: Sequence[Any], choose: Choose) -> Any:
    for value in values[:-1]:
        if choose(f"answers {value!r}"):
            return value
    return values[-1]


async def _slept(delay: Any, result: Any = None) -> Any:
    _ = delay <= 0  # which raises what the original would, of what is no number
    return result


@contextmanager
def without_waiting() -> Iterator[None]:
    """Within, nobody waits who sleeps by `asyncio.sleep`."""
    asyncio.sleep = _slept
    try:
        yield
    finally:
        asyncio.sleep = _SLEEP
