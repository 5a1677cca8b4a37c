"""A small system: cars that stall and are towed, and garages that count in steps of two."""

from __future__ import annotations

from statemachine import State

from statecheck.modeling import Entity, Machine, Many, System, action


class Motor(Machine):
    parked = State(initial=True)
    running = State()
    stalled = State()
    start = parked.to(running)
    stop = running.to(parked)
    stall = running.to(stalled)
    tow = stalled.to(parked)


class Counter(Machine):
    up = State(initial=True)
    turn = up.to.itself()
    n: int = 0
    odd: bool = False


class Car(Entity):
    motor: Motor


class Garage(Entity):
    counter: Counter


class Street(System):
    cars: Many[Car]
    garages: Many[Garage]

    @action
    def go(self, car: Car) -> None:
        car.motor.start()

    @action
    def park(self, car: Car) -> None:
        car.motor.stop()

    @action
    def stall(self, car: Car) -> None:
        car.motor.stall()

    @action
    def tow(self, car: Car) -> None:
        car.motor.tow()


class Yard(System):
    garages: Many[Garage]

    @action
    def count(self, garage: Garage) -> None:
        garage.counter.turn()
        if garage.counter.n == 3:
            garage.counter.odd = True
        garage.counter.n = garage.counter.n + 2
