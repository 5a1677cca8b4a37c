"""Classes that tempt an engine to say something wrong, each with claims and their right verdicts.

What is right is what the plain class does; a refusal or UNDETERMINED is never wrong.
"""

from __future__ import annotations

import enum
import functools
import itertools
import random
import time
from dataclasses import dataclass
from typing import Any, ClassVar

from statemachine import Event, HistoryState, State, StateChart, StateMachine
from statemachine.states import States

CASES: list[tuple[type[Any], str, str, str]] = []


def case(kind: str, text: str, right: str) -> Any:
    """Note a claim about the decorated class."""

    def note(cls: type[Any]) -> type[Any]:
        CASES.append((cls, kind, text, right))
        return cls

    return note


# Queues


@case("possible", "s2", "REACHED")
@case("always", "not s2", "REFUTED")
class LeftInQueue(StateMachine):
    """A refused queued event leaves the next one in the queue; the next call finds it there."""

    s0 = State(initial=True)
    s1 = State()
    s2 = State()
    go = s0.to(s1, after="both")
    never = s2.to(s0)
    later = s1.to(s2, cond="armed")
    arm = s1.to.itself(on="set_armed", cond="!armed")
    armed = False

    def both(self) -> None:
        self.send("never")
        self.send("later")

    def set_armed(self) -> None:
        self.armed = True


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class RaisedInGuard(StateMachine):
    """A guard raises an internal event and refuses: the event waits for the next call."""

    s0 = State(initial=True)
    s1 = State()
    go = s0.to.itself(cond="ask")
    other = s0.to(s1, cond="asked")
    idle = s0.to.itself()
    back = s1.to(s0)
    asked = False

    def ask(self) -> bool:
        self.asked = True
        self.raise_("other")
        return False


@case("possible", "s2", "REACHED")
@case("always", "not s2", "REFUTED")
class SeveralSends(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    s2 = State()
    go = s0.to(s1, on="chain")
    further = s1.to(s2)
    back = s2.to(s0) | s1.to(s0)

    def chain(self) -> None:
        self.send("further")


@case("always", "n <= 1", "REFUTED")
@case("possible", "n == 3 and done", "REACHED")
class SendsWithArguments(StateMachine):
    start = State(initial=True)
    done = State()
    go = start.to(done, on="chain")
    put = done.to.itself(on="keep")
    again = done.to(start)
    n = 0

    def chain(self) -> None:
        self.send("put", amount=3)

    def keep(self, amount: int = 1) -> None:
        if amount in (1, 3):
            self.n = amount


@case("possible", "b", "REACHED")
class ParallelFinalWithError(StateChart):
    """A root parallel whose regions end while a callback raises."""

    catch_errors_as_events = False

    class p(State.Parallel, initial=True):
        class r(State.Compound):
            a = State(initial=True)
            b = State(final=True)

        class q(State.Compound):
            c = State(initial=True)
            d = State(final=True)

    go = p.r.a.to(p.r.b)
    come = p.q.c.to(p.q.d)
    odd = False

    def on_enter_d(self) -> None:
        if not self.odd:
            self.odd = True
            raise ValueError


# Values


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


# Attributes


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class ByProperty(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    _n = 0

    @property
    def enough(self) -> bool:
        return self._n >= 2

    def add(self) -> None:
        self._n = min(self._n + 1, 3)


@case("always", "not s1", "PROVED")
@case("possible", "s1", "REFUTED")
class Cached(StateMachine):
    """A cached property keeps what it said first, if it was asked."""

    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    n = 0

    @functools.cached_property
    def enough(self) -> bool:
        return self.n >= 2

    def add(self) -> None:
        _ = self.enough
        self.n = min(self.n + 1, 3)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Setter(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    _n = 0

    @property
    def n(self) -> int:
        return self._n

    @n.setter
    def n(self, value: int) -> None:
        self._n = value * 2

    def add(self) -> None:
        self.n = 3

    def enough(self) -> bool:
        return self._n == 6


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Mangled(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    __n = 0

    def add(self) -> None:
        self.__n = 1

    def enough(self) -> bool:
        return self.__n == 1


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class BySetattr(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    ready = False

    def add(self) -> None:
        setattr(self, "rea" + "dy", True)

    def enough(self) -> bool:
        return getattr(self, "rea" "dy", False)


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class ByVars(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def add(self) -> None:
        vars(self)["extra"] = 1

    def enough(self) -> bool:
        return "extra" in self.__dict__


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class Deleted(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="drop")
    set = s0.to.itself(on="put")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)
    n = 1

    def put(self) -> None:
        self.n = 0

    def drop(self) -> None:
        if self.n == 0:
            del self.n
            self.m = 5

    def enough(self) -> bool:
        return self.n == 1 and hasattr(self, "m")


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class ByGetattr(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    more = s0.to.itself(on="add")
    go = s0.to(s1, cond="enough")
    back = s1.to(s0)

    def __getattr__(self, name: str) -> Any:
        if name == "missing":
            return 7
        raise AttributeError(name)

    def add(self) -> None:
        self.seen = self.missing

    def enough(self) -> bool:
        return vars(self).get("seen") == 7


class Mixin:
    """Callbacks from elsewhere."""

    n = 0

    def on_enter_state(self) -> None:
        self.n = min(self.n + 1, 4)


@case("possible", "s1 and n == 4", "REACHED")
@case("always", "n >= 1", "PROVED")
class Mixed(Mixin, StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1)
    back = s1.to(s0)


class Base(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="may")
    back = s1.to(s0)
    limit = 1

    def may(self) -> bool:
        return self.limit > self.LIMIT

    LIMIT = 5


@case("possible", "s1", "REACHED")
class Inherited(Base):
    LIMIT = 0


@case("always", "not s1", "PROVED")
class Overridden(Base):
    def may(self) -> bool:
        return False


class Patched(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    go = s0.to(s1, cond="may")
    back = s1.to(s0)

    def may(self) -> bool:
        return False


def _may_after_all(_self: Any) -> bool:
    return True


Patched.may = _may_after_all  # type: ignore[method-assign]
case("possible", "s1", "REACHED")(Patched)


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


# Structure


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


# Hidden state


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
