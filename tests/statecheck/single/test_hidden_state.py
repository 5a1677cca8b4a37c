"""State that is not on the instance is found by reading the code, not by luck."""

from __future__ import annotations

import abc
import array
import functools
import itertools
import random
import re
import sys
import warnings
from collections.abc import Callable
from decimal import Decimal, localcontext
from decimal import getcontext as precision
from typing import Any

import pytest
from statemachine import State, StateMachine

from statecheck.modeling import ModelError
from statecheck.single import check
from statecheck.single.reading.freeze import is_plain_class
from tests.statecheck.single import machines

COUNT = 0
CACHE: dict[str, int] = {}
TABLE = {"a": 1}


class Base(StateMachine):
    a = State(initial=True)
    b = State()
    go = a.to(b, cond="ok")
    back = b.to(a, on="work")

    def ok(self) -> Any:
        return True

    def work(self) -> None:
        """Do nothing."""


class GlobalWritten(Base):
    def ok(self) -> bool:
        global COUNT  # noqa: PLW0603
        COUNT += 1
        return COUNT > 300


class GlobalRead(Base):
    def ok(self) -> bool:
        return COUNT > 300


class GlobalTable(Base):
    def work(self) -> None:
        CACHE["x"] = len(CACHE)


class Aliased(Base):
    def __init__(self) -> None:
        self.table = CACHE
        super().__init__()

    def work(self) -> None:
        self.table["y"] = 2


class OnTheClass(Base):
    n = 0

    def work(self) -> None:
        type(self).n += 1


class SharedList(Base):
    log: list[int] = []  # noqa: RUF012

    def work(self) -> None:
        self.log.append(1)


class Default(Base):
    def ok(self, seen: Any = []) -> bool:  # noqa: B006
        seen.append(1)
        return len(seen) > 300


def counting() -> Callable[[Any], bool]:
    count = 0

    def ok(self: Any) -> bool:
        nonlocal count
        count += 1
        return count > 300

    return ok


class Closure(Base):
    ok = counting()


class Unnamed(Base):
    n = 0

    def work(self) -> None:
        vars(self)["n"] = 1


class Unread(Base):
    def ok(self) -> bool:
        return bool(eval("2 > 1"))


class Iterator(Base):
    numbers = itertools.count()

    def ok(self) -> bool:
        return next(self.numbers) > 300


class Packed(Base):
    def __init__(self) -> None:
        self.packed = array.array("i", [0])
        super().__init__()

    def ok(self) -> bool:
        self.packed[0] += 1
        return self.packed[0] > 300


class OnTheFunction(Base):
    def ok(self) -> bool:
        function: Any = OnTheFunction.ok
        function.calls = getattr(function, "calls", 0) + 1
        return bool(function.calls > 300)


@functools.cache
def remembered(n: int) -> bool:
    return n > 3


class Remembering(Base):
    n = 0

    def ok(self) -> bool:
        return remembered(self.n)


class Identity(Base):
    def ok(self) -> bool:
        return id(self) % 2 == 0


class OnAState(Base):
    def ok(self, source: Any) -> bool:  # type: ignore[override]
        source.count = getattr(source, "count", 0) + 1
        return bool(source.count > 300)


class OfTheEngine(Base):
    def ok(self) -> bool:
        return self._engine._macrostep_count > 300  # type: ignore[no-any-return]


class TypeOf(Base):
    def ok(self, x: int) -> bool:  # type: ignore[override]
        return type(x) is int and x > 1000


class IsTrue(Base):
    def ok(self, x: int = 0) -> bool:
        return (x == 3) is True


class Complaining(Base):
    def work(self) -> None:
        print("work", file=sys.stderr)  # noqa: T201  (as the models of others do)


class LookingAtTheTerminal(Base):
    def ok(self) -> bool:
        print("work", file=sys.stderr)  # noqa: T201
        return sys.stderr.isatty()


class ByAnotherName(Base):
    def ok(self) -> bool:
        import sys as system  # noqa: PLC0415

        return len(system.argv) > 1


ANOTHER = Base()
ITS_EVENT = ANOTHER.go
ITS_STATE = ANOTHER.b


class AsksAnother(Base):
    def ok(self) -> bool:
        return bool(ANOTHER.b.is_active)


class TellsAnother(Base):
    def work(self) -> None:
        ITS_EVENT()


class LooksAtAnother(Base):
    def ok(self) -> bool:
        return bool(ITS_STATE.is_active)


class HasAnEventOfAnother(Base):
    def __init__(self) -> None:
        self.other = ITS_EVENT
        super().__init__()


@pytest.mark.parametrize(
    ("cls", "said"),
    [
        (LookingAtTheTerminal, "LookingAtTheTerminal.ok uses sys.stderr"),
        (ByAnotherName, "ByAnotherName.ok uses"),
        (AsksAnother, "AsksAnother.ok uses the global ANOTHER, another machine"),
        (TellsAnother, "uses the global ITS_EVENT, which belongs to another machine"),
        (LooksAtAnother, "uses the global ITS_STATE, which belongs to another machine"),
        (HasAnEventOfAnother, "other is an event or a state that belongs to another machine"),
        (GlobalWritten, "GlobalWritten.ok writes the global COUNT"),
        (GlobalRead, "reads the global COUNT, which GlobalWritten.ok assigns"),
        (GlobalTable, "the global CACHE, a dict that all instances share, changes"),
        (Aliased, "a dict that all instances share, changes"),
        (OnTheClass, "an attribute of the class OnTheClass changes"),
        (SharedList, "SharedList.log, a list that all instances share, changes"),
        (Default, "a default value of Default.ok"),
        (Closure, "writes count of the function around it"),
        (Unnamed, "uses vars(); which attributes it reads or writes cannot be told; name them"),
        (Unread, "uses eval(); what it does cannot be read"),
        (Iterator, "uses Iterator.numbers, a itertools.count"),
        (OnTheFunction, "an attribute of the function OnTheFunction.ok changes"),
        (Remembering, "which remembers its results"),
        (Identity, "uses id()"),
        (OnAState, "an object of the library"),
        (OfTheEngine, "uses _engine"),
        (
            machines.Going,
            "it is a set, whose order nobody chooses, and Going.first may go through it",
        ),
    ],
)
def test_refused_by_name(cls: Any, said: str) -> None:
    with pytest.raises(ModelError) as error:
        check(cls, [("possible", "b")])
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("cls", [IsTrue, TypeOf])
def test_identity_is_asked_of_single_values_only_which_prove_nothing(cls: Any) -> None:
    possible, always = check(cls, [("possible", "b"), ("always", "a or b")]).results
    assert str(possible.verdict) in ("REACHED", "UNDETERMINED")
    assert str(always.verdict) == "UNDETERMINED"
    assert "asks `is` or type() of values" in always.detail


SEEN: list[int] = []


def local_machine() -> Any:
    """A machine that appends to a list by one name and reads it by another."""

    class Local(Base):
        seen = SEEN

        def work(self) -> None:
            SEEN.append(1)

        def ok(self) -> bool:
            return len(self.seen) > 3

    return Local


class Warns(Base):
    def work(self) -> None:
        warnings.simplefilter("error")

    def ok(self) -> bool:
        try:
            warnings.warn("not yet", stacklevel=1)
        except UserWarning:
            return False
        return True


class Rounds(Base):
    def work(self) -> None:
        precision().prec = 2

    def ok(self) -> bool:
        return Decimal(1) / 3 > Decimal("0.333")


class RoundsForAMoment(Rounds):
    def work(self) -> None:
        with localcontext() as context:
            context.prec = 2
            self.rounded = Decimal(1) / 3


@pytest.mark.parametrize(("cls", "used"), [(Warns, "simplefilter"), (Rounds, "getcontext")])
def test_settings_of_a_thread_are_no_attribute(cls: Any, used: str) -> None:
    with pytest.raises(ModelError, match=f"work uses {used}; what it sets holds for all"):
        check(cls, [("possible", "b")])


def test_settings_that_are_put_back_are_none() -> None:
    (result,) = check(RoundsForAMoment, [("always", "not deadlock")]).results
    assert str(result.verdict) == "PROVED"


class Logs(Base):
    def work(self) -> None:
        SEEN.append(1)


def test_a_list_to_which_code_only_appends_hides_nothing() -> None:
    (result,) = check(Logs, [("possible", "b")]).results
    assert str(result.verdict) == "REACHED"
    with pytest.raises(ModelError, match="a list that all instances share, changes"):
        check(local_machine(), [("possible", "b")])


def test_memory_that_is_not_seen_may_be_anything() -> None:
    possible, always = check(Packed, [("possible", "b"), ("always", "not b")]).results
    assert str(possible.verdict) == str(always.verdict) == "UNDETERMINED"
    assert "if things outside answer so" in possible.detail


class Tables(Base):
    """Tables that nobody changes, lists of the instance's own, texts that are only printed."""

    NAMES = ("x", "y")

    def __init__(self) -> None:
        self.log: list[str] = []
        self.table = TABLE
        super().__init__()

    def ok(self) -> bool:
        return TABLE["a"] == 1 and self.table["a"] == 1 and "x" in self.NAMES

    def work(self) -> None:
        if len(self.log) < 2:
            self.log.append("worked")


def test_what_is_on_the_instance_is_followed() -> None:
    report = check(Tables, [("possible", "b and len(log) == 2"), ("always", "len(log) <= 2")])
    assert [str(result.verdict) for result in report.results] == ["REACHED", "PROVED"]


class Slotted(abc.ABC):  # noqa: B024  (an abstract base has memory of its own kind)
    __slots__ = ("x", "y")


class SlottedAndMore(Slotted):
    extra = 1


class Derived(array.array):  # type: ignore[type-arg]
    pass


@pytest.mark.parametrize("cls", [Slotted, SlottedAndMore])
def test_memory_of_a_class_written_in_python_is_its_attributes(cls: type) -> None:
    assert is_plain_class(cls)


@pytest.mark.parametrize(
    "cls",
    [
        array.array,
        Derived,
        itertools.count,
        itertools.cycle,
        functools.partial,
        re.Match,
        random.Random,
        type(iter([])),
    ],
)
def test_memory_of_a_class_written_in_c_is_not_seen(cls: type) -> None:
    """Which of them are heap types differs from one Python to the next."""
    assert not is_plain_class(cls)


def test_what_is_printed_hides_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    (result,) = check(Complaining, [("possible", "b")]).results
    assert str(result.verdict) == "REACHED"
    assert not capsys.readouterr().out
