"""Ctrl-C while Z3 works, so that it does not get lost.

While Z3 works it takes Ctrl-C for itself and merely gives up, if it does not ignore it; and what
Python raises while arguments are handed to Z3 comes out as another error, or not at all. So inside
`interruptible` a thread of its own waits for the signal, and KeyboardInterrupt is raised by
`raise_if_interrupted` alone: wherever Z3 is run, or the clock is looked at.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import z3

_REPEAT = 0.05
"""Seconds after which a solver that has just been started is told again to stop."""


def _heeded() -> set[signal.Signals]:
    """Ctrl-C, and those of the signals to end that somebody handles."""
    others = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))
    default = (signal.SIG_DFL, signal.SIG_IGN, None)
    return {signal.SIGINT, *(n for n in others if n and signal.getsignal(n) not in default)}


class _Watch:
    """The state that the waiting thread and the working one share."""

    def __init__(self) -> None:
        self.interrupted = threading.Event()
        self.noticed = threading.Event()
        self.running: z3.Solver | None = None

    def wait(self) -> None:
        """Wait for the signal; then stop Z3 until the working thread takes notice."""
        signal.sigwait(_heeded())
        self.interrupted.set()
        while not self.noticed.wait(_REPEAT):
            running = self.running
            if running is not None:
                running.interrupt()


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
    former = signal.pthread_sigmask(signal.SIG_BLOCK, _heeded())
    thread = threading.Thread(target=watch.wait, daemon=True)
    thread.start()
    try:
        yield
        raise_if_interrupted()
    finally:
        watch.noticed.set()
        if not watch.interrupted.is_set() and thread.ident is not None:
            signal.pthread_kill(thread.ident, signal.SIGINT)
        thread.join()
        _watch = _Watch()
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def raise_if_interrupted() -> None:
    """Raise KeyboardInterrupt if Ctrl-C was pressed within `interruptible`."""
    if _watch.interrupted.is_set():
        _watch.noticed.set()
        raise KeyboardInterrupt


@contextmanager
def interrupted_by_signal(solver: z3.Solver) -> Iterator[None]:
    """Within, Ctrl-C stops a solver; before and after it, it raises KeyboardInterrupt."""
    _watch.running = solver
    try:
        raise_if_interrupted()
        yield
    finally:
        _watch.running = None
    raise_if_interrupted()
