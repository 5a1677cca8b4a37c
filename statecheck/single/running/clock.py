"""The time that deciding claims may take."""

from __future__ import annotations

import time

from statecheck.clock import LOADED
from statecheck.single.execution.giving_up import OutOfTime


class Clock:
    """The time that is left: by the clock what somebody gives, by the processor what part of the
    work is worth, so that no answer depends on who else uses the machine.
    """

    def __init__(self, seconds: float | None) -> None:
        self.end = None if seconds is None else time.monotonic() + seconds
        self._processor_end: float | None = None

    def part(self, share: float) -> Clock:
        """A share of the time that is left."""
        return Clock(None if self.end is None else share * (self.end - time.monotonic()))

    def at_most(self, seconds: float, share: float = 1.0) -> Clock:
        """So many seconds of the processor, of this thread, within a share of the time that is
        left. Raises OutOfTime.
        """
        self.left(seconds)
        less, end = self.part(share), time.thread_time() + seconds
        former = self._processor_end
        less._processor_end = end if former is None else min(end, former)
        return less

    @property
    def is_over(self) -> bool:
        """The time is over."""
        return self.end is not None and time.monotonic() > self.end

    def left(self, most: float) -> float:
        """Seconds by the clock for what is worth ``most`` of the processor. Raises OutOfTime."""
        if self._processor_end is not None:
            most = min(most, self._processor_end - time.thread_time())
        left = LOADED * most
        if self.end is not None:
            left = min(left, self.end - time.monotonic())
        if left <= 0:
            raise OutOfTime
        return left
