"""Gates that open while every guard sleeps, or while there is none."""

from __future__ import annotations

from statemachine import State

from statecheck import ActionDisabled, Catalogue, Entity, Machine, Many, System, action


class Door(Machine):
    shut = State(initial=True)
    unlocked = State(final=True)
    unlock = shut.to(unlocked)


class Watch(Machine):
    awake = State(initial=True)
    asleep = State(final=True)
    doze = awake.to(asleep)


class Gate(Entity):
    door: Door


class Guard(Entity):
    watch: Watch


class Town(System):
    gates: Many[Gate]
    guards: Many[Guard]

    @action
    def slip_in(self, gate: Gate) -> None:
        if not all(guard.watch.asleep.is_active for guard in self.guards):
            raise ActionDisabled
        gate.door.unlock()

    @action
    def doze(self, guard: Guard) -> None:
        guard.watch.doze()


CATALOGUE = Catalogue(Town)


@CATALOGUE.possible("town.unlocked", "Safety")
def unlocked(town: Town, gate: Gate) -> bool:
    """A gate can be open."""
    return gate.door.unlocked.is_active
