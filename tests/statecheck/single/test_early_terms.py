"""Integers that look endless are kept as terms soon; what was decided is decided as before."""

import cProfile
import sys

import pytest
import z3
from statemachine import State, StateMachine

from statecheck.claims.claim import Kind
from statecheck.claims.results import Verdict
from statecheck.claims.syntax import AssumedTexts
from statecheck.single import check
from statecheck.single.claims.parse import parse
from statecheck.single.deciding import backwards
from statecheck.single.deciding.answers import Unknown
from statecheck.single.deciding.formulas import degree
from statecheck.single.execution.build import FEW, NEAR, NODES
from statecheck.single.running import subject as subjects
from statecheck.single.running.clock import Clock

MOST = 250


class Counter(StateMachine):
    """Counts without end."""

    low = State(initial=True)
    high = State()
    count = 0

    step = low.to(high, on="add") | high.to(low)

    def add(self) -> None:
        self.count += 1


class Finite(StateMachine):
    """Counts to 250 and stays there; more states than are gone through at first."""

    counting = State(initial=True)
    done = State(final=True)
    n = 0

    step = counting.to.itself(cond="below", on="add") | counting.to(done, unless="below")

    def below(self) -> bool:
        return self.n < MOST

    def add(self) -> None:
        self.n += 1


class Round(StateMachine):
    """Goes round through 300 numbers that only arithmetic tells apart."""

    on = State(initial=True)
    off = State()
    n = 0

    step = on.to.itself(on="turn")
    leave = on.to(off, cond="at_end")
    back = off.to(on)

    def turn(self) -> None:
        self.n = (self.n * 7 + 5) % 307

    def at_end(self) -> bool:
        return self.n == 11


class Growing(StateMachine):
    """Squares, so that hardly anything is proven of its terms."""

    on = State(initial=True)
    n = 2

    step = on.to.itself(on="turn")

    def turn(self) -> None:
        self.n = (self.n * self.n + 1) % 100_003


CLAIMS = {
    Counter: [
        ("always", "count >= 0"),
        ("possible", "count == 5"),
        ("always", "count < 60"),
        ("recoverable", "low"),
        ("recoverable", "count == 3"),
        ("eventually", "low ~> high"),
        ("eventually", "low ~> count == 3"),
    ],
    Finite: [
        ("always", "n <= 250"),
        ("possible", "done"),
        ("possible", "n == 249"),
        ("always", "done ==> n == 250"),
        ("recoverable", "done"),
        ("recoverable", "n == 0"),
        ("eventually", "counting ~> done"),
    ],
    Round: [
        ("possible", "off"),
        ("always", "n != 11"),
        ("always", "n < 307"),
        ("recoverable", "n == 0"),
        ("eventually", "on ~> off"),
    ],
    Growing: [("always", "n != 5"), ("always", "n < 100_003"), ("recoverable", "n == 5")],
}


def _verdicts(cls: type[StateMachine]) -> list[tuple[Verdict, int | None]]:
    results = check(cls, CLAIMS[cls]).results
    ends = [claim for claim in CLAIMS[cls] if claim[0] == "eventually"]
    if ends:
        results += check(cls, ends, assumed=AssumedTexts(fair=("step",))).results
    return [(result.verdict, result.steps) for result in results]


@pytest.mark.slow
@pytest.mark.parametrize("cls", CLAIMS)
def test_all_that_was_decided_is_decided(
    cls: type[StateMachine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same verdicts and lengths, with and without terms at an early stage, or more of them."""
    early = _verdicts(cls)
    read = subjects.read

    def late(*args: object, **options: object) -> subjects.Subject:
        return read(*args, **{**options, "early": False})  # type: ignore[arg-type]

    monkeypatch.setattr(sys.modules["statecheck.single.check"], "read", late)
    for (verdict, steps), (before, length) in zip(early, _verdicts(cls), strict=True):
        assert verdict == before or before is Verdict.UNDETERMINED
        assert verdict is not Verdict.REFUTED or steps == length


def test_few_states_are_gone_through() -> None:
    """A counter without end is kept as a term before a thousand of its values were seen."""
    subject = subjects.read(Counter, (), (), Clock(None), early=True)
    near = subject.plain.near
    assert subject.automaton.complete
    assert len(subject.automaton.nodes) <= FEW
    assert near is not None
    assert NEAR < len(near.nodes) <= NEAR + 2
    whole = subjects.read(Counter, (), (), Clock(None)).plain
    assert whole.near is whole.wide
    assert whole.wide is not None
    assert len(whole.wide.nodes) > NODES


@pytest.mark.slow
def test_what_is_finite_is_known_whole_where_it_is_needed() -> None:
    """Beyond the terms there are the plain values, each depth made once."""
    plain = subjects.read(Finite, (), (), Clock(None), early=True).plain
    assert plain.near is not None
    assert not plain.near.complete
    assert plain.wide is not None
    assert plain.wide.complete
    assert plain.wide is plain.wide
    assert plain.deep is None


def test_a_profiler_goes_on_as_before() -> None:
    """Reading a class needs the profiler's hook, and gives it back."""
    with cProfile.Profile() as profile:
        check(Counter, [("always", "count >= 0")])
        sum(range(10))
    names = {entry.code if isinstance(entry.code, str) else "" for entry in profile.getstats()}
    assert any("sum" in name for name in names)


@pytest.mark.slow
def test_powers_are_not_multiplied_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps backwards end where degrees double with each: Z3 heeds neither time nor work then."""
    subject = subjects.read(Growing, (), (), Clock(None), early=True)
    assert subject.automaton.variables
    monkeypatch.setattr(backwards, "prove", lambda *_, **__: Unknown("nothing is proven"))
    said = parse("n == 5", subject.names, Kind.RECOVERABLE)
    answer = backwards.recoverable(subject, said, None)
    assert isinstance(answer, Unknown)
    assert "farther away than 3 steps" in answer.why
    x, y = z3.Ints("x y")
    assert [degree(t) for t in (x + y, x * y + 1, (x * x % 7) * x, z3.If(x > 1, x, 3) * 2)] == [
        1,
        2,
        3,
        1,
    ]
