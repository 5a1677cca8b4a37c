"""A model of one's own, whose class declares the attribute that the library keeps the state in."""

from __future__ import annotations

from typing import Any

import pytest
from statemachine import State, StateMachine

from statecheck.modeling import ModelError
from statecheck.single import check


class Order:
    state: Any = None
    total: int = 0


class Shop(StateMachine):
    cart = State(initial=True)
    paid = State(final=True)
    pay = cart.to(paid)

    def __init__(self) -> None:
        super().__init__(Order())


def test_the_attribute_that_keeps_the_state_is_no_field_of_a_claim() -> None:
    with pytest.raises(ModelError, match="state"):
        check(Shop, [("always", "state == None")])


def test_other_fields_of_the_model_are() -> None:
    (result,) = check(Shop, [("always", "total == 0")]).results
    assert str(result.verdict) == "PROVED"


class Declared:
    state: str = "s0"


class ByName(StateMachine):
    """A guard that reads where the library keeps the state."""

    s0 = State(initial=True)
    s1 = State()
    s2 = State()
    go = s0.to(s1)
    on = s1.to(s2, cond="ok")
    back = s2.to(s0)

    def __init__(self) -> None:
        super().__init__(Order())

    def ok(self) -> bool:
        return bool(self.model.state == "s1")


class ByDeclaredName(ByName):
    def __init__(self) -> None:
        StateMachine.__init__(self, Declared())


class ByWrongName(ByName):
    def ok(self) -> bool:
        return bool(self.model.state == "s0")


@pytest.mark.parametrize(
    ("cls", "verdict"), [(ByName, "REACHED"), (ByDeclaredName, "REACHED"), (ByWrongName, "REFUTED")]
)
def test_what_the_library_keeps_there_is_no_input(cls: type[StateMachine], verdict: str) -> None:
    (result,) = check(cls, [("possible", "s2")]).results
    assert str(result.verdict) == verdict
