"""Wall time, for reports."""

from __future__ import annotations

import time


class Stopwatch:
    """Wall time since the last lap, in seconds."""

    def __init__(self) -> None:
        self.last = time.perf_counter()

    def lap(self) -> float:
        """The seconds since the last lap, or since the beginning."""
        now = time.perf_counter()
        passed, self.last = now - self.last, now
        return passed
