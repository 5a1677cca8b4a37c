"""Systems and machines that a page is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from statemachine import HistoryState, State, StateChart, StateMachine

from examples.box_office import BoxOffice
from statecheck.modeling import Entity, Machine, Many, System, action, anything, within
from tests.statecheck.reference.explorer import Parameter, World
from tests.statecheck.single import machines


class Grade(IntEnum):
    LOW = 3
    MIDDLE = 5
    HIGH = 9

    def __str__(self) -> str:
        return f"grade {int(self)}"


class Tank(Machine):
    """Arithmetic, an ordered enumeration, a field that refers to another entity."""

    idle = State(initial=True)
    busy = State()
    level: int = anything(0)
    grade: Grade = anything(Grade.LOW)
    next: Vessel = anything()
    owner: Vessel

    fill = idle.to(busy, cond="fits", on="add")
    rest = busy.to(idle)

    def fits(self, amount: int) -> bool:
        return (
            amount * 3 - self.level > -2
            and self.grade < Grade.HIGH
            and self.level <= self.owner.system.limit
        )

    def add(self, amount: int) -> None:
        self.level = self.level - 2 * amount
        if self.level > -1 and self.next.tank.grade > self.grade:
            self.grade = self.next.tank.grade


class Vessel(Entity):
    tank: Tank


class Works(System):
    vessels: Many[Vessel]
    limit: int = within(4, 12)
    strict: bool = False

    @action
    def fill(self, vessel: Vessel, amount: int) -> None:
        vessel.tank.fill(amount=amount)

    @action
    def settle(self) -> None:
        """Every busy vessel rests, if some vessel is low and, when strict, none is high."""
        if any(v.tank.level < 1 for v in self.vessels):
            if self.strict and any(v.tank.grade == Grade.HIGH for v in self.vessels):
                return
            for vessel in self.vessels:
                if vessel.tank.busy.is_active:
                    vessel.tank.rest()


class Presence(Machine):
    """A guest somewhere in a house."""

    out = State(initial=True)
    inside = State()
    gone = State(final=True)
    wet: bool = anything(like=False)
    visits: int = 0
    owner: Guest

    enter = out.to(inside, cond="admitted", on="count")
    leave = inside.to(out)
    go = inside.to(gone) | out.to(gone, cond="wet")

    def admitted(self) -> bool:
        return not self.wet or self.owner.house.door.opened.is_active

    def count(self) -> None:
        self.visits = self.visits + 1 if self.visits < 2 else self.visits


class Door(Machine):
    """It may be open or shut at first."""

    starts_in = ("opened", "shut")
    opened = State(initial=True)
    shut = State()
    turn = opened.to(shut) | shut.to(opened)


class House(Entity):
    door: Door


class Guest(Entity):
    house: House
    presence: Presence


class Town(System):
    houses: Many[House]
    guests: Many[Guest]

    @action
    def enter(self, guest: Guest, house: House) -> None:
        """Through an open door."""
        if guest.house == house:
            guest.presence.enter()
        else:
            guest.house.door.turn()
            guest.presence.enter()

    @action
    def close(self, house: House) -> None:
        """Guests who are inside leave; the door turns."""
        for guest in self.guests.where(house=house):
            if guest.presence.inside.is_active:
                guest.presence.leave()
        house.door.turn()

    @action
    def go(self, guest: Guest) -> None:
        guest.presence.go()


@dataclass(frozen=True)
class Instance:
    """A system with sizes and values, and how many steps there are at least to compare."""

    system: type[System]
    sizes: Mapping[str, Any]
    values: Mapping[type, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    steps: int = 1

    @property
    def name(self) -> str:
        """The system and its sizes."""
        return f"{self.system.__name__} {', '.join(map(str, self.sizes.values()))}"


SYSTEMS = [
    Instance(Town, {"houses": 2, "guests": 2}, steps=500),
    Instance(Town, {"houses": 2, "guests": [{"house": 1}]}, steps=100),
    Instance(Works, {"vessels": 1}, {int: (-3, 0, 4)}, steps=100),
    Instance(Works, {"vessels": 2}, {int: (1, 2)}, {"limit": 7, "strict": True}, steps=300),
    Instance(BoxOffice, {"seats": 2, "customers": 2}, steps=100),
]


class Nested(StateChart):  # type: ignore[type-arg]
    """Regions, history, guards across levels, and arithmetic on negative numbers."""

    class working(State.Parallel, initial=True):  # noqa: N801
        class left(State.Compound):  # noqa: N801
            l1 = State(initial=True)
            l2 = State()
            flip = l1.to(l2, on="count") | l2.to(l1, cond="even")

        class right(State.Compound):  # noqa: N801
            r1 = State(initial=True)
            r2 = State()
            past = HistoryState()
            turn = r1.to(r2, cond="low") | r2.to(r1, on="divide")

    paused = State()
    pause = working.to(paused)
    resume = paused.to(working)
    n = 0

    def count(self, by: int = 1) -> None:
        self.n += by

    def even(self) -> bool:
        return self.n % -2 == 0

    def low(self) -> bool:
        return self.n // 3 < 2

    def divide(self, by: int) -> None:
        self.n = self.n // by + self.n % by


class Heater(StateMachine):
    """An input that may be any number, and arguments of several kinds."""

    cold = State(initial=True)
    hot = State()
    limit: int = 20
    mode = "plain"
    heat = cold.to(hot, cond="enough")
    cool = hot.to(cold, on="note")

    def enough(self, strong: bool, power: int | None = None) -> bool:
        return (power or 0) + (10 if strong else 0) > self.limit

    def note(self, word: str) -> None:
        self.mode = word if word == "eco" else self.mode


_NUMBERS = (-7, -1, 0, 1, 3, 21)
_WORLDS: dict[str, World] = {
    "Money": World(
        {
            "put": (
                Parameter("amount", (-1, 0, 20, 1214, 1234)),
                Parameter("times", (1, 7), optional=True),
            ),
            "mark": (Parameter("force", (True, False), optional=True),),
        }
    ),
    "Signed": World({"put": (Parameter("value", (-17, -16, -15, -14, 0, 14, 15)),)}),
    "Lamp": World(
        {
            "switch": (
                Parameter("colour", tuple(machines.Colour)),
                Parameter("level", (None, 3), optional=True),
            ),
            "say": (Parameter("word", ("none", "loud")),),
        }
    ),
    "Coffee": World(inputs={"paid": (True, False)}),
    "Limits": World(inputs={"soft": (2, 7, 8)}),
}

_LARGE = {"Doubling", "Spoken", "Squares", "Going", "Keeping"}
"""Machines that the engine or the explorer of plain classes cannot go through."""

MACHINES = [
    (
        Nested,
        World(
            {
                "flip": (Parameter("by", (1, -3), optional=True),),
                "turn": (Parameter("by", (-2, 3)),),
            }
        ),
    ),
    *(
        (cls, _WORLDS.get(name, World()))
        for name, cls in vars(machines).items()
        if isinstance(cls, type)
        and issubclass(cls, StateChart)
        and cls.__module__ == machines.__name__
        and name not in _LARGE
    ),
    (
        Heater,
        World(
            {
                "heat": (
                    Parameter("strong", (True, False)),
                    Parameter("power", (None, 11, 20, 31), optional=True),
                ),
                "cool": (Parameter("word", ("eco", "loud")),),
            },
            {"limit": (10, 20, -1)},
        ),
    ),
]
