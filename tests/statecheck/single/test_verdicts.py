"""Verdicts on single machines, each kind of class with claims of each kind."""

from __future__ import annotations

from typing import Any

import pytest

from statecheck.claims.results import Report, Result, Verdict
from statecheck.claims.syntax import AssumedTexts
from statecheck.modeling import ModelError
from statecheck.single import check
from tests.statecheck.single import machines

PROVED, REACHED, REFUTED = Verdict.PROVED, Verdict.REACHED, Verdict.REFUTED


def verdict(cls: Any, kind: str, text: str, **options: Any) -> Result:
    report: Report = check(cls, [(kind, text)], **options)
    (result,) = report.results
    return result


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cls", "kind", "text", "right", "steps"),
    [
        (machines.Door, "always", "broken ==> uses >= 3", PROVED, None),
        (machines.Door, "always", "not broken", REFUTED, 6),
        (machines.Door, "always", "after.uses >= uses", PROVED, None),
        (machines.Door, "always", "after.uses == uses", REFUTED, 1),
        (machines.Door, "possible", "uses == 8", REACHED, 15),
        (machines.Door, "possible", "broken and uses < 3", REFUTED, None),
        (machines.Door, "recoverable", "closed", REFUTED, 6),
        (machines.Door, "recoverable", "broken", PROVED, None),
        (machines.Coffee, "possible", "served", REACHED, 2),
        (machines.Coffee, "always", "not paid", REFUTED, 0),
        (machines.Limits, "possible", "high", REACHED, 1),
        (machines.Money, "possible", "rich", REACHED, 1),
        (machines.Money, "possible", "marked", REACHED, 2),
        (machines.Money, "always", "0 <= total <= 100", PROVED, None),
        (machines.Money, "always", "total < 100", REFUTED, 1),
        (machines.Signed, "possible", "b", REACHED, 2),
        (machines.Signed, "always", "b ==> n == -17", PROVED, None),
        (machines.Lamp, "possible", "on and colour == Colour.BLUE", REACHED, 1),
        (machines.Lamp, "possible", 'word == "hello"', REACHED, 2),
        (machines.Lamp, "possible", "last == 77", REACHED, 1),
        (machines.Lamp, "possible", "on and max(3, last or 7) == 7", REACHED, 1),
        (machines.Lamp, "always", "off and word == 'none' ==> last is None", REFUTED, 2),
        (machines.Queued, "possible", "s1", REACHED, 1),
        (machines.Queued, "always", "s0 and after.s1 ==> step.raised", PROVED, None),
        (machines.Fragile, "always", "not step.raised", REFUTED, 3),
        (machines.Fragile, "always", 'step.raised ==> raised("ValueError")', PROVED, None),
        (machines.Fragile, "always", "step.raised ==> after.whole", PROVED, None),
        (machines.Caught, "possible", "failed", REACHED, 3),
        (machines.Player, "possible", "advert", REACHED, 2),
        (machines.Player, "always", "step.event == 'resume' ==> after.song", REFUTED, 1),
        (machines.Player, "possible", "broken", REACHED, 3),
        (machines.Player, "always", "stuck and torn ==> broken", PROVED, None),
        (machines.Keeping, "possible", "b", REACHED, 3),
        (machines.Keeping, "always", "b ==> len(seen) == 1 and place.y == 5", PROVED, None),
        (machines.Ticking, "always", "busy ==> n % 3 == 0", PROVED, None),
        (machines.Ticking, "possible", "n == 10", REFUTED, None),
        (machines.Ticking, "recoverable", "busy", PROVED, None),
    ],
)
def test_verdicts(cls: Any, kind: str, text: str, right: Verdict, steps: int | None) -> None:
    result = verdict(cls, kind, text)
    assert (result.verdict, result.steps) == (right, steps), result.detail
    assert (result.run is not None) == (steps is not None)
    if steps is not None:
        assert result.shortest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cls", "text", "fair", "right"),
    [
        (machines.Door, "opened ~> not opened", ("close",), PROVED),
        (machines.Door, "opened ~> not opened", (), REFUTED),
        (machines.Door, "closed ~> opened", ("open",), REFUTED),
        (machines.Ticking, "busy ~> idle", ("end",), PROVED),
        (machines.Coffee, "ordered ~> served", ("brew", "serve"), REFUTED),
        (machines.Coffee, "brewing ~> served", ("serve",), PROVED),
    ],
)
def test_in_the_end(cls: Any, text: str, fair: tuple[str, ...], right: Verdict) -> None:
    result = verdict(cls, "eventually", text, assumed=AssumedTexts(fair=fair))
    assert result.verdict is right, result.detail
    assert (result.run is not None) == (right is REFUTED)


def test_fixed_fields_and_inputs() -> None:
    assert verdict(machines.Coffee, "possible", "served", fixed=["paid"]).verdict is REFUTED
    assert verdict(machines.Limits, "possible", "high", fixed=["soft"]).verdict is REFUTED
    assert verdict(machines.Door, "possible", "broken", inputs=["uses"]).steps == 2
    with pytest.raises(ModelError, match="uses is said to be fixed and an input"):
        verdict(machines.Door, "possible", "broken", inputs=["uses"], fixed=["uses"])
    with pytest.raises(ModelError, match="Door has no field use"):
        verdict(machines.Door, "possible", "broken", inputs=["use"])


def test_assumptions_are_reported() -> None:
    report = check(machines.Limits, [("possible", "high")])
    said = " ".join(report.environment)
    assert "soft is an input" in said
    assert "MOST is a constant" in said
    assert "least is a constant" in said
    internal = " ".join(check(machines.Caught, [("possible", "failed")]).environment)
    assert "Nobody but the machine itself sends error.execution" in internal


@pytest.mark.slow
def test_what_says_nothing_is_vacuous() -> None:
    assert verdict(machines.Door, "always", "True").vacuous
    assert verdict(machines.Door, "always", "broken and locked ==> closed").vacuous
    assert verdict(machines.Door, "always", "broken ==> uses >= 3").vacuous is False


def test_a_run_says_what_is_sent_and_what_changes() -> None:
    result = verdict(machines.Money, "possible", "rich")
    assert result.run is not None
    (step,) = result.run.steps
    assert str(step).startswith("put(amount=1234")
    assert [str(change) for change in step.changes] == ["state: empty -> rich"]
    coffee = verdict(machines.Coffee, "possible", "brewing")
    assert coffee.run is not None
    assert "paid: False -> True" in [str(change) for change in coffee.run.steps[0].changes]


def test_a_lasso_goes_on_for_ever() -> None:
    result = verdict(
        machines.Door, "eventually", "closed ~> opened", assumed=AssumedTexts(("open",))
    )
    assert result.run is not None
    assert result.run.loop is not None
    assert result.run.fairness


@pytest.mark.slow
def test_data_without_an_end_is_undetermined() -> None:
    asked = [("possible", "b"), ("possible", "len(items) == 8")]
    doubled, eight = check(machines.Doubling, asked).results
    assert doubled.verdict is Verdict.UNDETERMINED
    assert "items may take ever new values" in doubled.detail
    assert eight.steps == 3
    spoken = verdict(machines.Spoken, "possible", "word == 'never'")
    assert spoken.verdict is Verdict.UNDETERMINED


@pytest.mark.slow
def test_what_is_open_names_the_step_that_looks_possible() -> None:
    found = verdict(machines.Squares, "possible", "b", depth=3)
    assert found.verdict is Verdict.UNDETERMINED
    assert "bad would lead there" in found.detail
