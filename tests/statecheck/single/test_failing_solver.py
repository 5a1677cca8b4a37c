"""Z3 may fail while code is read, which is not what the code does, whoever catches it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import z3
from statemachine import State, StateChart, StateMachine

from statecheck.single.running.subject import Clock, read


class Plain(StateMachine):
    a = State(initial=True)
    b = State(final=True)
    go = a.to(b, cond="fits")

    def fits(self, x: int) -> bool:
        return x * x > 7


class Catching(Plain):
    def fits(self, x: int) -> bool:
        try:
            return x * x > 7
        except Exception:  # noqa: BLE001  (what authors write)
            return False


class Handled(StateChart[Any]):
    a = State(initial=True)
    b = State(final=True)
    lost = State(final=True)
    go = a.to(b, cond="fits")
    error_execution = a.to(lost)

    def fits(self, x: int) -> bool:
        return x * x > 7


def fails_once(original: Callable[..., Any]) -> Callable[..., Any]:
    left = [True]

    def fails(*arguments: Any) -> Any:
        if left:
            left.pop()
            raise z3.Z3Exception("canceled")
        return original(*arguments)

    return fails


def fails_always(_: object) -> Callable[..., Any]:
    def fails(*_: Any) -> Any:
        raise z3.Z3Exception("max. memory exceeded")

    return fails


@pytest.mark.parametrize("cls", [Plain, Catching, Handled])
def test_what_the_solver_raises_is_no_behaviour_of_the_class(
    cls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(cls, (), (), Clock(None)).automaton
    assert whole.complete
    assert not whole.caveat
    monkeypatch.setattr(z3, "simplify", fails_once(z3.simplify))
    automaton = read(cls, (), (), Clock(None)).automaton
    assert not automaton.complete
    assert "the solver failed while the code was read: canceled" in automaton.caveat
    assert all("Z3" not in edge.raised for edge in automaton.edges)


@pytest.mark.parametrize("cls", [Plain, Catching, Handled])
def test_a_question_that_fails_is_open(cls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As all questions about products are where Z3 4.13 has 4 GiB of terms."""
    whole = read(cls, (), (), Clock(None))
    for fails in (fails_once, fails_always):
        monkeypatch.setattr(z3.Solver, "check", fails(z3.Solver.check))
        assert read(cls, (), (), Clock(None)).digest == whole.digest
        monkeypatch.undo()
