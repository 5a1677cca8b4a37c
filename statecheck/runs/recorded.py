"""Runs that are shown: whoever found them, they are executed on the plain machines first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.concrete_run import ConcreteRun, IntegerType
from statecheck.claims.results import Run
from statecheck.modeling import History, ModelError, System
from statecheck.runs.replay import ReplayError, Stage, replay
from statecheck.runs.text import Written, recalled, written

SHOWN = 200
"""So many characters of what is wrong are shown."""

Unfit = (ValueError, ModelError, ReplayError)
"""What is raised of a run in writing that is none."""


def shown(error: Exception) -> str:
    """What is wrong with something that was read, on one line that is not too long."""
    return "".join(c if c.isprintable() else " " for c in str(error)[:SHOWN])


class Runs:
    """The runs of a system, of up to ``depth`` steps. ``remaining`` raises when the time is up."""

    def __init__(
        self,
        system: type[System],
        histories: Iterable[History[Any]],
        numbers: Mapping[Any, IntegerType],
        depth: int,
        remaining: Callable[[], object],
    ) -> None:
        self.system, self.histories, self.numbers = system, tuple(histories), numbers
        self.depth, self.remaining = depth, remaining
        self._stage = Stage(system)

    def replay(
        self, found: ConcreteRun, claim: Claim, *, proven: bool = False, trim: bool = True
    ) -> Run:
        """A run, executed: it reaches what a claim says is possible, or the antecedent of one that
        is ``proven``; or it violates the claim.

        Raises ReplayError where it does not.
        """
        self.remaining()
        want = proven or claim.kind is not Kind.ALWAYS
        return replay(self.system, self.histories, found, claim, want, self._stage, trim=trim)

    def again(self, kept: Written, claim: Claim, *, proven: bool = False) -> Run:
        """What is written of a run, executed. Raises what is Unfit."""
        if len(kept["steps"]) > self.depth:
            raise ValueError(f"it has {len(kept['steps'])} steps, more than {self.depth}")
        found = recalled(self.system, claim, self.numbers, kept)
        run = self.replay(found, claim, proven=proven, trim=False)
        if written(run) != kept:
            raise ValueError("it happens, but is written otherwise")
        return run

    def recalled(self, kept: Written, claim: Claim, *, proven: bool) -> Run | str | None:
        """What is written of a run, executed, or what is wrong with it.

        None for one to the antecedent of a claim that is not proven. Raises AssertionError for one
        that violates a claim that is.
        """
        try:
            return self.again(kept, claim, proven=proven)
        except Unfit as error:
            wrong = shown(error)
        if claim.kind is not Kind.ALWAYS:
            return wrong
        try:
            self.again(kept, claim, proven=not proven)
        except Unfit:
            return wrong
        if proven:
            raise AssertionError(f"{claim.title} is proven, and a run violates it")
        return None
