"""A claim about the runs of a system, and its kind."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from statecheck.claims.fairness import Assumption, LeadsTo
from statecheck.modeling import Inapplicable, Variant
from statecheck.modeling.observation import concluding


class Kind(enum.Enum):
    """The kinds of claims about the runs of a system."""

    ALWAYS = "always"
    """It holds in every reachable state, or of every step from one."""
    POSSIBLE = "possible"
    """Some run reaches it."""
    RECOVERABLE = "recoverable"
    """From every reachable state some run leads there."""
    DERIVED = "derived"
    """The solver works out the answer."""
    EVENTUALLY = "eventually"
    """Every fair run gets there."""

    def __str__(self) -> str:
        return self.value


Ranges = tuple[tuple[str, str], ...]
"""Ranges of numbers as text, both ends included."""

LEMMA = "lemma"
"""The kind's word of a claim that is there to help others."""

OPENING = "This is false"
"""How a report begins to say that a claim is refuted, as expected."""


@dataclass(frozen=True)
class Section:
    """A section of the text that claims are about: its heading, a part of it, and a label, such as
    that of a finding.
    """

    heading: str
    part: str = ""
    label: str = ""

    def __str__(self) -> str:
        part = f", {self.part}" if self.part else ""
        return self.heading + part + (f" ({self.label})" if self.label else "")


@dataclass(frozen=True, eq=False)
class Claim:
    """One claim under one variant. Its ``text`` says in a sentence what the body says in Python.

    ``word`` is what reports call its kind, where that is not the kind's own name; ``opening`` is
    how a report begins to say that it is refuted, as expected.
    """

    id: str
    section: Section
    kind: Kind
    text: str
    body: Callable[..., Any]
    variables: tuple[tuple[str, Any], ...]
    on_step: bool
    variant: Variant
    expected: str
    assumptions: tuple[str, ...]
    fairness: tuple[Assumption, ...] = ()
    answer: Ranges | None = None
    """The ranges that are expected of a derived claim, and of a claim ``across`` a constant those
    that a run violates it for; None: whatever comes out."""
    at_least: Ranges | None = None
    """The ranges that are expected of a derived claim whatever an unknown constant is; None: those
    of ``answer``."""
    across: str = ""
    """The constant whose values are told apart: the claim is refuted for some, proved for others.
    """
    word: str = ""
    opening: str = OPENING

    @property
    def kind_word(self) -> str:
        """The name of its kind in reports."""
        return self.word or str(self.kind)

    @property
    def title(self) -> str:
        """The id, and the variant where there is one."""
        return f"{self.id} [{self.variant.name}]" if self.variant.name else self.id


def excluded(claim: Claim) -> Claim:
    """The claim that what another one is about never happens: that a possible one is out of reach,
    and that any other one holds.
    """
    if claim.kind is not Kind.POSSIBLE:
        return replace(claim, expected="PROVED", across="", answer=None)
    body = claim.body

    def never(*values: Any) -> Any:
        return not body(*values)

    return replace(claim, kind=Kind.ALWAYS, body=never, expected="PROVED")


def premise_claim(claim: Claim) -> Claim:
    """The claim that the premise of another one can be met."""
    body = claim.body

    def is_met(*values: Any) -> bool:
        try:
            body(*values)
        except Inapplicable:
            return False
        return True

    return replace(claim, kind=Kind.POSSIBLE, body=is_met, expected="REACHED")


def conclusion_claim(claim: Claim) -> Claim:
    """The claim without what it assumes."""
    body = claim.body

    def conclusion(*values: Any) -> Any:
        with concluding():
            return body(*values)

    return replace(claim, body=conclusion)


def vacuity_claim(claim: Claim) -> Claim:
    """A claim that is refuted by each run that passes the premise of another one, and is as that
    one assumes.
    """
    body = claim.body

    def premise_fails(*values: Any) -> LeadsTo:
        return LeadsTo(body(*values).premise, False)

    return replace(claim, body=premise_fails)
