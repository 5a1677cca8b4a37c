"""Rectangles and curves: what touches what, and where a label has room."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from functools import cached_property

from statecheck.drawing.canvas.scene import Point

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom."""

STEPS = 24
"""A cubic curve is looked at in so many places."""

NEAR = 3.0
"""A label stays so far away from boxes and borders."""

GAP = 7.0
"""How far a label that is moved stays away from its line."""

FAR = 22.0
"""A label that is farther away from its line cannot be told to be its own."""

_WEIGHTS = tuple(
    ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
    for t in (step / STEPS for step in range(STEPS + 1))
)


def points_of(curve: tuple[Point, ...]) -> tuple[Point, ...]:
    """Points along cubic curves: a first point, and three more for each curve."""
    points: list[Point] = []
    for start in range(0, len(curve) - 3, 3):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve[start : start + 4]
        points += [
            (p * ax + q * bx + r * cx + s * dx, p * ay + q * by + r * cy + s * dy)
            for p, q, r, s in _WEIGHTS
        ]
    return tuple(points)


@dataclass(frozen=True)
class Course:
    """An arrow's way: points along its curve, its tip, and the rectangle around all of them."""

    points: tuple[Point, ...]
    tip: Point
    bounds: Rectangle

    @classmethod
    def of(cls, curve: tuple[Point, ...]) -> Course:
        """A curve whose last point is the tip of its arrow."""
        points = points_of(curve)
        xs, ys = zip(*points, strict=True)
        return cls(points, curve[-1], (min(xs), min(ys), max(xs), max(ys)))

    @cached_property
    def length(self) -> float:
        """How long it is."""
        return sum(math.dist(a, b) for a, b in itertools.pairwise((*self.points, self.tip)))

    def crosses(self, box: Rectangle) -> bool:
        """True if some point of it lies in a rectangle."""
        if not overlap(self.bounds, box):
            return False
        left, top, right, bottom = box
        return any(left < x < right and top < y < bottom for x, y in self.points)

    def distance(self, box: Rectangle) -> float:
        """How far it is from a rectangle; 0 where it runs through it."""
        left, top, right, bottom = box
        least = math.inf
        for x, y in self.points:
            dx = left - x if x < left else x - right if x > right else 0.0
            dy = top - y if y < top else y - bottom if y > bottom else 0.0
            square = dx * dx + dy * dy
            if square < least:  # noqa: PLR1730  (min() takes twice as long)
                least = square
        return math.sqrt(least)

    def along(self, frame: Rectangle) -> float:
        """How much of it is nearly on the border of a frame."""
        if not overlap(self.bounds, frame):
            return 0.0
        left, top, right, bottom = frame
        outer = (left - NEAR, top - NEAR, right + NEAR, bottom + NEAR)
        inner = (left + NEAR, top + NEAR, right - NEAR, bottom - NEAR)
        return sum(
            math.dist(a, b)
            for a, b in itertools.pairwise(self.points)
            if inside((*b, *b), outer) and not inside((*b, *b), inner)
        )

    @cached_property
    def bends(self) -> int:
        """How often it turns the other way, visibly."""
        angles = [
            math.atan2(b[1] - a[1], b[0] - a[0])
            for a, b in itertools.pairwise(self.points[::4])
            if a != b
        ]
        turned, side, count = 0.0, 0, 0
        for before, after in itertools.pairwise(angles):
            turn = math.remainder(after - before, math.tau)
            turned = turned + turn if turn * turned >= 0 else turn
            now = 0 if abs(turned) < _TURN else 1 if turned > 0 else -1
            if now and side and now != side:
                count += 1
            side = now or side
        return count


_HEAD = (11.0, 11.0)
"""The room that the head of an arrow takes around its tip."""

_CLOSER, _GOOD = 0.0005, 0.004
"""The cost of each pixel between a label and its line; a better place is sought from
this on.
"""

SHORTEST = 24.0
"""An arrow that is shorter does not look like one."""

APART = 14.0
"""The ends of two arrows are so far apart at least."""

_TURN = 0.3
"""A turn of so many radians is seen."""


def short(courses: Iterable[Course]) -> int:
    """How many courses are too short to look like arrows."""
    return sum(
        math.dist(course.points[0], course.tip) < SHORTEST and course.length < SHORTEST
        for course in courses
    )


def muddle(courses: Collection[Course]) -> int:
    """How hard courses are to follow: their bends, and ends of two that cannot be told apart."""
    ends = [(course.points[0], course.tip) for course in courses]
    crowded = sum(
        math.dist(a[1], b[1]) < APART or min(math.dist(a[0], b[1]), math.dist(a[1], b[0])) < APART
        for a, b in itertools.combinations(ends, 2)
    )
    return sum(course.bends for course in courses) + 3 * crowded


def spread(
    curves: Mapping[str, tuple[Point, ...]], frames: Collection[Rectangle]
) -> dict[str, tuple[Point, ...]]:
    """The curves, with ends that meet on the border of a frame moved apart along it."""
    moved = dict(curves)
    for left, top, right, bottom in frames:
        for axis, border, low, high in (
            (0, left, top, bottom),
            (0, right, top, bottom),
            (1, top, left, right),
            (1, bottom, left, right),
        ):
            ends = sorted(
                (curve[place][1 - axis], name, place)
                for name, curve in moved.items()
                for place in (0, -1)
                if abs(curve[place][axis] - border) < NEAR and low < curve[place][1 - axis] < high
            )
            for (at, name, place), to in zip(ends, _apart([end[0] for end in ends]), strict=True):
                by = (0.0, to - at) if axis == 0 else (to - at, 0.0)
                moved[name] = _slid(moved[name], place, by) if to != at else moved[name]
    return moved


def _apart(places: Sequence[float]) -> list[float]:
    """Places in order, moved as little as keeps neighbours apart; each heap keeps its middle."""
    heaps: list[list[float]] = []
    for place in places:
        heaps.append([place])
        while len(heaps) > 1 and _ends(heaps[-1])[0] - _ends(heaps[-2])[1] < APART:
            heaps[-2:] = [heaps[-2] + heaps[-1]]
    return [
        low + number * (APART + 0.5)
        for heap in heaps
        for low in (_ends(heap)[0],)
        for number in range(len(heap))
    ]


def _ends(heap: Sequence[float]) -> tuple[float, float]:
    """Where a heap begins and ends, once its members are apart."""
    middle, half = sum(heap) / len(heap), (APART + 0.5) * (len(heap) - 1) / 2
    return middle - half, middle + half


def _slid(curve: tuple[Point, ...], place: int, by: Point) -> tuple[Point, ...]:
    """A curve with one end moved, and the points next to it."""
    points = list(curve)
    # A curve's last point is the tip of its arrow; the one before it is where the line ends.
    for own in (0, 1) if place == 0 else (-1, -2, -3):
        points[own] = points[own][0] + by[0], points[own][1] + by[1]
    return tuple(points)


def overlap(a: Rectangle, b: Rectangle) -> bool:
    """True if two rectangles have a point in common."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def inside(a: Rectangle, b: Rectangle) -> bool:
    """True if the first rectangle lies in the second."""
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
    """Obstacles for labels: solid boxes, frames whose borders they must not touch, curves.

    ``page`` is the size that labels must stay within.
    """

    page: tuple[float, float]
    boxes: Sequence[Rectangle]
    frames: Sequence[Rectangle]
    curves: InitVar[Mapping[str, tuple[Point, ...]]]
    labels: dict[str, Rectangle] = field(default_factory=dict)
    courses: dict[str, Course] = field(init=False)
    heads: list[Rectangle] = field(init=False)

    def __post_init__(self, curves: Mapping[str, tuple[Point, ...]]) -> None:
        """Look at the curves once."""
        self.courses = {name: Course.of(curve) for name, curve in curves.items()}
        self.heads = [around(course.tip, _HEAD) for course in self.courses.values()]

    def struck(self, boxes: Sequence[Rectangle]) -> int:
        """How many curves run through some boxes, such as the heads of frames."""
        return sum(course.crosses(box) for course in self.courses.values() for box in boxes)

    def conflicts(self, name: str, box: Rectangle) -> int:
        """How many things a label would touch, or come too close to."""
        wide = (box[0] - NEAR, box[1] - NEAR, box[2] + NEAR, box[3] + NEAR)
        count = sum(overlap(wide, other) for other in self.boxes)
        count += sum(overlap(wide, f) and not inside(wide, f) for f in self.frames)
        count += sum(course.crosses(box) for course in self.courses.values())
        count += sum(overlap(box, head) for head in self.heads)
        count += sum(overlap(box, o) for other, o in self.labels.items() if other != name)
        return count + (not inside(box, (0, 0, *self.page)))

    def settle(self, wanted: Mapping[str, tuple[Point, tuple[float, float]]]) -> float:
        """Put labels where they are wanted, or nearer to their line where that is better.

        Returns how much is wrong all the same: 1 for each thing touched, and each label far away.
        """
        for name, (centre, size) in wanted.items():
            self.labels[name] = around(centre, size)
        total = 0.0
        for name, (centre, size) in wanted.items():
            least = self.wrong(name, self.labels[name])
            if least > _GOOD:
                for box in self._near(name, centre, size):
                    wrong = self.wrong(name, box, least)
                    if wrong < least:
                        least, self.labels[name] = wrong, box
                    if wrong <= _GOOD:
                        break
            total += least
        return total

    def wrong(self, name: str, box: Rectangle, least: float = math.inf) -> float:
        """How bad a place for a label is: what it touches, and whether it seems another arrow's.

        What is no better than ``least`` is not looked at more closely.
        """
        count = self.conflicts(name, box)
        if count >= least:
            return count
        away = self.courses[name].distance(box)
        wide = (box[0] - away, box[1] - away, box[2] + away, box[3] + away)
        nearer = any(
            course.distance(box) < away + NEAR
            for other, course in self.courses.items()
            if other != name and overlap(course.bounds, wide)
        )
        close = 0.3 * (away < NEAR)
        return count + (away > FAR) + 0.5 * nearer + close + max(0, away - GAP) * _CLOSER

    def _near(self, name: str, centre: Point, size: tuple[float, float]) -> Iterable[Rectangle]:
        width, height = size[0] / 2 + GAP, size[1] / 2 + GAP
        places = [
            (x + dx * width, y + dy * height)
            for x, y in self.courses[name].points[2:-2:3]
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            if dx or dy
        ]
        places.sort(key=lambda p: abs(p[0] - centre[0]) + abs(p[1] - centre[1]))
        return [around(place, size) for place in places]
