"""Certificates of one machine: plans, phases and lassos, and those that are forged."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from statecheck.certificate.folder import OutputFolder
from statecheck.certificate.machine import lone
from statecheck.certificate.machine.endings import Ending
from statecheck.certificate.machine.plans import Plans
from statecheck.claims.results import Verdict
from statecheck.claims.syntax import AssumedTexts
from statecheck.cli.check import main as check
from statecheck.recheck.command import main as recheck
from statecheck.recheck.definitions import Definitions
from statecheck.recheck.rules import Rules
from statecheck.single import check as settle
from statecheck.single.running.subject import Clock, read
from tests.statecheck.recheck.forger import Forger, copied

pytestmark = pytest.mark.slow

PUMP = """
from statemachine import State, StateMachine


class Pump(StateMachine):
    idle = State(initial=True)
    filling = State()
    full = State()
    worn = State()
    level = 0

    start = idle.to(filling) | worn.to(idle)
    pour = filling.to.itself(cond="room", on="add") | filling.to(full, cond="brim")
    drain = full.to(idle, on="empty")
    pause = filling.to(idle)
    wear = idle.to(worn)

    def room(self):
        return self.level < 2

    def brim(self):
        return self.level >= 2

    def add(self):
        self.level += 1

    def empty(self):
        self.level = 0


class Tank(StateMachine):
    shut = State(initial=True)
    opened = State()
    code = 0
    dial = shut.to.itself(on="turn")
    release = shut.to(opened, cond="fits")
    close = opened.to(shut, on="clear")

    def turn(self, number: int):
        self.code = number

    def fits(self):
        return self.code == 42

    def clear(self):
        self.code = 0


class Watch(StateMachine):
    tick = State(initial=True)
    tock = State()
    stopped = State(final=True)
    swing = tick.to(tock) | tock.to(tick)
    stop = tick.to(stopped, cond="firmly") | tock.to(stopped, cond="firmly")

    def firmly(self, force: int):
        return force > 3


class Fuse(StateMachine):
    whole = State(initial=True)
    blown = State(final=True)
    blow = whole.to(blown)


class Kettle(StateMachine):
    cold = State(initial=True)
    hot = State()
    empty = State(final=True)
    level = 2
    heat = cold.to(hot, cond="full")
    pour = hot.to(cold, on="less")
    drop = cold.to(empty, cond="dry")

    def full(self):
        return self.level >= 1

    def dry(self):
        return self.level < 0

    def less(self):
        self.level -= 1
"""

Forgery = Callable[[Forger], object]

PREMISED = "claims/recoverable.2/plans.smt2"


@pytest.fixture(scope="module")
def pump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with each kind of claim about what can be, or will be, reached."""
    folder = tmp_path_factory.mktemp("pump")
    (folder / "certified_pump.py").write_text(PUMP)
    said = ["--recoverable", "full", "--eventually", "full ~> idle", "--fair", "drain"]
    said += ["--eventually", "filling ~> full", "--recoverable", "worn ==> idle"]
    said += ["--eventually", "idle ~> full", "--fair", "start", "--fair", "pause"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(folder)
        sys.modules.pop("certified_pump", None)
        assert check(["certified_pump:Pump", *said, "--certificates", "own"]) == 1
    return folder / "own"


def settled(folder: Path) -> dict[str, tuple[str, int | None, int]]:
    manifest = json.loads((folder / "manifest.json").read_text())
    return {
        claim["title"]: (claim["verdict"], claim["steps"], len(claim["obligations"]))
        for claim in manifest["claims"]
    }


def test_each_kind_is_proved_again(pump: Path, capsys: pytest.CaptureFixture[str]) -> None:
    actions = 16
    assert settled(pump) == {
        "recoverable.1": ("PROVED", 5, 1),
        "recoverable.2": ("PROVED", 1, 1),
        "eventually.1": ("PROVED", None, 2 + 3 * actions),
        "eventually.2": ("REFUTED", 9, 0),
        "eventually.3": ("REFUTED", 9, 0),
    }
    assert recheck([str(pump)]) == 0
    out = capsys.readouterr()
    assert "not certified" not in out.out
    run = json.loads((pump / "claims/eventually.3/run.itf.json").read_text())
    assert run["#meta"]["fairness"] == [
        "drain.*(pump1) is disabled throughout the loop",
        "start.*(pump1) is taken at step 6",
        "pause.*(pump1) is taken at step 8",
    ]


def test_a_plan_chooses_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "certified_tank.py").write_text(PUMP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "certified_tank", raising=False)
    said = ["--recoverable", "opened", "--eventually", "opened ~> shut", "--fair", "close"]
    assert check(["certified_tank:Tank", *said, "--certificates", "own"]) == 0
    manifest = json.loads((tmp_path / "own" / "manifest.json").read_text())
    plans = manifest["claims"][0]["plans"]
    assert {"action": "dial.1", "arguments": ["machine", 42]} in [s for p in plans for s in p]
    assert recheck([str(tmp_path / "own")]) == 0


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (["--recoverable", "once(full)"], "nothing of the past"),
        (["--eventually", "once(full) ~> idle", "--fair", "drain"], "nothing of the past"),
    ],
)
def test_what_is_not_certified_is_named(
    said: list[str],
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "left_out_pump.py").write_text(PUMP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "left_out_pump", raising=False)
    check(["left_out_pump:Pump", *said, "--certificates", "own"])
    err = capsys.readouterr().err
    assert ".1 is not certified: " in err
    assert reason in err
    assert recheck([str(tmp_path / "own")]) == 3  # an empty one is no success


# -- forgeries ----------------------------------------------------------------------------------

PLANS, PHASES = "claims/recoverable.1/plans.smt2", "phases eventually.1"
LASSO = "claims/eventually.3/run.itf.json"


def a_plan_less(forger: Forger) -> None:
    forger.claim("recoverable.1")["plans"].pop()
    forger.claim("recoverable.1")["steps"] = max(
        map(len, forger.claim("recoverable.1")["plans"]), default=0
    )


def another_machine(forger: Forger) -> None:
    forger.claim("recoverable.1")["plans"][0][0]["arguments"] = ["machine2"]


def another_goal(forger: Forger) -> None:
    forger.replace(PLANS, "(define-fun claim () Bool", "(define-fun claim () Bool true) ; (")


def helper(event: str) -> Forgery:
    """Fairness of another event in the definitions alone."""

    def forge(forger: Forger) -> None:
        forger.replace("definitions.smt2", "weak drain.* machine", f"weak {event} machine")

    return forge


def in_phases(old: str, new: str) -> Forgery:
    """Another phase, in every text that has it; the premises stay as they are."""

    def forge(forger: Forger) -> None:
        for path in ("definitions.smt2", *forger.claim("eventually.1")["obligations"]):
            before, begin, own = forger.read(path).partition(f"; == {PHASES}\n")
            forger.write(path, before + begin + own.replace(old, new, 1))

    return forge


def without_enabled(forger: Forger) -> None:
    """The event need not be possible: the premise is gone, with its obligation."""
    entry = forger.claim("eventually.1")
    (premise,) = (p for p in entry["premises"] if p["role"]["name"] == "enabled")
    entry["premises"].remove(premise)
    forger.drop(f"claims/eventually.1/{premise['name']}.smt2")


def refuted_as_proved(forger: Forger) -> None:
    forger.claim("eventually.3").update(verdict="PROVED", steps=None)
    forger.drop_run("eventually.3", LASSO)
    text = forger.read("definitions.smt2")
    phases = text.split(f"; == {PHASES}\n")[1].replace("drain", "pause")
    own = f"; == phases eventually.3\n{phases}"
    forger.write("definitions.smt2", text + own)


def in_lasso(change: Callable[[dict], object]) -> Forgery:  # type: ignore[type-arg]
    return lambda forger: forger.run(LASSO, change)


def reasons(*words: str) -> Forgery:
    return in_lasso(lambda run: run["#meta"].update(fairness=list(words)))


def through_filling(run: dict) -> None:  # type: ignore[type-arg]
    """A loop in which nothing is done, though pausing is possible."""
    states = run["states"][:2]
    filling = json.loads(json.dumps(states[1]))
    filling["#meta"]["index"] = 2
    run["states"], run["loop"] = [*states, filling], 1


def premise_of_a_step(forger: Forger) -> None:
    """A premise of what is recoverable that speaks of the step."""
    for path in ("definitions.smt2", PREMISED):
        text = forger.read(path)
        begin = text.index("(define-fun premise () Bool", text.index("; == claim recoverable.2"))
        end = text.index("(define-fun claim", begin)
        own = "(define-fun premise () Bool (= action Pump.action.drain.1))\n"
        forger.write(path, f"{text[:begin]}{own}{text[end:]}")


def premise_of_another_kind(forger: Forger) -> None:
    """A claim about the end of a run with a formula that its kind has no use for."""
    text = forger.read("definitions.smt2")
    begin = text.index("; == claim recoverable.1\n")
    end = text.index("(define-fun claim", begin)
    own = "(define-fun goal () Bool true)\n"
    forger.write("definitions.smt2", f"{text[:end]}{own}{text[end:]}")


FORGERIES: dict[str, tuple[Forgery, str]] = {
    "a premise that is not asked for": (
        lambda forger: forger.replace(PREMISED, "(assert premise)\n", ""),
        "its goal is not the one of its rule",
    ),
    "a premise that is false": (
        lambda forger: forger.replace(PREMISED, "(assert premise)\n", "(assert false)\n"),
        "its goal is not the one of its rule",
    ),
    "a premise that is about a step": (premise_of_a_step, "which a state does not have"),
    "a formula of another kind": (premise_of_another_kind, "has the formulas reading, goal, claim"),
    "a plan less": (a_plan_less, "plans.smt2"),
    "another machine in a plan": (another_machine, "machine2 is no argument for"),
    "another goal of plans": (another_goal, "plans.smt2 does not say what it should"),
    "fairness of another event": (helper("pause.*"), "the reasons why it is fair are other ones"),
    "fairness of all events": (helper(".*"), "the reasons why it is fair are other ones"),
    "fairness of none": (helper("nothing.*"), "the reasons why it is fair are other ones"),
    "a phase that is empty": (
        in_phases("(= (Pump.place machine) Pump.places.6)", "false"),
        "premise-2.start.1.smt2 does not say what it should",
    ),
    "a phase of other places": (
        in_phases("Pump.places.6", "Pump.places.0"),
        "premise-2.start.1.smt2 does not say what it should",
    ),
    "a premise less": (without_enabled, "has other premises than the chain rule asks for"),
    "refuted as proved": (refuted_as_proved, "eventually.3"),
    "other reasons": (
        reasons("drain.*(pump1) is taken at step 1"),
        "the reasons why it is fair are other ones",
    ),
    "no reasons": (reasons(), "the reasons why it is fair are other ones"),
    "a loop through another place": (in_lasso(through_filling), "is no run"),
    "a later loop": (in_lasso(lambda run: run.update(loop=1)), "does not come back"),
    "a finite run": (in_lasso(lambda run: run.pop("loop")), "is no run"),
}


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forgery_is_found_out(
    kind: str, pump: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forge, said = FORGERIES[kind]
    forger = copied(pump, tmp_path / "own")
    forge(forger)
    forger.seal()
    assert recheck([str(forger.folder)]) == 1
    out = capsys.readouterr()
    assert said in out.out + out.err


def test_a_lasso_is_fair_whatever_the_arguments_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """To stop is possible throughout, with some force, and never done."""
    (tmp_path / "swinging_pump.py").write_text(PUMP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "swinging_pump", raising=False)
    said = ["swinging_pump:Watch", "--eventually", "tick ~> stopped"]
    assert check([*said, "--fair", "swing", "--certificates", "own"]) == 1
    assert recheck([str(tmp_path / "own")]) == 0
    forger = Forger(tmp_path / "own")
    forger.replace("definitions.smt2", "weak swing.* machine", "weak stop.* machine")
    forger.seal()
    capsys.readouterr()
    assert recheck([str(tmp_path / "own")]) == 1
    assert "it is not fair to stop.*(watch1)" in capsys.readouterr().err


@pytest.mark.parametrize("argument", [-1, 2, True, "true"])
def test_a_truth_in_a_plan_is_0_or_1(argument: object) -> None:
    rules = Rules.__new__(Rules)
    known = SimpleNamespace(
        claims={"own": SimpleNamespace(variables={})},
        parameters={"turn.wanted": "Bool"},
        parameters_of=lambda _: ["turn.wanted"],
    )
    rules.known = cast("Definitions", known)
    step = {"action": "turn", "arguments": [1]}
    assert rules._plan_arguments("own", step) == ["true"]
    with pytest.raises(ValueError, match="is no argument for turn"):
        rules._plan_arguments("own", {**step, "arguments": [argument]})


def test_a_helper_may_choose_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stopped_pump.py").write_text(PUMP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "stopped_pump", raising=False)
    said = ["stopped_pump:Watch", "--eventually", "tick ~> stopped", "--fair", "stop"]
    assert check([*said, "--certificates", "own"]) == 0
    assert settled(tmp_path / "own")["eventually.1"][0] == "PROVED"
    assert recheck([str(tmp_path / "own")]) == 0


# -- runs that end ------------------------------------------------------------------------------

ENDED = "claims/eventually.1/run.itf.json"
KETTLE = ["--eventually", "cold ~> empty", "--fair", "heat", "--fair", "pour", "--fair", "drop"]


@pytest.fixture(scope="module")
def kettle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kettle that nobody has to fill again, and whose data is kept as formulas."""
    folder = tmp_path_factory.mktemp("kettle")
    (folder / "certified_kettle.py").write_text(PUMP)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(folder)
        sys.modules.pop("certified_kettle", None)
        more = ["--eventually", "hot ~> cold", "--fair", "pour"]
        assert check(["certified_kettle:Kettle", *KETTLE, *more, "--certificates", "own"]) == 1
    return folder / "own"


def test_a_run_that_ends_is_proved_again(
    kettle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settled(kettle)["eventually.1"] == ("REFUTED", 4, 0)
    run = json.loads((kettle / ENDED).read_text())
    assert run["loop"] == len(run["states"]) - 1
    assert run["#meta"]["fairness"] == [
        f"{event}.*(kettle1) is disabled where the run ends" for event in ("heat", "pour", "drop")
    ]
    assert recheck([str(kettle)]) == 0
    (tmp_path / "resting_fuse.py").write_text(PUMP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "resting_fuse", raising=False)
    said = ["--eventually", "whole ~> blown", "--certificates", "own"]
    assert check(["resting_fuse:Fuse", *said]) == 1
    assert settled(tmp_path / "own") == {"eventually.1": ("REFUTED", 0, 0)}
    assert recheck([str(tmp_path / "own")]) == 0


def earlier(steps: int) -> Forgery:
    """The run ends after fewer steps."""

    def forge(forger: Forger) -> None:
        def cut(run: dict) -> None:  # type: ignore[type-arg]
            del run["states"][steps + 1 :]
            run["loop"] = steps

        forger.run(ENDED, cut)
        forger.claim("eventually.1")["steps"] = steps

    return forge


def at_rest(forger: Forger) -> None:
    """What is proved passes as refuted: nothing happens to a hot kettle."""
    title = "eventually.2"
    forger.drop_obligations(title)
    forger.drop_section(f"phases {title}")
    run = json.loads(forger.read(ENDED))
    run["states"], run["loop"] = run["states"][:2], 1
    words = f"{title}: {forger.claim(title)['says']}"
    reasons = ["heat", "pour", "drop"]
    reasons = [f"{event}.*(kettle1) is disabled where the run ends" for event in reasons]
    run["#meta"].update(description=words, fairness=reasons)
    path = f"claims/{title}/run.itf.json"
    forger.write(path, json.dumps(run))
    entry = forger.claim(title)
    entry.update(verdict="REFUTED", steps=1, premises=[], clauses=[], runs={path: ""})


def never_ends(forger: Forger) -> None:
    """Of a claim that is about runs without end."""
    forger.replace("definitions.smt2", "(set-info :runs |may end|)\n", "")


ENDINGS: dict[str, tuple[Forgery, str]] = {
    "where an event is possible": (earlier(0), "it is not fair to heat.*(kettle1)"),
    "where another is": (earlier(1), "it is not fair to pour.*(kettle1)"),
    "where the goal is still to come": (at_rest, "it is not fair to pour.*(kettle1)"),
    "though it must not": (never_ends, "its loop begins after 4 steps, and has none"),
    "in other words": (
        lambda forger: forger.replace("definitions.smt2", "|may end|", "|may stop|"),
        "says of runs: may stop",
    ),
    "for other reasons": (
        lambda forger: forger.run(
            ENDED, lambda run: run["#meta"].update(fairness=run["#meta"]["fairness"][:2])
        ),
        "the reasons why it is fair are other ones",
    ),
    "after its end": (
        lambda forger: forger.run(ENDED, lambda run: run.update(loop=5)),
        "its loop begins after 5 steps",
    ),
}


@pytest.mark.parametrize("where", ENDINGS)
def test_a_run_that_ends_elsewhere_is_found_out(
    where: str, kettle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forge, said = ENDINGS[where]
    forger = copied(kettle, tmp_path / "own")
    forge(forger)
    forger.seal()
    assert recheck([str(forger.folder)]) == 1
    assert said in capsys.readouterr().err


# -- lies that fit together ---------------------------------------------------------------------


def certified_lies(
    name: str,
    folder: Path,
    said: tuple[str, str],
    assumed: AssumedTexts,
    patch: pytest.MonkeyPatch,
) -> Path:
    """A certificate that says PROVED of a claim that is not, with all its texts made for it."""
    (folder / "lying_pump.py").write_text(PUMP)
    patch.syspath_prepend(folder)
    patch.delitem(sys.modules, "lying_pump", raising=False)
    cls = getattr(importlib.import_module("lying_pump"), name)
    report = settle(cls, [said], assumed=assumed)
    (result,) = report.results
    assert result.verdict is Verdict.REFUTED
    lie = replace(report, results=(replace(result, verdict=Verdict.PROVED),))
    files, notes = lone.certify(read(cls, (), (), Clock(None)), lie)
    assert not notes
    OutputFolder(str(folder / "own")).write(files)
    return folder / "own"


@pytest.mark.parametrize(
    ("name", "said", "fair"),
    [
        ("Pump", "filling ~> full", "start"),
        ("Pump", "filling ~> full", "pause"),
        ("Pump", "filling ~> full", "drain"),
        ("Watch", "tick ~> stopped", "swing"),
    ],
)
def test_an_event_that_does_not_help_is_found_out(
    name: str,
    said: str,
    fair: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is not possible everywhere, or leads back."""
    monkeypatch.setattr(Ending, "_helps", lambda *_: True)
    assumed = AssumedTexts(fair=(fair,))
    path = certified_lies(name, tmp_path, ("eventually", said), assumed, monkeypatch)
    assert recheck([str(path)]) == 1
    assert "claims/eventually.1/premise-" in capsys.readouterr().out


def test_an_event_that_helps_is_not_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same makes no honest certificate fail: of a claim that holds without the search."""
    (tmp_path / "honest_pump.py").write_text(PUMP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Ending, "_helps", lambda *_: True)
    said = ["--eventually", "full ~> idle", "--fair", "drain"]
    assert check(["honest_pump:Pump", *said, "--certificates", "own"]) == 0
    assert recheck([str(tmp_path / "own")]) == 0


def test_plans_that_end_too_early_are_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "early_pump.py").write_text(PUMP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "early_pump", raising=False)
    whole = Plans._plan
    monkeypatch.setattr(Plans, "_plan", lambda *given: (whole(*given) or [])[:1])
    monkeypatch.setattr(Plans, "_works", lambda *_: True)
    assert check(["early_pump:Pump", "--recoverable", "full", "--certificates", "own"]) == 0
    capsys.readouterr()
    assert recheck([str(tmp_path / "own")]) == 1
    assert "claims/recoverable.1/plans.smt2" in capsys.readouterr().out


def test_plans_that_lead_elsewhere_are_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a place that nothing leads out of, no plan works; and none is said to be needed."""
    (tmp_path / "ending_pump.py").write_text(PUMP.replace("worn.to(idle)", "worn.to.itself()"))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "ending_pump", raising=False)
    cls = importlib.import_module("ending_pump").Pump
    report = settle(cls, [("recoverable", "idle")])
    (result,) = report.results
    assert result.verdict is Verdict.REFUTED
    lie = replace(report, results=(replace(result, verdict=Verdict.PROVED),))
    monkeypatch.setattr(lone, "breadth_first", lambda _: iter(()))
    monkeypatch.setattr(lone._ClaimWriter, "_reached", lambda *_: None)
    files, _ = lone.certify(read(cls, (), (), Clock(None)), lie)
    OutputFolder(str(tmp_path / "own")).write(files)
    assert recheck([str(tmp_path / "own")]) == 1
    assert "claims/recoverable.1/plans.smt2" in capsys.readouterr().out
