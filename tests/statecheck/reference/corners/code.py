"""Loops, look-ups, recursion, exceptions: ways through a callback."""

# mypy: ignore-errors

from __future__ import annotations

from typing import ClassVar

from statemachine import Event, State, StateChart, StateMachine

from tests.statecheck.reference.corners.cases import case


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class TextInText(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="inside")
    back = s1.to(s0)

    def inside(self, word: str = "") -> bool:
        return "needle" in word and word != "needle"


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Empty(StateMachine):
    """A text that is not one of the constants may be empty, and is then false."""

    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="nothing")
    back = s1.to(s0)

    def nothing(self, word: str = "something") -> bool:
        return not word


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class LookedUp(StateMachine):
    TABLE: ClassVar = {1: "a", 2: "b", 7: "c"}
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="known")
    back = s1.to(s0)

    def known(self, amount: int = 0) -> bool:
        return self.TABLE.get(amount) == "c"


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class IndexedByValue(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="third")
    back = s1.to(s0)

    def third(self, amount: int = 0) -> bool:
        return [False, False, False, True][amount] if -4 <= amount < 4 else False


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class LoopOfArgument(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="many")
    back = s1.to(s0)

    def many(self, amount: int = 0) -> bool:
        total = 0
        for number in range(amount):
            total += number
        return total == 10


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class WhileOfArgument(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="many")
    back = s1.to(s0)

    def many(self, amount: int = 0) -> bool:
        steps = 0
        while amount > 0:
            amount -= 1
            steps += 1
        return steps == 12


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Recursion(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="many")
    back = s1.to(s0)

    def many(self, amount: int = 0) -> bool:
        return amount <= 8 and self._factorial(amount) == 120

    def _factorial(self, n: int) -> int:
        return 1 if n <= 1 else n * self._factorial(n - 1)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class SwallowsEverything(StateMachine):
    """A callback that catches whatever is raised must not catch the engine's own signals."""

    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="careful")
    back = s1.to(s0)

    def careful(self, amount: int = 0) -> bool:
        try:
            return bool({5: True}[amount])
        except Exception:  # noqa: BLE001
            return False


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class SwallowsBase(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="careful")
    back = s1.to(s0)

    def careful(self, amount: int = 0) -> bool:
        try:
            return hash(amount) == 12 and str(amount) == "12"
        except BaseException:  # noqa: BLE001
            return False


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class FinallyDecides(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, on="work", cond="odd")
    back = s1.to(s0)
    n = 0

    def work(self, amount: int = 0) -> None:
        try:
            if amount > 3:
                raise ValueError
        finally:
            self.n = (self.n + 1) % 3

    def odd(self) -> bool:
        return self.n != 1 or self.n == 1


@case("always", "n == 0", "REFUTED")
class ValidatorWrites(StateMachine):
    """A validator changes data and then raises; the change stays."""

    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, validators="count")
    back = s1.to(s0)
    n = 0

    def count(self) -> None:
        self.n = 1
        raise ValueError


@case("always", "n == 0", "REFUTED")
@case("always", "s0", "PROVED")
class GuardWrites(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="count")
    back = s1.to(s0)
    n = 0

    def count(self) -> bool:
        self.n = 1
        return False


@case("always", "s0", "REFUTED")
class AfterRaises(StateMachine):
    """What `after` raises comes too late: the machine has moved."""

    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, after="fail")
    back = s1.to(s0)

    def fail(self) -> None:
        raise ValueError


@case("always", "s0", "PROVED")
class OnRaises(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, on="fail")
    back = s1.to(s0)

    def fail(self) -> None:
        raise ValueError


@case("possible", "s1 and n == 0", "REACHED")
@case("always", "s1 ==> n == 1", "REFUTED")
class EnterRaisesInChart(StateChart):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1)
    back = s1.to(s0)
    n = 0

    def on_enter_s1(self, force: bool = False) -> None:
        if force:
            raise ValueError
        self.n = 1


@case("possible", "s1", "REACHED")
class AssertionInGuard(StateChart):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to.itself(cond="sure")
    error_execution = Event(s0.to(s1), id="error.execution")
    back = s1.to(s0)

    def sure(self, amount: int = 0) -> bool:
        assert amount != 3
        return True


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Walrus(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="big")
    back = s1.to(s0)

    def big(self, amount: int = 0) -> bool:
        return (rest := amount % 7) == 5 and rest < amount


@case("possible", "s1", "REACHED")
@case("possible", "s2", "REFUTED")
class Matched(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    s2 = State()
    go = s0.to(s1, cond="one") | s0.to(s2, cond="two")
    back = s1.to(s0) | s2.to(s0)

    def one(self, amount: int = 0) -> bool:
        match amount:
            case 3 | 4:
                return True
            case int() if amount > 100:
                return True
            case _:
                return False

    def two(self, amount: int = 0) -> bool:
        match amount:
            case 3:
                return amount != 3
            case other:
                return other != amount


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class IdentityOfNumbers(StateMachine):
    """Small numbers are one object each, large ones are not."""

    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="other")
    back = s1.to(s0)

    def other(self, amount: int = 0) -> bool:
        return amount == 1000 and amount is not int("1000")


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class TypeOfArgument(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="typed")
    back = s1.to(s0)

    def typed(self, amount: int = 0) -> bool:
        return type(amount) is int and isinstance(amount, int) and amount.bit_length() == 5


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Bits(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="masked")
    back = s1.to(s0)

    def masked(self, amount: int = 0) -> bool:
        return amount & 6 == 4 and amount ^ 1 == 13 and amount >> 1 == 6 and ~amount == -13


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Power(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="square")
    back = s1.to(s0)

    def square(self, amount: int = 0) -> bool:
        return amount**2 == 49 and pow(amount, 3) < 0


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class TrueDivision(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="third")
    back = s1.to(s0)

    def third(self, amount: int = 0) -> bool:
        return amount / 3 == 1 / 3 * amount and amount > 3
