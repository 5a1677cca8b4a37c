"""A queue at a counter: who waits and has the least number is next."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything


class Visit(Machine):
    away = State(initial=True)
    waiting = State()
    served = State(final=True)
    number: int = anything(0)
    come = away.to(waiting)
    serve = waiting.to(served)


class Counter(Entity):
    pass


class Guest(Entity):
    counter: Counter
    visit: Visit


class Hall(System):
    counters: Many[Counter]
    guests: Many[Guest]

    @action
    def come(self, guest: Guest) -> None:
        guest.visit.come()

    @action
    def serve(self, guest: Guest) -> None:
        if all(
            guest.visit.number <= other.visit.number
            for other in self.guests
            if other.counter == guest.counter and other.visit.waiting.is_active
        ):
            guest.visit.serve()


CATALOGUE = Catalogue(Hall)


@CATALOGUE.always("hall.next", "Queue")
def next_one(hall: Hall, counter: Counter, guest: Guest) -> bool:
    """Where somebody waits at a counter, somebody who waits there is next."""
    waits = guest.counter == counter and guest.visit.waiting.is_active
    return not waits or any(
        first.counter == counter
        and first.visit.waiting.is_active
        and all(
            first.visit.number <= other.visit.number
            for other in hall.guests
            if other.counter == counter and other.visit.waiting.is_active
        )
        for first in hall.guests
    )


@CATALOGUE.always("hall.last", "Queue")
def last(hall: Hall, guest: Guest) -> bool:
    """Some guest has the greatest number."""
    return any(
        all(other.visit.number <= one.visit.number for other in hall.guests) for one in hall.guests
    )
