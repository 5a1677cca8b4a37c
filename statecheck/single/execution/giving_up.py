"""Reasons to give up."""

from __future__ import annotations

from statecheck.single.reading.freeze import NotAnyValue


class UnknownError(Exception):
    """The solver does not know."""


class Unreadable(NotAnyValue):
    """Code that does with a symbolic value what only plain ones allow."""
