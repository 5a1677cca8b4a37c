"""Claims and options that cannot be meant are refused in one line that says what to do."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Any

import pytest
from statemachine import State, StateMachine

from statecheck.cli.main import main
from statecheck.modeling import ModelError
from statecheck.single import check


class Mode(enum.Enum):
    OFF = 0
    ON = 1


class Lamp(StateMachine):
    dark = State(initial=True)
    bright = State()
    uses = 0
    mode = Mode.OFF
    pair = (1, 2)
    turn = dark.to(bright, on="use") | bright.to(dark)

    def use(self) -> None:
        self.uses = min(self.uses + 1, 3)
        self.mode = Mode.ON


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("mode == Mode.ONN", "Mode has no member ONN; did you mean Mode.ON?"),
        ("mode == Mode.BROKEN", "Mode has no member BROKEN; its members are OFF, ON"),
        ("mode != Mode", "compares a Mode with an EnumType, which are never equal"),
        ("not pair == 3", "compares a tuple with a number, which are never equal"),
        ("not pair == Mode.ON", "compares a tuple with a Mode, which are never equal"),
        ("uses.size == 1", "a number has no attribute size"),
    ],
)
def test_a_comparison_that_says_nothing_is_refused(claim: str, why: str) -> None:
    with pytest.raises(ModelError) as refusal:
        check(Lamp, [("always", claim)])
    assert why in str(refusal.value)


def test_collections_are_compared_with_their_like() -> None:
    report = check(Lamp, [("always", "pair == (1, 2)"), ("always", "pair == None")])
    assert [r.verdict.value for r in report.results] == ["PROVED", "REFUTED"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--always", "dark", "--fair", "turn"], "--fair turn: only --eventually 'P ~> Q'"),
        (["--strongly-fair", "turn"], "--strongly-fair turn: the standard questions"),
        (["--always", "dark", "--fixed", "bright"], "Lamp has no field bright to be fixed"),
        (["--always", "dark", "--input", "pair"], "annotate it, or leave out --input pair"),
    ],
)
def test_an_option_without_use_is_refused(options: list[str], why: str, capsys: Any) -> None:
    assert main(["check", f"{__name__}:Lamp", *options]) == 2
    said = capsys.readouterr().err
    assert why in said
    assert said.count("\n") == 1


def test_a_name_that_is_not_there_lists_the_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    source = "from statemachine import State, StateMachine\n\n\nclass Lamp(StateMachine):\n"
    source += "    dark = State(initial=True, final=True)\n\n\ndef make():\n    return 3\n"
    (tmp_path / "lamps_of_test.py").write_text(source)
    monkeypatch.chdir(tmp_path)
    assert main(["check", "lamps_of_test:Torch"]) == 2
    assert "has no Torch; its machines and systems are Lamp." in capsys.readouterr().err
    assert main(["check", "lamps_of_test:make"]) == 2
    assert "make() returns an int;" in capsys.readouterr().err
