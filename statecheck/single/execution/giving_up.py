"""Reasons to give up."""

from __future__ import annotations

from statecheck.single.reading.freeze import NotAnyValue


class UnknownError(Exception):
    """The solver does not know."""


class Unexplored(Exception):  # noqa: N818  (no error: there is more than was looked at)
    """The steps from a state were not looked at."""


class Unreadable(NotAnyValue):
    """Code that does with a symbolic value what only plain ones allow."""
