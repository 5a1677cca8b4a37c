"""An answer from outside may raise wherever it is used, even where it is only compared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from statemachine import State, StateChart

from statecheck.modeling import ModelError
from statecheck.single import check


def using(use: Callable[[Any], Any]) -> Any:
    """A machine that comes to ``fails`` only if what it does with an answer raises."""

    class Using(StateChart[Any]):
        a = State(initial=True)
        b = State()
        fails = State(final=True)
        go = a.to(b, on="work")
        back = b.to(a)
        error_execution = a.to(fails) | b.to(fails)

        def work(self) -> None:
            try:
                answer: Any = open("somewhere")  # noqa: PTH123, SIM115  (a builtin, and outside)
            except Exception:  # noqa: BLE001  (only what comes later is of interest)
                return
            use(answer)

    return Using


def verdict(use: Callable[[Any], Any], *harmless: str) -> str:
    (result,) = check(using(use), [("possible", "fails")], harmless=harmless).results
    return str(result.verdict)


COMPARED: dict[str, Callable[[Any], Any]] = {
    "truth": lambda x: 1 if x else 2,
    "not": lambda x: not x,
    "and": lambda x: x and 1,
    "any": lambda x: any([x]),
    "equal": lambda x: x == 3,
    "equal, the other way": lambda x: 3 == x,  # noqa: SIM300
    "unequal": lambda x: x != 3,
    "in a list": lambda x: x in [1, 2],
    "in a tuple": lambda x: (x, 1) == (2, 1),
}

OTHERWISE: dict[str, Callable[[Any], Any]] = {
    "counted": [1, 2].count,  # nobody knows what a function that is written in C does
    "order": lambda x: x < 3,
    "largest": lambda x: max(x, 3),
    "contains": lambda x: 1 in x,
    "minus": lambda x: -x,
    "sum": lambda x: 1 + x,
    "attribute": lambda x: x.width,
    "item": lambda x: x[0],
    "call": lambda x: x(),
}


@pytest.mark.parametrize("how", [*COMPARED, *OTHERWISE])
def test_it_may_raise_whatever_is_done_with_it(how: str) -> None:
    assert verdict({**COMPARED, **OTHERWISE}[how]) == "UNDETERMINED"


@pytest.mark.parametrize("how", COMPARED)
def test_answers_of_what_is_harmless_are_compared_and_raise_nothing(how: str) -> None:
    assert verdict(COMPARED[how], "open") == "REFUTED"


def test_a_text_of_it_may_raise() -> None:
    assert verdict(lambda x: print(f"found {x}")) == "UNDETERMINED"  # noqa: T201  (to be tried)


def test_nothing_is_raised_where_nothing_is_asked() -> None:
    assert verdict(lambda x: x is None) == "REFUTED"
    assert verdict(lambda x: [1, x].index(1)) == "REFUTED"


def comparing(use: Callable[[Exception], Any]) -> Any:
    class Comparing(StateChart[Any]):
        a = State(initial=True)
        b = State(final=True)
        go = a.to(b, cond="ok")

        def ok(self) -> bool:
            try:
                open("somewhere")  # noqa: PTH123, SIM115  (a builtin, and outside)
            except Exception as error:  # noqa: BLE001  (it is what is compared)
                return bool(use(error))
            return False

    return Comparing


@pytest.mark.parametrize(
    "use", [lambda e: e == 3, lambda e: e in [1, 2], lambda e: e in {1, 2}, bool, lambda e: not e]
)
def test_an_exception_from_outside_is_not_compared(use: Callable[[Exception], Any]) -> None:
    with pytest.raises(ModelError, match="an exception from outside is compared, hashed or asked"):
        check(comparing(use), [("possible", "b")])


class Stamped(StateChart[Any]):
    a = State(initial=True)
    b = State()
    fails = State(final=True)
    go = a.to(b, on="stamp")
    back = b.to(a)
    error_execution = a.to(fails) | b.to(fails)
    at: Any = None

    def stamp(self) -> None:
        self.at = datetime.now(UTC).isoformat()


class StampedNaively(Stamped):
    def stamp(self) -> None:
        self.at = datetime.now().timestamp()  # noqa: DTZ005  (as many do)


class StampedBadly(Stamped):
    def stamp(self) -> None:
        self.at = datetime.now(3)  # type: ignore[arg-type]


class Compared(Stamped):
    def stamp(self) -> None:
        if datetime.now(UTC) > datetime.now():  # noqa: DTZ005  (which raises)
            self.at = 1


@pytest.mark.parametrize(
    ("cls", "verdicts"),
    [
        (Stamped, ["REACHED", "REFUTED"]),
        (StampedNaively, ["REACHED", "REFUTED"]),
        (StampedBadly, ["UNDETERMINED", "UNDETERMINED"]),
        (Compared, ["UNDETERMINED", "UNDETERMINED"]),
    ],
)
def test_the_time_of_day_is_told_without_fail(cls: Any, verdicts: list[str]) -> None:
    report = check(cls, [("possible", "b"), ("possible", "fails")])
    assert [str(result.verdict) for result in report.results] == verdicts
