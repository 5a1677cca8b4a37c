"""Rectangles and curves: what touches what, and where a label has room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from diagrams.scene import Point

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom."""

STEPS = 24
"""A cubic curve is looked at in so many places."""

NEAR = 3.0
"""A label stays so far away from boxes and borders."""

GAP = 7.0
"""How far a label that is moved stays away from its line."""


_WEIGHTS = tuple(
    ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
    for t in (step / STEPS for step in range(STEPS + 1))
)


@cache
def points_of(curve: tuple[Point, ...]) -> tuple[Point, ...]:
    """Points along cubic curves: a first point, and three more for each curve."""
    found: list[Point] = []
    for start in range(0, len(curve) - 3, 3):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve[start : start + 4]
        found += [
            (p * ax + q * bx + r * cx + s * dx, p * ay + q * by + r * cy + s * dy)
            for p, q, r, s in _WEIGHTS
        ]
    return tuple(found)


def crosses(curve: tuple[Point, ...], box: Rectangle) -> bool:
    """Whether some point of a curve lies in a rectangle."""
    left, top, right, bottom = box
    xs, ys = zip(*curve, strict=True)
    if max(xs) <= left or min(xs) >= right or max(ys) <= top or min(ys) >= bottom:
        return False  # a curve stays between its control points
    return any(left < x < right and top < y < bottom for x, y in points_of(curve))


def overlap(a: Rectangle, b: Rectangle) -> bool:
    """Whether two rectangles have a point in common."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def inside(a: Rectangle, b: Rectangle) -> bool:
    """Whether the first rectangle lies in the second."""
    return b[0] <= a[0] and a[2] <= b[2] and b[1] <= a[1] and a[3] <= b[3]


def around(centre: Point, size: tuple[float, float], margin: float = 0) -> Rectangle:
    """A rectangle by its centre and its size."""
    (x, y), (width, height) = centre, size
    return (
        x - width / 2 - margin,
        y - height / 2 - margin,
        x + width / 2 + margin,
        y + height / 2 + margin,
    )


@dataclass
class Ground:
    """What labels are put between: solid boxes, frames whose borders they must not touch, curves.

    ``page`` is the size that labels must stay within.
    """

    page: tuple[float, float]
    boxes: Sequence[Rectangle]
    frames: Sequence[Rectangle]
    curves: Mapping[str, tuple[Point, ...]]
    labels: dict[str, Rectangle] = field(default_factory=dict)

    def struck(self, boxes: Sequence[Rectangle]) -> int:
        """How many curves run through some boxes, such as the heads of frames."""
        return sum(crosses(curve, box) for curve in self.curves.values() for box in boxes)

    def conflicts(self, name: str, box: Rectangle) -> int:
        """How many things a label would touch, or come too close to."""
        wide = (box[0] - NEAR, box[1] - NEAR, box[2] + NEAR, box[3] + NEAR)
        count = sum(overlap(wide, other) for other in self.boxes)
        count += sum(overlap(wide, f) and not inside(wide, f) for f in self.frames)
        count += sum(crosses(curve, box) for curve in self.curves.values())
        count += sum(overlap(box, o) for other, o in self.labels.items() if other != name)
        return count + (not inside(box, (0, 0, *self.page)))

    def settle(self, wanted: Mapping[str, tuple[Point, tuple[float, float]]]) -> int:
        """Put labels where they are wanted, or near their line where there is room.

        Returns how many things are touched all the same.
        """
        for name, (centre, size) in wanted.items():
            self.labels[name] = around(centre, size)
        total = 0
        for name, (centre, size) in wanted.items():
            left = self.conflicts(name, self.labels[name])
            if left:
                left, self.labels[name] = min(
                    (
                        (self.conflicts(name, box), box)
                        for box in (self.labels[name], *self._near(name, centre, size))
                    ),
                    key=lambda found: found[0],
                )
            total += left
        return total

    def _near(self, name: str, centre: Point, size: tuple[float, float]) -> Iterable[Rectangle]:
        width, height = size[0] / 2 + GAP, size[1] / 2 + GAP
        places = [
            (x + dx * width, y + dy * height)
            for x, y in points_of(self.curves[name])[2:-2:2]
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            if dx or dy
        ]
        places.sort(key=lambda p: abs(p[0] - centre[0]) + abs(p[1] - centre[1]))
        return [around(place, size) for place in places]
