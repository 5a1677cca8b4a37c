"""Dining philosophers: each takes the left fork first, and at times nobody can go on."""

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
    holder: Philosopher = anything()
    take = free.to(taken, on="note")
    put = taken.to(free)

    def note(self, holder: Philosopher) -> None:
        self.holder = holder


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
    left: Fork
    right: Fork
    dinner: Dinner


class Table(System):
    forks: Many[Fork]
    philosophers: Many[Philosopher]

    @axiom
    def two_forks(self, philosopher: Philosopher) -> bool:
        """A philosopher has two forks."""
        return philosopher.left != philosopher.right

    @action
    def take_left(self, philosopher: Philosopher) -> None:
        philosopher.dinner.sit()
        philosopher.left.holding.take(holder=philosopher)

    @action
    def take_right(self, philosopher: Philosopher) -> None:
        philosopher.dinner.eat()
        philosopher.right.holding.take(holder=philosopher)

    @action
    def put_both(self, philosopher: Philosopher) -> None:
        philosopher.dinner.rise()
        philosopher.left.holding.put()
        philosopher.right.holding.put()


CATALOGUE = Catalogue(Table)


@CATALOGUE.always("dinner.apart", "Safety")
def apart(table: Table, one: Philosopher, other: Philosopher) -> bool:
    """Neighbours do not eat at the same time."""
    assume(one != other and one.left == other.right)
    return not (one.dinner.eating.is_active and other.dinner.eating.is_active)


@CATALOGUE.refuted("dinner.no_deadlock", "Deadlock")
def no_deadlock(table: Table, philosopher: Philosopher) -> bool:
    """Somebody can always do something."""
    return any(
        enabled(table, Table.take_left, other)
        or enabled(table, Table.take_right, other)
        or enabled(table, Table.put_both, other)
        for other in table.philosophers
    )
