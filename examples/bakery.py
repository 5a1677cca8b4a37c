"""Lamport's bakery: a process draws a number above all others, and the least one is served."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Customer(Machine):
    away = State(initial=True)
    waiting = State()
    served = State()
    number: int = 0
    draw = away.to(waiting, on="note")
    enter = waiting.to(served)
    leave = served.to(away, on="drop")

    def note(self, number: int) -> None:
        self.number = number

    def drop(self) -> None:
        self.number = 0


class Process(Entity):
    customer: Customer


class Bakery(System):
    processes: Many[Process]

    @action
    def draw(self, process: Process, number: int) -> None:
        if number > 0 and all(other.customer.number < number for other in self.processes):
            process.customer.draw(number=number)

    @action
    def enter(self, process: Process) -> None:
        if all(
            other == process
            or other.customer.number == 0
            or other.customer.number > process.customer.number
            for other in self.processes
        ):
            process.customer.enter()

    @action
    def leave(self, process: Process) -> None:
        process.customer.leave()


CATALOGUE = Catalogue(Bakery)


@CATALOGUE.always("bakery.exclusion", "Safety")
def exclusion(bakery: Bakery, one: Process, other: Process) -> bool:
    """Two processes are never served at once."""
    return one == other or not (one.customer.served.is_active and other.customer.served.is_active)
