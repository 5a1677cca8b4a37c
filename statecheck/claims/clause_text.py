"""Clauses of an invariant in the model's names, as reports show them and files keep them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClauseText:
    """A disjunction that holds of every entity of a kind, under a variant if it has a name."""

    variant: str
    sort: str
    literals: tuple[str, ...]

    def __str__(self) -> str:
        under = f"[{self.variant}] " if self.variant else ""
        return f"{under}every {self.sort}: {' or '.join(self.literals)}"
