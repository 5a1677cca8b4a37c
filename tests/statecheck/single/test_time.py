"""Questions to the solver end when the time does: each is given what is left of it."""

from __future__ import annotations

import time
from typing import Any

import pytest
import z3
from statemachine import State, StateMachine

from statecheck.clock import LOADED
from statecheck.modeling import ModelError
from statecheck.single.claims.conditions import eliminated, solved
from statecheck.single.deciding.answers import too_many
from statecheck.single.deciding.endings.pending import _may_lead_nowhere
from statecheck.single.execution.automaton import Edge, Local
from statecheck.single.execution.giving_up import OutOfTime, UnknownError, milliseconds, until
from statecheck.single.execution.terms import symbol
from statecheck.single.reading.kinds import Kind
from statecheck.single.running import agreement, draws
from statecheck.single.running.subject import Clock, read

NUMBER = Local("arg!go.x", Kind.INT)
HARD = symbol(NUMBER.name, NUMBER.kind) ** 3 == 42


class Door(StateMachine):
    a = State(initial=True)
    b = State()
    go = a.to(b, cond="fits")
    back = b.to(a)

    def fits(self, x: int) -> bool:
        return x * x > 7


def test_a_question_is_given_the_time_that_is_left() -> None:
    assert milliseconds(2000) == LOADED * 2000
    with until(time.monotonic() + 0.5):
        assert 0 < milliseconds(2000) <= 500
    with until(time.monotonic() - 1), pytest.raises(OutOfTime):
        milliseconds(2000)
    assert milliseconds(2000) == LOADED * 2000


class Times:
    """Times that pass when they are told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = self.processor = 0.0
        monkeypatch.setattr(time, "monotonic", lambda: self.clock)
        monkeypatch.setattr(time, "thread_time", lambda: self.processor)


def test_our_own_patience_is_of_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others may use it, and no answer depends on that."""
    times = Times(monkeypatch)
    watch = Clock(None).at_most(4.0)
    times.clock = 1000.0
    assert watch.left(1.0) == LOADED * 1.0
    assert watch.left(6.0) == LOADED * 4.0
    times.processor = 3.5
    assert watch.left(1.0) == LOADED * 0.5
    assert watch.at_most(10.0).left(1.0) == LOADED * 0.5
    times.processor = 4.0
    with pytest.raises(OutOfTime):
        watch.left(1.0)
    with pytest.raises(OutOfTime):
        watch.at_most(1.0)


def test_the_time_that_somebody_gives_is_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    times = Times(monkeypatch)
    whole = Clock(10.0)
    watch, half = whole.at_most(4.0), whole.at_most(4.0, share=0.5)
    times.clock = 4.0
    assert (whole.left(1.0), watch.left(4.0), half.left(4.0)) == (LOADED * 1.0, 6.0, 1.0)
    times.clock = 6.0
    assert whole.left(6.0) == watch.left(6.0) == 4.0
    with pytest.raises(OutOfTime):
        half.left(1.0)
    times.clock = 10.0
    with pytest.raises(OutOfTime):
        whole.left(1.0)


def test_no_question_is_asked_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    node = read(Door, (), (), Clock(None)).automaton.nodes[0]

    def asked(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(z3.Solver, "check", asked)
    monkeypatch.setattr(z3.Tactic, "apply", asked)
    with until(time.monotonic() - 1):
        with pytest.raises(OutOfTime):
            solved([HARD], [NUMBER])
        with pytest.raises(OutOfTime):
            eliminated(HARD, [NUMBER])
        with pytest.raises(OutOfTime):
            _may_lead_nowhere(node, node.edges)


def test_a_walk_asks_once_about_a_step_that_is_too_hard(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = read(Door, (), (), Clock(None))
    hard: list[Edge] = []

    def gives_up(conditions: Any, symbols: Any) -> None:
        hard.append(conditions)
        raise UnknownError

    monkeypatch.setattr(draws, "DRAWS", 0)
    monkeypatch.setattr(draws, "solved", gives_up)
    agreement.check_agreement(subject.specimen, subject.reader, subject.automaton, Clock(None), 0)
    depending = [e for e in subject.automaton.nodes[0].edges if e.locals]
    assert 0 < len(hard) <= len(depending)


class Safe(Door):
    def fits(self, x: int) -> bool:
        return x * 3 == 181_353


def test_a_walk_seldom_asks_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values that are drawn lead on; the solver is asked for one that is hard to guess."""
    asked: list[Any] = []

    def counted(conditions: Any, symbols: Any) -> Any:
        asked.append(conditions)
        return solved(conditions, symbols)

    monkeypatch.setattr(draws, "solved", counted)
    for cls, is_guessed in ((Door, True), (Safe, False)):
        subject = read(cls, (), (), Clock(None))
        asked.clear()
        agreement.check_agreement(
            subject.specimen, subject.reader, subject.automaton, Clock(None), 0
        )
        assert (not asked) is is_guessed


class Later(StateMachine):
    a = State(initial=True)
    b = State()
    c = State(final=True)
    go = a.to(b, on="later")
    end = b.to(c)

    def later(self) -> None:
        self.send("end", delay=20_000)


class CallsOff(Later):
    def later(self) -> None:
        self.cancel_event("end")


@pytest.mark.parametrize(
    ("cls", "said"),
    [(Later, "end is sent with a delay"), (CallsOff, "cancels what is delayed")],
)
def test_what_is_delayed_is_refused_for_that_reason(cls: Any, said: str) -> None:
    with pytest.raises(ModelError, match=f"{said}.* depends on time is not supported"):
        read(cls, (), (), Clock(None))


class Over(Clock):
    """A clock of which no time is left to go through states."""

    @property
    def is_over(self) -> bool:
        return True

    def part(self, share: float) -> Clock:
        del share
        return self


def test_that_the_time_was_over_is_what_is_said() -> None:
    """A class that could not be gone through in its time is not said to grow."""
    automaton = read(Door, (), (), Over(None)).automaton
    assert not automaton.complete
    assert too_many(automaton) == (
        "the time to go through its states was over after 1 state; give it more with --timeout"
    )
