"""What a logger is told has no effect; what it is asked, or tells the author, may have one."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from statemachine import State, StateMachine

import statecheck
from statecheck.modeling import ModelError

PLAIN = logging.getLogger("plain")


class Counted(logging.Logger):
    """A logger with a memory."""

    told = 0

    def info(self, *_: Any, **__: Any) -> None:
        self.told += 1


class Kept(logging.Handler):
    """A handler with a memory."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Any] = []

    def emit(self, record: Any) -> None:
        self.told.append(record)


COUNTED = Counted("counted")
KEPT = logging.getLogger("kept")
KEPT.addHandler(Kept())
FILTERED = logging.getLogger("filtered")
FILTERED.addFilter(lambda _: True)
BELOW = KEPT.getChild("below")


class Door(StateMachine):
    a = State(initial=True)
    b = State()
    go = a.to(b, cond="ok")
    back = b.to(a)

    def ok(self) -> Any:
        return False


class ByMemory(Door):
    def ok(self) -> Any:
        COUNTED.info("asked")
        return COUNTED.told > 2


class ByHandler(Door):
    def ok(self) -> Any:
        KEPT.warning("asked")
        return False


class ByHandlerAbove(Door):
    def ok(self) -> Any:
        BELOW.warning("asked")
        return False


class ByFilter(Door):
    def ok(self) -> Any:
        FILTERED.warning("asked")
        return False


class ByName(Door):
    def ok(self) -> Any:
        logging.getLogger("kept").warning("asked")
        return False


class ByLevel(Door):
    def ok(self) -> Any:
        return PLAIN.level == 10


class ByAsking(Door):
    def ok(self) -> Any:
        return logging.getLogger("plain").isEnabledFor(10)


class ByAnotherName(Door):
    def ok(self) -> Any:
        log = PLAIN
        return bool(log.handlers)


class ByText(Door):
    def ok(self) -> Any:
        return getattr(PLAIN, "level") == 10  # noqa: B009


class ByTheOneAbove(Door):
    def ok(self) -> Any:
        return PLAIN.parent is None


class ByAttribute(Door):
    log = PLAIN

    def ok(self) -> Any:
        return self.log.getEffectiveLevel() == 10


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (ByMemory, "so to your Counted"),
        (ByHandler, "so to your Kept"),
        (ByHandlerAbove, "so to your Kept"),
        (ByFilter, "so to your function"),
        (ByName, "may log to kept, so to your Kept"),
        (ByLevel, "asks a logger for PLAIN.level"),
        (ByAsking, r"asks a logger for logging.getLogger\('plain'\).isEnabledFor"),
        (ByAnotherName, "asks a logger for log.handlers"),
        (ByText, r"asks a logger for getattr\(PLAIN, 'level'\)"),
        (ByTheOneAbove, "asks a logger for PLAIN.parent"),
        (ByAttribute, "asks a logger for self.log.getEffectiveLevel"),
    ],
)
def test_a_logger_that_may_matter_is_refused(made: Any, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        statecheck.check(made, possible="b")


class Talking(Door):
    log = PLAIN
    level = 0

    def ok(self) -> Any:
        if self.log.isEnabledFor(logging.DEBUG):
            self.log.debug("asked at level %s", self.level)
        PLAIN.setLevel(logging.WARNING)
        return self.level > 3


def test_what_is_only_told_does_not_matter() -> None:
    report = statecheck.check(Talking, possible="b")
    assert [result.verdict.value for result in report.results] == ["REACHED"]
    assert report.results[0].steps == 1


def test_a_logger_is_seen_without_the_source_of_who_asks_it() -> None:
    space = {"PLAIN": PLAIN, "Door": Door, "__name__": __name__}
    exec("class Made(Door):\n    def ok(self): return PLAIN.level == 10", space)
    with pytest.raises(ModelError, match=r"asks a logger for PLAIN\.level"):
        statecheck.check(space["Made"], possible="b")  # type: ignore[arg-type]
