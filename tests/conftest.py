"""What all tests share."""

from __future__ import annotations

import gc
import mmap
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from statecheck.smt.c_interface import without_wrapper_checks

# No test depends on a clock: on a busy machine all that is generated takes long.
settings.register_profile("unhurried", deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("unhurried")

ALLOCATIONS = 2_000_000
"""After so many objects more the garbage is collected,"""

MEMORY = 1_000_000_000
"""and after so many bytes more: a few objects may keep much of Z3's memory, and Z3 4.13 answers no
question about products where it has 4 GiB.
"""


@pytest.hookimpl
def pytest_configure() -> None:
    # Workers have a thread that talks to the one who gives out tests. Garbage that it collects may
    # be Z3's, and Z3 is not to be entered by two threads at once: it crashes.
    gc.disable()
    # A shell starts what is to run in the background with Ctrl-C ignored, and nohup what is to go
    # on without a terminal; whatever a test starts would ignore it too.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    # As the commands have it; with Z3's wrappers as they are, tests take half as long again.
    without_wrapper_checks()


@pytest.hookimpl
def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # what all tests have in common is not looked through again and again


def _resident() -> int:
    """The bytes of memory that this process has; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE
    except OSError:
        return 0


_kept = _resident()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    global _kept  # noqa: PLW0603  (the process's)
    if gc.get_count()[0] > ALLOCATIONS or _resident() > _kept + MEMORY:
        gc.collect()
        _kept = _resident()
