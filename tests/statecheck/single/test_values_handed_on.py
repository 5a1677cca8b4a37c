"""Values that may be any, given to what is written in C, or asked what they are able to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sized
from decimal import Decimal
from typing import Any

import pytest
from statemachine import State, StateChart, StateMachine

from statecheck.modeling import ModelError
from statecheck.single import check


class Told(StateMachine):
    a = State(initial=True)
    b = State(final=True)
    go = a.to(b, cond="ok") | a.to.itself()

    def ok(self, text: str) -> Any:
        return text == "q"


class FoundInATry(Told):
    def ok(self, text: str) -> bool:
        try:
            return text in "abcq" and text != ""
        except TypeError:
            return False


class JoinedInATry(Told):
    def ok(self, text: str) -> bool:
        try:
            return ",".join(["x", text]) == "x,q"  # noqa: FLY002
        except Exception:  # noqa: BLE001
            return False


class Suppressing(Told):
    def ok(self, text: str) -> bool:
        with contextlib.suppress(TypeError):
            return text in "abcq" and text != ""
        return False


class Unbound(Told):
    def ok(self, text: str) -> bool:
        try:
            return str.upper(text) == "Q"
        except TypeError:
            return False


def _is_q(text: str, of: Any = ord) -> bool:
    try:
        return bool(of(text) == ord("q"))
    except TypeError:
        return False


class ByDefault(Told):
    def ok(self, text: str) -> bool:
        return _is_q(text)


class Chart(StateChart):  # type: ignore[type-arg]
    """The library catches what a guard raises."""

    a = State(initial=True)
    b = State(final=True)
    go = a.to(b, cond="ok")

    def ok(self, text: str) -> bool:
        return text in "abcq" and text != ""


class Counted(StateMachine):
    a = State(initial=True)
    b = State(final=True)
    go = a.to(b, cond="ok") | a.to.itself()

    def ok(self, n: int) -> Any:
        return n == 77777


class Converted(Counted):
    def ok(self, n: int) -> bool:
        try:
            return Decimal(n) == 77777
        except TypeError:
            return False


class Callable(Counted):
    def ok(self, n: int) -> bool:
        return not callable(n) and n == 77777


class Abstract(Counted):
    def ok(self, n: int) -> bool:
        return not isinstance(n, Iterable | Sized) and n == 77777


class Attributes(Counted):
    def ok(self, n: int) -> bool:
        return not hasattr(n, "__iter__") and not hasattr(n, "kind") and n == 77777


@pytest.mark.parametrize(
    ("cls", "given"),
    [
        *(
            (c, {"text": "q"})
            for c in (FoundInATry, JoinedInATry, Suppressing, Unbound, ByDefault, Chart)
        ),
        *((c, {"n": 77777}) for c in (Converted, Callable, Abstract, Attributes)),
    ],
)
def test_no_run_is_proved_away(cls: Any, given: dict[str, Any]) -> None:
    machine = cls()
    machine.send("go", **given)
    assert {state.id for state in machine.configuration} == {"b"}
    (result,) = check(cls, [("always", "not b")]).results
    assert str(result.verdict) in ("REFUTED", "UNDETERMINED")


class NotIterable(Counted):
    """Catches what a plain number raises, too."""

    def ok(self, n: int) -> bool:
        try:
            return bool(iter(n))  # type: ignore[call-overload]
        except TypeError:
            return n == 77777


def test_errors_that_plain_values_raise_are_followed() -> None:
    possible, always = check(NotIterable, [("possible", "b"), ("always", "a or b")]).results
    assert [str(possible.verdict), str(always.verdict)] == ["REACHED", "PROVED"]


class Late(StateMachine):
    """Makes something in its 30th event, where no random walk comes to."""

    a = State(initial=True)
    b = State(final=True)
    go = a.to(b, cond="over") | a.to.itself(on="step")
    n = 0
    kept: Any = None

    def make(self) -> Any:
        return None

    def use(self) -> None:
        self.kept.k += 1

    def over(self) -> Any:
        return self.n == 31 and self.kept.k > 300

    def step(self) -> None:
        self.n = min(self.n + 1, 31)
        if self.n == 30:
            self.kept = self.make()
        elif self.n == 31:
            self.use()


class AClass(Late):
    def make(self) -> Any:
        class Kept:
            k = 0

        return Kept


class AnObjectOfAClass(Late):
    def make(self) -> Any:
        class Kept:
            k = 0

        return Kept()

    def use(self) -> None:
        type(self.kept).k += 1


class AState(Late):
    def make(self) -> Any:
        kept: Any = State("kept")
        kept.k = 0
        return kept


class AClosure(Late):
    def make(self) -> Any:
        k = 0

        def more(d: int) -> int:
            nonlocal k
            k += d
            return k

        return more

    def use(self) -> None:
        self.kept(1)

    def over(self) -> Any:
        return self.n == 31 and self.kept(0) > 300


@pytest.mark.parametrize(
    ("cls", "said"),
    [
        (AClass, "it is or has a type that an event made"),
        (AnObjectOfAClass, "it is or has a type that an event made"),
        (AState, "it is or has a State that an event made"),
        (AClosure, "it is a function that writes a variable around it"),
    ],
)
def test_what_an_event_makes_has_no_memory_of_its_own(cls: Any, said: str) -> None:
    with pytest.raises(ModelError) as error:
        check(cls, [("always", "not b")])
    assert said in str(error.value)


def _shouts(text: str) -> bool:
    return f"{text}!" == "q!"


def _is_number(n: object) -> bool:
    return type(n) == int  # noqa: E721


class Formats(Told):
    def ok(self, text: str) -> bool:
        return _shouts(text)


class AsksForTheType(Counted):
    def ok(self, n: int) -> bool:
        return _is_number(n) and n == 77777


class ReadsElsewhere(Counted):
    level = 0

    def ok(self, n: int) -> bool:
        return n == 77777 and _is_high(self)


def _is_high(machine: Any) -> bool:
    return bool(machine.level > 3)


TOLD = {"shouted": lambda text: f"{text}!" == "q!"}


class FromATable(Told):
    def ok(self, text: str) -> bool:
        return TOLD["shouted"](text)


@pytest.mark.parametrize("cls", [FromATable, Formats, AsksForTheType, ReadsElsewhere])
def test_functions_of_the_module_are_followed_too(cls: Any) -> None:
    (result,) = check(cls, [("always", "not b")]).results
    assert str(result.verdict) in ("REFUTED", "UNDETERMINED")


class AsksForADocstring(Told):
    def ok(self, text: str) -> bool:
        return (text.__doc__ or "").startswith("str(") and text == "q"


def test_what_no_single_value_has_is_refused() -> None:
    with pytest.raises(ModelError, match="uses __doc__; a value that may be any has another one"):
        check(AsksForADocstring, [("possible", "b")])
