"""Traps: the evidence that something cannot be recovered from.

A trap is a set of states that no action leads out of, and in none of which the goal holds. A run
into one, to where the premise holds, shows that no plan leads from there to the goal. Which states
it has is no matter of trust: obligations say that it is closed and does not meet the goal.
"""

from __future__ import annotations

from .claims import SaidClaim
from .definitions import Definitions
from .texts import Tree, quoted, read, replaced

TRAP = "trap"
AFTER_STEP = "trap!1"


class Trap:
    """The trap of a claim. Raises ValueError where its section is not of the form it has."""

    def __init__(self, known: Definitions, claim: SaidClaim, text: str) -> None:
        self.known, self.text, self.trees = known, text, read(text)
        match self.trees:
            case [("define-fun", "trap", (), "Bool", body)]:
                self.body: Tree = body
            case _:
                raise ValueError(f"the trap of {claim.title} is no formula")
        own = {*claim.variables, *map(quoted, claim.numbers)}
        known.check_state(self.body, own, f"trap of {claim.title}")

    @property
    def after(self) -> Tree:
        """The definition of the trap in the state after a step."""
        return (
            "define-fun",
            AFTER_STEP,
            (),
            "Bool",
            replaced(self.body, self.known.at("!1", "!1")),
        )
