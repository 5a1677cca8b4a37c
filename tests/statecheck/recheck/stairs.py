"""Steps of three, up and down: claims that divide, also below 0."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Height(Machine):
    on = State(initial=True)
    count: int = 0
    rise = on.to.itself(on="add")
    sink = on.to.itself(on="take")

    def add(self) -> None:
        self.count += 3

    def take(self) -> None:
        self.count -= 3


class Climber(Entity):
    height: Height


class Stairs(System):
    climbers: Many[Climber]

    @action
    def up(self, climber: Climber) -> None:
        climber.height.rise()

    @action
    def down(self, climber: Climber) -> None:
        climber.height.sink()


CATALOGUE = Catalogue(Stairs)


@CATALOGUE.always("stairs.by_three", "Steps")
def by_three(stairs: Stairs, climber: Climber) -> bool:
    """Nobody stands between two landings."""
    return bool(climber.height.count % 3 == 0)


@CATALOGUE.always("stairs.quotient", "Steps")
def quotient(stairs: Stairs, climber: Climber) -> bool:
    """Quotient and remainder make the number again."""
    count = climber.height.count
    return bool(count // 5 * 5 + count % 5 == count)


@CATALOGUE.refuted("stairs.halves", "Steps")
def halves(stairs: Stairs, climber: Climber) -> bool:
    """Half of -3 is rounded down, to -2."""
    return bool(climber.height.count // 2 >= -1)
