"""Classes in which several things meet that are harmless one by one."""

from __future__ import annotations

from typing import Any

import pytest
from statemachine import State, StateMachine

from statecheck.claims.syntax import AssumedTexts
from statecheck.single import check


def verdict(cls: Any, kind: str, text: str, *fair: str) -> str:
    (result,) = check(cls, [(kind, text)], assumed=AssumedTexts(fair=fair)).results
    return str(result.verdict)


class Longer(StateMachine):
    """Its text grows for ever; that `done` is possible lies beyond what is explored."""

    a = State(initial=True)
    b = State()
    text = "x"
    grow = a.to.itself(on="longer")
    done = a.to(b, cond="long")
    back = b.to(a)

    def longer(self) -> None:
        self.text = self.text + "y"

    def long(self) -> bool:
        return len(self.text) > 4000


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("recoverable", "once(enabled(done))"),
        ("eventually", "a ~> once(enabled(done))"),
        ("eventually", "a and not once(enabled(done)) ~> once(enabled(done))"),
        ("possible", "once(enabled(done))"),
    ],
)
def test_a_state_beyond_the_explored_ones_is_no_dead_end(kind: str, text: str) -> None:
    assert verdict(Longer, kind, text, *(["grow"] if kind == "eventually" else [])) == (
        "UNDETERMINED"
    )


class Keeps(StateMachine):
    """Keeps an argument in a list, so that only some values are tried."""

    a = State(initial=True)
    b = State()
    go = a.to(b, on="keep")
    back = b.to(a)

    def __init__(self) -> None:
        self.kept: list[int] = []
        super().__init__()

    def keep(self, amount: int) -> None:
        self.kept = [amount]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("always", "once(enabled(go))"),
        ("possible", "since(enabled(back), b)"),
        ("eventually", "once(enabled(back)) ~> a"),
        ("recoverable", "once(enabled(back))"),
    ],
)
def test_what_was_enabled_is_open_where_some_values_are_tried(kind: str, text: str) -> None:
    assert verdict(Keeps, kind, text) == "UNDETERMINED"
