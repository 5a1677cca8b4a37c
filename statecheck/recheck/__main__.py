"""Run the re-checker: ``python -m recheck DIR``, beside this folder."""

import ctypes
import os
import signal
import sys

PARENT = "STATECHECK_PARENT"
"""Whoever starts this program to end with it names its own process in this variable."""


def end_with_parent() -> None:
    """Have the kernel end this process with the one that started it, whatever it does."""
    parent = os.environ.pop(PARENT, "")
    if not parent.isdecimal() or sys.platform != "linux":
        return
    set_death_signal = 1
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
    if os.getppid() != int(parent):
        sys.exit(130)


if __name__ == "__main__":
    if hasattr(signal, "pthread_sigmask"):
        # Until the command is there to report it, Ctrl-C waits.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        # What was proved again is said, whatever ends it.
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, signal.default_int_handler)
    end_with_parent()
    from .command import main

    sys.exit(main())
