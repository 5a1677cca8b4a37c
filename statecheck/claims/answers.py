"""Answers to the standard questions about one machine, which are asked when nothing is claimed."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statecheck.claims.clause_text import ClauseText
    from statecheck.claims.run import Run


class Question(enum.Enum):
    """The standard questions. Each is named after what is suspicious, or worth knowing."""

    STATE_NEVER_REACHED = "state never reached"
    TRANSITION_NEVER_FIRES = "transition never fires"
    GUARDS_OVERLAP = "guards hold at once"
    NOTHING_LEADS_ON = "nothing leads on"
    NO_WAY_TO_FINAL = "no way to a final state"
    EXCEPTION_NOT_CAUGHT = "exception not caught"
    NEVER_LEFT = "state never left"
    VALIDATOR_REFUSES = "validator refuses"
    GUARD_ALWAYS_HOLDS = "guard always holds"
    RANGE = "range"
    INPUT = "input"

    def __str__(self) -> str:
        return self.value


class Standing(enum.Enum):
    """How an answer counts."""

    SUSPICIOUS = "suspicious"
    OPEN = "open"
    """Neither a run nor a proof was found."""
    ACCEPTED = "accepted"
    """Suspicious, but the user's project says that it is meant to be so."""
    FINE = "fine"
    INFORMATION = "information"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Answer:
    """The answer to one question about one part of the machine, its ``subject``.

    It rests on a ``run`` that was replayed, or on a proof: an ``invariant``, or what ``detail``
    says. Of several answers to one question that are all fine, one stands for all.
    """

    question: Question
    subject: str
    standing: Standing
    detail: str
    run: Run | None = None
    invariant: tuple[ClauseText, ...] | None = None
    shortest: bool = True

    @property
    def id(self) -> str:
        """The name by which an answer is accepted: ``state never reached: broken``."""
        return f"{self.question}: {self.subject}"

    @property
    def is_finding(self) -> bool:
        """True if it is suspicious, accepted or not."""
        return self.standing in (Standing.SUSPICIOUS, Standing.ACCEPTED)
