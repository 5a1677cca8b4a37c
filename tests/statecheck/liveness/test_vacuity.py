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
