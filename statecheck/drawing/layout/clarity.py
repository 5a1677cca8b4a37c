"""The clearest of several layouts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeVar

from statecheck.drawing.canvas.scene import Point
from statecheck.drawing.canvas.style import NARROWEST, WIDTH
from statecheck.drawing.layout.geometry import Ground, Rectangle, muddle, short
from statecheck.drawing.layout.layout import Graph, Laid, lay_out, prepare

_WRONG, _TOO_WIDE, _BENT, _AREA = 4e5, 200, 4000, 0.01
"""The weights: each fault counts most, then width, then bends and area."""


class Draft(ABC):
    """One way to lay something out. To put its labels takes most of the time, and comes last."""

    graph: Graph

    @cached_property
    def laid(self) -> Laid:
        """The layout. Raises NoRenderer."""
        return lay_out(self.graph)

    @abstractmethod
    def bare(self) -> Ground:
        """Where labels may go."""

    @abstractmethod
    def wanted(self) -> Mapping[str, tuple[Point, tuple[float, float]]]:
        """Where each label is to be, by its arrow: the centre, and the size."""

    def faults(self) -> int:
        """How much is wrong besides what labels touch."""
        return 0

    def bends(self) -> int:
        """How much more there is that is hard to follow."""
        return 0

    @cached_property
    def ground(self) -> Ground:
        """The ground: boxes, frames and arrows, without the labels."""
        return self.bare()

    @cached_property
    def touched(self) -> float:
        """How many things the labels touch, at the best places that they have."""
        return self.ground.settle(self.wanted())

    @property
    def labels(self) -> dict[str, Rectangle]:
        """Where the labels are."""
        _ = self.touched  # they are put where that is counted
        return self.ground.labels

    @cached_property
    def least(self) -> float:
        """The cost if its labels touch nothing."""
        courses = self.ground.courses.values()
        width, height = self.laid.width, self.laid.height
        return (
            (short(courses) + self.faults()) * _WRONG
            + max(0.0, width - WIDTH) * _TOO_WIDE
            + (muddle(courses) + self.bends()) * _BENT
            + max(width, NARROWEST) * height * _AREA
        )

    @property
    def cost(self) -> float:
        """Lower is clearer."""
        return self.least + self.touched * _WRONG


D = TypeVar("D", bound=Draft)


def clearest(drafts: Iterable[D]) -> D:
    """The draft of least cost, of several the first. Labels are put where it matters."""
    known = list(drafts)
    prepare(draft.graph for draft in known)
    best: list[tuple[float, int, D]] = []
    for number, draft in sorted(enumerate(known), key=lambda pair: pair[1].least):
        if not best or draft.least <= best[0][0]:
            best = [min([*best, (draft.cost, number, draft)], key=lambda own: own[:2])]
    return best[0][2]
