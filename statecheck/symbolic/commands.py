"""Guarded commands: an action as a guard and updates, both terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import z3

from statecheck.symbolic.origin import Origin
from statecheck.symbolic.vocabulary import Key


@dataclass(frozen=True)
class Update:
    """The next value of a function of the state, at any entity: ``value`` at ``variable``."""

    variable: z3.ExprRef
    value: z3.ExprRef

    def at(self, entity: z3.ExprRef) -> z3.ExprRef:
        """The next value at an entity."""
        return z3.substitute(self.value, (self.variable, entity))


@dataclass(frozen=True)
class Command:
    """An action as a guarded command for any number of entities.

    ``guard`` says when it is enabled; ``updates`` what it writes then, functions that it does not
    write left out. Both are over the functions of the state before, the parameters' constants and
    the constants of the system. ``paths`` counts the ways through its code. ``origins`` has the
    lines of the model that write each function, ``asked`` those that make each condition, by its
    `skeleton`.
    """

    name: str
    parameters: tuple[tuple[str, Any, z3.ExprRef], ...]
    guard: z3.BoolRef
    updates: dict[Key, Update]
    paths: int
    origins: dict[Key, tuple[Origin, ...]]
    asked: dict[str, tuple[Origin, ...]]
