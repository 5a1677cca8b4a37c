"""Runs of small instances, however long, found by executing the plain machines.

Instances come in the order of their sizes. Of those whose entities differ only in their order, and
that no reference tells apart, one is searched. A run that is found refutes a claim about any number
of entities. That none is found says nothing.
"""

from __future__ import annotations

import enum
import itertools
import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from statecheck.claims.claim import Claim
from statecheck.claims.concrete_run import ConcreteRun, IntegerType
from statecheck.clock import TimeLeft
from statecheck.explicit.search import Trail, first_run
from statecheck.explicit.state_space import FiniteInstance
from statecheck.modeling import (
    FORGOTTEN,
    STATE,
    Entity,
    History,
    MachineInfo,
    ModelError,
    Start,
    System,
    SystemInfo,
)
from statecheck.smt.evaluation import Valuation
from statecheck.symbolic.axioms.instances import Instances
from statecheck.symbolic.codes import encoded
from statecheck.symbolic.simulate import landmarks
from statecheck.symbolic.transition_system import TransitionSystem

STATES = 30_000
"""So many states are looked at for a claim, all instances together."""

SHARE = 6_000
"""So many of them are looked at in one instance, whose states may have no end."""

LARGEST = 3
"""An instance has up to so many entities of a kind; twice as many of a kind with references."""

ENTITIES = 9
"""An instance has up to so many entities."""

INSTANCES = 60
"""So many instances are searched, at most."""

TABLES = 4
"""So many choices of the references are made for each size."""

STARTS = 2_000
"""An instance with more initial choices than these is left out."""


UNUSABLE = (ModelError, ArithmeticError, LookupError, ValueError)
"""What the search may raise where values are tried that the system is not made for."""


class SmallInstances:
    """The small instances of a system, and what runs of theirs reach."""

    def __init__(
        self,
        transitions: TransitionSystem,
        histories: Iterable[History[Any]],
        numbers: Mapping[Any, IntegerType],
        time_left: TimeLeft,
    ) -> None:
        self.transitions, self.histories = transitions, tuple(histories)
        self.numbers, self.time_left = numbers, time_left
        self._built: list[FiniteInstance] = []
        self._more = self._instances()

    def run(self, claim: Claim, states: int = STATES) -> ConcreteRun | None:
        """A run that violates a claim, or gets to what it says is possible; None if none is found
        among so many states.

        It is to be replayed. Raises Timeout.
        """
        with suppress(*UNUSABLE):
            if found := self._first(claim, states, self.each()):
                return found
        with suppress(*UNUSABLE):
            return self._first(claim, states, self._without())
        return None

    def trap(self, claim: Claim, states: int = STATES) -> ConcreteRun | None:
        """A run to a state from which nothing leads to where a recoverable claim holds; None if
        none is found among so many states, or if not all arguments of actions can be tried.

        It is to be replayed in an instance that has the same entities. Raises Timeout.
        """
        actions = self.transitions.info.actions
        if not all(_is_finite(type_) for action in actions for _, type_ in action.parameters):
            return None
        with suppress(*UNUSABLE):
            if found := self._first(claim, states, self._without()):
                return found
        try:
            return self._first(claim, states, self.each())
        except UNUSABLE:
            return None

    def _first(
        self, claim: Claim, left: int, instances: Iterable[FiniteInstance]
    ) -> ConcreteRun | None:
        for instance in instances:
            most = min(left, SHARE)
            trail, looked_at = first_run(claim, self.histories, instance, most, self.time_left)
            if trail is not None:
                return concrete(claim, instance, trail)
            left -= looked_at
            if left <= 0:
                break
        return None

    def each(self) -> Iterator[FiniteInstance]:
        """Every instance; those that were built are kept."""
        yield from self._built
        for instance in itertools.islice(self._more, INSTANCES - len(self._built)):
            self._built.append(instance)
            yield instance

    def _without(self) -> Iterator[FiniteInstance]:
        """Instances with one entity of each kind but one, and but those that lead to it: what is
        only recoverable with somebody's help is not where there is nobody.
        """
        return self._of_sizes(dict.fromkeys(_absent(self.transitions.info)))

    def _instances(self) -> Iterator[FiniteInstance]:
        info = self.transitions.info
        most = [LARGEST * (2 if entity.references else 1) for entity in info.entities]
        counts = itertools.product(*(range(1, n + 1) for n in most))
        return self._of_sizes(sorted(counts, key=lambda count: (sum(count), count)))

    def _of_sizes(self, counts: Iterable[tuple[int, ...]]) -> Iterator[FiniteInstance]:
        info, chosen = self.transitions.info, Instances(self.transitions)
        values = self._values()
        pick = random.Random(0)
        targets = {target for entity in info.entities for _, target in entity.references}
        referred = {entity.plural for entity in info.entities if entity.cls in targets}
        for count in counts:
            if sum(count) > ENTITIES:
                break
            self.time_left()
            sizes = dict(zip((e.name for e in info.entities), count, strict=True))
            seen: set[str] = set()
            for _ in range(TABLES if any(entity.references for entity in info.entities) else 1):
                valuation = chosen.one(sizes, pick)
                if valuation is None:
                    break
                tables = _tables(info.cls, valuation)
                if (key := _shape(tables, referred)) not in seen:
                    seen.add(key)
                    instance = FiniteInstance(info.cls, tables, values)
                    if _starts(instance) <= STARTS:
                        yield instance

    def _values(self) -> dict[type, Sequence[Any]]:
        """The values of the types of numbers that are tried."""
        plain = tuple(sorted({*landmarks(self.transitions), 0, 1, 2}))
        bounded = {type_: tuple(map(type_, n.preferred)) for type_, n in self.numbers.items()}
        return {int: plain, **bounded}


def _absent(info: SystemInfo) -> Iterator[tuple[int, ...]]:
    """The sizes of instances with nobody of one kind, and none of those that lead to it."""
    for nobody in info.entities:
        without = {nobody.cls}
        while more := {
            entity.cls
            for entity in info.entities
            if entity.cls not in without and any(to in without for _, to in entity.references)
        }:
            without |= more
        yield tuple(int(entity.cls not in without) for entity in info.entities)


def _is_finite(type_: Any) -> bool:
    """Tell whether an instance has all values of a type."""
    return isinstance(type_, type) and issubclass(type_, Entity | enum.Enum | bool)


def _tables(system: type[System], valuation: Valuation) -> dict[str, int | list[dict[str, int]]]:
    """The sizes of an instance as the system's constructor takes them."""
    return {
        entity.plural: [
            {name: valuation.functions[f"{entity.name}.{name}"][n] for name, _ in entity.references}
            for n in range(valuation.sizes[entity.name])
        ]
        if entity.references
        else valuation.sizes[entity.name]
        for entity in system.before_its_start().info.entities
    }


def _shape(tables: Mapping[str, int | list[dict[str, int]]], referred: set[str]) -> str:
    """A text that is the same where entities come in another order, unless others refer to them."""
    return repr(
        [
            table
            if isinstance(table, int) or kind in referred
            else sorted(sorted(row.items()) for row in table)
            for kind, table in tables.items()
        ]
    )


def _starts(instance: FiniteInstance) -> int:
    """The number of initial choices of an instance, under constants as they come first."""
    return math.prod(next(instance.spaces()).choices_at_start())


def concrete(claim: Claim, instance: FiniteInstance, trail: Trail) -> ConcreteRun:
    """A run of an instance, as it is replayed."""
    sizes = {name: len(t) if not isinstance(t, int) else t for name, t in instance.sizes.items()}
    system = instance.system.before_its_start(**instance.sizes, **trail.constants)
    info = system.info
    initial: dict[str, list[Any]] = {}
    for entity in info.entities:
        for member in system.entities_of(entity):
            for name, _ in entity.references:
                initial.setdefault(f"{entity.name}.{name}", []).append(getattr(member, name).index)
    for (member, machine, name), value in zip(system.state_variables(), trail.start, strict=True):
        key = f"{info.entity(type(member)).name}.{machine.slot}.{name}"
        initial.setdefault(key, []).append(_code(instance, system, machine, name, value))
    steps = tuple(
        (name, tuple(map(encoded, arguments, (t for _, t in info.action(name).parameters))))
        for name, arguments in trail.steps
    )
    types = tuple(type_ for _, type_ in claim.variables)
    return ConcreteRun(
        {entity.name: sizes[entity.plural] for entity in info.entities},
        initial,
        {name: encoded(trail.constants[name], type_) for name, type_, _ in info.constants},
        steps,
        tuple(map(encoded, trail.witness, types)),
        types,
    )


def _code(
    instance: FiniteInstance, system: System, machine: MachineInfo, name: str, value: Any
) -> Any:
    """The code of a value of the initial state; of one that nothing reads, that of any."""
    if name == STATE:
        return f"{machine.cls.__name__}.{value}"
    info = next(info for info in machine.fields if info.name == name)
    if value is FORGOTTEN:
        if info.field.start is not Start.ANYTHING:
            return None
        value = instance.domain(info.type, system)[0]
    return value.index if isinstance(value, Entity) else encoded(value, info.type)
