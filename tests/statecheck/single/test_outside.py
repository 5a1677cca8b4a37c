"""Things outside of a machine: any answer is thought possible, and no run may rest on one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
import threading
import time
from asyncio import sleep
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from statemachine import State, StateChart, StateMachine

from statecheck.claims.syntax import AssumedTexts
from statecheck.modeling import ModelError
from statecheck.single import check
from statecheck.single.questions.ask import answered


class Base(StateMachine):
    a = State(initial=True)
    b = State()
    go = a.to(b, cond="ok", on="work")
    back = b.to(a)

    def ok(self) -> Any:
        return True

    def work(self) -> None:
        """Do nothing."""


def really(*_: object) -> None:
    raise SystemExit("a thing outside was really used")


class Hardware:
    """Stands for what is connected: whoever uses it here has used the real thing."""

    __module__ = "socket"

    def __init__(self, held: Any = None) -> None:
        self.held = held

    speed = property(really)
    move = stop = really


HARDWARE: Any = Hardware()


class Chance(Base):
    def ok(self) -> bool:
        return random.random() < 0.5


class Clock(Base):
    def ok(self) -> bool:
        return time.time() > 0


class Environment(Base):
    def ok(self) -> bool:
        return os.environ.get("NOWHERE") is None


class MayFail(Base):
    def work(self) -> None:
        HARDWARE.move(3)


class Asks(Base):
    def ok(self) -> bool:
        return bool(HARDWARE.speed > 3)


class Locked(Base):
    def __init__(self) -> None:
        self.lock = threading.Lock()
        super().__init__()

    def work(self) -> None:
        with self.lock:
            pass


class ByAnswer(Base):
    """Whatever is answered is kept, and asked later."""

    answer: Any = None

    def work(self) -> None:
        self.answer = HARDWARE.stop()

    def ok(self) -> Any:
        return self.answer != 3


class FromTheStart(Base):
    def __init__(self) -> None:
        self.since = time.time()
        self.until = self.since + 10
        super().__init__()

    def ok(self) -> bool:
        return bool(self.until > 3)


class Handles(StateChart[Any]):
    """An exception from outside leads to c; d needs two of them, e is out of reach."""

    a = State(initial=True)
    c = State()
    d = State()
    e = State()
    go = a.to(a, on="work")
    error_execution = a.to(c, cond="once") | a.to(d)
    back = c.to(a) | d.to(a) | e.to(a)
    away = d.to(e, cond="never")
    errors = 0

    def work(self) -> None:
        HARDWARE.stop()

    def once(self) -> bool:
        self.errors = min(self.errors + 1, 9)
        return self.errors < 2

    def never(self) -> bool:
        return self.errors > 3


class Catches(Base):
    """Only a KeyError makes it go on."""

    caught = False

    def ok(self) -> bool:
        try:
            HARDWARE.stop()
        except KeyError:
            self.caught = True
        return self.caught


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cls", "state"),
    [
        *((cls, "b") for cls in (Chance, Clock, Environment, MayFail, Asks, Locked)),
        *((cls, "b") for cls in (FromTheStart, Catches)),
        *((Handles, state) for state in "cd"),
    ],
)
def test_a_run_through_an_answer_is_shown_and_decides_nothing(cls: Any, state: str) -> None:
    (result,) = check(cls, [("possible", state)]).results
    assert str(result.verdict) == "UNDETERMINED"
    assert "a run gets there if things outside answer so, and they may not: go() where" in (
        result.detail
    )
    (opposite,) = check(cls, [("always", f"not {state}")]).results
    assert str(opposite.verdict) == "UNDETERMINED"


@pytest.mark.slow
@pytest.mark.parametrize("cls", [Handles])
def test_what_no_answer_leads_to_is_proved(cls: Any) -> None:
    (result,) = check(cls, [("always", "errors < 3 ==> not e")]).results
    assert str(result.verdict) == "PROVED"


def test_a_first_answer_that_is_kept_may_be_anything_later() -> None:
    first, later = check(ByAnswer, [("possible", "b"), ("always", "after.b ==> a")]).results
    assert str(first.verdict) == "UNDETERMINED"
    assert str(later.verdict) == "PROVED"


class Sleeps(Base):
    """Sleeping, and a clock that is only read, decide nothing."""

    def work(self) -> None:
        time.sleep(0.5)
        time.time()


class SleepsAside(Base):
    """An async callback sleeps, for as long as is asked."""

    async def work(self, seconds: int = 3600) -> None:  # type: ignore[override]
        await asyncio.sleep(seconds)
        await sleep(3600)


@pytest.mark.parametrize("cls", [Sleeps, SleepsAside])
def test_sleeping_hides_nothing_and_takes_no_time(cls: Any) -> None:
    started = time.monotonic()
    (result,) = check(cls, [("possible", "b")]).results
    assert str(result.verdict) == "REACHED"
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("name", ["HARDWARE", "HARDWARE.move"])
def test_what_is_assumed_harmless_is_printed_and_not_called(name: str) -> None:
    report = check(MayFail, [("possible", "b")], harmless=[name])
    assert str(report.results[0].verdict) == "REACHED"
    said = (
        f"Calls of {name} have no effect on the machine and do not raise, nor do their answers "
        "when they are asked whether they are true or equal to something."
    )
    assert said in report.environment


def test_an_answer_of_what_is_harmless_may_still_be_anything() -> None:
    (result,) = check(Asks, [("possible", "b")], harmless=["HARDWARE"]).results
    assert str(result.verdict) == "UNDETERMINED"


class GivesItself(Base):
    def work(self) -> None:
        HARDWARE.move(self)


class GivesAMethod(Base):
    def work(self) -> None:
        HARDWARE.move(self.ok)


class GivesAnEvent(Base):
    def work(self) -> None:
        HARDWARE.callback = self.back


class GivesAList(Base):
    def __init__(self) -> None:
        self.kept = [1]
        super().__init__()

    def work(self) -> None:
        HARDWARE.move(self.kept)


class Swallows(StateChart[Any]):
    """The refusal may not get lost where the library catches exceptions."""

    a = State(initial=True)
    b = State()
    go = a.to(b, on="work")
    back = b.to(a)
    error_execution = a.to(a)

    def work(self) -> None:
        with contextlib.suppress(Exception):
            HARDWARE.move(self)


class Held(Base):
    def __init__(self) -> None:
        self.hardware = Hardware(self)
        super().__init__()

    def work(self) -> None:
        self.hardware.stop()


class BeginsByChance(Base):
    def __init__(self) -> None:
        self.n = 1
        if random.random() < 0.5:
            self.n = 2
        super().__init__()

    def ok(self) -> bool:
        return self.n == 1


class BeginsByChanceWithHelp(Base):
    def __init__(self) -> None:
        super().__init__()
        self.set(random.random())

    def set(self, n: float) -> None:
        self.n = n > 0.5

    def ok(self) -> bool:
        return self.n


class InC(Base):
    """A function that is not written in Python meets an answer."""

    def ok(self) -> bool:
        try:
            return str.join("", ["x", HARDWARE.stop()]) == "x"
        except TypeError:
            return False


class Hashes(Base):
    def ok(self) -> bool:
        return HARDWARE.stop() in {1: 2}


class GoesThrough(Base):
    def ok(self) -> bool:
        return all(HARDWARE.stop())


class ForeignException(Base):
    def ok(self) -> bool:
        try:
            HARDWARE.stop()
        except socket.gaierror:
            return True
        return False


@pytest.mark.parametrize(
    ("cls", "said"),
    [
        (GivesItself, "a GivesItself escapes to HARDWARE.move"),
        (GivesAMethod, "a method escapes to HARDWARE.move"),
        (GivesAnEvent, "a BoundEvent escapes to HARDWARE"),
        (GivesAList, "a list escapes to HARDWARE.move"),
        (Swallows, "a Swallows escapes to HARDWARE.move"),
        (Held, "hands the machine, or code of it, to Hardware"),
        (BeginsByChance, "not every instance begins alike"),
        (InC, "a TypeError arises in InC.ok"),
        (Hashes, "hashed"),
        (GoesThrough, "gone through"),
        (ForeignException, "a TypeError arises in ForeignException.ok"),
    ],
)
def test_what_could_change_the_machine_or_cannot_be_followed_is_refused(
    cls: Any, said: str
) -> None:
    with pytest.raises(ModelError) as error:
        check(cls, [("possible", "b")])
    assert said in str(error.value)
    assert "\n" not in str(error.value)


PILE: list[int] = []
PUT_ON_PILE = PILE.append


class AppendsByAMethod(Base):
    """A method of a list is not outside: it changes what a guard looks into."""

    def __init__(self) -> None:
        self.kept: list[int] = []
        self.keep = self.kept.append
        super().__init__()

    def work(self) -> None:
        self.keep(1)

    def ok(self) -> bool:
        return len(self.kept) > 1


class AppendsByAFunction(Base):
    def work(self) -> None:
        PUT_ON_PILE(1)

    def ok(self) -> bool:
        return len(PILE) > 1


class AppendsForAll(Base):
    kept: ClassVar[list[int]] = []
    keep = kept.append

    def work(self) -> None:
        self.keep(1)

    def ok(self) -> bool:
        return len(self.kept) > 1


@pytest.mark.parametrize("cls", [AppendsByAMethod, AppendsByAFunction, AppendsForAll])
def test_what_holds_data_of_the_machine_is_refused(cls: Any) -> None:
    with pytest.raises(ModelError, match="holds the machine or data of it"):
        check(cls, [("possible", "b")])


def test_a_name_that_is_not_outside_is_refused_with_those_that_are() -> None:
    with pytest.raises(ModelError, match="of that name; it uses: HARDWARE"):
        check(MayFail, [("possible", "b")], harmless=["robot"])
    with pytest.raises(ModelError, match="it uses: nothing"):
        check(Base, [("possible", "b")], harmless=["robot"])


@pytest.mark.parametrize(
    "asked", [lambda: check(MayFail, [("recoverable", "a")]), lambda: answered(MayFail)]
)
def test_no_way_is_thought_certain_that_an_answer_decides(asked: Callable[[], Any]) -> None:
    report = asked()
    assert [r for r in report.results if str(r.verdict) == "UNDETERMINED"] or [
        a for a in report.answers if str(a.standing) == "open"
    ]


def test_claims_about_an_answer_are_refused() -> None:
    with pytest.raises(ModelError, match="comes from outside and may be anything"):
        check(ByAnswer, [("possible", "answer == 4")])


class Moody:
    """Answers and raises at random: numbers, texts, nothing, exceptions of several kinds."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    @property
    def speed(self) -> Any:
        return self.stop()

    def stop(self, *_: object) -> Any:
        found = self.chance.choice((0, 3, 4, "x", None, ValueError(), KeyError(), TypeError()))
        if isinstance(found, Exception):
            raise found
        return found

    move = stop


class Counts(StateMachine):
    """Out of reach is c: no answer makes the count skip a number."""

    a = State(initial=True)
    b = State()
    c = State()
    go = a.to(b, cond="ok")
    back = b.to(a)
    odd = a.to(c, cond="skipped")
    home = c.to(a)
    count = 0

    def ok(self) -> bool:
        try:
            answer = HARDWARE.speed
        except (ValueError, KeyError):
            answer = 7
        if self.count < 2 and answer != 4:
            self.count += 1
        return answer is None or self.count == 2

    def skipped(self) -> bool:
        return self.count > 2 or self.count < 0


@pytest.mark.slow
@pytest.mark.parametrize("cls", [MayFail, Asks, ByAnswer, Handles, Catches, Counts])
def test_no_answer_leads_to_what_is_proved_to_be_out_of_reach(
    cls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [state.id for state in cls.states_map.values()]
    results = check(cls, [("possible", state) for state in states]).results
    refuted = {s for s, r in zip(states, results, strict=True) if str(r.verdict) == "REFUTED"}
    assert refuted == ({"c"} if cls is Counts else set())
    monkeypatch.setitem(globals(), "HARDWARE", Moody(random.Random(4)))
    visited = set()
    for _ in range(60):
        machine = cls()
        for _ in range(8):
            for event in cls._events:
                with contextlib.suppress(Exception):
                    machine.send(event.id)
                visited |= {state.id for state in machine.configuration}
    assert not visited & refuted
    assert len(visited) > 1


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("always", "a ==> enabled(go)"),  # as thought possible: it need not be
        ("always", "not a or not deadlock"),
        ("possible", "once(b) and a"),
        ("always", "since(b or a, a or b)"),
        ("always", "not step.refused"),
    ],
)
@pytest.mark.parametrize("cls", [Chance, MayFail])
def test_what_is_enabled_or_was_before_is_not_decided_by_answers(
    cls: Any, kind: str, text: str
) -> None:
    (result,) = check(cls, [(kind, text)]).results
    assert str(result.verdict) == "UNDETERMINED"
    assert "answers from outside" in result.detail


def test_what_is_assumed_of_the_beginning_holds_beside_answers() -> None:
    report = check(Chance, [("always", "a or b")], assumed=AssumedTexts(initially=("a",)))
    assert [str(result.verdict) for result in report.results] == ["PROVED"]


def test_an_assumed_beginning_does_not_rest_on_answers() -> None:
    with pytest.raises(ModelError, match="rests on answers from outside"):
        check(Chance, [("always", "a or b")], assumed=AssumedTexts(initially=("enabled(go)",)))


def test_what_a_method_sets_by_chance_while_a_machine_is_made_is_from_outside() -> None:
    report = check(BeginsByChanceWithHelp, [("possible", "b"), ("always", "not b")])
    assert [str(result.verdict) for result in report.results] == ["UNDETERMINED", "UNDETERMINED"]
    assert any(line.startswith("n is outside of the machine") for line in report.environment)
