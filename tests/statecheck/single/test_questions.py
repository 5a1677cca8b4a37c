"""The standard questions: what is suspicious is found, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from statecheck.claims.answers import Answer, Question, Standing
from statecheck.claims.results import Report, exit_code
from statecheck.exit_codes import Exit
from statecheck.reports.answers import answers_text
from statecheck.reports.terminal_layout import Style
from statecheck.single.questions.ask import answered
from tests.statecheck.single import suspicious


def found(report: Report, standing: Standing = Standing.SUSPICIOUS) -> dict[str, Answer]:
    return {answer.id: answer for answer in report.answers if answer.standing is standing}


@pytest.mark.parametrize(
    ("cls", "right"),
    [
        (
            suspicious.Never,
            {
                "state never reached: middle": None,
                "state never reached: end": None,
                "transition never fires: go, start to middle": None,
            },
        ),
        (suspicious.Shadowed, {"transition never fires: go, start to right": None}),
        (
            suspicious.Ambiguous,
            {"guards hold at once: bid in start, to high if big and to low if small": 1},
        ),
        (suspicious.Apart, {}),
        (
            suspicious.Late,
            {"guards hold at once: go in start, to left if early and to right if late": 7},
        ),
        (suspicious.Otherwise, {}),
        (suspicious.Parcel, {"no way to a final state: lost": 1}),
        (suspicious.Stuck, {"nothing leads on: start": 6}),
        (suspicious.Seized, {"nothing leads on: start": 1}),
        (suspicious.Raises, {"exception not caught: ValueError on go in Raises.count": 5}),
        (
            suspicious.Swallowed,
            {"exception not caught: ZeroDivisionError on go in Swallowed.share": 1},
        ),
        (suspicious.Handled, {}),
        (
            suspicious.Refusing,
            {
                "state never reached: end": None,
                "nothing leads on: start": 0,
                "exception not caught: ValueError on leave in Refusing.fail": 1,
            },
        ),
        (suspicious.PassedThrough, {}),
        (suspicious.Round, {}),
        (suspicious.Jammed, {}),
    ],
)
def test_what_is_suspicious_is_found(cls: Any, right: dict[str, int | None]) -> None:
    report = answered(cls)
    seen = found(report)
    runs = {id_: None if a.run is None else len(a.run.steps) for id_, a in seen.items()}
    assert runs == right
    assert found(report, Standing.OPEN) == {}
    assert exit_code(report) is (Exit.DIFFERS if right else Exit.AS_EXPECTED)


def test_the_first_transition_declared_wins() -> None:
    (answer,) = found(answered(suspicious.Ambiguous)).values()
    assert (
        "the first one declared wins, so the machine goes to high and not to low" in answer.detail
    )
    assert answer.run is not None
    (step,) = answer.run.steps
    assert str(step) == "bid(amount=11)"
    assert "state: start -> high" in map(str, step.changes)


def information(cls: Any) -> dict[str, str]:
    return {id_: a.detail for id_, a in found(answered(cls), Standing.INFORMATION).items()}


@pytest.mark.slow
def test_what_is_worth_knowing() -> None:
    assert information(suspicious.Never)["range: n"] == "0 to 3, both reached"
    level = information(suspicious.Filling)["range: level"]
    assert level.startswith("at least 0, which is reached")
    assert "at most 10002" in level
    assert "guard always holds: other, start to right" in information(suspicious.Shadowed)
    assert not any("always" in id_ for id_ in information(suspicious.Ambiguous))
    assert "state never left: jammed" in information(suspicious.Jammed)
    assert "state never left" not in str(information(suspicious.Round))
    assert "validator refuses: KeyError on back in Raises.check" in information(suspicious.Raises)
    assert "any bool" in information(suspicious.Painted)["input: wet"]


def test_what_is_not_settled_is_open() -> None:
    report = answered(suspicious.Seized, timeout=0.0001)
    assert exit_code(report) is Exit.UNDETERMINED
    assert [answer.detail for answer in found(report, Standing.OPEN).values()] == ["timed out"]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_report_fits(width: int) -> None:
    for cls in (suspicious.Late, suspicious.Parcel, suspicious.Raises):
        text = answers_text(answered(cls), f"machines:{cls.__name__}", Style(width))
        assert max(map(len, text.splitlines())) <= width
        assert text.startswith(f"machines:{cls.__name__}: 1 finding.")


def test_what_events_from_outside_do_not_show_is_not_claimed() -> None:
    said = {a.question: a.detail for a in answered(suspicious.Sending).answers}
    assert said[Question.GUARDS_OVERLAP].endswith("as far as events are sent from outside")
    assert Question.GUARD_ALWAYS_HOLDS not in said


def test_one_answer_stands_for_all_that_is_fine() -> None:
    report = answered(suspicious.Round)
    questions = [answer.question for answer in report.answers]
    assert len(questions) == len(set(questions))
    assert Question.NOTHING_LEADS_ON in questions
