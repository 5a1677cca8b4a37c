"""Python's numbers, texts and members of enumerations, and what is asked of them."""

# mypy: ignore-errors
# ruff: noqa: PIE796

from __future__ import annotations

import enum
from typing import Any

from statemachine import State, StateMachine

from tests.statecheck.reference.corners.cases import case


@case("always", "kept == 1", "PROVED")
@case("always", "s1 ==> kept is True", "PROVED")
@case("possible", "s1 and kept is not True", "REFUTED")
class TrueIsOne(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, on="keep")
    back = s1.to(s0)
    kept: Any = 1

    def keep(self) -> None:
        self.kept = self.kept == 1


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class BoolIsANumber(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    n = 0
    flag = True

    def add(self) -> None:
        self.n += self.flag
        self.flag = not self.flag
        self.n = min(self.n, 3)

    def enough(self) -> bool:
        return self.n == 3


class Level(int):
    """An int that is equal to everything below it."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and int(self) >= other

    def __hash__(self) -> int:
        return 0


@case("possible", "s1", "REACHED")
class OwnEquality(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="same")
    more = s0.to.itself(on="raise_level")
    back = s1.to(s0)
    level: Any = Level(0)

    def raise_level(self) -> None:
        self.level = Level(2)

    def same(self) -> bool:
        return bool(self.level == 1)


class Same(enum.Enum):
    ONE = 1
    UNO = 1
    TWO = 2


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
@case("always", "which == Same.UNO ==> which == Same.ONE", "PROVED")
class Alias(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="one")
    set = s0.to.itself(on="put")
    back = s1.to(s0)
    which = Same.TWO

    def put(self) -> None:
        self.which = Same.UNO

    def one(self) -> bool:
        return self.which is Same.ONE


class Ordered(enum.IntEnum):
    LOW = 1
    HIGH = 10


@case("possible", "s1", "REACHED")
@case("possible", "total == 11", "REACHED")
@case("always", "total <= 10", "REFUTED")
class IntEnumArithmetic(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, on="add")
    back = s1.to(s0, on="sub")
    total = 0

    def add(self, level: Ordered = Ordered.LOW) -> None:
        self.total = level + 1

    def sub(self) -> None:
        self.total = 0


@case("possible", "q == -2", "REACHED")
@case("always", "q >= -1", "REFUTED")
@case("possible", "r == -1", "REACHED")
@case("always", "r >= 0", "REFUTED")
class PythonDivision(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, on="divide")
    back = s1.to(s0)
    q = 0
    r = 0

    def divide(self, amount: int = 1) -> None:
        if amount == 3:
            self.q = amount // -2
            self.r = amount % -2


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Chained(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="between")
    back = s1.to(s0)

    def between(self, amount: int = 0) -> bool:
        return 10 < amount < 12 != amount


@case("possible", "s1", "REACHED")
@case("possible", "s2", "REFUTED")
class MinMaxAbsSum(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    s2 = State()
    go = s0.to(s1, cond="one") | s0.to(s2, cond="two")
    back = s1.to(s0) | s2.to(s0)

    def one(self, a: int, b: int) -> bool:
        return min(a, b) == -3 and max(a, b) == 4 and abs(a) + abs(b) == sum((3, 4))

    def two(self, a: int, b: int) -> bool:
        return min(a, b) > max(a, b) or abs(a) < 0


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class RoundAndInt(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="even")
    back = s1.to(s0)

    def even(self, amount: int = 0) -> bool:
        return round(amount / 2) == 2 and int(amount * 0.5) == 2 and amount == 5


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class HugeFloat(StateMachine):
    """Floats have 53 bits: 2**53 + 1 is not one of them."""

    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="odd")
    back = s1.to(s0)

    def odd(self, amount: int = 0) -> bool:
        return float(amount) != amount


@case("always", "not s1", "REFUTED")
class Tenth(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="odd")
    back = s1.to(s0)
    x = 0.0

    def add(self) -> None:
        self.x = self.x + 0.1 if self.x < 1 else 0.0

    def odd(self) -> bool:
        return 0.3 < self.x < 0.30000000000000009


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Formatted(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="says")
    back = s1.to(s0)

    def says(self, amount: int = 0) -> bool:
        return f"{amount}" == "17" or f"{amount:03}" == "x"


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class LengthOfText(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="long")
    back = s1.to(s0)

    def long(self, word: str = "") -> bool:
        return len(word) > 20 and word.startswith("x")


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class OrderOfTexts(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="between")
    back = s1.to(s0)

    def between(self, word: str = "") -> bool:
        return "a" < word < "b" and word != "a"
