"""A clock that goes by the solver's work: each question that it is asked takes one second."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import z3


@dataclass
class Work:
    """The questions that were asked, and those of them that were asked ``late``: after the end."""

    seconds: float
    asked: int = 0
    late: int = 0


@contextmanager
def counted(seconds: float) -> Iterator[Work]:
    """Within, time passes as the solver is asked; what is asked after so many seconds is late."""
    work = Work(seconds)
    began, check = time.monotonic(), z3.Solver.check

    def asked(solver: z3.Solver, *assumptions: Any) -> Any:
        work.late += work.asked >= work.seconds
        work.asked += 1
        return check(solver, *assumptions)

    with (
        patch.object(time, "monotonic", lambda: began + work.asked),
        patch.object(z3.Solver, "check", asked),
    ):
        yield work
