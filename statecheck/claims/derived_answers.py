"""Derived answers, put together from the regions that a run reaches and those that none does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from statecheck.claims.regions import Bounds, Order, Region
from statecheck.errors import ModelError

T = TypeVar("T")


def joined(ranges: Iterable[Bounds]) -> list[Bounds]:
    """Ranges in rising order, those that touch or overlap made one."""
    result: list[Bounds] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = result[-1][0], max(result[-1][1], high)
        else:
            result.append((low, high))
    return result


def at_most(met: Iterable[Region]) -> list[Bounds]:
    """The numbers in some pair of the regions that are met."""
    return joined(region.numbers for region in met)


def at_least(unmet: Iterable[Region], low: int, high: int) -> list[Bounds]:
    """The numbers, of those from ``low`` to ``high``, in no pair of the regions not met."""
    result = []
    for first, last in joined(region.numbers for region in unmet):
        if low < first:
            result.append((low, first - 1))
        low = last + 1
    return result + ([(low, high)] if low <= high else [])


def covering(met: Iterable[tuple[Region, T]]) -> list[tuple[int, int, T]]:
    """Ranges that do not overlap, each with a run that works for all of its numbers and one value
    of the constant; together they have every number that some region has.

    Raises ModelError where a number is reached only beside the same value of a constant.
    """
    regions = sorted(met, key=lambda item: item[0].numbers)
    result: list[tuple[int, int, T]] = []
    for region, run in regions:
        low, high = region.numbers
        if region.order is Order.EQUAL:
            high = low
        low = max(low, result[-1][1] + 1) if result else low
        if low <= high:
            result.append((low, high, run))
    if joined((low, high) for low, high, _ in result) != at_most(region for region, _ in regions):
        raise ModelError(
            "no certificate can be written of an answer that holds of a number only where a "
            "constant has just that value"
        )
    return result


_CONDITIONS: dict[frozenset[Order | None], str] = {
    frozenset({Order.BELOW}): "before {}",
    frozenset({Order.BELOW, Order.EQUAL}): "up to {}",
    frozenset({Order.EQUAL}): "{} itself",
    frozenset({Order.EQUAL, Order.ABOVE}): "from {} on",
    frozenset({Order.ABOVE}): "after {}",
    frozenset({Order.BELOW, Order.ABOVE}): "other than {}",
}


def condition(met: Iterable[Region], unmet: Iterable[Region]) -> str:
    """The relation of numbers to a constant where a goal is met, in words: ``from limit on``."""
    reached = list(met)
    names = {region.beside.constant for region in reached if region.beside is not None}
    yes = frozenset(region.compares() for region in reached)
    no = frozenset(region.compares() for region in unmet)
    words = _CONDITIONS.get(yes) if yes.isdisjoint(no) else None
    return (words or "for some values of {}").format(", ".join(sorted(names)))


def shown(every: Sequence[Region], preferred: Iterable[int]) -> set[Region]:
    """The regions whose runs are to be shown: those with a preferred number. Of numbers that
    compare with a constant in several ways, one before and one after it is enough.
    """
    ranges = [region.beside for region in every if region.beside is not None]
    known = list(preferred)
    result = set()
    for region in every:
        low, high = region.numbers
        if region.beside is not None and region.order is None:
            first, last = min(r.low for r in ranges), max(r.high for r in ranges)
            if first <= low <= last:
                continue
        if region.order is not Order.EQUAL and any(low <= number <= high for number in known):
            result.add(region)
    return result


@dataclass(frozen=True)
class Case:
    """The answer, as ranges in words, where a constant has a value from ``low`` to ``high``."""

    low: int
    high: int
    answer: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Dependence:
    """A constant that an answer depends on, and the answer for each range of its values."""

    constant: str
    cases: tuple[Case, ...]


def by_value(
    every: Sequence[Region], met: Iterable[Region], text_of: Callable[[int], str]
) -> Dependence | None:
    """The dependence of an answer on the constant; None where all its values give the same.

    ``text_of`` writes a number.
    """
    ranges = {(r.beside.low, r.beside.high) for r in every if r.beside is not None}
    names = {r.beside.constant for r in every if r.beside is not None}
    if not ranges:
        return None
    (name,) = names
    yes = set(met)
    whole = min(low for low, _ in ranges), max(high for _, high in ranges)
    cases: list[Case] = []
    for low, high in sorted(ranges - {whole} or ranges):
        own = [
            region
            for region in every
            if region.beside is not None and region.beside.low <= low and high <= region.beside.high
        ]
        answer = tuple(_pieces(own, yes, name, text_of))
        if cases and cases[-1].answer == answer:
            cases[-1] = Case(cases[-1].low, high, answer)
        else:
            cases.append(Case(low, high, answer))
    if len(cases) == 1 and not any(name in end for piece in cases[0].answer for end in piece):
        return None
    return Dependence(name, tuple(cases))


def _pieces(
    regions: Iterable[Region], yes: set[Region], name: str, text_of: Callable[[int], str]
) -> Iterator[tuple[str, str]]:
    orders = list(Order)

    def place(region: Region) -> tuple[int, int]:
        return region.low, 0 if region.order is None else orders.index(region.order)

    start: str | None = None
    end = ""
    for region in sorted(regions, key=place):
        low, high = text_of(region.low), text_of(region.high)
        match region.order:
            case Order.BELOW:
                high = f"{name} - 1"
            case Order.EQUAL:
                low = high = name
            case Order.ABOVE:
                low = f"{name} + 1"
        if region not in yes:
            if start is not None:
                yield start, end
            start = None
            continue
        start = low if start is None else start
        end = high
    if start is not None:
        yield start, end
