"""States, histories, inputs, models, listeners, settings."""

# mypy: ignore-errors
# ruff: noqa: N801

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, ClassVar

from statemachine import Event, HistoryState, State, StateChart, StateMachine
from statemachine.states import States

from tests.statecheck.reference.corners.cases import case


class Status(enum.Enum):
    DRAFT = 1
    DONE = 2


@case("possible", "DONE", "REACHED")
@case("recoverable", "DRAFT", "REFUTED")
class FromEnumeration(StateMachine):
    states_ = States.from_enum(Status, initial=Status.DRAFT, final=Status.DONE)
    go = states_.DRAFT.to(states_.DONE)


@case("possible", "b", "REACHED")
@case("always", "a or b", "PROVED")
class ValuesOfStates(StateMachine):
    a = State(initial=True, value=0)
    b = State(value=2)
    go = a.to(b)
    back = b.to(a)


@case("possible", "x2", "REACHED")
@case("always", "outer ==> x1 or x2", "PROVED")
class WithHistory(StateChart):
    class outer(State.Compound, initial=True):
        x1 = State(initial=True)
        x2 = State()
        h = HistoryState()
        step = x1.to(x2)

    away = State()
    leave = outer.to(away)
    back = away.to(outer.h)


@case("possible", "end", "REACHED")
@case("always", "not end", "REFUTED")
class InputAndEventless(StateChart):
    """An input makes an eventless transition possible; any event at all, even one that is ignored,
    lets the machine look."""

    s0 = State(initial=True)
    end = State()
    s0.to(end, cond="ready")
    other = end.to(s0, cond="never")
    ready = False
    NEVER = False

    def never(self) -> bool:
        return self.NEVER


@case("possible", "end", "REACHED")
class UnknownEvents(StateChart):
    """Charts take any event; one with a star reacts to it."""

    s0 = State(initial=True)
    end = State()
    star = Event(s0.to(end), id="*")
    back = end.to(s0)


@case("possible", "s1 and paid", "REACHED")
@case("always", "s0 ==> not paid", "REFUTED")
@case("possible", "s1 and not paid", "REACHED")
class Input(StateMachine):
    s0 = State(initial=True)
    s1 = State(final=True)
    go = s0.to(s1, cond="paid")
    paid: bool = False


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class InputOfInit(StateMachine):
    s0 = State(initial=True)
    s1 = State(final=True)
    go = s0.to(s1, cond="paid")

    def __init__(self) -> None:
        self.paid = False
        super().__init__()


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class OptionalInput(StateMachine):
    s0 = State(initial=True)
    s1 = State(final=True)
    go = s0.to(s1, cond="named")
    user = None

    def named(self) -> bool:
        return self.user is not None


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class ConstructorArgument(StateMachine):
    s0 = State(initial=True)
    s1 = State(final=True)
    go = s0.to(s1, cond="big")

    def __init__(self, limit: int = 3) -> None:
        self.limit = limit
        super().__init__()

    def big(self) -> bool:
        return self.limit > 10


@dataclass
class Order:
    """A model with data of its own."""

    total: int = 0
    state: Any = None

    def more(self) -> None:
        """Count."""
        self.total = min(self.total + 1, 3)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class WithModel(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more_ = s0.to.itself(on="more")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def __init__(self) -> None:
        super().__init__(Order())

    def enough(self) -> bool:
        return bool(self.model.total >= 3)


class Ear:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.heard = 0

    def after_transition(self, machine: Any) -> None:
        """Write on the machine now and then."""
        self.heard += 1
        if self.heard == 3:
            machine.ready = True


@case("possible", "s1 and ready", "REACHED")
@case("always", "not ready", "REFUTED")
class Heard(StateMachine):
    listeners: ClassVar = [Ear]
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1)
    back = s1.to(s0)
    ready = False


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class SetsItsState(StateMachine):
    validate_disconnected_states = False
    s0 = State(initial=True)
    s1 = State()
    jump = s0.to.itself(after="cheat")
    back = s1.to(s0)

    def cheat(self) -> None:
        self.current_state_value = "s1"


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Delayed(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to.itself(on="later")
    come = s0.to(s1, cond="hidden")
    back = s1.to(s0)
    asked = False

    def later(self) -> None:
        self.asked = True
        self.send("come", delay=1)

    def hidden(self) -> bool:
        return self.asked


@case("always", "n <= 2", "REFUTED")
@case("possible", "n == 7", "REACHED")
class InternalSelf(StateChart):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to.itself(internal=True)
    on_ = s0.to(s1)
    back = s1.to(s0)
    n = 0

    def on_enter_s0(self) -> None:
        self.n = (self.n + 1) % 8


@case("always", "n <= 2", "PROVED")
class InternalSelfMachine(StateMachine):
    s0 = State(initial=True)
    go = s0.to.itself(internal=True)
    n = 0

    def on_enter_s0(self) -> None:
        self.n = (self.n + 1) % 8


@case("possible", "s2", "REACHED")
@case("possible", "s1", "REACHED")
class AsyncCallbacks(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    s2 = State()
    go = s0.to(s1, cond="big") | s0.to(s2)
    back = s1.to(s0) | s2.to(s0)

    async def big(self, amount: int = 0) -> bool:
        return amount > 5
