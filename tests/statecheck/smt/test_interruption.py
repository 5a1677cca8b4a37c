"""Ctrl-C and time-outs reach through the solver."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
import z3

from statecheck.clock import Timeout
from statecheck.smt.interruption import interruptible
from statecheck.smt.solving import check_sat

SLACK = 3.0
"""Seconds of the processor's time, however busy the machine is, that it may take to stop."""


# -- Ctrl-C -------------------------------------------------------------------------------------


def hard() -> z3.Solver:
    """A question that takes minutes."""
    x, y, z = (z3.BitVec(name, 64) for name in "xyz")
    instance = z3.Solver()
    instance.add(x * y * z == 0xDEADBEEFCAFE1235, z3.URem(x, y) == z * z + 7, y > 3, z > 99)
    return instance


def test_ctrl_c_reaches_through_the_solver() -> None:
    began = time.process_time()
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt), interruptible():
        check_sat(hard(), time_left=lambda: 30.0)
    assert time.process_time() - began < SLACK
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_ctrl_c_is_not_lost_between_questions() -> None:
    @interruptible()
    def be_interrupted() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)

    with pytest.raises(KeyboardInterrupt):
        be_interrupted()


def test_ctrl_c_that_is_ignored_stays_ignored() -> None:
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible():
            os.kill(os.getpid(), signal.SIGINT)
            assert check_sat(z3.Solver()) == z3.sat
    finally:
        signal.signal(signal.SIGINT, former)


def test_nothing_is_raised_or_left_without_ctrl_c() -> None:
    threads = threading.active_count()
    for _ in range(20):
        with interruptible():
            assert check_sat(z3.Solver()) == z3.sat
    assert threading.active_count() == threads


def test_time_reaches_through_the_solver() -> None:
    began = time.process_time()
    end = time.monotonic() + 0.3

    def left() -> float:
        if time.monotonic() >= end:
            raise Timeout("the time is up")
        return end - time.monotonic()

    with pytest.raises(Timeout):
        check_sat(hard(), time_left=left)
    assert time.process_time() - began < SLACK
