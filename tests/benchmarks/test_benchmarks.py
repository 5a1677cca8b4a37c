"""The benchmarks run, and count states right; no test asserts a time."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import handwritten, machines, spin
from benchmarks.__main__ import SHARED, _actions, _fresh, main
from benchmarks.measured import MEASURED
from model.site import Site
from proofs.catalogue import CLAIMS


@pytest.mark.slow
def test_growth_counts_the_states() -> None:
    done = CliRunner().invoke(main, ["growth", "--repeat", "1"])
    assert done.exit_code == 0, done.output
    assert re.findall(r"[\d,]{6,}", done.output) == ["27,648", "135,936"]
    assert "x 4.9" in done.output
    assert all(len(line) <= 80 for line in done.output.splitlines())


@pytest.mark.slow
def test_certificates_are_of_obligations_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The definitions that obligations share are no question to a solver."""
    few = [c for c in CLAIMS if c.id in ("symptoms.move_may_fail", "safety.can_be_asked_for")]
    monkeypatch.setattr("benchmarks.__main__.CLAIMS", few)
    done = CliRunner().invoke(main, ["certificates", "--repeat", "1"])
    assert done.exit_code == 0, done.output
    assert "obligations: cvc5 / Z3" in done.output


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.campaign if number % 2 else ())
        for number, name in enumerate(MEASURED)
    ],
)
def test_every_measurement_can_be_made(name: str) -> None:
    """Each in a process of its own, as the benchmarks make it; of one claim where it asks for some.

    The measurement without a lock is made of a claim that needs no invariant.
    """
    seconds, _ = _fresh(name, ["symptoms.move_may_fail"])
    assert seconds > 0


LONG = (
    *("ring of 60", "ring of 200", "20 fields", "counter to 1000"),
    *("10 on 1 kind", "5 on 5 kinds", "5 on 3 linked kinds"),
)


@pytest.mark.slow
@pytest.mark.parametrize("left_out", [LONG, pytest.param((), marks=pytest.mark.campaign)])
def test_single_machines_are_measured_by_the_front_door(
    left_out: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command ends as it should, on the source that it is given."""
    every = list(machines.tasks())
    assert {*left_out} <= {task.name for task in every}
    tasks = [task for task in every if task.name not in left_out]
    monkeypatch.setattr(machines, "tasks", lambda: iter(tasks))
    shown = [str(row) for row in machines.rows(1)]
    assert [line.partition(",")[0] for line in shown] == [task.name for task in tasks]
    wrong = replace(tasks[0], code=0)
    monkeypatch.setattr(machines, "tasks", lambda: iter([wrong]))
    with pytest.raises(RuntimeError, match="not broken"):
        list(machines.rows(1))


def test_every_action_is_measured_against_its_own_sends() -> None:
    actions = _actions()
    assert set(actions) == {action.name for action in Site().info.actions}
    for name, (arrange, fire, send) in actions.items():
        fire(arrange())
        fired = arrange().snapshot()
        site = arrange()
        fire(site)
        fired = site.snapshot()
        send(arrange())
        assert site.snapshot() == fired, name


@pytest.mark.slow
def test_both_settle_the_same_claims() -> None:
    by_hand = handwritten.verify()
    own = {(claim.id, claim.variant.name or None) for claim in SHARED}
    assert set(by_hand) == own
    told = " ".join(Path(spin.MODEL).with_name("README.md").read_text(encoding="utf-8").split())
    assert f"the same {len(own)} verdicts" in told
    for (name, _), outcome in by_hand.items():
        # A verdict of theirs that stands on a run has the run, step by step.
        assert outcome.verdict != "UNDETERMINED", name
        stands = outcome.verdict in ("REACHED", "REFUTED", "DERIVED")
        assert (outcome.run is not None) == stands, name


@pytest.mark.slow
def test_runs_by_hand_are_read_off_the_model() -> None:
    run = handwritten.verify()["workaround.must_stay_disabled", None].run
    assert run is not None
    assert [step[0] for step in run][-1] == "copy_attachment"
    assert {step[0] for step in run[:-1]} == {"start_move", "enable_antivirus"}


needs_spin = pytest.mark.skipif(bool(spin.missing()), reason=f"there is {spin.missing()}")


@pytest.mark.slow
def test_spin_is_skipped_in_words_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("benchmarks.__main__.LONGEST", 0)
    done = CliRunner().invoke(main, ["spin", "--repeat", "1"])
    assert done.exit_code == 0, done.output
    assert "Spin is skipped: there is no spin and no gcc" in done.output
    assert "27,648" in done.output
    assert "proof, any number" in done.output
    assert all(len(line) <= 80 for line in done.output.splitlines())


@needs_spin
@pytest.mark.parametrize(("attachments", "states"), [(1, 27_648), (2, 135_936)])
def test_spin_counts_our_states_and_the_one_before_the_choices(
    attachments: int, states: int
) -> None:
    found = spin.search(attachments)
    assert found.holds
    assert found.states == states + 1
    table = Path(spin.MODEL).with_name("README.md").read_text(encoding="utf-8")
    assert f"| {attachments} | {found.states:,} |" in table
    assert f"| {states:,} |" in table


@needs_spin
def test_spin_counts_the_states_of_the_other_reading() -> None:
    assert spin.search(1, None, "STICKY").states == 28_480 + 1


@needs_spin
def test_spin_refutes_the_claim_of_a_model_that_keeps_scans() -> None:
    model = spin.MODEL.read_text(encoding="utf-8")
    assert not spin.search(1, model.replace("home == s -> scans_dropped()", "home == s")).holds


@needs_spin
def test_spin_that_does_not_come_to_an_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spin, "DEPTH", 100)
    with pytest.raises(RuntimeError, match="more than 100 steps"):
        spin.search(1)
    with pytest.raises(RuntimeError, match="spin: "):
        spin.search(1, "no Promela")
