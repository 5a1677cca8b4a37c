"""The time that deciding claims may take."""

from __future__ import annotations

import time

from statecheck.single.execution.giving_up import OutOfTime


class Clock:
    """The time that is left."""

    def __init__(self, seconds: float | None) -> None:
        self.end = None if seconds is None else time.monotonic() + seconds

    def part(self, share: float) -> Clock:
        """A share of the time that is left."""
        return Clock(None if self.end is None else share * (self.end - time.monotonic()))

    @property
    def is_over(self) -> bool:
        """The time is over."""
        return self.end is not None and time.monotonic() > self.end

    def left(self, most: float) -> float:
        """Seconds left, ``most`` at most. Raises OutOfTime."""
        if self.end is None:
            return most
        left = self.end - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return min(left, most)
