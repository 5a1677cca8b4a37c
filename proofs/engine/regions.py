"""Derived sets of numbers, exact at both ends.

For which versions does some run reach a goal? The numbers that the model compares with cut the line
into cells. A cell is ruled out by a proof for all of its numbers, or ruled in by a run that is
shown to work, step by step, for each of them.

Where a constant of the system is known only by its range, the answer may depend on it. Then a cell
is one of pairs: a number, and a value of the constant.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import z3

from model.kernel import ModelError
from proofs.engine.ask import ask
from proofs.engine.bounded import Numbers, Unrolling, uninterpreted
from proofs.engine.claims import Reading
from proofs.engine.extract import subterms
from proofs.engine.ground import solver
from proofs.engine.transitions import Transitions

T = TypeVar("T")

Range = tuple[int, int]
"""The numbers from one to another, both included."""


class Order(enum.Enum):
    """How a number compares with a constant."""

    BELOW = "<"
    EQUAL = "="
    ABOVE = ">"


@dataclass(frozen=True)
class Part:
    """Values of a constant, from ``low`` to ``high``; with an ``order``, of those only the ones
    that numbers compare with in this way.
    """

    constant: str
    low: int
    high: int
    order: Order | None = None


@dataclass(frozen=True)
class Cell:
    """The numbers from ``low`` to ``high``, both included; with ``part``, beside some values of a
    constant. A cell whose part has an order has the same range twice.
    """

    low: int
    high: int
    part: Part | None = None

    def holds(self, number: z3.ArithRef, transitions: Transitions) -> z3.BoolRef:
        """That a number, and the constant, are one of its pairs."""
        said = [number >= self.low, number <= self.high]
        if self.part is not None:
            value = transitions.vocabulary.constants[self.part.constant]
            said += [value >= self.part.low, value <= self.part.high]
            match self.part.order:
                case Order.BELOW:
                    said.append(number < value)
                case Order.EQUAL:
                    said.append(number == value)
                case Order.ABOVE:
                    said.append(number > value)
        return z3.And(*said)

    def compares(self) -> Order | None:
        """How its numbers compare with the constant, where they all do so in one way."""
        match self.part:
            case Part(low=low) if self.high < low:
                return Order.BELOW
            case Part(high=high) if self.low > high:
                return Order.ABOVE
            case Part(order=order):
                return order
        return None

    @property
    def numbers(self) -> Range:
        """The numbers in some pair of it."""
        match self.part:
            case Part(order=Order.BELOW):
                return self.low, self.high - 1
            case Part(order=Order.ABOVE):
                return self.low + 1, self.high
        return self.low, self.high

    @property
    def best(self) -> list[Cell]:
        """The pair that its run is to show, where numbers compare with a constant: with that value
        of the constant it works for all of ``numbers``, but where both are equal.
        """
        low, _ = self.numbers
        match self.part:
            case Part(constant=name, high=high, order=Order.BELOW):
                return [Cell(low, low, Part(name, high, high))]
            case Part(constant=name, low=least, order=Order.EQUAL | Order.ABOVE):
                return [Cell(low, low, Part(name, least, least))]
        return []

    def corners(self) -> list[Cell]:
        """The pairs at its ends, as cells."""
        if self.part is None:
            return [Cell(end, end) for end in dict.fromkeys((self.low, self.high))]
        low, high = self.numbers
        ends = dict.fromkeys((low, high))
        part, name = self.part, self.part.constant
        match part.order:
            case Order.EQUAL:
                pairs = [(end, end) for end in ends]
            case Order.BELOW:
                pairs = [(low, low + 1), (low, part.high), (high, part.high)]
            case Order.ABOVE:
                pairs = [(high, high - 1), (high, part.low), (low, part.low)]
            case None:
                values = dict.fromkeys((part.low, part.high))
                pairs = [(end, value) for end in ends for value in values]
        return [Cell(n, n, Part(name, value, value)) for n, value in dict.fromkeys(pairs)]


def cells(
    transitions: Transitions, term: z3.ExprRef, numbers: Numbers, reading: Reading
) -> list[Cell]:
    """Cut a type's numbers where a term, or anything that it depends on, may tell them apart; and
    what they may be beside, where that compares them with a constant of which a range is known.
    """
    cuts, constants = _cuts(transitions, term, reading)
    # One constant is told apart; of others a run has to work for every value.
    if not constants:
        return [Cell(*range_) for range_ in _between(cuts, numbers.low, numbers.high)]
    name, known = constants[0]
    low, high = int(known.low), int(known.high)
    beside = _between(cuts, low, high)
    found: list[Cell] = []
    for range_ in _between(cuts | {low, high + 1}, numbers.low, numbers.high):
        if range_ not in beside:
            found.append(Cell(*range_, Part(name, low, high)))
            continue
        for other in beside:
            orders: tuple[Order | None, ...] = (None,) if other != range_ else tuple(Order)
            found += [Cell(*range_, Part(name, *other, order)) for order in orders]
    return [cell for cell in found if cell.numbers[0] <= cell.numbers[1]]


def values(transitions: Transitions, term: z3.ExprRef, name: str) -> list[Cell]:
    """Cut a constant's range where a term, or anything that it depends on, may tell its values
    apart: beside a number, and next to it, for another number may lie between.
    """
    cuts, _ = _cuts(transitions, term, Reading("", ()))
    known = dict(transitions.info.ranges)[name]
    nearby = {cut + step for cut in cuts for step in (0, 1)}
    return [Cell(*range_) for range_ in _between(nearby, int(known.low), int(known.high))]


def _between(cuts: Iterable[int], low: int, high: int) -> list[Range]:
    """The ranges that some numbers cut another into; each is the first of one."""
    starts = sorted({low, *(cut for cut in cuts if low < cut <= high)})
    ends = [start - 1 for start in starts[1:]] + [high]
    return list(zip(starts, ends, strict=True))


def _cuts(
    transitions: Transitions, term: z3.ExprRef, reading: Reading
) -> tuple[set[int], list[tuple[str, Any]]]:
    """The numbers that tell others apart, and the constants with a range that are looked at."""
    keys = transitions.relevant([term])
    terms = [term]
    for command in transitions.commands:
        terms.append(command.guard)
        terms += [update.value for key, update in command.updates.items() if key in keys]
    terms += [update.value for key, update in transitions.initial.items() if key in keys]
    cuts: set[int] = set()
    named: set[int] = set()
    for whole in terms:
        for part in subterms(whole):
            if not z3.is_app(part):
                continue
            if part.num_args() == 0:
                named.add(part.get_id())
            numbers = [child.as_long() for child in part.children() if z3.is_int_value(child)]
            for value in numbers:
                # c <= x tells c - 1 from c; x = c tells c from its neighbours on both sides.
                one_sided = part.decl().kind() == z3.Z3_OP_LE and z3.is_int_value(part.arg(0))
                cuts |= {value} if one_sided else {value, value + 1}
    fixed = {name for name, _ in reading.constants}
    looked_at = [
        (name, known)
        for name, known in transitions.info.ranges
        if transitions.vocabulary.constants[name].get_id() in named and name not in fixed
    ]
    return cuts, looked_at


# -- what a run shows -----------------------------------------------------------------------------


def works_throughout(
    unrolling: Unrolling,
    number: z3.ArithRef,
    said: z3.BoolRef,
    cell: Cell,
    model: z3.ModelRef,
) -> bool:
    """Whether a model's run reaches the goal for every pair of a cell, and whatever value other
    constants have of which a range is known.

    Everything that the model chose is kept, but for the numbers that equal the goal's, or such a
    constant: those vary with it. Then no pair may violate any constraint of the run.
    """
    return any(_works(unrolling, number, said, cell, model, tied=tied) for tied in (True, False))


def _works(
    unrolling: Unrolling,
    number: z3.ArithRef,
    said: z3.BoolRef,
    cell: Cell,
    model: z3.ModelRef,
    *,
    tied: bool,
) -> bool:
    transitions = unrolling.transitions
    constants = [transitions.vocabulary.constants[name] for name, _ in transitions.info.ranges]
    free = [number, *(constant for constant in constants if not constant.eq(number))]
    leaders = [
        (term, model.eval(term, model_completion=True)) for term in (free if tied else free[:1])
    ]
    meaning = unrolling.meaning[said.get_id()]
    fixed: list[z3.BoolRef] = []
    representatives: dict[str, list[tuple[z3.ExprRef, z3.ExprRef]]] = {}
    for term in {t.get_id(): t for t in (*unrolling.atoms(), *uninterpreted(meaning))}.values():
        value = model.eval(term, model_completion=True)
        if any(term.eq(other) for other in free):
            continue
        if z3.is_int(term):
            leader = next((other for other, at in leaders if value.eq(at)), value)
            fixed.append(term == leader)
        elif term.sort().kind() != z3.Z3_UNINTERPRETED_SORT:
            fixed.append(term == value)
        else:
            known = representatives.setdefault(term.sort().name(), [])
            same = next((first for first, other in known if other.eq(value)), None)
            if same is None:
                fixed += [term != first for first, _ in known]
                known.append((term, value))
            else:
                fixed.append(term == same)
    instance = solver(0)
    instance.add(*fixed, *transitions.ranges, cell.holds(number, transitions))
    instance.add(z3.Not(z3.And(*unrolling.constraints, meaning)))
    return bool(ask(instance, deadline=unrolling.deadline) == z3.unsat)


# -- answers --------------------------------------------------------------------------------------


def joined(ranges: Iterable[Range]) -> list[Range]:
    """Ranges in rising order, those that touch or overlap made one."""
    result: list[Range] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = result[-1][0], max(result[-1][1], high)
        else:
            result.append((low, high))
    return result


def at_most(met: Iterable[Cell]) -> list[Range]:
    """The numbers in some pair of the cells that are met."""
    return joined(cell.numbers for cell in met)


def at_least(unmet: Iterable[Cell], low: int, high: int) -> list[Range]:
    """The numbers, of those from ``low`` to ``high``, in no pair of the cells that are not met."""
    found = []
    for first, last in joined(cell.numbers for cell in unmet):
        if low < first:
            found.append((low, first - 1))
        low = last + 1
    return found + ([(low, high)] if low <= high else [])


def covering(met: Iterable[tuple[Cell, T]]) -> list[tuple[int, int, T]]:
    """Ranges that do not overlap, each with a run that works for all of its numbers and one value
    of the constant; together they have every number that some cell has.

    Raises ModelError where a number is reached only beside the same value of a constant.
    """
    found: list[tuple[int, int, T]] = []
    numbers = {cell.numbers for cell, _ in met}
    for cell, run in sorted(met, key=lambda item: item[0].numbers):
        low, high = cell.numbers
        if cell.part is not None and cell.part.order is Order.EQUAL:
            high = low
        low = max(low, found[-1][1] + 1) if found else low
        if low <= high:
            found.append((low, high, run))
    if joined((low, high) for low, high, _ in found) != joined(numbers):
        raise ModelError(
            "no certificate can be written of an answer that holds of a number only where a "
            "constant has just that value"
        )
    return found


_CONDITIONS: dict[frozenset[Order | None], str] = {
    frozenset({Order.BELOW}): "before {}",
    frozenset({Order.BELOW, Order.EQUAL}): "up to {}",
    frozenset({Order.EQUAL}): "{} itself",
    frozenset({Order.EQUAL, Order.ABOVE}): "from {} on",
    frozenset({Order.ABOVE}): "after {}",
    frozenset({Order.BELOW, Order.ABOVE}): "other than {}",
}


def condition(met: Iterable[Cell], unmet: Iterable[Cell]) -> str:
    """How the numbers compare with a constant where a goal is met, in words: ``from limit on``."""
    cells_ = list(met)
    names = {cell.part.constant for cell in cells_ if cell.part is not None}
    yes = frozenset(cell.compares() for cell in cells_)
    no = frozenset(cell.compares() for cell in unmet)
    words = _CONDITIONS.get(yes) if yes.isdisjoint(no) else None
    return (words or "for some values of {}").format(", ".join(sorted(names)))


def shown(every: Sequence[Cell], preferred: Iterable[int]) -> set[Cell]:
    """The cells whose runs are to be shown: those with a preferred number. Of numbers that compare
    with a constant in several ways, one before and one after it is enough.
    """
    parts = [cell.part for cell in every if cell.part is not None]
    known = list(preferred)
    found = set()
    for cell in every:
        low, high = cell.numbers
        if cell.part is not None and cell.part.order is None:
            first, last = min(p.low for p in parts), max(p.high for p in parts)
            if first <= low <= last:
                continue
        compared = None if cell.part is None else cell.part.order
        if compared is not Order.EQUAL and any(low <= number <= high for number in known):
            found.add(cell)
    return found


@dataclass(frozen=True)
class Case:
    """The answer, as ranges in words, where a constant has a value from ``low`` to ``high``."""

    low: int
    high: int
    answer: tuple[tuple[str, str], ...]


Depends = tuple[str, tuple[Case, ...]]
"""A constant, and the answer for each range of its values."""


def by_value(
    every: Sequence[Cell], met: Iterable[Cell], said: Callable[[int], str]
) -> Depends | None:
    """Which values of the constant give which answer, and its name; None where all give the same.

    ``said`` is what a number reads like.
    """
    parts = [cell.part for cell in every if cell.part is not None]
    if not parts:
        return None
    yes, name = set(met), parts[0].constant
    ranges = {(part.low, part.high) for part in parts}
    whole = min(low for low, _ in ranges), max(high for _, high in ranges)
    cases: list[Case] = []
    for low, high in sorted(ranges - {whole} or ranges):
        beside = [
            cell
            for cell in every
            if cell.part is not None and cell.part.low <= low and high <= cell.part.high
        ]
        answer = tuple(_pieces(beside, yes, name, said))
        if cases and cases[-1].answer == answer:
            cases[-1] = Case(cases[-1].low, high, answer)
        else:
            cases.append(Case(low, high, answer))
    if len(cases) == 1 and not any(name in end for piece in cases[0].answer for end in piece):
        return None
    return name, tuple(cases)


def _pieces(
    beside: Iterable[Cell], yes: set[Cell], name: str, said: Callable[[int], str]
) -> Iterator[tuple[str, str]]:
    orders = list(Order)

    def place(cell: Cell) -> tuple[int, int]:
        assert cell.part is not None
        return cell.low, 0 if cell.part.order is None else orders.index(cell.part.order)

    start: str | None = None
    end = ""
    for cell in sorted(beside, key=place):
        assert cell.part is not None
        low, high = said(cell.low), said(cell.high)
        match cell.part.order:
            case Order.BELOW:
                high = f"{name} - 1"
            case Order.EQUAL:
                low = high = name
            case Order.ABOVE:
                low = f"{name} + 1"
        if cell not in yes:
            if start is not None:
                yield start, end
            start = None
            continue
        start = low if start is None else start
        end = high
    if start is not None:
        yield start, end
