"""Does a curve run through a rectangle? For choosing the clearest of several layouts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from diagrams.scene import Point

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom."""

STEPS = 24
"""A cubic curve is looked at in so many places."""


def points_of(curve: Sequence[Point]) -> Iterator[Point]:
    """Points along cubic curves: a first point, and three more for each curve."""
    for start in range(0, len(curve) - 3, 3):
        a, b, c, d = curve[start : start + 4]
        for step in range(STEPS + 1):
            t = step / STEPS
            u = 1 - t
            yield tuple(  # type: ignore[misc]
                u**3 * a[i] + 3 * u * u * t * b[i] + 3 * u * t * t * c[i] + t**3 * d[i]
                for i in (0, 1)
            )


def crosses(curve: Sequence[Point], box: Rectangle) -> bool:
    """Whether some point of a curve lies in a rectangle."""
    left, top, right, bottom = box
    xs, ys = zip(*curve, strict=True)
    if max(xs) <= left or min(xs) >= right or max(ys) <= top or min(ys) >= bottom:
        return False  # a curve stays between its control points
    return any(left < x < right and top < y < bottom for x, y in points_of(curve))
