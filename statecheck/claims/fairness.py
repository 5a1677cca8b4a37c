"""Fairness, which a claim about the end of a run may assume: no action is put off for ever.

An infinite run is *weakly fair* to an action if the action is taken infinitely often, or disabled
infinitely often; *strongly fair* if it is taken infinitely often, or enabled only finitely often.
(Manna and Pnueli, The Temporal Logic of Reactive and Concurrent Systems, 1992.)
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class Strength(enum.Enum):
    """How much an action may be put off."""

    WEAK = "weak"
    STRONG = "strong"

    def __str__(self) -> str:
        return self.value


class Often(enum.Enum):
    """How often a step may still be seen."""

    NEVER = "never"
    """Not from the premise on."""
    FINITELY = "finitely often"
    """Not from some point on."""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Fair:
    """Fairness to an action: to each choice of its parameters, a finite number of them, but those
    for which ``bound`` names a variable of the claim.
    """

    strength: Strength
    action: Callable[..., Any]
    bound: tuple[str, ...]

    @property
    def name(self) -> str:
        """The action's name."""
        return self.action.__name__

    def __str__(self) -> str:
        each = f"({', '.join(self.bound)})" if self.bound else ", each of its instances"
        return f"{self.strength} fairness of {self.name}{each}"


@dataclass(frozen=True)
class Rare:
    """Steps that are not seen any more: ``body`` says of a step and the claim's variables whether
    it is one of them.
    """

    often: Often
    text: str
    body: Callable[..., Any]

    def __str__(self) -> str:
        return f"{self.often}: {self.text}"


Assumption = Fair | Rare
"""Something that a claim assumes of every run."""


def weak(action: Callable[..., Any], *bound: str) -> Fair:
    """Weak fairness; ``bound`` names variables of the claim for the action's first parameters."""
    return Fair(Strength.WEAK, action, bound)


def strong(action: Callable[..., Any], *bound: str) -> Fair:
    """Strong fairness; ``bound`` names variables of the claim for the action's first parameters."""
    return Fair(Strength.STRONG, action, bound)


def never(text: str, body: Callable[..., Any]) -> Rare:
    """From the premise on no step is one of these."""
    return Rare(Often.NEVER, text, body)


def finitely(text: str, body: Callable[..., Any]) -> Rare:
    """From some point on no step is one of these."""
    return Rare(Often.FINITELY, text, body)


@dataclass(frozen=True)
class LeadsTo:
    """The value that the body of a claim about the end of a run returns; see `leads_to`."""

    premise: Any
    goal: Any


def leads_to(premise: object, goal: object) -> LeadsTo:
    """Whenever the premise holds, the goal is reached then or later.

    The premise is about a state. The goal is about a state, or, where the claim is about steps,
    about a step.
    """
    return LeadsTo(premise, goal)
