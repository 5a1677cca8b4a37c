"""Long runs over integers, and traps that are farther from the goal than steps are computed."""

from __future__ import annotations

import pytest
from statemachine import State, StateMachine

from statecheck.claims.run import Run
from statecheck.single import check
from statecheck.single.claims import conditions
from statecheck.single.claims.predicates import Holding
from statecheck.single.deciding.unrolling import Unrolling
from statecheck.single.execution.automaton import Node
from statecheck.single.running.goal import Goal
from statecheck.single.running.reach import Target, feasible
from statecheck.single.running.subject import Clock, Subject, read


class Turnstile(StateMachine):
    locked = State(initial=True)
    opened = State()
    jammed = State()
    broken = State(final=True)
    coins = 0
    uses = 0
    fee: int = 3
    coin = locked.to(opened, cond="enough", on="pay") | locked.to.itself(on="pay")
    push = opened.to(locked, on="use")
    jam = opened.to(jammed, cond="uses > 10")
    fix = jammed.to(locked, on="forget")
    hit = jammed.to(broken, cond="uses > 20")

    def pay(self, paid: int) -> None:
        self.coins += paid

    def enough(self) -> bool:
        return self.coins >= self.fee

    def use(self) -> None:
        self.uses += 1
        self.coins = 0

    def forget(self) -> None:
        self.uses = 0


class Meeting(StateMachine):
    apart = State(initial=True)
    near = State()
    close = State()
    met = State(final=True)
    x = 0
    y = 0
    z = 0
    walk = apart.to.itself(on="further")
    come = apart.to(near, cond="x > y")
    turn = near.to.itself(on="aside")
    go = near.to(close, cond="y > 3")
    step = close.to.itself(on="onward")
    meet = close.to(met, cond="at_once")

    def further(self, by: int) -> None:
        self.x += by

    def aside(self, by: int) -> None:
        self.y += by
        self.x -= 1

    def onward(self) -> None:
        self.z += 1

    def at_once(self) -> bool:
        return self.z == self.x + self.y


def _goal(subject: Subject, id_: str) -> Goal:
    def there(node: Node) -> list[Holding]:
        return [Holding((), (), True)] if id_ in subject.reader.active(node) else []

    return Goal(subject.automaton, Target(there, None))


@pytest.mark.slow
def test_a_run_of_many_steps_is_found_where_each_is_open_to_any_number() -> None:
    subject = read(Turnstile, (), (), Clock(None), early=True)
    leapt = Unrolling(subject.automaton, _goal(subject, "broken")).leap(Clock(None), 60.0, 100)
    assert leapt is not None
    assert len(leapt[0].moves) >= 45  # 21 times a coin and a push, then a coin, jam and hit
    assert not leapt[1] or len(leapt[0].moves) == 45


@pytest.mark.slow
def test_all_lengths_at_once_are_as_one_after_the_other() -> None:
    subject = read(Meeting, (), (), Clock(None), early=True)
    for id_, steps in (("near", 2), ("close", 4), ("met", 9)):
        goal = _goal(subject, id_)
        route = Unrolling(subject.automaton, goal).search(Clock(None), 60.0, 100)
        leapt = Unrolling(subject.automaton, goal).leap(Clock(None), 60.0, 100)
        assert route is not None
        assert leapt is not None
        assert len(route.moves) == steps
        assert len(leapt[0].moves) == steps or not leapt[1]
        assert Unrolling(subject.automaton, goal).leap(Clock(None), 60.0, steps - 1) is None


@pytest.mark.slow
def test_a_trap_is_found_though_the_goal_is_ever_farther_away_elsewhere() -> None:
    [result] = check(Meeting, [("recoverable", "close ==> met")]).results
    assert result.verdict.value == "REFUTED"
    machine = _after(result.run)
    assert machine.close.is_active
    assert machine.z > machine.x + machine.y


def _after(run: Run | None) -> Meeting:
    """A plain machine after the steps of a run, as they are written."""
    assert run is not None
    machine = Meeting()
    for step in run.steps:
        event, _, arguments = str(step).rstrip(")").partition("(")
        given = dict(part.split("=") for part in arguments.split(", ") if part)
        getattr(machine, event)(**{name: int(value) for name, value in given.items()})
    return machine


@pytest.mark.slow
def test_whether_an_edge_is_taken_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    automaton = read(Turnstile, (), (), Clock(None)).automaton
    edge = next(e for e in automaton.edges if e.locals and e.guard is not None)
    taken = feasible(edge)
    monkeypatch.setattr(conditions, "solved", lambda *_: pytest.fail("it is asked again"))
    assert taken
    assert feasible(edge) == taken
