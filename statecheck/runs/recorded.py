"""Runs that are shown: whoever found them, they are executed on the plain machines first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.concrete_run import ConcreteRun, IntegerType
from statecheck.claims.run import Run
from statecheck.clock import TimeLeft
from statecheck.modeling import History, ModelError, System
from statecheck.runs.replay import ReplayError, replay
from statecheck.runs.stage import Stage
from statecheck.runs.text import RunText, from_text, to_text

LONGEST = 200
"""So many characters of a message are shown."""

REJECTIONS = (ValueError, ModelError, ReplayError)
"""The exceptions that text raises which is of no run."""


def one_line(error: object) -> str:
    """A message on one line that is not too long."""
    return "".join(c if c.isprintable() else " " for c in str(error)[:LONGEST])


class RunChecker:
    """Executes the runs of a system, of up to ``depth`` steps, while there is time left."""

    def __init__(
        self,
        system: type[System],
        histories: Iterable[History[Any]],
        numbers: Mapping[Any, IntegerType],
        depth: int,
        time_left: TimeLeft,
    ) -> None:
        self.system, self.histories, self.numbers = system, tuple(histories), numbers
        self.depth, self.time_left = depth, time_left
        self._stage = Stage(system)

    def replay(
        self, run: ConcreteRun, claim: Claim, *, proven: bool = False, trim: bool = True
    ) -> Run:
        """A run, executed: it reaches what a claim says is possible, or the antecedent of one that
        is ``proven``; or it violates the claim, or ends where what is recoverable does not hold.

        It is trimmed where that leaves all that the claim counts, or asks about others. Raises
        ReplayError where it does not happen.
        """
        self.time_left()
        want = proven or claim.kind not in (Kind.ALWAYS, Kind.RECOVERABLE)
        asked = self.system, self.histories, run, claim, want, self._stage
        if trim:
            with suppress(ReplayError):
                return replay(*asked, trim=True)
        return replay(*asked, trim=False)

    def replay_text(self, text: RunText, claim: Claim, *, proven: bool = False) -> Run:
        """The run of a text, executed. Raises REJECTIONS."""
        if len(text["steps"]) > self.depth:
            raise ValueError(f"it has {len(text['steps'])} steps, more than {self.depth}")
        run = self.replay(
            from_text(self.system, claim, self.numbers, text), claim, proven=proven, trim=False
        )
        if to_text(run) != text:
            raise ValueError("it happens, but is written otherwise")
        return run

    def accept_text(self, text: RunText, claim: Claim, *, proven: bool) -> Run | str | None:
        """The run of a text, executed, or the reason why it is none.

        None for one to the antecedent of a claim that is not proven. Raises AssertionError for one
        that violates a claim that is.
        """
        try:
            return self.replay_text(text, claim, proven=proven)
        except REJECTIONS as error:
            reason = one_line(error)
        if claim.kind is not Kind.ALWAYS:
            return reason
        try:
            self.replay_text(text, claim, proven=not proven)
        except REJECTIONS:
            return reason
        if proven:
            raise AssertionError(f"{claim.title} is proven, and a run violates it")
        return None
