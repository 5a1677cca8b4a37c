"""The command that answers an administrator's questions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from proofs.__main__ import main
from proofs.questions.asked import ASKED, answers, reply
from statecheck.claims.results import Verdict


def test_the_questions_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--list"]) == 0
    shown = capsys.readouterr().out
    assert [line.split()[0] for line in shown.splitlines()] == [str(q.number) for q in ASKED]
    assert main(["ask", "--list", "6"]) == 0
    assert capsys.readouterr().out == " 6  Can I return to SP3?\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["12"], "error: there is no question 12; --list shows them, 1 to 11."),
        (["six"], "error: Invalid value for '[NUMBER]...': 'six' is not a valid integer."),
        (
            ["--readings", "6"],
            "error: --readings answers no questions; leave out what is beside it.",
        ),
        (
            ["--page", "--certificates", "answers"],
            "error: --certificates is about answers; leave out what is beside it.",
        ),
        (["--timeout", "0"], "error: Invalid value for '--timeout': 0 is not a number of "),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["ask", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(message)
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["4"], ["--readings"]])
def test_time_that_is_up_is_undetermined(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(["ask", *arguments, "--timeout", "0.001"]) == 3
    assert capsys.readouterr().err == "stopped: the time is up\n"


@pytest.mark.slow
def test_answers_are_certified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "answers"
    assert main(["ask", "11", "--certificates", str(place)]) == 0
    assert "registry: 300 obligations, 300 of them in a decidable fragment" in (
        capsys.readouterr().err
    )
    assert [path.name for path in place.iterdir()] == ["registry"]
    assert main(["recheck", str(place / "registry")]) == 0
    assert "ask.start_reads_registry" in capsys.readouterr().out


def test_a_certificate_replaces_nothing_of_somebody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "registry").mkdir()
    (tmp_path / "registry" / "mine.txt").write_text("mine")
    assert main(["ask", "11", "--certificates", str(tmp_path)]) == 2
    assert "mine.txt, which is no part of a certificate" in capsys.readouterr().err
    assert (tmp_path / "registry" / "mine.txt").read_text() == "mine"


@pytest.mark.slow
def test_an_answer_has_its_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "4"]) == 0
    shown = capsys.readouterr().out
    assert "No: what counts is the Store.exe of the source." in shown
    assert "REFUTED ask.fix_at_destination" in shown
    assert "2  copy_attachment(attachment1)" in shown


@pytest.mark.slow
def test_an_answer_needs_the_verdicts_that_it_rests_on() -> None:
    ((question, results),) = answers([1])
    assert reply(question, results) == "No."
    (result,) = results
    wrong = replace(result, verdict=Verdict.REFUTED)
    assert reply(question, [wrong]).startswith("Not what was expected: ask.all_released")
    open_ = replace(result, verdict=Verdict.UNDETERMINED)
    assert reply(question, [open_]) == "Open: ask.all_released is undetermined."
