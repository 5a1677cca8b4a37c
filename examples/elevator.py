"""Elevator: a cabin answers calls, and its door is open only while it stands at a floor."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, within


class Motor(Machine):
    standing = State(initial=True)
    rising = State()
    sinking = State()
    floor: int = 0
    rise = standing.to(rising)
    sink = standing.to(sinking)
    pass_up = rising.to.itself(on="up")
    pass_down = sinking.to.itself(on="down")
    halt = standing.from_(rising, sinking)

    def up(self) -> None:
        self.floor = self.floor + 1

    def down(self) -> None:
        self.floor = self.floor - 1


class Door(Machine):
    closed = State(initial=True)
    opened = State()
    open = closed.to(opened)
    close = opened.to(closed)


class Cabin(Entity):
    motor: Motor
    door: Door


class House(System):
    cabins: Many[Cabin]
    top: int = within(1, 100)

    @action
    def go_up(self, cabin: Cabin) -> None:
        if cabin.door.closed.is_active and cabin.motor.floor < self.top:
            cabin.motor.rise()

    @action
    def go_down(self, cabin: Cabin) -> None:
        if cabin.door.closed.is_active and cabin.motor.floor > 0:
            cabin.motor.sink()

    @action
    def move(self, cabin: Cabin) -> None:
        if cabin.motor.rising.is_active and cabin.motor.floor < self.top:
            cabin.motor.pass_up()
        elif cabin.motor.sinking.is_active and cabin.motor.floor > 0:
            cabin.motor.pass_down()

    @action
    def halt(self, cabin: Cabin) -> None:
        cabin.motor.halt()

    @action
    def open(self, cabin: Cabin) -> None:
        if cabin.motor.standing.is_active:
            cabin.door.open()

    @action
    def close(self, cabin: Cabin) -> None:
        cabin.door.close()


CATALOGUE = Catalogue(House)


@CATALOGUE.always("elevator.door", "Safety")
def door(house: House, cabin: Cabin) -> bool:
    """The door is open only while the cabin stands."""
    return cabin.door.closed.is_active or cabin.motor.standing.is_active


@CATALOGUE.always("elevator.floors", "Safety")
def floors(house: House, cabin: Cabin) -> bool:
    """The cabin stays in the house."""
    return cabin.motor.floor >= 0 and cabin.motor.floor <= house.top
