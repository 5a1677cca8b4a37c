"""Dining philosophers whose forks are numbered: who takes the lesser one first is never stuck."""

from __future__ import annotations

from statemachine import State

from statecheck import (
    Catalogue,
    Entity,
    Machine,
    Many,
    System,
    action,
    anything,
    assume,
    axiom,
    enabled,
)


class Holding(Machine):
    free = State(initial=True)
    taken = State()
    number: int = anything(0)
    take = free.to(taken)
    put = taken.to(free)


class Dinner(Machine):
    thinking = State(initial=True)
    waiting = State()
    eating = State()
    sit = thinking.to(waiting)
    eat = waiting.to(eating)
    rise = eating.to(thinking)


class Fork(Entity):
    holding: Holding


class Philosopher(Entity):
    first: Fork
    second: Fork
    dinner: Dinner


class Table(System):
    forks: Many[Fork]
    philosophers: Many[Philosopher]

    @axiom
    def in_order(self, philosopher: Philosopher) -> bool:
        """The fork that a philosopher takes first has the lesser number."""
        return philosopher.first.holding.number < philosopher.second.holding.number

    @action
    def take_first(self, philosopher: Philosopher) -> None:
        philosopher.dinner.sit()
        philosopher.first.holding.take()

    @action
    def take_second(self, philosopher: Philosopher) -> None:
        philosopher.dinner.eat()
        philosopher.second.holding.take()

    @action
    def put_both(self, philosopher: Philosopher) -> None:
        philosopher.dinner.rise()
        philosopher.first.holding.put()
        philosopher.second.holding.put()


CATALOGUE = Catalogue(Table)


@CATALOGUE.always("dinner.apart", "Safety")
def apart(table: Table, one: Philosopher, other: Philosopher) -> bool:
    """Philosophers who share a fork do not eat at the same time."""
    assume(one != other and one.second in (other.first, other.second))
    return not (one.dinner.eating.is_active and other.dinner.eating.is_active)


@CATALOGUE.always("dinner.no_deadlock", "Deadlock")
def no_deadlock(table: Table, philosopher: Philosopher) -> bool:
    """Somebody can always do something."""
    return any(
        enabled(table, Table.take_first, other)
        or enabled(table, Table.take_second, other)
        or enabled(table, Table.put_both, other)
        for other in table.philosophers
    )
