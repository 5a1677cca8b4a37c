"""Where only some values can be tried, runs are found on the class itself; nothing is proved."""

from __future__ import annotations

import enum
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import pytest
from statemachine import State, StateMachine

import statecheck
from statecheck.claims.results import Verdict
from statecheck.modeling import ModelError
from statecheck.single import check
from statecheck.single.questions.ask import answered


class Base(StateMachine):
    a = State(initial=True)
    b = State()
    c = State()
    go = a.to(b, cond="ok")
    back = b.to(a) | c.to(a)
    away = b.to(c, cond="never")

    def ok(self, *_: Any, **__: Any) -> Any:
        return True

    def never(self) -> bool:
        return False


class Collects(Base):
    def __init__(self) -> None:
        self.kept: list[int] = []
        super().__init__()

    def ok(self, amount: int) -> bool:
        self.kept.append(amount)
        return sum(self.kept) > 3


class Weighs(Base):
    def ok(self, weight: float) -> bool:
        return weight > 2.5


class Price(Base):
    price = 1.5

    def ok(self) -> bool:
        return self.price == 4.25


class Role(enum.StrEnum):
    ADMIN = "admin"
    GUEST = "guest"


class Level(enum.IntEnum):
    LOW = 31
    HIGH = 47


class ByTable(Base):
    RIGHTS: ClassVar[dict[str, int]] = {Role.GUEST: 1, Role.ADMIN: 2}

    def ok(self, who: str) -> bool:
        return self.RIGHTS.get(who, 0) == 2


class ByName(Base):
    role: Role | None = None

    def ok(self, who: str) -> bool:
        try:
            self.role = Role(who)
        except ValueError:
            return False
        return self.role is Role.ADMIN


class ByNumber(Base):
    def ok(self, level: int) -> bool:
        return Level(level) is Level.HIGH


@pytest.mark.parametrize("machine", [ByTable, ByName, ByNumber])
def test_values_of_members_are_tried(machine: type[StateMachine]) -> None:
    (result,) = statecheck.check(machine, possible="b").results
    assert result.verdict is Verdict.REACHED


class OnTheWay(Base):
    def ok(self, name: str) -> bool:
        return name.upper() == "X" or name == "x"


class Keeps(Base):
    """An argument of no known kind is what it keeps, and of its type everything depends."""

    last = None

    def ok(self, value) -> bool:  # type: ignore[no-untyped-def]  # noqa: ANN001
        self.last = value
        return value is not None and type(self.last) == int  # noqa: E721  (as people write)


SAMPLED = (Collects, Weighs, Price, OnTheWay, Keeps)


class Listed(Base):
    """The values that lead on are those that a table has."""

    PRICES = {"tea": 2, "milk": 1}  # noqa: RUF012

    def ok(self, item: str) -> bool:
        return self.PRICES.get(item, 0) > 1


FLOORS = (17, 23)


class Known(Base):
    def ok(self, floor: int) -> bool:
        return FLOORS.index(floor) == 1


class Matched(Base):
    """A text that may be any cannot be handed to what is written in C."""

    row = ""

    def ok(self) -> bool:
        return re.match("[a-z]", self.row) is not None

    def never(self) -> bool:
        return not self.ok()


class Parsed(Base):
    def ok(self, number: str) -> bool:
        return int(number) > 3


@pytest.mark.parametrize("cls", [Listed, Known, Matched, Parsed])
def test_what_a_table_has_is_tried(cls: type[StateMachine]) -> None:
    (result,) = check(cls, [("possible", "b")]).results
    assert (result.verdict.value, result.steps) == ("REACHED", 1)


def test_what_differs_with_plain_values_is_not_refused_but_tried() -> None:
    reached, open_ = check(
        Matched, [("possible", "c"), ("always", "not raised('TypeError')")]
    ).results
    assert (reached.verdict.value, reached.steps) == ("REACHED", 2)
    assert open_.verdict.value == "UNDETERMINED"
    assert "does not do with plain values" in open_.detail


@pytest.mark.parametrize("cls", SAMPLED)
def test_a_run_is_found_and_said_to_be_no_shortest_one(cls: Any) -> None:
    (result,) = check(cls, [("possible", "b")]).results
    assert str(result.verdict) == "REACHED"
    assert not result.shortest


@pytest.mark.parametrize("cls", SAMPLED)
@pytest.mark.parametrize(
    "claim",
    [
        ("possible", "c"),
        ("always", "not c"),
        ("recoverable", "a"),
        ("recoverable", "c"),
        ("eventually", "b ~> a"),
    ],
)
def test_nothing_is_proved(cls: Any, claim: tuple[str, str]) -> None:
    (result,) = check(cls, [claim]).results
    assert str(result.verdict) == "UNDETERMINED"
    assert result.detail.startswith("only some values were tried, because")


@pytest.mark.parametrize("cls", SAMPLED)
def test_the_standard_questions_find_nothing_out_of_reach(cls: Any) -> None:
    answers = answered(cls).answers
    about_c = [a for a in answers if a.subject == "c" or a.subject.startswith("away")]
    assert about_c
    assert {str(a.standing) for a in about_c} == {"open"}


def test_what_a_float_that_may_be_any_is_cannot_be_claimed() -> None:
    with pytest.raises(ModelError, match="price is an input and a float"):
        check(Price, [("possible", "price == 3.0")])


ROOT = Path(__file__).parents[3]

NAMES = frozenset(f"ward {number}" for number in range(12))


class Named(Base):
    """The order of a set of texts is another one in each process."""

    def ok(self, name: str) -> bool:
        return name in NAMES and re.match("ward", name) is not None


def test_the_same_elements_of_a_set_are_tried_in_each_process() -> None:
    code = (
        "from tests.statecheck.single.test_sampling import Named\n"
        "from statecheck.single.execution.sampling import _held\n"
        "from statecheck.single.reading.code import Reach\n"
        "from statecheck.single.reading.specimen import Specimen\n"
        "print(*_held(Reach(Specimen(Named))), sep=', ')"
    )
    tried = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "123"
    }
    assert tried == {"ward 0, ward 1, ward 10\n"}


class Booked(StateMachine):
    """Nobody sets the account, but nothing says so."""

    a = State(initial=True)
    b = State(final=True)
    go = a.to(b, cond="covered")

    def __init__(self) -> None:
        self.account = "another one than any text in the code"
        self.balances = {self.account: 5}
        super().__init__()

    def covered(self) -> bool:
        return self.balances.get(self.account, 0) >= 5


class Asked(Booked):
    def covered(self, account: str) -> bool:  # type: ignore[override]
        return self.balances.get(account, 0) >= 5


def test_what_an_input_is_by_itself_is_tried_first() -> None:
    (result,) = check(Booked, [("possible", "b")]).results
    assert (result.verdict, result.steps) == (Verdict.REACHED, 1)


@pytest.mark.parametrize(
    ("made", "advice"),
    [
        (Booked, "write ==, or say --fixed account if nobody sets it"),
        (Asked, "write ==, or annotate the argument account with Literal or an enumeration"),
    ],
)
def test_a_way_to_values_that_can_be_followed_is_said(made: Any, advice: str) -> None:
    (result,) = check(made, [("always", "a")]).results
    assert result.verdict is not Verdict.PROVED
    (result,) = check(made, [("always", "a or b")]).results
    assert result.verdict is Verdict.UNDETERMINED
    assert advice in result.detail
