"""One machine of each kind that people write, accepted or not."""

from __future__ import annotations

import asyncio
import random
from enum import Enum
from typing import Any

from statemachine import Event, HistoryState, State, StateChart, StateMachine
from statemachine.contrib.weighted import weighted_transitions
from statemachine.states import States

LOG: list[str] = []
COUNTED: list[int] = []


class Base(StateMachine):
    a = State(initial=True)
    b = State()
    go = a.to(b, cond="ok", on="work")
    back = b.to(a)

    def ok(self, *_: Any, **__: Any) -> Any:
        return True

    def work(self, *_: Any, **__: Any) -> Any:
        """Do nothing."""


class OwnInit(Base):
    def __init__(self, *, count: int = 2) -> None:
        self.count = count
        super().__init__()

    def ok(self) -> bool:
        return self.count > 1


class TextField(Base):
    mode = "slow"

    def ok(self, mode: str) -> bool:
        self.mode = mode
        return self.mode == "fast"


class Colour(Enum):
    RED = 1
    GREEN = 2


class FromEnum(StateMachine):
    _ = States.from_enum(Colour, initial=Colour.RED, final=Colour.GREEN)
    go = _.RED.to(_.GREEN)


class Fails(StateChart[Any]):
    a = State(initial=True)
    b = State()
    go = a.to(a, on="work")
    error_execution = a.to(b)
    back = b.to(a)

    def work(self) -> None:
        raise ValueError("so it is")


class KeepsTheError(Fails):
    last: Any = None

    def on_enter_b(self, error: Any = None) -> None:
        self.last = error


class Awaits(Base):
    async def work(self) -> None:
        await asyncio.sleep(0)


class Nested(StateChart[Any]):
    class outer(State.Compound):  # noqa: N801
        first = State(initial=True)
        last = State(final=True)
        step = first.to(last)
        past = HistoryState()

    away = State()
    done_state_outer = outer.to(away)
    back = away.to(outer.past)


class Greeter:
    """A listener that only speaks."""

    def on_enter_b(self) -> None:
        print("b")  # noqa: T201


class Listened(Base):
    listeners = [Greeter]  # noqa: RUF012


class Unannotated(Base):
    def ok(self, amount) -> Any:  # type: ignore[no-untyped-def]  # noqa: ANN001
        return amount > 3


class Logs(Base):
    def work(self) -> None:
        LOG.append("work")


class Says(Base):
    def work(self, name: str = "you") -> Any:
        return f"hello {name}".upper()


class Collects(Base):
    def __init__(self) -> None:
        self.payments: list[int] = []
        super().__init__()

    def ok(self, amount: int) -> bool:
        self.payments.append(amount)
        return sum(self.payments) > 3


class Weighs(Base):
    def ok(self, weight: float) -> bool:
        return weight > 2.5


class ByChance(Base):
    def ok(self) -> bool:
        return random.random() < 0.5


class Weighted(StateMachine):
    a = State(initial=True)
    b = State()
    c = State()
    go = weighted_transitions(a, (b, 70), (c, 30))
    back = b.to(a) | c.to(a)


class Counts(Base):
    def ok(self) -> bool:
        COUNTED.append(1)
        return len(COUNTED) > 300


class MadeWithArguments(Base):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__()


class NeedsAModel(StateMachine):
    a = State(initial=True)
    b = State(final=True)
    go = a.to(b, cond="is_ready_says_the_model")


class Invokes(StateMachine):
    a = State(initial=True, invoke=lambda: 1)
    b = State(final=True)
    done_invoke_a = Event(a.to(b))


class Delayed(StateMachine):
    a = State(initial=True)
    b = State(final=True)
    go = Event(a.to(b), delay=50)


class Tries(Base):
    def ok(self, name: str) -> bool:
        return name.startswith("x") and name.endswith("never to be guessed")


EXPECTED: tuple[tuple[Any, str, str], ...] = (
    *((cls, "accepted", "") for cls in (OwnInit, TextField, FromEnum, Fails, KeepsTheError)),
    *((cls, "accepted", "") for cls in (Awaits, Nested, Listened, Unannotated, Logs)),
    *((cls, "accepted", "") for cls in (Says, Collects, Weighs)),
    (ByChance, "by abstraction", ""),
    (Weighted, "by abstraction", ""),
    (Counts, "refused", "a list or object that all instances share changes"),
    (MadeWithArguments, "refused", "it is made with arguments"),
    (NeedsAModel, "refused", "it needs a model"),
    (Invokes, "by abstraction", ""),
    (Delayed, "refused", "delayed events"),
    (Tries, "undetermined", "only some values were tried"),
)
"""Each machine with the standing that it has, and the kind of what keeps it from being decided."""
