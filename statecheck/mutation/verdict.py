"""Verdicts on mutants."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class MutantStatus(enum.Enum):
    """How a mutant differs from the model, as far as the claims tell."""

    KILLED = "killed"
    """Some verdict or derived answer is another one."""
    EQUIVALENT = "equivalent"
    """It is the same system: shown by Z3."""
    INVALID = "invalid"
    """It is no model: refused where it is read."""
    SURVIVED = "survived"
    """It is another system, and every verdict is the same: a claim is missing."""
    UNDETERMINED = "undetermined"
    """The time was up, or neither was found."""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Kill:
    """A claim that sees a mutant: what is said of it now, and how that is known."""

    claim: str
    what: str
    evidence: str


@dataclass(frozen=True)
class MutantVerdict:
    """The status of a mutant, the reason, and the claims that were found to see it."""

    status: MutantStatus
    reason: str
    kills: tuple[Kill, ...] = ()
