"""Texts that are made of values are taken for said only where nobody looks into them."""

from __future__ import annotations

from typing import Any

import pytest
from statemachine import State, StateMachine

from statecheck.single import check


class Speaking(StateMachine):
    a = State(initial=True)
    b = State(final=True)
    mark = ""
    go = a.to.itself(on="start")
    end = a.to(b, cond="ok")

    def ok(self) -> bool:
        return self.mark == "v5"

    def start(self, k: int) -> None:
        """Say nothing."""


class OwnError(Speaking):
    def start(self, k: int) -> None:
        self.error(f"v{k}")

    def error(self, text: str) -> None:
        if text == "v5":
            self.mark = "v5"


class InsideOfPrint(Speaking):
    def start(self, k: int) -> None:
        print(self.store(f"v{k}"))  # noqa: T201

    def store(self, text: str) -> int:
        if text == "v5":
            self.mark = "v5"
        return 0


class Compared(Speaking):
    def start(self, k: int) -> None:
        print(f"v{k}" == "v5" and self.store())  # noqa: T201

    def store(self) -> int:
        self.mark = "v5"
        return 0


class LookedInto(Speaking):
    def start(self, k: int) -> None:
        print(f"v{k}"[3])  # noqa: T201
        self.mark = "v5"


class Caught(Speaking):
    def start(self, k: int) -> None:
        try:
            raise ValueError(f"v{k}")  # noqa: TRY301
        except ValueError as error:
            match error:
                case ValueError(args=("v5",)):
                    self.mark = "v5"


@pytest.mark.parametrize("made", [OwnError, InsideOfPrint, Compared, LookedInto, Caught])
def test_a_text_that_is_looked_into_is_not_only_said(made: Any) -> None:
    assert check(made, [("possible", "b")]).results[0].verdict.value in ("REACHED", "UNDETERMINED")
    assert check(made, [("always", "not b")]).results[0].verdict.value != "PROVED"


class Said(Speaking):
    def start(self, k: int) -> None:
        print(f"got {k}", str(k))  # noqa: T201
        if k > 100:
            raise ValueError(f"too many: {k}")
        self.mark = "v5" if k == 5 else ""


def test_a_text_that_is_said_costs_no_proof() -> None:
    report = check(Said, [("possible", "b"), ("always", "mark in ('', 'v5')")])
    assert [r.verdict.value for r in report.results] == ["REACHED", "PROVED"]
