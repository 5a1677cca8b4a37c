"""Failures of Z3: no answer where it was asked, and no behaviour of the code that it reads.

In older versions its part for products, for one, fails once all terms of the process take 4 GiB.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import z3

_noted: list[list[z3.Z3Exception]] = []


def checked(solver: z3.Solver, *assumptions: z3.BoolRef) -> z3.CheckSatResult:
    """The answer of a solver, which is unknown where it fails."""
    try:
        return solver.check(*assumptions)
    except z3.Z3Exception as error:
        for failures in _noted:
            failures[:] = [failure for failure in failures if failure is not error]
        return z3.unknown


@contextmanager
def noted_failures() -> Iterator[list[z3.Z3Exception]]:
    """Note what Z3 and its wrappers raise within, but for what `checked` is about: code of a model
    may catch it, or the library that runs that code.
    """
    failures: list[z3.Z3Exception] = []
    make = z3.Z3Exception.__init__

    def make_and_note(self: z3.Z3Exception, value: object) -> None:
        make(self, value)
        failures.append(self)

    z3.Z3Exception.__init__ = make_and_note
    _noted.append(failures)
    try:
        yield failures
    finally:
        _noted.remove(failures)
        z3.Z3Exception.__init__ = make
