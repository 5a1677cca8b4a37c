"""Claims in all words about one machine, and what is assumed of its runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from statecheck.claims.results import Report, Result, Verdict
from statecheck.claims.syntax import AssumedTexts
from statecheck.modeling import ModelError
from statecheck.reports.json_report import to_text
from statecheck.single import check
from tests.statecheck.single import machines, worded

PROVED, REFUTED, REACHED = Verdict.PROVED, Verdict.REFUTED, Verdict.REACHED


def verdict(cls: Any, kind: str, text: str, **options: Any) -> Result:
    (result,) = report_on(cls, kind, text, **options).results
    return result


def report_on(cls: Any, kind: str, text: str, **options: Any) -> Report:
    assumed = {name: tuple(texts) for name, texts in options.items()}
    return check(cls, [(kind, text)], assumed=AssumedTexts(**assumed))


@pytest.mark.parametrize(
    ("cls", "kind", "text", "right", "steps"),
    [
        # enabled: some argument fits, the guard holds, the inputs are as they are
        (worded.Till, "always", "empty ==> enabled(put)", PROVED, None),
        (worded.Till, "always", "enabled(put) ==> empty", PROVED, None),
        (worded.Till, "always", "filled ==> enabled(close)", REFUTED, 1),
        (worded.Till, "always", "enabled(close) ==> filled and coins >= MOST", PROVED, None),
        (worded.Till, "possible", "enabled(take) and enabled(close)", REACHED, 3),
        (worded.Till, "recoverable", "empty ==> enabled(close)", PROVED, None),
        (worded.Gate, "possible", "shut and enabled(lift)", REACHED, 0),
        (worded.Gate, "possible", "shut and not enabled(lift)", REACHED, 0),
        (worded.Gate, "always", "shut and power ==> enabled(lift)", PROVED, None),
        (worded.Gate, "always", "enabled(lift) ==> power", PROVED, None),
        (worded.Quiet, "possible", "enabled(poke)", REFUTED, None),
        (worded.Quiet, "possible", "after.hurt and step.event == poke", REACHED, 2),
        (worded.Till, "always", "after.enabled(take) ==> after.filled", PROVED, None),
        (worded.Growing, "always", "enabled(finish) ==> n > 5", PROVED, None),
        (worded.Growing, "always", "busy and n > 5 ==> enabled(finish)", PROVED, None),
        (worded.Growing, "always", "busy ==> enabled(finish)", REFUTED, 1),
        # a field of the class comes first
        (worded.Walk, "always", "step <= 2 and after == 0 or tired", PROVED, None),
        (worded.Walk, "possible", "step == 2 and step.event == go and after.step == 3", REACHED, 3),
        # deadlock
        (worded.Pit, "possible", "deadlock", REACHED, 1),
        (worded.Pit, "always", "deadlock ==> down", PROVED, None),
        (worded.Pit, "always", "down ==> deadlock", PROVED, None),
        (worded.Pit, "always", "step.event == fall ==> after.deadlock", PROVED, None),
        (worded.Spin, "possible", "deadlock", REFUTED, None),
        (worded.Till, "possible", "deadlock", REFUTED, None),
        (worded.Gate, "possible", "deadlock", REFUTED, None),
        (worded.Growing, "possible", "deadlock", REFUTED, None),
        # what was
        (worded.Till, "always", "shut ==> once(filled)", PROVED, None),
        (worded.Till, "always", "shut ==> once(mode == Mode.FAST)", REFUTED, 4),
        (worded.Till, "possible", "empty and once(empty)", REACHED, 0),
        (worded.Till, "possible", "empty and once(filled and coins >= MOST)", REACHED, 4),
        (worded.Till, "always", "filled ==> once(step.event == put)", PROVED, None),
        (worded.Till, "always", "coins > 0 ==> once(step.event == take)", REFUTED, 1),
        (worded.Till, "always", "filled ==> since(filled, step.event == put)", PROVED, None),
        (worded.Till, "always", "coins > 0 ==> since(filled, step.event == put)", REFUTED, 2),
        (worded.Till, "always", "since(coins > 0, filled) ==> coins > 0", PROVED, None),
        (worded.Till, "possible", "since(mode == Mode.SLOW, once(shut)) and empty", REFUTED, None),
        (worded.Till, "possible", "once(empty and once(filled)) and filled", REACHED, 3),
        (worded.Till, "possible", "once(filled and step.event == put)", REFUTED, None),
        (worded.Till, "recoverable", "not shut and not once(step.event == hurry)", REFUTED, 1),
        (worded.Growing, "always", "done ==> once(n > 5)", PROVED, None),
        (worded.Growing, "always", "done ==> once(n < 0)", REFUTED, 2),
        (worded.Growing, "always", "busy ==> since(n > -5, step.event == begin)", PROVED, None),
        (worded.Growing, "always", "n != 0 ==> since(n > -5, step.event == begin)", REFUTED, 2),
        # the events of steps
        (worded.Till, "always", "step.event == put ==> after.filled", PROVED, None),
        (worded.Till, "always", "step.event in (put, take) ==> not after.shut", PROVED, None),
        (worded.Till, "always", 'step.event == "put" ==> empty', PROVED, None),
        (worded.Till, "possible", "step.event == take", REACHED, 2),
        # what is refused or ignored is a step where that is asked about
        (worded.Till, "always", "step.event == put ==> not step.refused", REFUTED, 1),
        (worded.Till, "possible", "step.event == take and step.refused", REACHED, 1),
        (worded.Till, "always", "step.refused ==> empty == after.empty", PROVED, None),
        (worded.Till, "possible", 'raised("TransitionNotAllowed") and shut', REACHED, 5),
        (worded.Till, "always", "not step.raised", PROVED, None),
        (worded.Quiet, "possible", "step.refused and step.event == back", REACHED, 1),
        (worded.Quiet, "possible", 'raised("TransitionNotAllowed")', REFUTED, None),
        (worded.Quiet, "always", "step.event == poke ==> not step.refused", REFUTED, 1),
    ],
)
def test_verdicts(cls: Any, kind: str, text: str, right: Verdict, steps: int | None) -> None:
    result = verdict(cls, kind, text)
    assert (result.verdict, result.steps) == (right, steps), result.detail


@pytest.mark.parametrize(
    ("text", "options", "right"),
    [
        ("home ~> out", {"fair": ["leave", "turn"]}, REFUTED),
        ("home ~> out", {"fair": ["leave"], "strongly_fair": ["escape"]}, PROVED),
        ("home ~> out", {"strongly_fair": ["escape"]}, REFUTED),
        ("home ~> out", {"fair": ["wait"], "strongly_fair": ["escape"]}, REFUTED),
        ("home ~> out", {"fair": ["leave", "escape"]}, REFUTED),
        ("home ~> out", {"fair": ["leave", "escape"], "never": ["step.event == turn"]}, PROVED),
        ("home ~> out", {"fair": ["leave", "escape"], "finitely": ["step.event == turn"]}, PROVED),
        ("home ~> out", {"fair": ["leave"], "finitely": ["step.event == turn"]}, REFUTED),
        ("away ~> home", {"fair": ["turn"], "never": ["step.event == escape"]}, PROVED),
        ("away ~> home", {"fair": ["turn"], "finitely": ["step.event == escape"]}, REFUTED),
        ("home ~> step.event == escape", {"strongly_fair": ["leave", "escape"]}, PROVED),
        ("home and once(away) ~> out", {"fair": ["leave"], "never": ["after.home"]}, REFUTED),
        ("away ~> out or once(step.event == turn)", {"fair": ["turn"]}, PROVED),
    ],
)
def test_in_the_end(text: str, options: dict[str, list[str]], right: Verdict) -> None:
    result = verdict(worded.Fork, "eventually", text, **options)
    assert result.verdict is right, result.detail
    assert (result.run is not None) == (right is REFUTED)


def test_assumptions_that_no_run_meets_make_a_claim_vacuous() -> None:
    never = ["step.event == leave"]
    assert verdict(worded.Fork, "eventually", "home ~> out", fair=["leave"], never=never).vacuous
    fair = verdict(worded.Fork, "eventually", "away ~> home or out", fair=["turn"], never=never)
    assert (fair.verdict, fair.vacuous) == (PROVED, False)


def test_assumptions_are_named() -> None:
    said = verdict(
        worded.Fork, "eventually", "home ~> out", strongly_fair=["leave"], never=["step.raised"]
    )
    assert [str(assumption) for assumption in said.claim.fairness] == [
        "strong fairness of leave, with whatever arguments",
        "never: step.raised",
    ]


def test_how_runs_begin_is_reported() -> None:
    report = report_on(worded.Till, "possible", "shut", initially=["empty and coins == 0"])
    assert "Every run begins with empty and coins == 0." in report.environment
    assert json.loads(to_text(report))["environment"] == list(report.environment)


def test_what_a_step_is_is_reported() -> None:
    asked = check(worded.Till, [("always", "step.event == put ==> after.filled")])
    assert any("is no step; step.refused" in text for text in asked.environment)
    all_events = check(worded.Till, [("always", "step.refused ==> coins == after.coins")])
    assert not any("is no step" in text for text in all_events.environment)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("enabled(putt)", "putt is no event; did you mean put?"),
        ("enabled(1 + 1)", "write enabled(EVENT); the events are close, hurry, put, take"),
        ("enabled()", "write enabled(EVENT)"),
        ("enabled(put, 3)", "write enabled(EVENT)"),
        ("enabled", "write enabled(EVENT)"),
        ("after.enabled", "write enabled(EVENT)"),
        ("once(coins)", "coins is a number, and no truth value"),
        ("once(put)", "put is an event, and no truth value"),
        ("once()", "write once(EXPR) (0 given)"),
        ("once(empty, filled)", "write once(EXPR) (2 given)"),
        ("since(empty)", "write since(EXPR, EXPR) (1 given)"),
        ("since(P=empty, Q=filled)", "write since(EXPR, EXPR) (2 given)"),
        ("once(emty)", "emty is not known; did you mean empty?"),
        ("after.once(empty)", "after.once is not known; once and since look back"),
        ("all(once(coins == n) for n in (1, 2))", "cannot use n, which a loop outside of them"),
        ("step.event == empty", "empty is no event; the events are"),
        ("step.event in (put, tak)", "tak is no event; did you mean take?"),
        (" and ".join(f"once(coins == {n})" for n in range(7)), "7 different once and since, 6"),
    ],
)
def test_what_is_misused_is_one_line(text: str, said: str) -> None:
    with pytest.raises(ModelError) as error:
        check(worded.Till, [("always", text)])
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"fair": ["leav"]}, "--fair leav: Fork has no such event; did you mean leave?"),
        (
            {"strongly_fair": ["zzz"]},
            "--strongly-fair zzz: the events of Fork are: escape, leave, turn, wait",
        ),
        ({"never": ["home"]}, "--never 'home' is about a state; it has to be about a step"),
        ({"finitely": ["once(home) and after.home"]}, "once and since belong into a claim"),
        ({"initially": ["away"]}, "--initially 'away': no run begins so; Fork begins in home"),
        ({"initially": ["after.home"]}, "--initially 'after.home' is about a step"),
    ],
)
def test_assumptions_that_make_no_sense(options: dict[str, list[str]], said: str) -> None:
    with pytest.raises(ModelError) as error:
        report_on(worded.Fork, "eventually", "home ~> out", **options)
    assert said in str(error.value)


def test_an_assumption_without_a_claim_is_refused() -> None:
    with pytest.raises(ModelError, match=r"--never step\.raised: only --eventually"):
        report_on(worded.Fork, "always", "home or away or out", never=["step.raised"])


def test_inputs_have_no_past_and_no_beginning() -> None:
    with pytest.raises(ModelError, match="cannot look at power, which may be set at any"):
        check(worded.Gate, [("always", "opened ==> once(power)")])
    with pytest.raises(ModelError, match="power is an input, which may be set at any time"):
        report_on(worded.Gate, "always", "opened", initially=["power"])
    step = verdict(worded.Gate, "always", "opened ==> once(power and step.event == lift)")
    assert step.verdict is PROVED


def test_strong_fairness_under_inputs_is_not_guessed() -> None:
    asked = {"strongly_fair": ["lift"], "fair": ["drop"]}
    assert verdict(worded.Gate, "eventually", "shut ~> opened", **asked).verdict is not PROVED


@pytest.mark.slow
def test_what_is_open_is_shown_as_data() -> None:
    report = check(machines.Squares, [("possible", "b")], depth=3)
    (claim,) = json.loads(to_text(report))["claims"]
    assert claim["verdict"] == "UNDETERMINED"
    assert claim["suspect"]["step"]["action"] == "bad"
    assert claim["suspect"]["state"]["state"] == "a"


@pytest.mark.slow
def test_the_page_on_expressions_says_what_is_so() -> None:
    rows = [
        ("always", "step.event == put ==> after.filled", PROVED),
        ("always", "step.event == put ==> after.filled and not step.refused", REFUTED),
        ("always", "filled and coins >= MOST ==> enabled(close)", PROVED),
        ("possible", "step.event == take and step.refused", REACHED),
    ]
    page = (Path(__file__).parents[3] / "docs" / "expressions.md").read_text(encoding="utf-8")
    report = check(worded.Till, [(kind, text) for kind, text, _ in rows])
    for (kind, text, right), result in zip(rows, report.results, strict=True):
        assert f"`--{kind} '{text}'` | {right}" in page
        assert result.verdict is right
    for text in re.findall(r"^\| `[^|]*` \| [^|]* \| `([^`]*)` \|$", page, re.MULTILINE):
        assert check(worded.Till, [("always", text)]).results
