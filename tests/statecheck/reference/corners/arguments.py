"""Arguments of events: named, by position, passed on, prepared, looked up."""

# mypy: ignore-errors

from __future__ import annotations

import functools
from typing import Any

from statemachine import State, StateMachine

from tests.statecheck.reference.corners.cases import case


def traced(function: Any) -> Any:
    """A decorator that turns what it decorates round."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return not function(*args, **kwargs)

    return wrapper


@case("possible", "s1", "REACHED")
@case("possible", "s2", "REFUTED")
class Decorated(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    s2 = State()
    go = s0.to(s1, cond="no") | s0.to(s2, cond="yes")
    back = s1.to(s0) | s2.to(s0)

    @traced
    def no(self) -> bool:
        return False

    @traced
    def yes(self) -> bool:
        return True


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class DecoratedArgument(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="small")
    back = s1.to(s0)

    @traced
    def small(self, amount: int = 0) -> bool:
        return amount < 10


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Lambda(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond=lambda amount=0: amount == 4)
    back = s1.to(s0)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class PositionalArgument(StateMachine):
    """Arguments by position reach a callback too."""

    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="given")
    back = s1.to(s0)

    def given(self, *args: Any) -> bool:
        return len(args) == 2


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class FromEventData(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="given")
    back = s1.to(s0)

    def given(self, event_data: Any) -> bool:
        return event_data.trigger_data.kwargs.get("amount") == 3


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class PassedOn(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="given")
    back = s1.to(s0)

    def given(self, **kwargs: Any) -> bool:
        return self._inner(**kwargs)

    def _inner(self, amount: int = 0, **_rest: Any) -> bool:
        return amount == 3


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class AnyKeyword(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="given")
    back = s1.to(s0)

    def given(self, **kwargs: Any) -> bool:
        return any(key.startswith("extra") for key in kwargs)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class KeywordIn(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="given")
    back = s1.to(s0)

    def given(self, **kwargs: Any) -> bool:
        return "force" in kwargs


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Prepared(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="given")
    back = s1.to(s0)

    def prepare_event(self, amount: int = 0) -> dict[str, Any]:
        return {"double": amount * 2}

    def given(self, double: int = 0) -> bool:
        return double == 8


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class EventBySource(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    a = s0.to.itself(on="note")
    b = s0.to.itself(on="note")
    go = s0.to(s1, cond="noted")
    back = s1.to(s0)
    last = ""

    def note(self, event: Any) -> None:
        self.last = str(event)

    def noted(self) -> bool:
        return self.last == "b"
