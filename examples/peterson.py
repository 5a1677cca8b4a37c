"""Peterson's algorithm: two processes take turns at one critical section."""

from __future__ import annotations

import enum

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Side(enum.Enum):
    LEFT = "left"
    RIGHT = "right"


class Process(Machine):
    idle = State(initial=True)
    wanting = State()
    waiting = State()
    critical = State()
    want = idle.to(wanting)
    wait = wanting.to(waiting)
    enter = waiting.to(critical)
    leave = critical.to(idle)

    @property
    def interested(self) -> bool:
        return not self.idle.is_active


class Turn(Machine):
    on = State(initial=True)
    side: Side = Side.LEFT
    give = on.to.itself(on="set_side")

    def set_side(self, to: Side) -> None:
        self.side = to


class Game(Entity):
    left: Process
    right: Process
    turn: Turn


class Peterson(System):
    games: Many[Game]

    @action
    def want_left(self, game: Game) -> None:
        game.left.want()

    @action
    def want_right(self, game: Game) -> None:
        game.right.want()

    @action
    def wait_left(self, game: Game) -> None:
        game.left.wait()
        game.turn.give(to=Side.RIGHT)

    @action
    def wait_right(self, game: Game) -> None:
        game.right.wait()
        game.turn.give(to=Side.LEFT)

    @action
    def enter_left(self, game: Game) -> None:
        if not game.right.interested or game.turn.side == Side.LEFT:
            game.left.enter()

    @action
    def enter_right(self, game: Game) -> None:
        if not game.left.interested or game.turn.side == Side.RIGHT:
            game.right.enter()

    @action
    def leave_left(self, game: Game) -> None:
        game.left.leave()

    @action
    def leave_right(self, game: Game) -> None:
        game.right.leave()


CATALOGUE = Catalogue(Peterson)


@CATALOGUE.always("peterson.exclusion", "Safety")
def exclusion(system: Peterson, game: Game) -> bool:
    """The two processes are never in the critical section at once."""
    return not (game.left.critical.is_active and game.right.critical.is_active)
