"""Solvers, and what is asked of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import z3

from statecheck.clock import TimeLeft, Timeout, unlimited
from statecheck.smt.c_interface import truths
from statecheck.smt.failures import checked
from statecheck.smt.interruption import interrupted_by_signal

WORK = 20_000_000
"""Z3's measure of the work on one question, which it heeds where it does not heed the clock."""


def ground_solver(seed: int) -> z3.Solver:
    """A solver for ground formulas.

    Z3's core for increments. Its relevancy filter only pays for quantifiers, its newer arithmetic
    only for more than comparisons with numbers, and enumerations want to be split late.
    """
    instance = z3.SimpleSolver()
    instance.set("relevancy", 0)
    instance.set("arith.solver", 2)
    instance.set("dt_lazy_splits", 2)
    instance.set("random_seed", seed)
    return instance


def check_sat(
    solver: z3.Solver,
    assumptions: Sequence[z3.BoolRef] = (),
    time_left: TimeLeft = unlimited,
) -> z3.CheckSatResult:
    """The answer of a solver within the time that is left.

    Raises Timeout where there is none left, and KeyboardInterrupt.
    """
    seconds = time_left()
    if seconds is not None:
        solver.set("timeout", math.ceil(seconds * 1000))
    with interrupted_by_signal(solver):
        answer = checked(solver, *assumptions)
    if answer == z3.unknown:
        if "interrupted from keyboard" in solver.reason_unknown():
            raise KeyboardInterrupt
        time_left()
    return answer


def is_satisfiable(
    solver: z3.Solver,
    assumptions: Sequence[z3.BoolRef] = (),
    time_left: TimeLeft = unlimited,
) -> bool:
    """Tell whether a solver has a model. Raises Timeout, and KeyboardInterrupt."""
    answer = check_sat(solver, assumptions, time_left)
    if answer == z3.unknown:
        raise Timeout(solver.reason_unknown())
    return bool(answer == z3.sat)


@cache
def _meter() -> z3.Solver:
    """A solver that has been asked, and so has statistics."""
    asked = z3.SimpleSolver()
    asked.check()
    return asked


def work_done() -> int:
    """The work of all solvers of this process so far, in units of Z3."""
    return int(_meter().statistics().get_key_value("rlimit count"))


class OutOfWork(Exception):  # noqa: N818  (an answer, not an error)
    """The work that was asked for is more than it may be."""


@contextmanager
def limited(solver: z3.Solver, work: int | None) -> Iterator[None]:
    """Within, raise OutOfWork where a solver would do more work; None for no limit."""
    if work is None:
        yield
        return
    if work <= 0:
        raise OutOfWork
    end = work_done() + work
    solver.set("rlimit", work)
    try:
        yield
    except Timeout:
        if work_done() < end:
            raise
        raise OutOfWork from None
    finally:
        solver.set("rlimit", 0)


def is_impossible(conditions: Sequence[z3.BoolRef], time_left: TimeLeft = unlimited) -> bool:
    """Tell whether Z3 shows that conditions never hold together, with the work that it is worth.

    Raises Timeout, and KeyboardInterrupt.
    """
    solver = z3.Solver()
    solver.set("rlimit", WORK)
    solver.add(*conditions)
    return bool(check_sat(solver, (), time_left) == z3.unsat)


def true_in(model: z3.ModelRef, formula: z3.BoolRef) -> bool:
    """Tell whether a model makes a formula true."""
    return truths(model, [formula])[0]
