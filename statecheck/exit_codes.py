"""The exit codes of the front doors. It imports next to nothing, for it is needed in every case."""

from __future__ import annotations

import enum


class Exit(enum.IntEnum):
    """Exit codes of the front doors."""

    AS_EXPECTED = 0
    DIFFERS = 1
    USAGE = 2
    UNDETERMINED = 3
    INTERRUPTED = 130
