"""Overlays: the writes of a step over the functions of the state before it."""

from __future__ import annotations

from typing import Any

import z3

from statecheck.symbolic.vocabulary import Key, Vocabulary


class Overlay:
    """The writes of a step so far, over the functions of the state before it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.writes: dict[Key, list[tuple[z3.ExprRef | None, z3.ExprRef, z3.ExprRef]]] = {}

    def read(self, key: Key, entity: z3.ExprRef) -> z3.ExprRef:
        """The present value of a function at an entity."""
        value = self.vocabulary.apply(self.vocabulary.functions[key], entity)
        for at, variable, written in self.writes.get(key, ()):
            if at is None:
                value = z3.substitute(written, (variable, entity))
            elif at.eq(entity):
                value = written
            else:
                value = z3.If(entity == at, written, value)
        return value

    def write(self, key: Key, entity: z3.ExprRef, value: z3.ExprRef) -> None:
        """Write a function at one entity."""
        self.writes.setdefault(key, []).append((entity, entity, value))

    def write_all(self, key: Key, variable: z3.ExprRef, value: z3.ExprRef) -> None:
        """Write a function at every entity: ``value`` with ``variable`` for the entity."""
        self.writes.setdefault(key, []).append((None, variable, value))

    def mark(self) -> dict[Key, int]:
        """Where the writes stand, for ``since``."""
        return {key: len(writes) for key, writes in self.writes.items()}

    def since(self, mark: dict[Key, int]) -> dict[Key, list[Any]]:
        """The writes since a mark."""
        return {
            key: writes[mark.get(key, 0) :]
            for key, writes in self.writes.items()
            if len(writes) > mark.get(key, 0)
        }

    def back_to(self, mark: dict[Key, int]) -> None:
        """Take back the writes since a mark."""
        for key in list(self.writes):
            del self.writes[key][mark.get(key, 0) :]
