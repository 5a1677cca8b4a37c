"""Runs of a machine that changes a list in place: each moment has the list as it was then."""

from __future__ import annotations

import pytest
from statemachine import State, StateMachine

import statecheck
from statecheck import Verdict


class Cells(StateMachine):
    on = State(initial=True)

    def __init__(self) -> None:
        self.cells = [0, 0]
        self.same = self.cells
        super().__init__()

    put = on.to.itself(on="write")

    def write(self) -> None:
        self.cells[0] += 1


def test_a_step_changes_a_list() -> None:
    result = statecheck.check(Cells, always="cells[0] < 2").results[0]
    assert result.run is not None
    assert [(c.what, c.before, c.after) for step in result.run.steps for c in step.changes] == [
        ("cells", "[0, 0]", "[1, 0]"),
        ("same", "[0, 0]", "[1, 0]"),
        ("cells", "[1, 0]", "[2, 0]"),
        ("same", "[1, 0]", "[2, 0]"),
    ]


@pytest.mark.parametrize(
    ("claim", "steps"),
    [
        ("after.cells[0] <= cells[0]", 1),
        ("cells[0] < 3 or not once(cells[0] == 2)", 3),
        ("same[0] < 1", 1),
    ],
)
def test_a_claim_is_judged_by_lists_as_they_were(claim: str, steps: int) -> None:
    result = statecheck.check(Cells, always=claim).results[0]
    assert (result.verdict, result.steps) == (Verdict.REFUTED, steps)
