"""A claim about the end of runs is called vacuous only where that is proven."""

from __future__ import annotations

from statemachine import State

from statecheck import Entity, Machine, Many, System, Verdict, action, check


class Cabin(Machine):
    standing = State(initial=True)
    moving = State()
    broken = State(final=True)
    trips: int = 0
    start = standing.to(moving, on="count", cond="is_counted")
    stop = moving.to(standing)
    crash = standing.to(broken)  # which nobody sends

    def count(self) -> None:
        self.trips += 1

    def is_counted(self) -> bool:
        return self.trips >= 0


class Lift(Entity):
    cabin: Cabin


class Tower(System):
    lifts: Many[Lift]

    @action
    def start(self, lift: Lift) -> None:
        lift.cabin.start()

    @action
    def stop(self, lift: Lift) -> None:
        lift.cabin.stop()


def test_a_number_that_grows_for_ever_makes_no_claim_vacuous() -> None:
    """No state comes again, so that no lasso passes the premise; a run does at once."""
    report = check(Tower, eventually="lift.cabin.moving ~> lift.cabin.standing", fair="stop")
    (result,) = report
    assert (result.verdict, result.vacuous) == (Verdict.PROVED, None)
    assert result.as_expected
    assert check(Tower, possible="lift.cabin.moving")["possible.1"].steps == 1


def test_a_premise_that_is_out_of_reach_makes_a_claim_vacuous() -> None:
    (result,) = check(Tower, eventually="lift.cabin.broken ~> lift.cabin.standing", fair="stop")
    assert (result.verdict, result.vacuous) == (Verdict.PROVED, True)
    assert not result.as_expected


def test_a_goal_that_is_there_at_once_makes_no_claim_vacuous() -> None:
    for goal in ("lift.cabin.moving", "lift.cabin.moving or lift.cabin.standing"):
        (result,) = check(Tower, eventually=f"lift.cabin.moving ~> {goal}")
        assert (result.verdict, result.vacuous) == (Verdict.PROVED, None), goal


class Lamp(Machine):
    off = State(initial=True)
    on = State()
    hot: bool = False
    light = off.to(on, on="warm")
    quench = on.to(off, on="cool")

    def warm(self) -> None:
        self.hot = True

    def cool(self) -> None:
        self.hot = False


class Room(Entity):
    lamp: Lamp


class House(System):
    rooms: Many[Room]

    @action
    def light(self, room: Room) -> None:
        room.lamp.light()

    @action
    def quench(self, room: Room) -> None:
        room.lamp.quench()


def test_a_goal_that_an_invariant_brings_at_once() -> None:
    (result,) = check(House, eventually="room.lamp.on ~> room.lamp.hot")
    assert (result.verdict, result.vacuous, result.argument) == (Verdict.PROVED, False, ())
    (result,) = check(House, eventually="room.lamp.on ~> not room.lamp.hot")
    assert result.verdict is Verdict.REFUTED
