"""Clauses of an invariant in the model's names, as reports show them and files keep them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class ClauseText:
    """A disjunction that holds of every entity of a kind, under a variant if it has a name; without
    a kind, of the one machine that there is.
    """

    variant: str
    sort: str
    literals: tuple[str, ...]

    def __str__(self) -> str:
        under = f"[{self.variant}] " if self.variant else ""
        every = f"every {self.sort}: " if self.sort else ""
        return f"{under}{every}{' or '.join(self.literals)}"


def of_one_machine(texts: Iterable[str]) -> tuple[ClauseText, ...] | None:
    """Clauses about the one machine that there is; None without any."""
    return tuple(ClauseText("", "", (text,)) for text in texts) or None
