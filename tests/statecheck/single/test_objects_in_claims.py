"""Claims that come to the model, a listener or a state by way of an attribute."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pytest
from statemachine import State, StateMachine

from statecheck.claims.results import Result, Verdict
from statecheck.modeling import Maker, ModelError
from statecheck.single import check

PROVED, REFUTED, REACHED = Verdict.PROVED, Verdict.REFUTED, Verdict.REACHED


@dataclass
class Buyer:
    is_active: bool = False
    owner: Any = None


class Order:
    """A model; ``count`` is also a field of the machine."""

    level = 3

    def __init__(self) -> None:
        self.count = 0
        self.machine: Any = None

    @property
    def settled(self) -> bool:
        return self.count > 1

    def on_go(self) -> None:
        self.count += 1


class Audit:
    def __init__(self) -> None:
        self.seen = 0

    def after_transition(self) -> None:
        self.seen += 1


class Shop(StateMachine):
    here = State(initial=True)
    there = State()
    go = here.to(there, cond="few") | there.to(here, cond="few")
    count = 100

    def __init__(self, order: Order, audit: Audit) -> None:
        self.order, self.audit = order, audit
        self.parts = [order]
        self.by_name = {"order": order}
        self.buyer = Buyer(owner=order)
        self.last: Any = None
        super().__init__(order, listeners=[audit])
        order.machine = self

    def few(self) -> bool:
        return self.order.count < 3 + self.order.level - self.order.level

    def on_enter_state(self, target: State) -> None:
        self.last = target
        self.buyer.is_active = target.id == "there"


def shop() -> Shop:
    return Shop(Order(), Audit())


class Unbounded(StateMachine):
    """The model counts without end, so that its count is a term."""

    here = State(initial=True)
    go = here.to.itself()

    def __init__(self) -> None:
        self.order = Order()
        super().__init__(self.order)


class Reader:
    """An object that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def answer(self) -> int:
        self.asked += 1
        return 1


class Sorted(StateMachine):
    here = State(initial=True)
    there = State()
    go = here.to(there) | there.to(here)

    def __init__(self) -> None:
        self.by_name: defaultdict[str, list[int]] = defaultdict(list)
        self.reader = Reader()
        super().__init__()

    def on_go(self) -> None:
        self.by_name["go"] = [1]


class Basket:
    def __init__(self) -> None:
        self.items: list[int] = []

    def on_go(self) -> None:
        if len(self.items) < 3:
            self.items.append(len(self.items))


class Shopping(StateMachine):
    here = State(initial=True)
    there = State()
    go = here.to(there) | there.to(here)

    def __init__(self) -> None:
        self.basket = Basket()
        super().__init__(self.basket)


SHOP = Maker(shop, Shop)


def verdict(made: Any, kind: str, text: str) -> Result:
    (result,) = check(made, [(kind, text)]).results
    return result


@pytest.mark.parametrize(
    ("made", "kind", "text", "right", "steps"),
    [
        (SHOP, "possible", "order.count == 2", REACHED, 2),
        (SHOP, "possible", "order.count == 4", REFUTED, None),
        (SHOP, "possible", "parts[0].count == 2", REACHED, 2),
        (SHOP, "possible", "by_name['order'].count == 2", REACHED, 2),
        (SHOP, "possible", "buyer.owner.count == 2", REACHED, 2),
        (SHOP, "possible", "order.machine.order.count == 2", REACHED, 2),
        (SHOP, "always", "order.count == 0", REFUTED, 1),
        (SHOP, "always", "order.count <= 3", PROVED, None),
        (SHOP, "always", "order.count == audit.seen", PROVED, None),
        (SHOP, "always", "after.order.count == order.count + 1", PROVED, None),
        (SHOP, "always", "len(parts) == 1 and order is not None", PROVED, None),
        (SHOP, "recoverable", "order.count == 0", REFUTED, 1),
        (SHOP, "eventually", "order.count == 0 ~> order.count == 3", REFUTED, 1),
        # A list of the model, as it was before and after a step.
        (Shopping, "always", "len(after.basket.items) <= len(basket.items)", REFUTED, 1),
        (Shopping, "possible", "basket.items == [0] and after.basket.items == [0, 1]", REACHED, 2),
        (Shopping, "possible", "basket.items == [0] and there", REACHED, 1),
        (Shopping, "possible", "basket.items == [0, 1] and there", REFUTED, None),
        # The same name twice: the machine's own, or the model's.
        (SHOP, "always", "count == 100", PROVED, None),
        (SHOP, "always", "model.count == 100", REFUTED, 0),
        (SHOP, "always", "model.count <= 3", PROVED, None),
        (SHOP, "always", "after.model.count == model.count + 1", PROVED, None),
        (SHOP, "possible", "Audit.seen == 2", REACHED, 2),
        (Unbounded, "possible", "order.count == 2", REACHED, 2),
        (Unbounded, "always", "order.count >= 0", PROVED, None),
        (Unbounded, "always", "order.count <= 1", REFUTED, 2),
        # An attribute that is called as one of a state.
        (SHOP, "possible", "buyer.is_active and here", REFUTED, None),
        (SHOP, "always", "buyer.is_active == there.is_active", PROVED, None),
        (SHOP, "always", "last.id == 'here' ==> here", PROVED, None),
    ],
)
def test_an_object_is_asked_in_the_state_that_a_claim_is_about(
    made: Any, kind: str, text: str, right: Verdict, steps: int | None
) -> None:
    found = verdict(made, kind, text)
    assert (found.verdict, found.steps) == (right, steps)


def test_what_a_claim_asks_changes_nothing() -> None:
    """A defaultdict takes in a key that it is asked for; a property may write."""
    texts = ["by_name['x'] == []", "'x' not in by_name", "reader.answer == 1", "reader.asked == 0"]
    report = check(Sorted, [("always", text) for text in texts])
    assert [result.verdict for result in report.results] == [PROVED] * 4


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("last == here", "compares a State with a truth value.* id of the state"),
        ("[last][0].is_active", "only its id, name and value"),
        ("model.settled", "model.settled is a property of Order, which a claim cannot use"),
        ("order.settled", "settled of an Order is a property, which a claim cannot use"),
        ("model.parts", "the model has no field parts; did you mean parts?"),
        ("order.on_go == 1", "on_go of an Order is no value"),
        ("order.cost == 1", "an Order has no attribute cost"),
        ("order == buyer", "an Order cannot be compared"),
        ("order.level == 3", "level may be set at any time; name it by itself"),
        ("order", "order is an Order, and no truth value"),
    ],
)
def test_what_a_claim_cannot_ask_of_an_object(text: str, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        check(SHOP, [("always", text)])
