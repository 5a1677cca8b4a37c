"""The formulas that are told of an invariant hold as they read."""

from __future__ import annotations

import random
from typing import Any

import z3
from statemachine import State, StateMachine

from statecheck import Verdict, check
from statecheck.single.deciding.formulas import in_words


class Account(StateMachine):
    low = State(initial=True)
    high = State()
    balance = 0
    top = 0
    put = low.to(high, cond="is_big") | low.to.itself(on="add") | high.to.itself(on="add")
    halve = high.to(low, on="take_half")

    def is_big(self, amount: int) -> bool:
        return self.balance + amount > 100

    def add(self, amount: int) -> None:
        self.balance += amount
        self.top = max(self.top, self.balance)

    def take_half(self) -> None:
        self.balance //= 2


def test_what_a_claim_remembers_is_told() -> None:
    """In the first state nothing was above 100 yet, nor is the top."""
    (result,) = check(Account, always="once(balance > 100) ==> top > 100").results
    assert result.verdict is Verdict.PROVED
    told = [clause.literals[0] for clause in result.invariant or ()]
    assert "in low with once(balance > 100): top >= 101" in told
    assert all(" with " in clause for clause in told)


def test_formulas_are_told_as_python_reads_them() -> None:
    """What is told is true of just the values of which the formula is."""
    chance = random.Random(2)
    names = ("deposit", "balance", "limit")
    symbols = [z3.Int(f"{name}.0.int") for name in names]

    def term(depth: int) -> Any:
        if depth == 0 or chance.random() < 0.3:
            return chance.choice([*symbols, z3.IntVal(chance.randint(-3, 3))])
        one, other = term(depth - 1), term(depth - 1)
        return chance.choice([one + other, one - other, chance.randint(-3, 3) * one, -one])

    def formula(depth: int) -> Any:
        if depth == 0:
            one, other = term(2), term(2)
            kinds = (one <= other, one >= other, one < other, one > other)
            return chance.choice([*kinds, one == other, one != other])
        parts = [formula(depth - 1) for _ in range(2)]
        return chance.choice([z3.And, z3.Or, lambda *args: z3.Not(args[0])])(*parts)

    for _ in range(150):
        made = formula(2)
        told = in_words(made)
        for _ in range(12):
            values = [chance.randint(-4, 4) for _ in names]
            pairs = zip(symbols, map(z3.IntVal, values), strict=True)
            right = z3.is_true(z3.simplify(z3.substitute(made, *pairs)))
            assert eval(told, dict(zip(names, values, strict=True))) is right, (made, told, values)


def test_formulas_are_told_without_negative_parts() -> None:
    balance, top = z3.Ints("balance.0.int top.0.int")
    for made in (top - balance >= 0, balance - top <= 0, z3.Not(balance > top), -top <= -balance):
        assert in_words(made) == "balance <= top"
    assert in_words(balance - 2 * top > 3) == "balance >= 2*top + 4"
