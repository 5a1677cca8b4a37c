"""Asking Z3, so that neither a time-out nor Ctrl-C gets lost.

While Z3 works it takes Ctrl-C for itself and merely gives up, if it does not ignore it; and what
Python raises while arguments are handed to Z3 comes out as another error, or not at all. So inside
`interruptible` a thread of its own waits for the signal, and KeyboardInterrupt is raised by `heed`
alone: wherever Z3 is asked, or the clock is looked at.
"""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import z3

_INSIST = 0.05
"""Seconds after which a solver that has just been started is told again to stop."""


class _Watch:
    """What the waiting thread and the working one tell each other."""

    def __init__(self) -> None:
        self.interrupted = threading.Event()
        self.heeded = threading.Event()
        self.asked: z3.Solver | None = None

    def wait(self) -> None:
        """Wait for the signal; then stop Z3 until somebody heeds it."""
        signal.sigwait({signal.SIGINT})
        self.interrupted.set()
        while not self.heeded.wait(_INSIST):
            asked = self.asked
            if asked is not None:
                asked.interrupt()


_watch = _Watch()


@contextmanager
def interruptible() -> Iterator[None]:
    """Within, Ctrl-C raises KeyboardInterrupt where it does no harm; at the end at the latest.

    Where signals cannot be waited for, as on Windows or in a thread, or where somebody handles or
    ignores this one, all stays as it is.
    """
    global _watch  # noqa: PLW0603  (signals are the process's)
    is_ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        and hasattr(signal, "pthread_sigmask")
    )
    if not is_ours:
        yield
        return
    _watch = watch = _Watch()
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    thread = threading.Thread(target=watch.wait, daemon=True)
    thread.start()
    try:
        yield
        heed()
    finally:
        watch.heeded.set()
        if not watch.interrupted.is_set() and thread.ident is not None:
            signal.pthread_kill(thread.ident, signal.SIGINT)
        thread.join()
        _watch = _Watch()
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def deaf() -> None:
    """Let this process ignore Ctrl-C for good, even while Z3 works."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def heed() -> None:
    """Raise KeyboardInterrupt if Ctrl-C was pressed within `interruptible`."""
    if _watch.interrupted.is_set():
        _watch.heeded.set()
        raise KeyboardInterrupt


def ask(
    instance: z3.Solver,
    assumptions: Sequence[z3.BoolRef] = (),
    deadline: Callable[[], float | None] = lambda: None,
) -> z3.CheckSatResult:
    """What a solver answers within the seconds that are left; ``deadline`` says how many, or raises
    that there are none.

    Raises KeyboardInterrupt.
    """
    left = deadline()
    if left is not None:
        instance.set("timeout", math.ceil(left * 1000))
    _watch.asked = instance
    try:
        heed()
        answer = instance.check(*assumptions)
    finally:
        _watch.asked = None
    heed()
    if answer == z3.unknown:
        if "interrupted from keyboard" in instance.reason_unknown():
            raise KeyboardInterrupt
        deadline()
    return answer
