"""Contents of a report beside verdicts: assumptions of the model, tables of derived answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from statecheck.claims.results import Result


class Assumption(Protocol):
    """An assumption of a model, as reports show it."""

    @property
    def id(self) -> str:
        """Its name, short enough to be cited."""

    @property
    def text(self) -> str:
        """The assumption in words."""


class DerivedTable(Protocol):
    """A table that is put together from the answers to derived claims."""

    @property
    def name(self) -> str:
        """Its name among a report's derived answers."""

    def answer(self, results: Mapping[str, Result]) -> Any:
        """Its content, JSON-ready, from the results of its questions by id."""

    def text(self, answer: Any) -> Iterable[Any]:
        """Its content for a terminal: parts that rich prints, one below the other."""
