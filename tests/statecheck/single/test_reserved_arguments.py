"""Arguments that python-statemachine passes on by position alone, for it has some of that name."""

from __future__ import annotations

import enum
from typing import Any

import pytest
from statemachine import State, StateMachine

from statecheck.modeling import ModelError
from statecheck.single import check


class Door(StateMachine):
    locked = State(initial=True)
    opened = State()
    unlock = locked.to(opened, cond="fits")
    close = opened.to(locked)

    def fits(self, key: int) -> bool:
        return key == 7


class DoorOfKeywords(Door):
    def fits(self, **kwargs: Any) -> bool:  # type: ignore[override]
        return bool(kwargs.get("key", 0) == 7)


class DoorOfHandler(Door):
    def fits(self, on_error: int) -> bool:
        return on_error == 7


class DoorByPosition(Door):
    def fits(self, amount: int, /) -> bool:
        return amount == 7


@pytest.mark.parametrize("made", [Door, DoorOfHandler, DoorByPosition])
def test_by_position_the_door_is_opened(made: Any) -> None:
    door = made()
    door.unlock(7)
    assert door.opened.is_active


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (Door, "the argument key cannot be given to send.. by name"),
        (DoorOfKeywords, "the argument key cannot be given to send.. by name"),
        (DoorOfHandler, "the argument on_error cannot be given to send.. by name"),
        (DoorByPosition, "the argument amount is taken by position alone"),
    ],
)
def test_nothing_is_said_of_what_cannot_be_sent_by_name(made: Any, why: str) -> None:
    with pytest.raises(ModelError, match=why):
        check(made, [("always", "locked")])


class Tens:
    """Has the attributes that values which may be any have, too."""

    value: int
    tens = property(lambda self: 10 * self.value)
    term, type, vocabulary, kind, decided = tens, tens, tens, tens, tens


class Paint(Tens, enum.Enum):
    RED = 1
    BLUE = 2


class Painted(StateMachine):
    a = State(initial=True)
    b = State(final=True)
    paint: Paint = Paint.RED
    turn = a.to.itself(on="swap")
    go = a.to(b, cond="ok")

    def swap(self) -> None:
        self.paint = Paint.BLUE if self.paint.type == 10 else Paint.RED

    def ok(self, paint: Paint) -> bool:
        own = self.paint.kind == self.paint.vocabulary == 20
        return bool(own and paint.term == 20 and paint.decided == 20)


def test_members_have_attributes_of_any_name() -> None:
    (result,) = check(Painted, [("possible", "b")]).results
    assert str(result.verdict) == "REACHED"
    assert result.steps == 2
