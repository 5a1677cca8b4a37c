"""A run of one machine as plain values, from which a test can be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Assigned = tuple[str, Any]
"""An attribute and its value. The attribute is written as from the machine (``model.paid``); it is
empty where plain code has no name for it.
"""


@dataclass(frozen=True)
class Call:
    """One step: inputs that are set, an event with its arguments, and what is the case then.

    ``raised`` names the type of the exception that comes out, ``active`` are the ids of the active
    states, ``changed`` the fields that have other values than before.
    """

    inputs: tuple[Assigned, ...]
    event: str
    arguments: tuple[Assigned, ...]
    raised: str
    active: tuple[str, ...]
    changed: tuple[Assigned, ...]


@dataclass(frozen=True)
class Script:
    """A whole run: the states at its start, its steps, and the inputs that are set at its end.

    ``is_async`` says that the machine has callbacks to be awaited, and is started by a call.
    """

    active: tuple[str, ...]
    calls: tuple[Call, ...]
    last: tuple[Assigned, ...]
    is_async: bool
