"""A tower of lifts, and a claim of each kind and verdict about it."""

from __future__ import annotations

from typing import ClassVar

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, Step, System, action, anything
from statecheck.claims.fairness import LeadsTo, finitely, leads_to, never, weak


class Level(int):
    """A level that a lift is made for."""

    LEAST: ClassVar[int] = 0
    GREATEST: ClassVar[int] = 9

    def __str__(self) -> str:
        return f"L{int(self)}"


class Door(Machine):
    closed = State(initial=True)
    opened = State()
    open = closed.to(opened)
    shut = opened.to(closed)


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
    door: Door
    cabin: Cabin


class Tower(System):
    lifts: Many[Lift]

    @action
    def open(self, lift: Lift) -> None:
        """The door of a lift that stands opens."""
        if lift.cabin.standing.is_active:
            lift.door.open()

    @action
    def shut(self, lift: Lift) -> None:
        lift.door.shut()

    @action
    def go(self, lift: Lift) -> None:
        if lift.door.closed.is_active:
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


CATALOGUE = Catalogue(Tower)


@CATALOGUE.always("doors.shut", "Doors")
def shut(tower: Tower, lift: Lift) -> bool:
    """The door of a lift that moves is closed."""
    return not lift.cabin.moving.is_active or lift.door.closed.is_active


@CATALOGUE.refuted("cabins.never_stuck", "Cabins")
def never_stuck(tower: Tower, lift: Lift) -> bool:
    """No lift is ever stuck."""
    return not lift.cabin.stuck.is_active


@CATALOGUE.refuted("cabins.steps", "Cabins")
def steps(step: Step, lift: Lift) -> bool:
    """No step jams a lift."""
    return not step.fires(Tower.jam, lift)


@CATALOGUE.always("cabins.stop", "Cabins")
def stop(step: Step, lift: Lift) -> bool:
    """A lift that is stopped stands."""
    return not step.fires(Tower.stop, lift) or step.after[lift].cabin.standing.is_active


@CATALOGUE.possible("cabins.move", "Cabins")
def move(tower: Tower, lift: Lift) -> bool:
    """A lift may move."""
    return lift.cabin.moving.is_active


@CATALOGUE.possible("doors.move_open", "Doors")
def move_open(tower: Tower, lift: Lift) -> bool:
    """A lift may move with its door open."""
    return lift.cabin.moving.is_active and lift.door.opened.is_active


@CATALOGUE.recoverable("cabins.recover", "Cabins")
def recover(tower: Tower, lift: Lift) -> bool:
    """A lift can stand again."""
    return lift.cabin.standing.is_active


@CATALOGUE.derived("cabins.levels", "Cabins")
def levels(tower: Tower, lift: Lift, level: Level) -> bool:
    """The levels for which a lift gets stuck."""
    return lift.cabin.stuck.is_active and bool(lift.cabin.level == level)


def jams(step: Step, lift: Lift) -> bool:
    """The lift jams."""
    return bool(step.fires(Tower.jam, lift))


@CATALOGUE.eventually(
    "end.stands",
    "End",
    fairness=(weak(Tower.stop, "lift"), weak(Tower.free, "lift"), finitely("it jams", jams)),
)
def stands(tower: Tower, lift: Lift) -> LeadsTo:
    """A lift that does not stand will."""
    return leads_to(not lift.cabin.standing.is_active, lift.cabin.standing.is_active)


@CATALOGUE.eventually(
    "end.moves", "End", fairness=(weak(Tower.shut, "lift"), never("it jams", jams))
)
def moves(tower: Tower, lift: Lift) -> LeadsTo:
    """A lift that stands moves."""
    return leads_to(lift.cabin.standing.is_active, lift.cabin.moving.is_active)


@CATALOGUE.eventually("end.any_stops", "End", fairness=(weak(Tower.stop), weak(Tower.free)))
def any_stops(step: Step, lift: Lift) -> LeadsTo:
    """A lift that moves is stopped, or jams."""
    return leads_to(
        lift.cabin.moving.is_active,
        step.fires(Tower.stop, lift) or step.fires(Tower.jam, lift),
    )
