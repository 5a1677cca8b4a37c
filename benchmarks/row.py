"""One line of what the benchmarks print."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the result: what was measured against what, and the target for the figure."""

    what: str
    measured: str
    reference: str
    figure: float | None
    target: float | None

    def __str__(self) -> str:
        figure = "" if self.figure is None else f"{self.figure:.2f}"
        verdict = ""
        if self.figure is not None and self.target is not None:
            verdict = f"{'met' if self.figure <= self.target else 'missed'} (<= {self.target:.3g})"
        return f"{self.what:<34}{self.measured:>12}{self.reference:>12}{figure:>7}  {verdict}"
