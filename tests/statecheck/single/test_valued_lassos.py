"""What happens in the end where data is kept as terms: lassos with values that come back."""

from __future__ import annotations

from typing import Any

import pytest
from statemachine import State, StateMachine

from statecheck.claims.results import Verdict
from statecheck.claims.syntax import AssumedTexts
from statecheck.single import check

PROVED, REFUTED, OPEN = Verdict.PROVED, Verdict.REFUTED, Verdict.UNDETERMINED


class Carrier(StateMachine):
    idle = State(initial=True)
    busy = State()
    done = State(final=True)
    load: int = 0
    take = idle.to(busy, on="keep")
    drop = busy.to(idle)
    finish = busy.to(done, cond="is_small")
    repack = busy.to.itself(on="keep", cond="fits")

    def keep(self, weight: int) -> None:
        self.load = weight

    def is_small(self) -> bool:
        return self.load < 5

    def fits(self, weight: int) -> bool:
        return 0 < weight < self.load


class Gated(StateMachine):
    """It is counted down while a gate is open, which anybody may shut."""

    idle = State(initial=True)
    busy = State()
    done = State()
    left: int = 0
    is_open: bool = False
    start = idle.to(busy, on="take")
    tick = busy.to.itself(on="count", cond=["has_some", "is_open"]) | busy.to(
        done, unless="has_some"
    )
    again = done.to(idle)

    def take(self, left: int) -> None:
        self.left = left

    def has_some(self) -> bool:
        return self.left > 0

    def count(self) -> None:
        self.left -= 1


class Scale(StateMachine):
    """Ever more is put on it, until it tips."""

    level = State(initial=True)
    tipped = State()
    load: int = 0
    add = level.to.itself(on="grow", cond="is_some")
    tip = level.to(tipped, cond="is_enough")
    empty = tipped.to(level, on="clear")

    def is_some(self, weight: int) -> bool:
        return weight > 0

    def grow(self, weight: int) -> None:
        self.load += weight

    def is_enough(self) -> bool:
        return self.load >= 1000

    def clear(self) -> None:
        self.load = 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cls", "text", "assumed", "right"),
    [
        (Carrier, "idle ~> busy", {}, REFUTED),
        (Carrier, "idle ~> busy", {"fair": ("take",)}, PROVED),
        (Carrier, "busy ~> done", {"fair": ("finish",)}, REFUTED),
        (Carrier, "idle ~> done", {"fair": ("take",), "strongly_fair": ("finish",)}, REFUTED),
        (Carrier, "busy and load < 5 ~> done", {"fair": ("finish",)}, REFUTED),
        (Carrier, "busy and load > 7 ~> load < 3", {"fair": ("finish", "take")}, REFUTED),
        # What gets smaller does not come back, and neither does what grows; no proof is found.
        (Carrier, "busy and load < 5 ~> not busy", {"fair": ("finish",)}, OPEN),
        (Carrier, "busy ~> not busy", {"strongly_fair": ("repack", "finish")}, PROVED),
        (Gated, "busy ~> done", {"fair": ("tick",)}, REFUTED),
        (Scale, "level ~> tipped", {"fair": ("add", "tip")}, OPEN),
        (Scale, "level ~> load > 2000", {"fair": ("tip", "empty")}, REFUTED),
    ],
)
def test_the_end_of_runs_over_numbers(
    cls: Any, text: str, assumed: dict[str, tuple[str, ...]], right: Verdict
) -> None:
    (result,) = check(cls, [("eventually", text)], assumed=AssumedTexts(**assumed)).results
    assert result.verdict is right
    if right is REFUTED:
        assert result.run is not None
        assert result.run.fairness or not assumed


def test_a_loop_comes_back_to_its_data() -> None:
    assumed = AssumedTexts(fair=("take", "drop"), strongly_fair=("finish",))
    (result,) = check(Carrier, [("eventually", "idle ~> done")], assumed=assumed).results
    assert result.run is not None
    assert result.run.loop is not None
    machine = Carrier()
    seen = []
    for turn in range(3):
        for number, step in enumerate(result.run.steps):
            if turn and number < result.run.loop:
                continue
            given: dict[str, Any] = {name: int(value) for name, value in step.arguments}
            machine.send(step.action, **given)
            assert not machine.done.is_active
        seen.append((machine.busy.is_active, machine.load))
    assert len(set(seen)) == 1
    assert machine.load >= 5
