"""Hidden state: what a machine's code uses besides its instance, found by reading the code."""

from __future__ import annotations

from statecheck.single.code import Reach
from statecheck.single.specimen import Specimen


class Inspection:
    """What the code uses besides the instance."""

    def __init__(self, specimen: Specimen, reach: Reach) -> None:
        self.specimen, self.reach = specimen, reach
        self.assumptions: list[str] = []

    def check(self) -> None:
        """Raise ModelError if something outside of the instance has changed."""
