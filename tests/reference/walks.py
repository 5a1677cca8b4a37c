"""Random walks over a class whose instances may share hidden state: each starts all over.

Such a class cannot be put back into a situation, so nothing is ever known to be exact here; what a
walk sees, it sees on the class as its module makes it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.reference.explorer import World, class_fields, see
from tests.reference.plain import Endless, PlainMachine, sendable

LENGTHS = (3, 6, 12, 40)
"""Events of a walk: many short ones, and a few that outlast a counter."""


@dataclass(frozen=True)
class Sighting:
    """What a walk saw: before an event, after it, and how many events that took."""

    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    length: int


def walks(
    make: Callable[[], Callable[[], Any]], world: World, *, count: int, seed: int
) -> Iterator[Sighting]:
    """Every situation of some walks; ``make`` imports the class anew."""
    chance = random.Random(seed)
    for number in range(count):
        try:
            yield from _walk(PlainMachine(make()), world, chance, LENGTHS[number % len(LENGTHS)])
        except Endless:
            return


def _walk(
    machine: PlainMachine, world: World, chance: random.Random, length: int
) -> Iterator[Sighting]:
    cls = type(machine.instance)
    events, settings = sendable(cls), world.settings()
    states = [state.id for state in cls.states_map.values()]
    favourite = chance.choice(events)

    def now() -> dict[str, Any]:
        return see(machine.situation(), states, class_fields(cls))

    before = now()
    yield Sighting(None, before, 0)
    for number in range(length):
        inputs = chance.choice(settings)
        machine.set(inputs)
        event = favourite if chance.random() < 0.3 else chance.choice(events)
        machine.send(event, chance.choice(list(world.calls(event))))
        after = now()
        yield Sighting({**before, **inputs}, after, number + 1)
        before = after
