"""Claims across the values of a constant, for some of which neither proof nor run is found."""

from __future__ import annotations

from statemachine import State

import statecheck
from statecheck import ActionDisabled, Catalogue, Entity, Machine, Many, System, action, within
from statecheck.claims.results import Verdict
from statecheck.reports.terminal import in_words


class Tap(Machine):
    ready = State(initial=True)
    level: int = 0
    pour = ready.to.itself(on="fill")

    def fill(self) -> None:
        self.level += 3


class Tank(Entity):
    tap: Tap


class Plant(System):
    tanks: Many[Tank]
    limit: int = within(-2, 12)

    @action
    def pour(self, tank: Tank) -> None:
        if tank.tap.level + 3 > self.limit:
            raise ActionDisabled
        tank.tap.pour()


CATALOGUE = Catalogue(Plant)


@CATALOGUE.refuted("six", "Levels", across="limit")
def six(plant: Plant, tank: Tank) -> bool:
    """No level is six."""
    return tank.tap.level != 6


@CATALOGUE.refuted("four", "Levels", across="limit")
def never_equal(plant: Plant, tank: Tank) -> bool:
    """No level is four below the limit."""
    return tank.tap.level + 4 != plant.limit


def reached(limit: int) -> set[int]:
    """The levels that a tank has, by going through them."""
    levels = [0]
    while levels[-1] + 3 <= limit:
        levels.append(levels[-1] + 3)
    return set(levels)


def test_a_run_is_told_also_where_it_is_open_for_which_values_it_goes() -> None:
    report = statecheck.prove(CATALOGUE)
    for title, is_false in (("six", lambda _: 6), ("four", lambda limit: limit - 4)):
        result = report[title]
        assert result.verdict is Verdict.REFUTED
        assert result.run is not None
        right = {limit for limit in range(-2, 13) if is_false(limit) in reached(limit)}
        said = in_words(result)
        if result.answer is None:
            assert "For which other values of limit it is false, too, is open." in said
        else:
            ranges = [range(int(a["from"]), int(a["to"]) + 1) for a in result.answer]
            assert {limit for values in ranges for limit in values} == right
