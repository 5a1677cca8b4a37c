"""Code that tells answers and exceptions from outside apart in unusual ways: nothing may be proved
that some answer breaks.
"""

from __future__ import annotations

import contextlib
import signal
import time
import weakref
from collections.abc import Sequence
from typing import Any, Self

import pytest
from statemachine import State, StateChart, StateMachine

from statecheck.modeling import ModelError
from statecheck.single import check
from tests.statecheck.single.test_outside import HARDWARE, Hardware


class Base(StateMachine):
    a = State(initial=True)
    b = State()
    n = 0
    last: Any = 0
    go = a.to(b, on="work")
    back = b.to(a)

    def work(self) -> None:
        """Do nothing."""

    def finish(self, *_: object) -> None:
        self.n = 7


class ByPattern(Base):
    def work(self) -> None:
        match HARDWARE.move():
            case {"x": _}:
                self.n = 1


class ByAttribute(Base):
    def work(self) -> None:
        if not hasattr(HARDWARE, "colour"):
            self.n = 1


class ByCall(Base):
    def work(self) -> None:
        if not callable(HARDWARE.colour):
            self.n = 1


SOME_ERRORS = (KeyError, ValueError)


class ByTuple(Base):
    def work(self) -> None:
        try:
            HARDWARE.move()
        except SOME_ERRORS:
            self.n = 1


class BySuppressing(Base):
    def work(self) -> None:
        with contextlib.suppress(KeyError):
            HARDWARE.move()
            return
        self.n = 1


class ByGroup(Base):
    def work(self) -> None:
        try:
            HARDWARE.move()
        except* KeyError:
            self.n = 1


class Swallower:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return kind is not None and issubclass(kind, KeyError)


class ByContext(Base):
    def work(self) -> None:
        with Swallower():
            HARDWARE.move()
            return
        self.n = 1


class ByOwnName(Base):
    Errors = KeyError

    def work(self) -> None:
        try:
            HARDWARE.move()
        except self.Errors:
            self.n = 1


class ByComputed(Base):
    def errors(self) -> type[Exception]:
        return KeyError

    def work(self) -> None:
        try:
            HARDWARE.move()
        except self.errors():
            self.n = 1


class ByNumber(Base):
    def work(self) -> None:
        try:
            HARDWARE.move()
        except OSError as error:
            if error.errno == 2:
                self.n = 1


class ByMessage(Base):
    def work(self) -> None:
        try:
            HARDWARE.move()
        except Exception as error:  # noqa: BLE001
            if "time" in str(error):
                self.n = 1


class ByArguments(Base):
    def work(self) -> None:
        try:
            HARDWARE.move()
        except Exception as error:  # noqa: BLE001
            if len(error.args) == 3:
                self.n = 1


class ByInterrupt(Base):
    def work(self) -> None:
        try:
            input()
        except KeyboardInterrupt:
            self.n = 1


class ByHandler(StateChart[Any]):
    a = State(initial=True)
    b = State()
    n = 0
    go = a.to(a, on="work")
    error_execution = a.to(b, cond="is_late", on="note")
    back = b.to(a)

    def work(self) -> None:
        HARDWARE.move()

    def is_late(self, error: Any = None) -> bool:
        return isinstance(error, TimeoutError)

    def note(self) -> None:
        self.n = 1


class Signals(Base):
    def __init__(self) -> None:
        signal.signal(signal.SIGUSR2, self.finish)
        super().__init__()


class Subscribes(Base):
    def __init__(self) -> None:
        self.notify = getattr(HARDWARE, "held", None)
        Hardware(weakref.ref(self))
        super().__init__()


@pytest.mark.parametrize(
    "cls",
    [
        *(ByPattern, ByAttribute, ByCall, ByTuple, BySuppressing, ByGroup, ByContext, ByOwnName),
        *(ByComputed, ByNumber, ByMessage, ByArguments, ByInterrupt, ByHandler, Signals),
        Subscribes,
    ],
)
def test_no_answer_and_no_exception_is_forgotten(cls: Any) -> None:
    assert said(cls, "always", "n == 0") in ("UNDETERMINED", "refused")
    assert said(cls, "possible", "n > 0") in ("UNDETERMINED", "refused")


def said(cls: Any, kind: str, text: str, harmless: Sequence[str] = ()) -> str:
    try:
        return str(check(cls, [(kind, text)], harmless=harmless).results[0].verdict)
    except ModelError:
        return "refused"


class Fails(Base):
    def work(self) -> None:
        HARDWARE.move()


def test_the_type_of_an_exception_from_outside_is_not_known() -> None:
    with pytest.raises(ModelError, match="comes from outside may be any"):
        check(Fails, [("always", 'not raised("KeyError")')])
    assert said(Fails, "always", "step.raised ==> a") == "PROVED"


class Keeps(Base):
    def work(self) -> None:
        self.last = HARDWARE.stop()


@pytest.mark.parametrize("text", ["a or last is not None", "last == last", "b ==> last is None"])
def test_nothing_is_said_of_a_field_that_is_from_outside(text: str) -> None:
    with pytest.raises(ModelError, match="last comes from outside and may be anything"):
        check(Keeps, [("always", text)])


class KeepsTwo(StateMachine):
    """A time has an order with numbers, an answer need not have one."""

    a = State(initial=True)
    b = State()
    last: Any = 0
    look = a.to(b, on="look_up")
    read = a.to(b, on="ask")
    late = b.to(a, cond="is_late")

    def look_up(self) -> None:
        self.last = time.time()

    def ask(self) -> None:
        self.last = HARDWARE.stop()

    def is_late(self) -> Any:
        return self.last > 3


def test_answers_of_different_kinds_are_different_states() -> None:
    assert said(KeepsTwo, "always", "step.event == late ==> not step.raised") == "UNDETERMINED"


class Compares(Base):
    def work(self) -> None:
        if HARDWARE.stop() > 3:
            self.last = 1


@pytest.mark.parametrize("name", ["HARDWARE", "HARDWARE.stop"])
def test_an_answer_of_what_is_harmless_may_still_have_no_order(name: str) -> None:
    assert said(Compares, "always", "not step.raised", [name]) == "UNDETERMINED"


class GuardAtFirst(StateChart[Any]):
    a = State(initial=True)
    b = State()
    c = State()
    a.to(b, cond="is_early")
    a.to(c)
    back = b.to(c) | c.to(c)

    def is_early(self) -> bool:
        return time.time() < 5


class FailsAtFirst(StateChart[Any]):
    a = State(initial=True)
    b = State()
    go = a.to(a, internal=True)
    error_execution = a.to(b)
    back = b.to(b)

    def on_enter_a(self) -> None:
        time.get_clock_info("time")


@pytest.mark.parametrize("cls", [GuardAtFirst, FailsAtFirst])
def test_instances_that_do_not_begin_alike_are_refused(cls: Any) -> None:
    with pytest.raises(ModelError, match="not every instance begins alike"):
        check(cls, [("always", "not b")])


class Speaks(StateMachine):
    """Looks into the message of an exception that it made itself."""

    a = State(initial=True)
    b = State()
    n = 0
    go = a.to(b, on="work")
    back = b.to(a)

    def work(self, amount: int) -> None:
        try:
            raise ValueError(f"x{amount}")  # noqa: TRY301
        except ValueError as error:
            if error.args[0] == "x1234567":
                self.n = 1


class OwnError(Exception):
    def __init__(self, message: str) -> None:
        self.message = message


class SpeaksItsOwn(Speaks):
    def work(self, amount: int) -> None:
        try:
            raise OwnError(f"x{amount}")  # noqa: TRY301
        except OwnError as error:
            if error.message == "x1234567":
                self.n = 1


@pytest.mark.parametrize("cls", [Speaks, SpeaksItsOwn])
def test_a_message_that_is_looked_into_is_not_only_said(cls: Any) -> None:
    assert said(cls, "always", "n == 0") == "UNDETERMINED"
