"""The time that a proof may take, of which long work asks how much is left; and that it took."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

MOMENT = 0.01
"""Seconds after which a time that is to be over is over."""

AGAIN = 0.5
"""Seconds after which what was to be ended, and goes on, is ended once more."""

LOADED = 3
"""A part of the work may take so many times as long by the clock as of the processor, which others
may use."""

SOON = 0.001
"""Seconds after which that is tried again, where it cannot be done at the moment."""

TimeLeft = Callable[[], float | None]
"""Gives the seconds that are left, None for no limit; raises Timeout when there are none."""


class Timeout(Exception):  # noqa: N818  (an answer of the solver, not an error)
    """The solver gave up, or the time is up."""


class Endless(BaseException):
    """Work that does not end in time; no code of a model may catch it."""


def seconds_until(deadline: float | None) -> float | None:
    """The seconds until a time of the monotonic clock. Raises Timeout when there are none."""
    if deadline is None:
        return None
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise Timeout("the time is up")
    return seconds


_ends: list[float | None] = []


@contextmanager
def bounded(end: float | None) -> Iterator[None]:
    """Within, `heed` raises Timeout once a time of the monotonic clock is over."""
    _ends.append(end)
    try:
        yield
    finally:
        _ends.pop()


def heed() -> None:
    """Raise Timeout where the time is up that something is `bounded` by.

    Only code that no code of a model has called may heed it: a model may catch what is raised.
    """
    if _ends:
        seconds_until(_ends[-1])


def in_bounds() -> float:
    """The seconds until `heed` raises Timeout; no less than a moment."""
    end = _ends[-1] if _ends else None
    return math.inf if end is None else max(end - time.monotonic(), 0) + MOMENT


def unlimited() -> float | None:
    """No limit, as a `TimeLeft`."""
    return None


class Stopwatch:
    """Wall time since the last lap, in seconds."""

    def __init__(self) -> None:
        self.last = time.perf_counter()

    def lap(self) -> float:
        """The seconds since the last lap, or since the beginning."""
        now = time.perf_counter()
        passed, self.last = now - self.last, now
        return passed


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise Endless inside once so many seconds are over; not in threads, nor without signals.

    It is raised again where it is lost, as in what is called when an object is freed; at the end
    at the latest. It is not raised where z3's wrappers count the uses of a term: the term would be
    freed once more often than it was made, and others would change that are still in use.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        yield
        return
    rang = False

    def give_up(_: int, frame: FrameType | None) -> None:
        nonlocal rang
        rang = True
        while frame is not None and frame.f_globals is globals():  # called while it is called
            frame = frame.f_back
        if _counts_uses(frame):
            signal.setitimer(signal.ITIMER_REAL, SOON, AGAIN)
            return
        raise Endless

    former = signal.signal(signal.SIGALRM, give_up)
    with suppress(ValueError):
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
        if rang:
            raise Endless
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


_WRAPPERS = ("z3.", "statecheck.smt.")
"""The modules that count the uses of Z3's terms begin with these."""

_COUNTING = ("__init__", "__del__", "begin", "end", "from_param")
"""The functions there that do, or that are called for what is handed to Z3."""


def _counts_uses(frame: FrameType | None) -> bool:
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(_WRAPPERS):
        if frame.f_code.co_name in _COUNTING:
            return True
        frame = frame.f_back
    return False
