"""Ctrl-C, held back until somebody is there to report it; and the end of a process.

A front door holds it back from its first line on, for what is imported next takes a while, and
Python tells of an interruption that nobody handles in a traceback. Where signals cannot be held
back, as on Windows, all stays as it is.

A model's code runs in the process of a command; the exit code is the command's all the same.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

_former: set[int] | None = None
"""The signals that were held back before this process began to; None while it does not."""

_end = os._exit
_code: int | None = None
"""The exit code of the command, once it is over."""


def hold() -> None:
    """Hold Ctrl-C back for as long as this process lives, but for what is `heeded`.

    A request to end, and a terminal that goes away, are taken for Ctrl-C, unless they are ignored.
    """
    global _former  # noqa: PLW0603  (signals are the process's)
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _as_ctrl_c)
    _keep_from_ending()
    if hasattr(signal, "pthread_sigmask") and _former is None:
        _former = {int(s) for s in signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})}


def script() -> NoReturn:
    """The console script. It is here, for what `main` imports takes a while."""
    hold()
    from statecheck.cli.main import main

    leave(main())


def _keep_from_ending() -> None:
    """Have ``os._exit`` raise ModelError in this process; its children end as they do."""
    own = os.getpid()
    if os._exit is not _end:
        return

    def kept(status: int) -> NoReturn:
        if os.getpid() != own or _code is not None:
            _end(status if _code is None else _code)
        from statecheck.errors import ModelError

        raise ModelError(f"the model's code ends the process, by os._exit({status}); leave it out")

    os._exit = kept


def leave(code: int) -> NoReturn:
    """End this process with an exit code, even if a thread that a model began goes on."""
    global _code  # noqa: PLW0603  (there is one)
    _code = code
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    if all(thread.daemon for thread in others):
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()
    _end(code)


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
