"""Asking Z3, so that neither a time-out nor Ctrl-C gets lost."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import z3


def ask(
    instance: z3.Solver,
    assumptions: Sequence[z3.BoolRef] = (),
    deadline: Callable[[], float | None] = lambda: None,
) -> z3.CheckSatResult:
    """What a solver answers within the seconds that are left; ``deadline`` says how many, or raises
    that there are none.

    Raises KeyboardInterrupt: while Z3 works it takes Ctrl-C for itself, and only gives up.
    """
    left = deadline()
    if left is not None:
        instance.set("timeout", math.ceil(left * 1000))
    answer = instance.check(*assumptions)
    if answer == z3.unknown:
        if "interrupted" in instance.reason_unknown():
            raise KeyboardInterrupt
        deadline()
    return answer
