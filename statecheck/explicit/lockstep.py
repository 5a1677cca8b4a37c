"""A variant of a system in step with the original, by execution of small instances of both.

Where the variant first does something else, claims look at what it does there and soon after. What
they find is a run of the variant's own plain machines; where they find nothing, nothing is known.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.results import Verdict
from statecheck.explicit.packing import Code
from statecheck.explicit.product import Product, product
from statecheck.explicit.state_space import FiniteInstance, StateSpace
from statecheck.modeling import Entity, History

Values = tuple[tuple[str, str], ...]
"""The values of a state by their types' and their own names, whoever defines the classes."""

NEAR = 400
"""So many steps are looked at from where two systems part."""

PARTINGS = 12
"""So many places where two systems part are looked at, the nearest first."""

EXECUTIONS = 2_500
"""No other place is looked at once methods were executed so many times: a proof takes less time."""


@dataclass(frozen=True)
class _Point:
    """A state of the original, how it is reached, and what each action makes of it."""

    choice: int
    """The number of the choice of constants."""
    values: Values
    run: tuple[int, ...]
    steps: dict[int, Values]


class GuideStates:
    """States of a small instance of the original, the nearest first: in each of them some action
    reads what no action had read in any before.
    """

    def __init__(self, instance: FiniteInstance) -> None:
        self.starts: list[set[Values]] = []
        self.points: list[_Point] = []
        queues: list[list[tuple[Code, tuple[int, ...]]]] = []
        spaces = list(instance.spaces())
        for space in spaces:
            first = space.initial()
            self.starts.append({named(space, state) for state in first})
            queues.append([(state, ()) for state in first])
        for choice, (space, queue) in enumerate(zip(spaces, queues, strict=True)):
            known = {state for state, _ in queue}
            for state, run in queue:
                executed = space.trace.executions
                steps = [(number, kept) for number, _, kept in space.steps(state)]
                if space.trace.executions == executed:
                    continue
                after = {number: named(space, kept) for number, kept in steps}
                self.points.append(_Point(choice, named(space, state), run, after))
                for number, kept in steps:
                    if kept not in known:
                        known.add(kept)
                        queue.append((kept, (*run, number)))
        self.points.sort(key=lambda point: len(point.run))


def named(space: StateSpace, state: Code) -> Values:
    """A state by names."""
    return tuple(map(_name, space.values(state)))


def _name(value: Any) -> tuple[str, str]:
    if isinstance(value, enum.Enum):
        return type(value).__name__, value.name
    return type(value).__name__, value.name if isinstance(value, Entity) else repr(value)


@dataclass(frozen=True)
class WatchOutcome:
    """The titles of the claims that a run violates, and the length of the run."""

    titles: tuple[str, ...] = ()
    steps: int = 0


def watch(
    guide: GuideStates,
    instance: FiniteInstance,
    claims: Iterable[Claim],
    histories: Sequence[History[Any]],
) -> WatchOutcome:
    """Run a variant in step with the original until it violates some of its claims.

    Raises what the variant raises.
    """
    proved = [c for c in claims if c.kind is Kind.ALWAYS and c.expected == Verdict.PROVED.value]
    spaces = list(instance.spaces())
    watchers: dict[int, _Watcher] = {}
    for count, (choice, start, run) in enumerate(_partings(guide, spaces)):
        if count == PARTINGS or sum(space.trace.executions for space in spaces) > EXECUTIONS:
            break
        if choice not in watchers:
            watchers[choice] = _Watcher(product(spaces[choice], histories), proved)
        outcome = watchers[choice].look(start, run)
        if outcome is not None:
            return outcome
    return WatchOutcome()


def _partings(
    guide: GuideStates, spaces: Sequence[StateSpace]
) -> Iterator[tuple[int, Code, tuple[int, ...]]]:
    """Where a variant does what the original does not: a choice of constants, a start and a run."""
    codes: list[dict[Values, tuple[Code, Code]]] = []
    """By choice and values, the state of the variant and the start that its run has."""
    for choice, (space, starts) in enumerate(zip(spaces, guide.starts, strict=True)):
        known = {named(space, state): (state, state) for state in space.initial()}
        codes.append(known)
        for first, (state, _) in known.items():
            if first not in starts:
                yield choice, state, ()
    for point in guide.points:
        space, known = spaces[point.choice], codes[point.choice]
        if point.values not in known:
            continue
        state, start = known[point.values]
        steps = {number: kept for number, _, kept in space.steps(state)}
        for number in sorted(steps.keys() | point.steps.keys()):
            values: Values | None = None
            if number in steps:
                values = named(space, steps[number])
            if values != point.steps.get(number):
                # Where it is disabled, claims look at the state.
                yield point.choice, start, (*point.run, number) if values else point.run
            elif values is not None:
                known.setdefault(values, (steps[number], start))


@dataclass
class _Watcher:
    """Claims that look at the states and steps of a product."""

    product: Product
    claims: Sequence[Claim]
    _judges: dict[int | None, list[tuple[Claim, Any]]] = field(default_factory=dict)

    def look(self, start: Code, run: Sequence[int]) -> WatchOutcome | None:
        """Follow a run, and look at its last state and step, and at what follows soon."""
        state = self.product.started(start)
        last: tuple[str, ...] = ()
        for number in run:
            row, state = self.product.step(number, state)
            last = self._violated(number, row)
        last += self._violated(None, self.product.row(state))
        if last:
            return WatchOutcome(tuple(dict.fromkeys(last)), len(run))
        return self._near(state, len(run))

    def _near(self, start: Code, steps: int) -> WatchOutcome | None:
        known = {start}
        queue = [(start, steps)]
        looked = 0
        for state, count in queue:
            for number, row, target in self.product.steps(state):
                looked += 1
                titles = self._violated(number, row)
                if target not in known:
                    known.add(target)
                    queue.append((target, count + 1))
                    titles += self._violated(None, self.product.row(target))
                if titles:
                    return WatchOutcome(tuple(dict.fromkeys(titles)), count + 1)
            if looked >= NEAR:
                break
        return None

    def _violated(self, number: int | None, row: Code) -> tuple[str, ...]:
        """The claims that a row violates: of steps of an action, or of states."""
        if number not in self._judges:
            constants = self.product.space.constants
            self._judges[number] = [
                (claim, judge)
                for claim in self.claims
                if claim.on_step == (number is not None)
                and all(constants[name] == value for name, value in claim.variant.constants)
                for _, judge in self.product.judges(claim, number)
            ]
        return tuple(claim.title for claim, judge in self._judges[number] if judge(row) is False)
