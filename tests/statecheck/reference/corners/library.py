"""State on the library's own objects, the clock, and numbers without end."""

# mypy: ignore-errors

from __future__ import annotations

import time
from typing import Any

from statemachine import State, StateMachine

from tests.statecheck.reference.corners.cases import case
from tests.statecheck.reference.corners.structure import Ear


@case("always", "not s1", "REFUTED")
class Clock(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="late")
    back = s1.to(s0)

    def late(self) -> bool:
        return time.time() > 4e9


@case("always", "not s1", "REFUTED")
class Generator(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def __init__(self) -> None:
        self.numbers = iter(range(1000))
        super().__init__()

    def enough(self) -> bool:
        return next(self.numbers) > 300


@case("always", "not s1", "REFUTED")
class OnTheState(StateMachine):
    """A callback writes on the library's own objects."""

    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def enough(self, source: Any) -> bool:
        source.count = getattr(source, "count", 0) + 1
        return bool(source.count > 300)


@case("always", "not s1", "REFUTED")
class OnTheEngine(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def enough(self) -> bool:
        engine = self._engine
        engine.count = getattr(engine, "count", 0) + 1
        return engine.count > 300


@case("always", "not s1", "REFUTED")
class Macrosteps(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="enough")
    idle = s0.to.itself()
    back = s1.to(s0)

    def enough(self) -> bool:
        return self._engine._macrostep_count > 300


@case("always", "not s1", "REFUTED")
class ByListener(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="attach")
    go = s0.to(s1, cond="many")
    back = s1.to(s0)

    def attach(self) -> None:
        if len(self._listeners) < 4:
            self.add_listener(Ear())

    def many(self) -> bool:
        return len(self.active_listeners) >= 3


@case("always", "not s1", "REFUTED")
class ByHistoryValues(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="note")
    go = s0.to(s1, cond="many")
    back = s1.to(s0)

    def note(self) -> None:
        self.history_values["mine"] = []

    def many(self) -> bool:
        return "mine" in self.history_values


@case("always", "not s1", "REFUTED")
class ByFields(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="note")
    go = s0.to(s1, cond="many")
    back = s1.to(s0)

    def note(self) -> None:
        self.state_field = "state"
        self._loop_sleep_in_ms = 7

    def many(self) -> bool:
        return self._loop_sleep_in_ms == 7


@case("always", "n < 1000", "REFUTED")
@case("always", "n >= 0", "PROVED")
class Unbounded(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, on="add")
    back = s1.to(s0)
    n = 0

    def add(self) -> None:
        self.n += 1


@case("always", "total != 7", "REFUTED")
@case("always", "total <= 100", "REFUTED")
class Deposit(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    put = s0.to.itself(on="add", cond="positive")
    go = s0.to(s1)
    back = s1.to(s0)
    total = 0

    def positive(self, amount: int) -> bool:
        return amount > 0

    def add(self, amount: int) -> None:
        self.total += amount


@case("possible", "n == 5", "REACHED")
@case("always", "n == 5 ==> after.n == 4", "REFUTED")
class StopIterationLeaks(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, on="take")
    back = s1.to(s0)
    n = 0

    def take(self, which: int = 0) -> None:
        if 0 <= which <= 5:
            self.n = [*range(6)][which]
        else:
            next(iter(()))


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class SettingsChange(StateMachine):
    """A setting of the library is an attribute like others."""

    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="relax")
    go = s0.to(s1, cond="relaxed")
    back = s1.to(s0)

    def relax(self) -> None:
        self.allow_event_without_transition = True

    def relaxed(self) -> bool:
        return self.allow_event_without_transition
