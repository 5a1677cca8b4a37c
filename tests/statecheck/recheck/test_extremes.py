"""Certificates of claims that follow since there is a greatest one of some, under attack."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from statecheck.recheck.command import main
from tests.statecheck.recheck import queue
from tests.statecheck.recheck.conftest import written
from tests.statecheck.recheck.forger import Forger, copied

TITLE = "hall.next"
STATES = f"claims/{TITLE}/states.smt2"
MEMBER = "(declare-const extreme.member Guest)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(queue, tmp_path_factory)


def test_it_is_proved_again_and_says_what_it_rests_on(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder)]) == 0
    assert "left open" not in capsys.readouterr().out
    manifest = json.loads((folder / "manifest.json").read_text())
    assert any("finitely many entities" in line for line in manifest["does_not_cover"])
    text = (folder / "definitions.smt2").read_text()
    assert f"; == extreme {TITLE}\n; some Guest has the least guest.visit.number among" in text
    assert MEMBER in (folder / STATES).read_text()


def both(forger: Forger, old: str, new: str) -> None:
    for path in ("definitions.smt2", STATES):
        forger.replace(path, old, new)


def no_longer_greatest(forger: Forger) -> None:
    """The fact says that one is as great as itself."""
    old = "(<= (extreme.measure x) (extreme.measure extreme.member))"
    forger.replace(STATES, old, "(<= (extreme.measure x) (extreme.measure x))")


def false_fact(forger: Forger) -> None:
    """The fact denies that there is any entity."""
    old = "(<= (extreme.measure x) (extreme.measure extreme.member))"
    forger.replace(STATES, old, "(< (extreme.measure x) (extreme.measure extreme.member))")


def one_of_all_numbers(forger: Forger) -> None:
    """Of infinitely many none is the greatest."""
    both(forger, "(define-fun extreme.measure ((x Guest))", "(define-fun extreme.measure ((x Int))")


def more_in_the_section(forger: Forger) -> None:
    both(
        forger,
        "(define-fun extreme.measure",
        "(define-fun enabled () Bool false)\n(define-fun extreme.measure",
    )


def assertion_in_the_section(forger: Forger) -> None:
    both(forger, "(define-fun extreme.measure", "(assert false)\n(define-fun extreme.measure")


def of_another_state(forger: Forger) -> None:
    """A measure of the state after a step is one of no state at all."""
    own = "(- (Guest.visit.number x))"
    both(forger, own, own.replace("number", "number!1"))


def of_a_step(forger: Forger) -> None:
    both(forger, "(- (Guest.visit.number x))", "(- (Guest.visit.number |serve.guest|))")


def no_section(forger: Forger) -> None:
    forger.drop_section(f"extreme {TITLE}")


def of_nobody(forger: Forger) -> None:
    """There is a claim for each extreme."""
    for path in ("definitions.smt2", STATES):
        forger.replace(path, f"; == extreme {TITLE}\n", "; == extreme hall.nobody\n")


FORGERIES: list[tuple[Callable[[Forger], None], str]] = [
    (no_longer_greatest, "its goal is not the one of its rule"),
    (false_fact, "its goal is not the one of its rule"),
    (one_of_all_numbers, "does not say among which entities, and by what"),
    (more_in_the_section, "does not say among which entities, and by what"),
    (assertion_in_the_section, "has a command assert"),
    (of_another_state, "which a state does not have"),
    (of_a_step, "which a state does not have"),
    (no_section, "its sections are"),
    (of_nobody, "is of no claim"),
]


@pytest.mark.parametrize(("forge", "said"), FORGERIES, ids=lambda own: getattr(own, "__name__", ""))
def test_a_forgery_is_refused(
    forge: Callable[[Forger], None],
    said: str,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    forger = copied(folder, tmp_path / "forged")
    forge(forger)
    forger.seal()
    assert main([str(tmp_path / "forged")]) != 0
    found = capsys.readouterr()
    assert said in found.out + found.err


def test_an_extreme_that_does_not_do_is_not_proved(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The greatest in place of the least: well-formed, and of no help."""
    forger = copied(folder, tmp_path / "forged")
    both(forger, "(- (Guest.visit.number x))", "(Guest.visit.number x)")
    forger.seal()
    assert main([str(tmp_path / "forged"), "--timeout", "3"]) != 0
    assert TITLE in "".join(capsys.readouterr())
