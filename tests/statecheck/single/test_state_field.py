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
