"""Consensus at its simplest: a value is chosen when none has been."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Status(Machine):
    proposed = State(initial=True)
    chosen = State(final=True)
    choose = proposed.to(chosen)


class Value(Entity):
    status: Status


class Choice(System):
    values: Many[Value]

    @action
    def choose(self, value: Value) -> None:
        if not any(other.status.chosen.is_active for other in self.values):
            value.status.choose()


CATALOGUE = Catalogue(Choice)


@CATALOGUE.always("choice.one", "Safety")
def one(choice: Choice, one: Value, other: Value) -> bool:
    """At most one value is chosen."""
    return one == other or not (one.status.chosen.is_active and other.status.chosen.is_active)
