"""Reasons to give up."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from statecheck.clock import LOADED, Timeout
from statecheck.single.reading.freeze import NotAnyValue

_END: ContextVar[float] = ContextVar("_END", default=math.inf)


class OutOfTime(Timeout):
    """The time that was given is over."""


class UnknownError(Exception):
    """The solver does not know."""


class Unexplored(Exception):  # noqa: N818  (no error: there is more than was looked at)
    """The steps from a state were not looked at."""


class Unreadable(NotAnyValue):
    """Code that does with a symbolic value what only plain ones allow."""


@contextmanager
def until(end: float | None) -> Iterator[None]:
    """Let no question to the solver go on past a time of the monotonic clock."""
    token = _END.set(math.inf if end is None else end)
    try:
        yield
    finally:
        _END.reset(token)


def milliseconds(most: int) -> int:
    """Milliseconds by the clock that one question to the solver may take, which is worth so many of
    the processor. Raises OutOfTime.
    """
    left = _END.get() - time.monotonic()
    if left <= 0:
        raise OutOfTime
    return max(1, int(min(left * 1000, LOADED * most)))
