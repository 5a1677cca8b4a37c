"""Dates and times are values like others, as long as nobody asks them what time it is."""

from __future__ import annotations

import datetime as dt
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

import pytest
from statemachine import State, StateMachine

from statecheck.modeling import ModelError
from statecheck.single import check

PROVED, REACHED, REFUTED = "PROVED", "REACHED", "REFUTED"


class Retry(StateMachine):
    trying = State(initial=True)
    waiting = State()
    failed = State(final=True)
    delay = timedelta(seconds=1)
    due = datetime(2026, 1, 1, tzinfo=UTC)
    day = date(2026, 1, 1)
    cost = Decimal(0)
    fail = trying.to(failed, cond="is_late") | trying.to(waiting, on="double")
    go = waiting.to(trying)

    def is_late(self) -> bool:
        return self.due.hour >= 1

    def double(self) -> None:
        self.due += self.delay
        self.delay = min(self.delay * 2, timedelta(minutes=32))
        self.day += dt.timedelta(days=1)
        self.cost += Decimal("0.10")


@pytest.mark.parametrize(
    ("kind", "text", "verdict"),
    [
        ("always", "delay <= timedelta(minutes=32)", PROVED),
        ("always", "delay < timedelta(minutes=32)", REFUTED),
        ("possible", "failed and day == date(2026, 1, 13)", REACHED),
        ("possible", "failed and day != date(2026, 1, 13)", REFUTED),
        ("always", "due >= datetime(2026, 1, 1, tzinfo=UTC)", PROVED),
        ("possible", "cost == Decimal('1.2')", REACHED),
        ("recoverable", "failed", PROVED),
    ],
)
def test_dates_and_times_are_followed(kind: str, text: str, verdict: str) -> None:
    (result,) = check(Retry, [(kind, text)]).results
    assert str(result.verdict) == verdict


def test_a_claim_cannot_ask_for_the_time() -> None:
    with pytest.raises(ModelError, match=r"now\(\) asks the clock"):
        check(Retry, [("always", "due < datetime.now(UTC)")])


class Base(StateMachine):
    a = State(initial=True)
    b = State()
    c = State()
    go = a.to(b, cond="is_early")
    late = a.to(c, cond="is_late")
    back = b.to(a) | c.to(a)

    def is_early(self) -> Any:
        return datetime(2026, 1, 1, tzinfo=UTC).month == 1

    def is_late(self) -> Any:
        return False


class ElsewhereAsked(Base):
    """Another function uses the same class, and asks for no time."""

    def is_late(self) -> bool:
        return datetime.now(UTC).year > 2400


class HandedOver(Base):
    def is_late(self) -> bool:
        return self.later_than(datetime, 2400)

    def later_than(self, kind: Any, year: int) -> bool:
        return bool(kind.now(UTC).year > year)


class InstanceAsked(Base):
    due = date(2026, 1, 1)

    def is_late(self) -> bool:
        return self.due.today() > self.due


class ModuleAsked(Base):
    def is_early(self) -> bool:
        return dt.date(2026, 1, 1).month == 1

    def is_late(self) -> bool:
        return dt.date.today() > dt.date(2400, 1, 1)  # noqa: DTZ011  (as many do)


class ZoneAsked(Base):
    due = datetime(2026, 1, 1)  # noqa: DTZ001  (as many do)

    def is_late(self) -> bool:
        return bool(self.offset(self.due) != timedelta(0))

    def offset(self, due: datetime) -> Any:
        return due.astimezone().utcoffset()


class ByName(Base):
    def is_late(self) -> bool:
        return bool(getattr(datetime, "now")(UTC).year > 2400)  # noqa: B009  (to be tried)


@pytest.mark.parametrize(
    "cls", [ElsewhereAsked, HandedOver, InstanceAsked, ModuleAsked, ByName, ZoneAsked]
)
def test_the_time_is_from_outside_wherever_it_is_asked(cls: type[Any]) -> None:
    (result,) = check(cls, [("possible", "c")]).results
    assert str(result.verdict) == "UNDETERMINED"


class TypeAsked(Base):
    due = datetime(2026, 1, 1, tzinfo=UTC)

    def is_late(self) -> bool:
        return type(self.due).now(UTC) > self.due


class InList(Base):
    dues = (date(2400, 1, 1),)

    def is_late(self) -> bool:
        return any(type(due).today() > due for due in self.dues)


@pytest.mark.parametrize("cls", [TypeAsked, InList])
def test_the_time_is_not_asked_by_way_of_a_type(cls: type[Any]) -> None:
    with pytest.raises(ModelError, match=r"is_late asks `is` or type\(\) of values"):
        check(cls, [("possible", "c")])


class OwnNow(Base):
    """It has a number of that name, which is no clock."""

    now = 0

    def is_early(self) -> bool:
        return date(2026, 1, 1).month == self.now

    def is_late(self) -> bool:
        self.now = 1
        return False


def test_a_number_that_is_called_now_is_none_of_a_clock() -> None:
    results = check(OwnNow, [("possible", "c"), ("possible", "b")]).results
    assert [str(result.verdict) for result in results] == [REFUTED, REACHED]


class Zone(tzinfo):
    """A zone that may be anything."""

    def utcoffset(self, _: datetime | None) -> timedelta:
        return timedelta(0)

    dst = utcoffset

    def tzname(self, _: datetime | None) -> str:
        return "odd"


class OddZone(Base):
    due = datetime(2026, 1, 1, tzinfo=Zone())

    def is_late(self) -> bool:
        self.due += timedelta(1)
        return False


def test_a_time_of_a_zone_of_its_own_is_refused() -> None:
    with pytest.raises(ModelError, match="of a zone that is no"):
        check(OddZone, [("possible", "c")])
