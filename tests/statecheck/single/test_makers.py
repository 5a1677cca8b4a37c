"""Machines that a function makes: with arguments, with a model, on their way already."""

from __future__ import annotations

import io
import itertools
import json
import random
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from statemachine import State, StateChart, StateMachine

import statecheck
from statecheck.claims.results import Verdict
from statecheck.modeling import ModelError


class Counted(StateMachine):
    low = State(initial=True)
    high = State(final=True)
    go = low.to(high, cond="enough") | low.to.itself(on="count")

    def __init__(self, limit: int, done: int = 0) -> None:
        self.LIMIT = limit
        self.done = done
        super().__init__()

    def count(self) -> None:
        self.done += 1

    def enough(self) -> bool:
        return self.done >= self.LIMIT


class Order:
    def __init__(self, needed: int = 2) -> None:
        self.NEEDED = needed
        self.paid = 0

    def on_pay(self) -> None:
        self.paid += 1

    def is_paid(self) -> bool:
        return self.paid >= self.NEEDED


class Control(StateMachine):
    waiting = State(initial=True)
    closed = State(final=True)
    pay = waiting.to.itself()
    close = waiting.to(closed, cond="is_paid")


class Wired(StateMachine):
    down = State(initial=True)
    up = State(final=True)
    connect = down.to(up, cond="ready") | down.to.itself()

    def __init__(self, wire: Any, tries: int = 1) -> None:
        self.wire = wire
        self.tries = tries
        super().__init__()

    def ready(self) -> bool:
        return bool(self.wire.ready()) and self.tries == 1


class Line:
    """A model that holds something from outside."""

    def __init__(self, wire: Any) -> None:
        self.wire = wire

    def ready(self) -> bool:
        return bool(self.wire.ready())


class Lined(StateMachine):
    down = State(initial=True)
    up = State(final=True)
    connect = down.to(up, cond="ready") | down.to.itself()


def with_argument() -> Counted:
    return Counted(3)


def with_model() -> Control:
    return Control(Order())


def on_its_way() -> Control:
    made = Control(Order(1))
    made.pay()
    return made


def wired() -> Wired:
    return Wired(socket.socket())


def lined() -> Lined:
    return Lined(Line(socket.socket()))


def steps(make: Callable[[], Any], state: str) -> int | None:
    result = statecheck.check(make, possible=state).results[0]
    return result.steps if result.verdict is Verdict.REACHED else None


def test_what_a_function_makes_is_what_is_checked() -> None:
    assert steps(with_argument, "high") == 4
    assert steps(lambda: Counted(5), "high") == 6
    assert steps(with_model, "closed") == 3
    assert steps(on_its_way, "closed") == 1
    report = statecheck.check(with_model, always="closed ==> paid >= 2")
    assert report.results[0].verdict is Verdict.PROVED
    report = statecheck.check(with_model, always="closed ==> paid >= 3")
    assert report.results[0].verdict is Verdict.REFUTED
    assert report.results[0].steps == 3


@pytest.mark.slow
def test_the_standard_questions_are_answered() -> None:
    report = statecheck.check(with_model)
    assert not [a for a in report.answers if str(a.standing) == "suspicious"]
    with pytest.raises(statecheck.NotProved, match="never reached"):
        statecheck.assert_proved(never)


class Never(StateMachine):
    a = State(initial=True)
    b = State(final=True)
    go = a.to(b, cond="wanted")

    def __init__(self, wanted: object) -> None:
        self.WANTED = wanted
        super().__init__()

    def wanted(self) -> bool:
        return self.WANTED == 1


def never() -> Never:
    return Never(0)


@pytest.mark.parametrize(("make", "state"), [(wired, "up"), (lined, "up")])
def test_what_a_machine_is_given_from_outside_is_abstracted(
    make: Callable[[], Any], state: str
) -> None:
    report = statecheck.check(make, possible=state)
    assert report.results[0].verdict is Verdict.UNDETERMINED
    assert any("wire is outside of the machine" in line for line in report.environment)


ORDER = Order()
NUMBERS = itertools.count()


def sharing() -> Control:
    return Control(ORDER)


ONE = Counted(3)


def the_same() -> Counted:
    return ONE


def drawn() -> Counted:
    return Counted(3, random.randint(0, 1))


def drawn_far_off() -> Counted:
    return Nested(random.randint(0, 1))


class Nested(Counted):
    def __init__(self, some: int) -> None:
        super().__init__(3, some)


def numbered() -> Counted:
    return Counted(3, next(NUMBERS))


def chosen() -> Counted:
    if random.random() < 0.5:
        return Counted(3)
    return Counted(4)


def drawn_model() -> Control:
    return Control(Order(random.randint(1, 2)))


def handed_over() -> Lined:
    return Lined(socket.socket())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (sharing, "the model, a Order,"),
        (the_same, "the machine"),
        (chosen, "not every instance begins alike"),
        (lambda: 3, "returns an int"),
        (lambda: Order, "returns a type"),
        (lambda: None, "returns nothing"),
        (lambda: Counted(1 // 0), "ZeroDivisionError.*call it yourself"),
        (lambda x: Counted(x + 1), "needs x"),
    ],
)
def test_functions_that_make_no_fresh_machine_are_refused(
    make: Callable[..., Any], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        statecheck.check(make, possible="high")


@pytest.mark.slow
@pytest.mark.parametrize("make", [drawn, drawn_far_off, numbered, drawn_model])
def test_instances_that_begin_differently_are_never_taken_for_alike(
    make: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if chance has it that all that are made while it is checked do begin alike."""
    monkeypatch.setattr(random, "randint", lambda low, _: low)
    state = "closed" if make is drawn_model else "high"
    try:
        report = statecheck.check(make, possible=state)
    except ModelError:
        return
    assert report.results[0].verdict is Verdict.UNDETERMINED


def test_a_class_that_needs_arguments_says_what_to_write() -> None:
    with pytest.raises(ModelError, match=r"def make\(\): return Counted\(\.\.\.\).*MODULE:make"):
        statecheck.check(Counted, possible="high")
    with pytest.raises(ModelError, match=r"return Control\(model=\.\.\.\)"):
        statecheck.check(Control, possible="closed")


class Inside(StateChart[Any]):
    """Writes on its model while a state inside of another one is left."""

    class outer(State.Compound):  # noqa: N801  (a state)
        first = State(initial=True)
        second = State()
        go = first.to(second)

    free = State(initial=True)
    enter = free.to(outer)
    leave = outer.second.to(free, on="note")

    def note(self) -> None:
        self.model.noted = True


class Noted:
    def __init__(self) -> None:
        self.noted = False


def test_states_that_remember_their_parents_are_as_they_were() -> None:
    report = statecheck.check(lambda: Inside(Noted()), possible="free and noted")
    assert report.results[0].steps == 3


LOUD = """
from statemachine import State, StateMachine

class Loud(StateMachine):
    a = State(initial=True)
    b = State(final=True)
    go = a.to(b)

    def on_go(self):
        print("loud")

def make():
    print("made")
    return Loud()
"""


def test_the_command_takes_functions_and_prints_nothing_of_theirs(tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(LOUD)
    command = [sys.executable, "-m", "statecheck", "check", "loud:make", "--possible", "b"]
    test = tmp_path / "test_loud.py"
    done = subprocess.run(
        [*command, "--json", "-", "--as-test", str(test)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(statecheck.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["claims"][0]["verdict"] == "REACHED"
    assert "machine = make()" in test.read_text()
    subprocess.run([sys.executable, "-m", "pytest", "-q", str(test)], cwd=tmp_path, check=True)


class Reporting(StateMachine):
    """Reports where it is, on its way into the first state too."""

    down = State(initial=True)
    up = State(final=True)
    rise = down.to(up)

    def __init__(self, wire: Any) -> None:
        self.wire = wire
        self.LOUD = True
        self.kept: list[int] = []
        super().__init__()

    def on_enter_state(self, state: State) -> None:
        if self.LOUD and isinstance(state, State):
            self.wire.write(f"{self.__class__.__name__} is in {state.id}")


class Deciding(Reporting):
    def on_enter_state(self, state: State) -> None:
        if self.wire.readable():
            self.LOUD = False


class Branching(Reporting):
    def on_enter_state(self, state: State) -> None:
        if self.LOUD:
            self.heard = self.wire.readable()


class Leaking(Reporting):
    def on_enter_state(self, state: State) -> None:
        if self.LOUD:
            self.wire.write(self.kept)

    def on_rise(self) -> None:
        self.kept.append(1)


class Classifying(Reporting):
    def on_rise(self) -> None:
        if issubclass(self.wire.newlines.__class__, int):
            raise TypeError


def test_reports_on_the_way_into_the_first_state_decide_nothing() -> None:
    report = statecheck.check(lambda: Reporting(io.StringIO()), possible="up", always="LOUD")
    by_claim = {result.claim.id: result.verdict for result in report.results}
    assert by_claim == {"possible.1": Verdict.UNDETERMINED, "always.1": Verdict.PROVED}


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (Deciding, "not every instance begins alike"),
        (Leaking, "hands the machine|escapes|cannot be|TypeError"),
        (Classifying, "asks what kind of thing|type"),
    ],
)
def test_what_is_decided_or_told_on_the_way_is_refused(cls: type[Reporting], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        statecheck.check(lambda: cls(io.StringIO()), possible="up")


def test_an_answer_that_is_kept_on_the_way_is_from_outside() -> None:
    with pytest.raises(ModelError, match="heard comes from outside and may be anything"):
        statecheck.check(lambda: Branching(io.StringIO()), possible="heard")


class Job:
    """A model that has the events of its machine, and sends one from a callback."""

    def __init__(self) -> None:
        self.taken = 0
        self.machine = Process(self, state_field="phase")
        self.machine.bind_events_to(self)  # type: ignore[no-untyped-call]

    def done(self) -> bool:
        return self.taken >= 2

    def on_enter_taking(self) -> None:
        self.taken += 1
        if self.taken == 1:
            self.go()  # type: ignore[attr-defined]


class Process(StateMachine):
    begun = State(initial=True)
    taking = State()
    over = State(final=True)
    go = begun.to(taking) | taking.to(over, cond="done") | taking.to.itself()


class Rebinding(Job):
    def on_enter_taking(self) -> None:
        self.machine.bind_events_to(self)  # type: ignore[no-untyped-call]


class Twofold(Job):
    """Has the events of two machines."""

    def __init__(self) -> None:
        super().__init__()
        with_argument().bind_events_to(self)  # type: ignore[no-untyped-call]


def test_a_model_may_have_the_events_of_its_machine() -> None:
    report = statecheck.check(lambda: Job().machine, possible="over", always="over ==> taken == 2")
    by_claim = {result.claim.id: result.verdict for result in report.results}
    assert by_claim == {"possible.1": Verdict.REACHED, "always.1": Verdict.PROVED}
    assert [r.steps for r in report.results if r.claim.id == "possible.1"] == [2]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Rebinding().machine, "uses bind_events_to"),
        (lambda: Twofold().machine, "another machine"),
    ],
)
def test_other_bindings_are_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        statecheck.check(make, possible="over")


class OfTheClass(StateMachine):
    """Has something from outside that all instances share."""

    wire = io.StringIO()
    down = State(initial=True)
    up = State(final=True)
    rise = down.to(up, cond="ready")

    def ready(self) -> bool:
        return bool(self.wire.readable())


class OfTheClassItself(OfTheClass):
    def ready(self) -> bool:
        return bool(type(self).wire.readable())


class OfTheClassByName(OfTheClass):
    def ready(self) -> bool:
        return bool(OfTheClass.wire.readable())


class OfTheClassMethod(OfTheClass):
    @classmethod
    def ready(cls) -> bool:
        return bool(cls.wire.readable())


class Shared:
    wire = io.StringIO()

    def ready(self) -> bool:
        return bool(self.wire.readable())


def shared_by_models() -> Lined:
    return Lined(Shared())


@pytest.mark.parametrize("made", [OfTheClass, shared_by_models])
def test_what_is_outside_may_belong_to_a_class(made: Any) -> None:
    report = statecheck.check(made, possible="up")
    assert report.results[0].verdict is Verdict.UNDETERMINED
    assert any("wire is outside of the machine" in line for line in report.environment)


@pytest.mark.parametrize("cls", [OfTheClassItself, OfTheClassByName, OfTheClassMethod])
def test_what_is_asked_of_the_class_itself_is_refused(cls: Any) -> None:
    with pytest.raises(ModelError, match=r"uses OfTheClass\.wire, a _io\.StringIO"):
        statecheck.check(cls, possible="up")


class Listening:
    def __init__(self) -> None:
        self.heard = 0

    def on_pay(self) -> None:
        self.heard += 1


class Joined(Control):
    def __init__(self) -> None:
        super().__init__(Order())
        self.add_listener(Listening())  # type: ignore[no-untyped-call]


class JoiningLate(Joined):
    def on_pay(self) -> None:
        self.add_listener(Listening())  # type: ignore[no-untyped-call]


def test_listeners_may_join_while_a_machine_is_made() -> None:
    report = statecheck.check(Joined, always=["heard == paid", "heard <= 1"])
    assert [r.verdict for r in report.results] == [Verdict.PROVED, Verdict.REFUTED]
    with pytest.raises(ModelError, match="on_pay uses add_listener"):
        statecheck.check(JoiningLate, always="heard == paid")


class Stamping(StateMachine):
    """Tells its model, on the way into its first state, what is from outside."""

    down = State(initial=True)
    up = State(final=True)
    rise = down.to(up, cond="allowed")

    def on_enter_state(self) -> None:
        self.model.stamp(random.randint(0, 1), late=random.randint(0, 1), count=1)


class Stamps:
    def __init__(self) -> None:
        self.early = self.late = self.count = 0

    def stamp(self, early: int, **more: int) -> None:
        self.early = early
        self.late = more["late"]

    def allowed(self) -> bool:
        return self.early > 0


class LateStamps(Stamps):
    def allowed(self) -> bool:
        return self.late > 0


class StaticStamps(Stamps):
    @staticmethod
    def stamp(early: int, late: int, count: int) -> None:  # type: ignore[override]
        """Is given the first argument first."""


@dataclass
class Written:
    early: int
    count: int = 0

    def allowed(self) -> bool:
        return self.early > 0


class Plainly(Stamping):
    def on_enter_state(self) -> None:
        """Tell nothing."""


@pytest.mark.parametrize(
    "make",
    [
        lambda: Stamping(Stamps()),
        lambda: Stamping(LateStamps()),
        lambda: Plainly(Written(random.randint(0, 1))),
        lambda: Plainly(Written(early=random.randint(0, 1))),
    ],
)
def test_what_methods_are_told_on_the_way_is_from_outside(
    make: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random, "randint", lambda low, _: low)
    report = statecheck.check(make, possible="up")
    assert report.results[0].verdict is Verdict.UNDETERMINED


def test_methods_that_are_not_bound_are_refused() -> None:
    with pytest.raises(ModelError, match="not every instance begins alike"):
        statecheck.check(lambda: Stamping(StaticStamps()), possible="up")
