"""Certificates of claims that divide by a plain number above 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from statecheck.recheck.command import main
from statecheck.recheck.shown.meaning import Meaning
from tests.statecheck.recheck import stairs
from tests.statecheck.recheck.conftest import written
from tests.statecheck.recheck.forger import copied


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(stairs, tmp_path_factory)


def test_it_is_proved_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder)]) == 0
    assert "7 of 7 obligations proved again" in capsys.readouterr().out


def test_what_is_false_when_divided_is_not_proved(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Quotients in place of remainders, wherever they stand: well-formed, and not so."""
    forger = copied(folder, tmp_path / "forged")
    for file in sorted(forger.folder.rglob("*.smt2")):
        path = str(file.relative_to(forger.folder))
        forger.write(path, forger.read(path).replace("(mod ", "(div "))
    forger.seal()
    assert main([str(forger.folder), "--timeout", "3"]) != 0
    assert "stairs.by_three" in "".join(capsys.readouterr())


@pytest.mark.parametrize("number", range(-7, 8))
@pytest.mark.parametrize("divisor", [1, 2, 5])
def test_numbers_are_divided_as_python_does(number: int, divisor: int) -> None:
    tree = str(number) if number >= 0 else ("-", str(-number))
    meaning = Meaning([], {}, ())
    assert meaning.value(("div", tree, str(divisor))) == number // divisor
    assert meaning.value(("mod", tree, str(divisor))) == number % divisor


def test_by_nothing_else_is_divided() -> None:
    for tree in ("0", ("-", "2")):
        for head in ("div", "mod"):
            with pytest.raises(ValueError, match="not above 0"):
                Meaning([], {}, ()).value((head, "7", tree))
