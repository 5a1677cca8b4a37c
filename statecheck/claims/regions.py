"""Regions: the pieces that a derived answer is made of.

A region is some numbers. Where a constant of the system is known only by its range, the answer may
depend on it; then a region is one of pairs: a number, and a value of the constant.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

Bounds = tuple[int, int]
"""The numbers from one to another, both included."""


class Order(enum.Enum):
    """The relation of a number to a constant."""

    BELOW = "<"
    EQUAL = "="
    ABOVE = ">"


@dataclass(frozen=True)
class ConstantRange:
    """Values of a constant, from ``low`` to ``high``; with an ``order``, of those only the ones
    that numbers compare with in this way.
    """

    constant: str
    low: int
    high: int
    order: Order | None = None


@dataclass(frozen=True)
class Region:
    """The numbers from ``low`` to ``high``, both included; each with every value in ``beside``.

    One whose ``beside`` has an order has the same range twice.
    """

    low: int
    high: int
    beside: ConstantRange | None = None

    @property
    def order(self) -> Order | None:
        """The order that its pairs are restricted to."""
        return None if self.beside is None else self.beside.order

    def compares(self) -> Order | None:
        """The relation of its numbers to the constant, where it is the same for all pairs."""
        match self.beside:
            case ConstantRange(low=low) if self.high < low:
                return Order.BELOW
            case ConstantRange(high=high) if self.low > high:
                return Order.ABOVE
        return self.order

    @property
    def numbers(self) -> Bounds:
        """The numbers in some pair of it."""
        match self.order:
            case Order.BELOW:
                return self.low, self.high - 1
            case Order.ABOVE:
                return self.low + 1, self.high
        return self.low, self.high

    @property
    def best(self) -> list[Region]:
        """The pair that its run is to show, where numbers compare with a constant: with that value
        of the constant it works for all of ``numbers``, but where both are equal.
        """
        low, _ = self.numbers
        match self.beside:
            case ConstantRange(constant=name, high=high, order=Order.BELOW):
                return [Region(low, low, ConstantRange(name, high, high))]
            case ConstantRange(constant=name, low=least, order=Order.EQUAL | Order.ABOVE):
                return [Region(low, low, ConstantRange(name, least, least))]
        return []

    def corners(self) -> list[Region]:
        """The pairs at its ends, as regions."""
        if self.beside is None:
            return [Region(end, end) for end in dict.fromkeys((self.low, self.high))]
        low, high = self.numbers
        ends = dict.fromkeys((low, high))
        beside, name = self.beside, self.beside.constant
        match beside.order:
            case Order.EQUAL:
                pairs = [(end, end) for end in ends]
            case Order.BELOW:
                pairs = [(low, low + 1), (low, beside.high), (high, beside.high)]
            case Order.ABOVE:
                pairs = [(high, high - 1), (high, beside.low), (low, beside.low)]
            case None:
                values = dict.fromkeys((beside.low, beside.high))
                pairs = [(end, value) for end in ends for value in values]
        return [
            Region(n, n, ConstantRange(name, value, value)) for n, value in dict.fromkeys(pairs)
        ]
