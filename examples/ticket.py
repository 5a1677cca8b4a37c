"""Ticket lock: threads draw numbers and are served in their order."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, assume


class Dispenser(Machine):
    on = State(initial=True)
    next: int = 0
    serving: int = 0
    draw = on.to.itself(on="count")
    call = on.to.itself(on="advance")

    def count(self) -> None:
        self.next = self.next + 1

    def advance(self) -> None:
        self.serving = self.serving + 1


class Queueing(Machine):
    thinking = State(initial=True)
    waiting = State()
    critical = State()
    ticket: int = 0
    draw = thinking.to(waiting, on="take")
    enter = waiting.to(critical)
    leave = critical.to(thinking)

    def take(self, number: int) -> None:
        self.ticket = number


class Lock(Entity):
    dispenser: Dispenser


class Thread(Entity):
    lock: Lock
    queueing: Queueing


class TicketLock(System):
    locks: Many[Lock]
    threads: Many[Thread]

    @action
    def draw(self, thread: Thread) -> None:
        thread.queueing.draw(number=thread.lock.dispenser.next)
        thread.lock.dispenser.draw()

    @action
    def enter(self, thread: Thread) -> None:
        if thread.queueing.ticket <= thread.lock.dispenser.serving:
            thread.queueing.enter()

    @action
    def leave(self, thread: Thread) -> None:
        thread.queueing.leave()
        thread.lock.dispenser.call()


CATALOGUE = Catalogue(TicketLock)


@CATALOGUE.always("ticket.exclusion", "Safety")
def exclusion(system: TicketLock, one: Thread, other: Thread) -> bool:
    """Two threads are never in the critical section of one lock at once."""
    assume(one != other and one.lock == other.lock)
    return not (one.queueing.critical.is_active and other.queueing.critical.is_active)
