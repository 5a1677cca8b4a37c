"""Ctrl-C, held back until somebody is there to report it.

A front door holds it back from its first line on, for what is imported next takes a while, and
Python tells of an interruption that nobody handles in a traceback. Where signals cannot be held
back, as on Windows, all stays as it is.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

_former: set[int] | None = None
"""The signals that were held back before this process began to; None while it does not."""


def hold() -> None:
    """Hold Ctrl-C back for as long as this process lives, but for what is `heeded`.

    A request to end, and a terminal that goes away, are taken for Ctrl-C, unless they are ignored.
    """
    global _former  # noqa: PLW0603  (signals are the process's)
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _as_ctrl_c)
    if hasattr(signal, "pthread_sigmask") and _former is None:
        _former = {int(s) for s in signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})}


def _as_ctrl_c(number: int, frame: object) -> None:
    del number, frame
    os.kill(os.getpid(), signal.SIGINT)


@contextmanager
def heeded() -> Iterator[None]:
    """Within, Ctrl-C raises KeyboardInterrupt, at once if it was pressed before."""
    if _former is None:
        yield
        return
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, _former)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


@contextmanager
def held() -> Iterator[None]:
    """Within, Ctrl-C waits: what is half imported is no use, and importing may lose the signal."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)
