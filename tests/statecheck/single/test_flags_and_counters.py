"""Data that Python's library has types for: Flags as arguments, and Counters."""

from __future__ import annotations

import enum
from collections import Counter
from pathlib import Path
from typing import Literal

import pytest
from statemachine import State, StateMachine

from statecheck.claims.results import Result, Verdict
from statecheck.cli.main import main
from statecheck.modeling import ModelError
from statecheck.single import check

PROVED, REFUTED, REACHED = Verdict.PROVED, Verdict.REFUTED, Verdict.REACHED


class Perm(enum.Flag):
    READ = 1
    WRITE = 2
    SHARE = 8


class Many(enum.Flag):
    A, B, C, D, E, F, G = (1 << number for number in range(7))


class Door(StateMachine):
    locked = State(initial=True)
    opened = State()
    perms = Perm(0)
    grant = locked.to.itself(on="add")
    revoke = opened.to(locked, on="take")
    unlock = locked.to(opened, cond="allowed")

    def add(self, perm: Perm) -> None:
        self.perms |= perm

    def take(self, perm: Perm) -> None:
        self.perms &= ~perm

    def allowed(self) -> bool:
        return Perm.WRITE in self.perms


class Grand(Door):
    def add(self, perm: Many) -> None:  # type: ignore[override]
        self.perms = Perm(perm.value & 3)


class Both(enum.IntFlag):
    NONE = 0
    READ_WRITE = 3
    SHARE = 8


class Box(StateMachine):
    there = State(initial=True)
    got = Both.NONE
    put = there.to.itself(on="keep")

    def keep(self, rights: Both) -> None:
        self.got = rights


class Poll(StateMachine):
    asking = State(initial=True)
    decided = State(final=True)
    vote = asking.to(decided, cond="has_winner", on="count") | asking.to.itself(
        cond="has_room", on="count"
    )

    def __init__(self) -> None:
        self.votes: Counter[str] = Counter()
        super().__init__()

    def count(self, party: Literal["a", "b"]) -> None:
        self.votes[party] += 1

    def has_winner(self, party: Literal["a", "b"]) -> bool:
        return self.votes[party] == 2 and self.votes.total() < 4

    def has_room(self) -> bool:
        return self.votes.total() < 6


def verdict(made: type[StateMachine], kind: str, text: str) -> Result:
    (result,) = check(made, [(kind, text)]).results
    return result


@pytest.mark.parametrize(
    ("kind", "text", "right", "steps"),
    [
        ("always", "opened ==> Perm.WRITE in perms", PROVED, None),
        ("always", "opened ==> Perm.SHARE in perms", REFUTED, 2),
        # One event brings three members at once.
        ("possible", "perms == Perm.READ | Perm.WRITE | Perm.SHARE", REACHED, 1),
    ],
)
def test_an_argument_may_be_any_combination_of_flags(
    kind: str, text: str, right: Verdict, steps: int | None
) -> None:
    found = verdict(Door, kind, text)
    assert (found.verdict, found.steps) == (right, steps)


def test_every_combination_of_flags_is_sent() -> None:
    for value in (1, 2, 3, 8, 9, 10, 11):
        found = verdict(Door, "possible", f"perms.value == {value}")
        assert (found.verdict, found.steps) == (REACHED, 1), value
    for value in (4, 16):
        assert verdict(Door, "possible", f"perms.value == {value}").verdict is REFUTED


def test_a_member_of_several_bits_is_sent_that_none_has_alone() -> None:
    for text in ("got == Both.READ_WRITE", "got == Both.READ_WRITE | Both.SHARE", "got.value == 1"):
        found = verdict(Box, "possible", text)
        assert (found.verdict, found.steps) == (REACHED, 1), text


def test_a_flag_of_many_combinations_is_refused() -> None:
    with pytest.raises(ModelError, match="Many, a Flag of more than 64 combinations"):
        check(Grand, [("always", "locked")])


@pytest.mark.parametrize(
    ("kind", "text", "right", "steps"),
    [
        ("always", "decided ==> votes['a'] == 3 or votes['b'] == 3", PROVED, None),
        ("possible", "decided and votes['a'] == 3 and votes['b'] == 1", REACHED, 4),
        ("possible", "decided and votes['a'] == 3 and votes['b'] == 2", REFUTED, None),
        ("always", "votes['a'] + votes['b'] == 0", REFUTED, 1),
    ],
)
def test_a_counter_is_data(kind: str, text: str, right: Verdict, steps: int | None) -> None:
    found = verdict(Poll, kind, text)
    assert (found.verdict, found.steps) == (right, steps)


def test_a_run_of_flags_is_written_as_a_test(tmp_path: Path) -> None:
    written = tmp_path / "test_door.py"
    command = ["check", f"{__name__}:Door", "--possible", "opened", "--as-test", str(written)]
    assert main(command) == 0
    assert 'send("grant", perm=Perm(2))' in written.read_text()
