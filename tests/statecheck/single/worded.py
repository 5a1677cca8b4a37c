"""Machines to ask in all words: what is enabled, what was, what a step is."""

from __future__ import annotations

import enum
from typing import Any

from statemachine import State, StateChart, StateMachine

MOST = 2


class Mode(enum.Enum):
    SLOW = 1
    FAST = 2


class Till(StateMachine):
    """A guard on an argument, one on data, and an end."""

    empty = State(initial=True)
    filled = State()
    shut = State(final=True)
    coins = 0
    mode = Mode.SLOW

    put = empty.to(filled, cond="enough", on="count")
    take = filled.to(empty)
    hurry = empty.to.itself(on="speed_up")
    close = filled.to(shut, cond="full")

    def enough(self, amount: int) -> bool:
        return amount > 10

    def count(self) -> None:
        self.coins = min(self.coins + 1, 3)

    def speed_up(self) -> None:
        self.mode = Mode.FAST

    def full(self) -> bool:
        return self.coins >= MOST


class Pit(StateMachine):
    """A deadlock: nothing leads on from down, which is not final."""

    validate_trap_states = False
    up = State(initial=True)
    down = State()
    fall = up.to(down)
    wait = up.to.itself()


class Spin(StateMachine):
    """No deadlock: an event is taken for ever, and changes nothing."""

    validate_trap_states = False
    off = State(initial=True)
    on = State()
    begin = off.to(on)
    spin = on.to.itself()


class Gate(StateMachine):
    """An input decides what is enabled."""

    shut = State(initial=True)
    opened = State()
    lift = shut.to(opened, cond="power")
    drop = opened.to(shut)
    power: bool = False


class Quiet(StateChart[Any]):
    """An event that fits nowhere is ignored; one whose guard fails is handled as an error."""

    left = State(initial=True)
    right = State()
    hurt = State(final=True)
    go = left.to(right)
    back = right.to(left)
    poke = right.to(left, cond="sore")
    error_execution = right.to(hurt)

    def sore(self) -> bool:
        raise ValueError("ouch")


class Growing(StateMachine):
    """Data without an end, which is kept as a term."""

    idle = State(initial=True)
    busy = State()
    done = State(final=True)
    n = 0
    begin = idle.to(busy, on="add")
    end = busy.to(idle)
    finish = busy.to(done, cond="many")

    def add(self, amount: int = 1) -> None:
        self.n += amount

    def many(self) -> bool:
        return self.n > 5


class Fork(StateMachine):
    """Two ways round: what strong fairness forces and weak fairness does not."""

    home = State(initial=True)
    away = State()
    out = State(final=True)
    leave = home.to(away)
    wait = home.to.itself()
    turn = away.to(home)
    escape = away.to(out)


class Walk(StateMachine):
    """Its fields are called as words of claims are."""

    fresh = State(initial=True)
    tired = State(final=True)
    step = 0
    after = 0
    go = fresh.to.itself(cond="step < 2", on="count") | fresh.to(tired, on="count")

    def count(self) -> None:
        self.step += 1
        self.after = self.step // 3
