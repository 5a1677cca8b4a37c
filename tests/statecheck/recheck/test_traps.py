"""Certificates of runs into traps, from which nothing is recovered, and of what is no trap."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import z3

from statecheck.certificate.machine.traps import Trapped
from statecheck.cli.check import main as check
from statecheck.recheck.command import main as recheck
from statecheck.single.execution.automaton import Node
from tests.statecheck.recheck.forger import Forger, copied

pytestmark = pytest.mark.slow

DIALS = """
from statemachine import State, StateMachine


class Dial(StateMachine):
    free = State(initial=True)
    stuck = State()
    turns = 0
    locked = False
    turn = free.to.itself(on="more", cond="!locked")
    lock = free.to.itself(on="shut", cond="twice")
    jam = free.to(stuck, cond="locked")
    rattle = stuck.to.itself()

    def more(self):
        self.turns += 1

    def twice(self):
        return self.turns >= 2

    def shut(self):
        self.locked = True


class Fuse(StateMachine):
    whole = State(initial=True)
    hot = State()
    blown = State()
    heat = whole.to(hot)
    cool = hot.to(whole)
    blow = hot.to(blown)
    smoke = blown.to.itself()
"""
FREE, MORE, HOT = "recoverable.1", "recoverable.2", "recoverable.3"
DIAL = ["--recoverable", "free", "--recoverable", "turns >= 3", "--recoverable", "locked ==> free"]
FUSE = ["--recoverable", "whole", "--recoverable", "hot ==> whole"]


def certified(folder: Path, name: str, said: list[str], patch: pytest.MonkeyPatch) -> Path:
    (folder / "certified_dials.py").write_text(DIALS)
    patch.chdir(folder)
    patch.syspath_prepend(folder)
    sys.modules.pop("certified_dials", None)
    importlib.invalidate_caches()
    assert check([f"certified_dials:{name}", *said, "--certificates", name]) == 1
    return folder / name


@pytest.fixture(scope="module")
def dial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        return certified(tmp_path_factory.mktemp("dial"), "Dial", DIAL, patch)


def settled(folder: Path) -> dict[str, tuple[Any, ...]]:
    manifest = json.loads((folder / "manifest.json").read_text())
    return {
        claim["title"]: (claim["verdict"], claim["steps"], claim["shortest"])
        for claim in manifest["claims"]
    }


def test_a_trap_is_certified(dial: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where the goal may be any number of steps away: the search was of plain states."""
    assert settled(dial) == {
        FREE: ("REFUTED", 4, False),
        MORE: ("REFUTED", 3, False),
        HOT: ("REFUTED", 4, False),
    }
    assert recheck([str(dial)]) == 0
    out = capsys.readouterr().out
    assert "not claimed: that the run of recoverable.1 is a shortest one" in out
    assert "not certified" not in out


def test_a_trap_of_places_is_certified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = certified(tmp_path, "Fuse", FUSE, monkeypatch)
    assert settled(folder) == {FREE: ("REFUTED", 2, False), MORE: ("PROVED", 1, None)}
    assert recheck([str(folder)]) == 0
    assert "4 obligations are in" not in capsys.readouterr().out


def test_a_third_solver_refutes_none(dial: Path) -> None:
    manifest = json.loads((dial / "manifest.json").read_text())
    rules = set()
    for path, about in manifest["files"].items():
        solver = z3.Solver(ctx=z3.Context())
        solver.from_string((dial / path).read_text())
        assert solver.check() == z3.unsat, path
        rules.add(about["rule"])
    assert rules == {"run", "trap"}


# -- lies that fit together ---------------------------------------------------------------------

States = Mapping[Node, Any]


def every_state(states: States) -> States:
    return dict.fromkeys(states, True)


def no_state(states: States) -> States:
    return dict.fromkeys(states, False)


def the_end_alone(states: States) -> States:
    """One place of a trap that has two, or one number of several."""
    whole = {node: body for node, body in states.items() if not z3.is_false(body)}
    last = min(whole, key=lambda node: node.number)
    return {node: body if node is last else False for node, body in states.items()}


@pytest.mark.parametrize(
    ("name", "said", "lie", "refuted"),
    [
        ("Fuse", "whole", every_state, "trap.smt2"),
        ("Fuse", "whole", no_state, "run.smt2"),
        ("Dial", "turns >= 3", the_end_alone, "trap.jam.1.smt2"),
    ],
)
def test_what_is_no_trap_is_refuted(
    name: str,
    said: str,
    lie: Callable[[States], States],
    refuted: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    states = Trapped.states
    monkeypatch.setattr(Trapped, "states", lambda self: lie(states(self)))
    folder = certified(tmp_path, name, ["--recoverable", said], monkeypatch)
    capsys.readouterr()
    assert recheck([str(folder)]) == 1
    out = capsys.readouterr()
    assert f"refuted: claims/{FREE}/{refuted}" in out.out.splitlines()
    assert out.err == ""


# -- forgeries ----------------------------------------------------------------------------------

Forgery = Callable[[Forger], object]
RUN = f"claims/{FREE}/run.itf.json"


def trap(body: str) -> Forgery:
    """Another trap, in every text that has it."""

    def forge(forger: Forger) -> None:
        for path in ("definitions.smt2", *forger.claim(FREE)["obligations"]):
            before, begin, own = forger.read(path).partition(f"; == trap {FREE}\n")
            _, end, rest = own.partition("; == ")
            text = f"; nothing leads out of these states\n{body}\n"
            forger.write(path, before + begin + text + end + rest)

    return forge


def no_trap(forger: Forger) -> None:
    forger.drop_section(f"trap {FREE}")


def trap_of_nobody(forger: Forger) -> None:
    text = forger.read("definitions.smt2")
    forger.write(
        "definitions.smt2", f"{text}; == trap recoverable.9\n(define-fun trap () Bool true)\n"
    )


def trap_before_claims(forger: Forger) -> None:
    text = forger.read("definitions.smt2")
    begin = text.index(f"; == trap {FREE}\n")
    end = text.index("; == trap", begin + 1)
    own, left = text[begin:end], text[:begin] + text[end:]
    forger.write("definitions.smt2", left.replace("; == claim", f"{own}; == claim", 1))


def recovered(forger: Forger) -> None:
    """What is refuted passes as proved by a plan that does nothing."""
    forger.drop_obligations(FREE)
    forger.drop_run(FREE, RUN)
    forger.drop_section(f"trap {FREE}")
    forger.claim(FREE).update(verdict="PROVED", steps=0, shortest=None, plans=[[]])


def without_leading_out(forger: Forger) -> None:
    forger.drop(f"claims/{FREE}/trap.rattle.1.smt2")


def earlier(forger: Forger) -> None:
    """The run ends before the trap."""
    forger.run(RUN, lambda run: run["states"].pop())
    forger.claim(FREE)["steps"] = 3


def premise_of_the_start(forger: Forger) -> None:
    """The run of a claim with a premise is that of a claim without."""
    for path in (f"claims/{HOT}/run.smt2",):
        forger.replace(path, "reading premise trap", "reading trap")


def other_trap_at_the_end(forger: Forger) -> None:
    forger.replace(f"claims/{FREE}/run.smt2", "(Dial.turns!4 machine)", "(Dial.turns machine)")


def before_the_step(forger: Forger) -> None:
    path = f"claims/{FREE}/trap.rattle.1.smt2"
    forger.replace(path, "(assert (not trap!1))", "(assert (not trap))")


FORGERIES: dict[str, tuple[Forgery, str]] = {
    "no trap": (no_trap, f"{FREE} is REFUTED, and has a trap or lacks one"),
    "a trap of nobody": (trap_of_nobody, "its section 'trap recoverable.9' is of no claim"),
    "a trap among the claims": (trap_before_claims, "its sections are other ones"),
    "a trap that is a step": (
        trap("(define-fun trap () Bool (= action Dial.action.jam.1))"),
        "speaks of action, which a state does not have",
    ),
    "a trap of the next state": (
        trap("(define-fun trap () Bool (= (Dial.turns!1 machine) 2))"),
        "speaks of Dial.turns!1, which a state does not have",
    ),
    "a trap that binds what is in use": (
        trap("(define-fun trap () Bool (forall ((Dial.turns!1 Dial)) (= (Dial.turns machine) 2)))"),
        "binds Dial.turns!1, which is in use",
    ),
    "a trap by the claim's name": (
        trap("(define-fun trap () Bool (not claim))"),
        "speaks of claim, which a state does not have",
    ),
    "two traps": (
        trap("(define-fun trap () Bool true)\n(define-fun more () Bool true)"),
        f"the trap of {FREE} is no formula",
    ),
    "a trap that is asserted": (
        trap("(define-fun trap () Bool true)\n(assert false)"),
        f"the trap of {FREE} is no formula",
    ),
    "a trap that is any": (
        trap("(declare-const trap Bool)"),
        f"the trap of {FREE} is no formula",
    ),
    "refuted as proved": (recovered, "an obligation is missing: plans recoverable.1"),
    "an action less": (without_leading_out, "an obligation is missing: trap recoverable.1 rattle"),
    "a shortest run": (
        lambda forger: forger.claim(FREE).update(shortest=True),
        f"{FREE} says of its run that it is a shortest one: True",
    ),
    "a run of which nothing is said": (
        lambda forger: forger.claim(FREE).update(shortest=None),
        f"{FREE} says of its run that it is a shortest one: None",
    ),
    "a run that ends earlier": (earlier, f"claims/{FREE}/run.smt2 does not say what it should"),
    "a run for another premise": (premise_of_the_start, "its goal is not the one of its rule"),
    "a trap at the beginning": (other_trap_at_the_end, "'trap recoverable.1' does not say what"),
    "a trap before the step": (before_the_step, "its goal is not the one of its rule"),
    "clauses that nothing has": (
        lambda forger: forger.claim(FREE).update(clauses=["clause.1"]),
        "rests on clause.1, which the invariant does not have",
    ),
    "no run": (
        lambda forger: forger.drop_run(FREE, RUN),
        f"{FREE} shows no run: {RUN} is missing",
    ),
    "a lasso": (
        lambda forger: forger.run(RUN, lambda run: run.update(loop=3)),
        "its head has other keys than it should: fairness",
    ),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forgery_is_found_out(
    what: str, dial: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forge, complaint = FORGERIES[what]
    forger = copied(dial, tmp_path / "forged")
    forge(forger)
    forger.seal()
    assert recheck([str(forger.folder)]) == 1
    said = capsys.readouterr()
    assert any(complaint in line for line in said.err.splitlines()), said.err
    assert said.out == ""
