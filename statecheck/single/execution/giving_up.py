"""Reasons to give up."""

from __future__ import annotations

from statecheck.modeling import ModelError


class UnknownError(Exception):
    """The solver does not know."""


class Unexplored(Exception):  # noqa: N818  (no error: there is more than was looked at)
    """The steps from a state were not looked at."""


class Unreadable(ModelError):  # noqa: N818  (says what the code is)
    """Code that does with a value what cannot be said of any."""
