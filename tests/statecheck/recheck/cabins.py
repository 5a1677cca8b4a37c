"""Axioms about a constant, numbers and references that lead back; claims of each kind."""

from __future__ import annotations

from typing import ClassVar

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, axiom, weak
from statecheck.claims.fairness import LeadsTo, leads_to
from statecheck.modeling import assume


class Level(int):
    """A level that a lift is made for."""

    LEAST: ClassVar[int] = 0
    GREATEST: ClassVar[int] = 9

    def __str__(self) -> str:
        return f"L{int(self)}"


class Cabin(Machine):
    standing = State(initial=True)
    moving = State()
    stuck = State()
    level: Level = anything(Level(0))
    go = standing.to(moving)
    stop = moving.to(standing)
    jam = moving.to(stuck, cond="high")
    free = stuck.to(standing)

    def high(self) -> bool:
        return self.level >= 7


class Lift(Entity):
    cabin: Cabin
    twin: Lift


class Cabins(System):
    lifts: Many[Lift]
    capacity: int = 3

    @axiom
    def positive(self) -> bool:
        """Somebody fits in."""
        return self.capacity > 0

    @axiom
    def mutual(self, lift: Lift) -> bool:
        """One is the twin of one's twin."""
        return bool(lift.twin.twin == lift)

    @axiom
    def low(self, lift: Lift) -> bool:
        """No lift is made for the highest level."""
        return lift.cabin.level < 9

    @action
    def go(self, lift: Lift) -> None:
        lift.cabin.go()

    @action
    def stop(self, lift: Lift) -> None:
        lift.cabin.stop()

    @action
    def jam(self, lift: Lift) -> None:
        lift.cabin.jam()

    @action
    def free(self, lift: Lift) -> None:
        lift.cabin.free()


CATALOGUE = Catalogue(Cabins)


@CATALOGUE.recoverable("cabins.stand", "Cabins")
def stand(cabins: Cabins, lift: Lift) -> bool:
    """A lift can stand again."""
    return lift.cabin.standing.is_active


@CATALOGUE.eventually("cabins.freed", "Cabins", fairness=(weak(Cabins.free, "lift"),))
def freed(cabins: Cabins, lift: Lift) -> LeadsTo:
    """A lift that is stuck is freed."""
    return leads_to(lift.cabin.stuck.is_active, not lift.cabin.stuck.is_active)


@CATALOGUE.eventually("cabins.moves", "Cabins", fairness=(weak(Cabins.stop, "lift"),))
def moves(cabins: Cabins, lift: Lift) -> LeadsTo:
    """A lift that stands moves: false, for nobody has to use it."""
    return leads_to(lift.cabin.standing.is_active, lift.cabin.moving.is_active)


@CATALOGUE.always("cabins.room", "Cabins")
def room(cabins: Cabins) -> bool:
    """There is room for somebody."""
    return cabins.capacity >= 1


@CATALOGUE.always("cabins.high", "Cabins")
def high(cabins: Cabins, lift: Lift, level: Level) -> bool:
    """A lift that is stuck is made for a high level."""
    assume(lift.cabin.level == level and lift.cabin.stuck.is_active)
    return level >= 7


@CATALOGUE.possible("cabins.highest", "Cabins")
def highest(cabins: Cabins, lift: Lift) -> bool:
    """A lift is made for the highest level: out of reach, by an axiom."""
    return bool(lift.cabin.level == 9)
