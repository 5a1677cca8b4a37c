"""A claim about the runs of a system, and its kind."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from statecheck.claims.fairness import Assumption, LeadsTo
from statecheck.modeling import Variant


class Kind(enum.Enum):
    """The kinds of claims about the runs of a system."""

    ALWAYS = "always"
    """It holds in every reachable state, or of every step from one."""
    POSSIBLE = "possible"
    """Some run reaches it."""
    RECOVERABLE = "recoverable"
    """From every reachable state some run leads there."""
    FINDING = "finding"
    """The article has it as ALWAYS; made precise, it is false."""
    DERIVED = "derived"
    """The solver works out the answer."""
    EVENTUALLY = "eventually"
    """Every fair run gets there."""

    def __str__(self) -> str:
        return self.value


UNIVERSAL = (Kind.ALWAYS, Kind.FINDING)
"""The kinds of claims that a run violates."""


@dataclass(frozen=True, eq=False)
class Claim:
    """One claim under one variant. Its ``text`` says in a sentence what the body says in Python."""

    id: str
    section: str
    kind: Kind
    text: str
    body: Callable[..., Any]
    variables: tuple[tuple[str, Any], ...]
    on_step: bool
    variant: Variant
    expected: str
    assumptions: tuple[str, ...]
    fairness: tuple[Assumption, ...] = ()
    answer: tuple[tuple[str, str], ...] | None = None
    """The ranges that are expected of a derived claim; None: whatever comes out."""

    @property
    def title(self) -> str:
        """The id, and the variant where there is one."""
        return f"{self.id} [{self.variant.name}]" if self.variant.name else self.id


def vacuity_claim(claim: Claim) -> Claim:
    """A claim that is refuted by each run that passes the premise of another one, and is as that
    one assumes.
    """
    body, on_step = claim.body, claim.on_step

    def premise_fails(*values: Any) -> LeadsTo:
        sentence = body(*values)
        return LeadsTo(sentence.premise and (on_step or not sentence.goal), False)

    return replace(claim, body=premise_fails)
