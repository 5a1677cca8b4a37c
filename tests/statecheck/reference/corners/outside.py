"""State that an instance's attributes do not show: in classes, modules, functions."""

# mypy: ignore-errors

from __future__ import annotations

import functools
import itertools
import random
from typing import Any, ClassVar

from statemachine import State, StateMachine

from tests.statecheck.reference.corners.cases import case


@case("always", "not s1", "REFUTED")
class SharedList(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="note")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    log: ClassVar[list[int]] = []

    def note(self) -> None:
        self.log.append(1)

    def enough(self) -> bool:
        return len(self.log) > 3


@case("always", "not s1", "REFUTED")
class OwnList(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="note")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def __init__(self) -> None:
        self.log: list[int] = []
        super().__init__()

    def note(self) -> None:
        self.log.append(1)

    def enough(self) -> bool:
        return len(self.log) > 3


COUNT = 0


@case("always", "not s1", "REFUTED")
class ModuleGlobal(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="note")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def note(self) -> None:
        global COUNT  # noqa: PLW0603
        COUNT += 1

    def enough(self) -> bool:
        return COUNT > 300


@case("always", "not s1", "REFUTED")
class ClassAttribute(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="note")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    seen = 0

    def note(self) -> None:
        type(self).seen += 1

    def enough(self) -> bool:
        return self.seen > 300


@case("always", "not s1", "REFUTED")
class ClassByName(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="note")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    seen = 0

    def note(self) -> None:
        ClassByName.seen = ClassByName.seen + 1

    def enough(self) -> bool:
        return ClassByName.seen > 300


@case("always", "not s1", "REFUTED")
class FunctionAttribute(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="note")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def note(self) -> None:
        note = type(self).note
        note.calls = getattr(note, "calls", 0) + 1  # type: ignore[attr-defined]

    def enough(self) -> bool:
        return getattr(type(self).note, "calls", 0) > 300


def _counter() -> Any:
    count = 0

    def up(_self: Any) -> bool:
        nonlocal count
        count += 1
        return count > 300

    return up


@case("always", "not s1", "REFUTED")
class Closure(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    enough = _counter()


_NUMBERS = itertools.count()


@case("always", "not s1", "REFUTED")
class Iterated(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def enough(self) -> bool:
        return next(_NUMBERS) > 300


@case("always", "not s1", "REFUTED")
class DefaultValue(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def enough(self, seen: Any = [0]) -> bool:  # noqa: B006
        seen[0] += 1
        return bool(seen[0] > 300)


@functools.lru_cache
def _first(amount: int) -> list[int]:
    return [amount]


@case("always", "not s1", "REFUTED")
class Remembered(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def enough(self) -> bool:
        _first(1).append(1)
        return len(_first(1)) > 300


@case("always", "not s1", "REFUTED")
class Chance(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="lucky")
    back = s1.to(s0)

    def lucky(self) -> bool:
        return random.random() < 0.0001
