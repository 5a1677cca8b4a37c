"""Locks of one machine: a shortcut, and never an authority."""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from statemachine import State, StateMachine

from statecheck.claims.results import Report
from statecheck.cli.check import main
from statecheck.cli.prove import main as prove
from statecheck.modeling import ModelError
from statecheck.prover.context import ProofContext
from statecheck.single import check
from statecheck.single.deciding import invariants, symbolic
from statecheck.single.locking.locked import Locked

pytestmark = pytest.mark.slow


class Meter(StateMachine):
    low = State(initial=True)
    high = State()
    single = 0
    double = 0

    add = low.to.itself(on="grow")
    rise = low.to(high, cond="enough")
    fall = high.to(low, cond="loose")

    def grow(self, by: int) -> None:
        if by > 0:
            self.single += by
            self.double += 2 * by

    def enough(self) -> bool:
        return self.single > 1000

    def loose(self) -> bool:
        return self.single != 1234


class Other(StateMachine):
    low = State(initial=True)
    high = State()
    rise = low.to(high)
    fall = high.to(low)


NAME = f"{__name__}:Meter"
TWICE, NEVER, ABOVE = "double == 2 * single", "not high", "high ==> single > 500"
ASKED = [
    ("always", TWICE),
    ("always", NEVER),
    ("always", ABOVE),
    ("possible", "high and single < 7"),
    ("possible", "after.single > single + 50 and once(high)"),
    ("recoverable", "low"),
]
VERDICTS = {
    "always.1": ("PROVED", None),
    "always.2": ("REFUTED", 2),
    "always.3": ("PROVED", None),
    "possible.1": ("REFUTED", None),
    "possible.2": ("REACHED", 4),
    "recoverable.1": ("REFUTED", 2),
}


def found(report: Report) -> dict[str, tuple[str, int | None]]:
    return {r.claim.title: (r.verdict.value, r.steps) for r in report.results}


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    """A lock of all claims, written as ``--write-lock`` does."""
    locked = Locked(Path("own.lock"), anew=True)
    assert found(check(Meter, ASKED, lock=locked)) == VERDICTS
    whole: dict[str, Any] = json.loads(locked.text)
    return whole


def settled(
    content: object, path: Path, asked: list[tuple[str, str]] = ASKED, **options: Any
) -> Report:
    """The report of a run with a lock of some content."""
    (path / "own.lock").write_text(json.dumps(content))
    return check(Meter, asked, lock=Locked(path / "own.lock"), **options)


def refused(*_: object, **__: object) -> Any:
    raise AssertionError("nobody asked for it")


def changed(content: dict[str, Any], claim: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A copy of a lock, and the entry in it of a claim."""
    other = copy.deepcopy(content)
    entry: dict[str, Any] = other["claims"][claim]
    return other, entry


def test_nothing_is_looked_for_again(
    content: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each clause is proven again, each run played; nothing is inferred or searched for."""
    monkeypatch.setattr(invariants, "find_invariant", refused)
    monkeypatch.setattr(symbolic, "FIRST", 0.0)
    report = settled(content, tmp_path)
    assert found(report) == VERDICTS
    assert not report.notes
    assert [r.vacuous for r in report.results[:3]] == [False, None, False]


def test_what_a_lock_lacks_is_found_anew(content: dict[str, Any], tmp_path: Path) -> None:
    other = copy.deepcopy(content)
    other["claims"] = {}
    report = settled(other, tmp_path)
    assert found(report) == VERDICTS
    assert not report.notes


CLAUSE: dict[str, object] = {"place": 0, "states": "low", "formula": "(<= single.0.int 5)"}
BAD_CLAUSES: dict[str, tuple[dict[str, object], str]] = {
    "false": ({}, "it does not hold: "),
    "of another place": ({"place": 7}, "no clause: "),
    "of other states": ({"states": "high"}, "no clause: "),
    "no formula": ({"formula": "the meter is safe"}, "no clause: "),
    "of another type": ({"formula": "(and single.0.int)"}, "no clause: "),
    "of no type": ({"formula": "(+ single.0.int 1)"}, "no clause: "),
    "of another variable": ({"formula": "(= triple.0.int 0)"}, "no clause: "),
    "a quantifier": ({"formula": "(forall ((y Int)) (= y single.0.int))"}, "no clause: "),
    "two commands": ({"formula": "true) (assert false"}, "no clause: "),
    "a comment": ({"formula": "true) ; ("}, "no clause: "),
    "an option": (
        {"formula": 'true) (set-option :regular-output-channel "own.txt") (assert true'},
        "no clause: ",
    ),
    "3,000 literals": (
        {"formula": f"(or {' '.join(['(= double.0.int 5)'] * 3000)})"},
        "no clause: ",
    ),
    "200,000 levels": ({"formula": "(not " * 200_000 + "true" + ")" * 200_000}, "no clause: "),
    "200 levels": ({"formula": "(not " * 200 + "true" + ")" * 200}, "no clause: "),
}


def test_a_bad_clause_costs_itself(
    content: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are used as they are, each bad one is named, and nothing else is written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(invariants, "find_invariant", refused)
    other, entry = changed(content, f"always: {TWICE}")
    entry["clauses"] += [{**CLAUSE, **changes} for changes, _ in BAD_CLAUSES.values()]
    report = settled(other, tmp_path, [("always", TWICE)])
    assert found(report) == {"always.1": ("PROVED", None)}
    said = sorted(word for _, word in BAD_CLAUSES.values())
    begin = f"own.lock: always: {TWICE}: "
    assert sorted(note.removeprefix(begin)[: len("no clause: ")] for note in report.notes) == [
        word[: len("no clause: ")] for word in said
    ]
    assert max(map(len, report.notes)) < 400
    assert [path.name for path in tmp_path.iterdir()] == ["own.lock"]


def test_a_false_clause_that_hides_a_run_hides_none(
    content: dict[str, Any], tmp_path: Path
) -> None:
    """It would exclude all that the claim is about, and each state of it is kept to."""
    other, entry = changed(content, f"always: {NEVER}")
    entry["run"] = None
    entry["clauses"] = [{"place": 1, "states": "high", "formula": "false"}]
    report = settled(other, tmp_path, [("always", NEVER)])
    assert found(report) == {"always.1": ("REFUTED", 2)}
    assert "it does not hold: in high, place 1: false" in report.notes[0]


def way(number: int) -> Callable[[dict[str, Any]], None]:
    return lambda entry: entry["run"][0].__setitem__("way", number)


def chosen(value: object) -> Callable[[dict[str, Any]], None]:
    return lambda entry: entry["run"][0].__setitem__("choices", {"arg!by": value})


RUNS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "too small a number": (chosen(3), "does not replay"),
    "a truth": (chosen(True), "chooses no int"),
    "a text": (chosen("1001"), "chooses no int"),
    "a huge number": (chosen(1 << 300), "chooses no int"),
    "no number": (lambda e: e["run"][0].update(choices={}), "makes other choices"),
    "one more": (lambda e: e["run"][1].update(choices={"x": 1}), "makes other choices"),
    "another way": (way(0), "does not replay"),
    "no way": (way(99), "step 1 is none"),
    "a way from the end": (way(-1), "step 1 is none"),
    "another event": (lambda e: e["run"][0].update(event="rise"), "step 1 is none"),
    "no steps": (lambda e: e["run"].clear(), "does not end as the claim says"),
    "one step less": (lambda e: e["run"].pop(), "does not end as the claim says"),
    "too many steps": (lambda e: e["run"].extend(e["run"] * 300), "more than 400"),
    "a detour": (lambda e: e["run"].insert(0, e["run"][0]), "there is a shorter one"),
}


@pytest.mark.parametrize("kind", RUNS)
def test_a_run_that_does_not_do_is_named_and_found_anew(
    kind: str, content: dict[str, Any], tmp_path: Path
) -> None:
    change, said = RUNS[kind]
    other, entry = changed(content, f"always: {NEVER}")
    change(entry)
    report = settled(other, tmp_path, [("always", NEVER)])
    assert found(report) == {"always.1": ("REFUTED", 2)}
    (note,) = report.notes
    assert note.startswith(f"own.lock: the run of always: {NEVER}: ")
    assert said in note


def test_a_run_of_no_step_shows_no_step(content: dict[str, Any], tmp_path: Path) -> None:
    text = "after.single > single + 50 and once(high)"
    other, entry = changed(content, f"possible: {text}")
    entry["run"].clear()
    report = settled(other, tmp_path, [("possible", text)])
    assert found(report) == {"possible.1": ("REACHED", 4)}
    (note,) = report.notes
    assert "does not end as it should" in note


def test_a_run_within_a_depth_alone_is_used(content: dict[str, Any], tmp_path: Path) -> None:
    """Without the lock no run is known, and with it neither is."""
    with_lock = settled(content, tmp_path, [("always", NEVER)], depth=1)
    without = check(Meter, [("always", NEVER)], depth=1)
    assert found(with_lock) == found(without) == {"always.1": ("UNDETERMINED", None)}


def test_no_change_of_a_lock_changes_a_verdict(content: dict[str, Any], tmp_path: Path) -> None:
    """Whatever stands in it: entries that change places, and parts that are lost or doubled."""
    chance = random.Random(5)
    formulas = ["false", "(> single.0.int 3)", "(= double.0.int 0)", "(distinct 1 single.0.int)"]
    for _ in range(4):
        other = copy.deepcopy(content)
        entries: list[dict[str, Any]] = [*other["claims"].values()]
        for entry in entries:
            match chance.randrange(5):
                case 0:
                    entry["clauses"] = chance.choice(entries)["clauses"]
                case 1:
                    entry["run"] = chance.choice(entries)["run"]
                case 2:
                    place = chance.randrange(2)
                    clause = {"place": place, "states": ("low", "high")[place]}
                    entry["clauses"] = [
                        clause | {"formula": chance.choice(formulas)},
                        *entry["clauses"],
                    ]
                case 3 if entry["run"]:
                    entry["run"] = [
                        {**step, "way": chance.randrange(4)} for step in entry["run"][:-1]
                    ]
        assert found(settled(other, tmp_path)) == VERDICTS


# -- files that are no lock of this machine -----------------------------------------------------


def test_the_lock_of_another_machine_is_named(content: dict[str, Any], tmp_path: Path) -> None:
    report = settled({**content, "machine": "Door\x1b[2J"}, tmp_path, [("always", TWICE)])
    (note,) = report.notes
    assert note == (
        "own.lock is the lock of Door [2J, and nothing of it was used; --write-lock writes one of "
        "this machine"
    )


def test_an_old_lock_is_named(content: dict[str, Any], tmp_path: Path) -> None:
    """In one line, whatever is wrong in it."""
    other, entry = changed({**content, "digest": "0" * 64}, f"always: {NEVER}")
    entry["run"].pop()
    report = settled(other, tmp_path)
    assert found(report) == VERDICTS
    (note,) = report.notes
    assert note.startswith("own.lock is the lock of Meter as it was, and nothing of it was used")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read as a lock file"),
        ("[]", "it has other keys than machine, digest and claims"),
        ('{"digest": "", "vocabulary_from": [], "clauses": [], "runs": {}}', "lock of a system"),
        ('{"machine": "Meter", "digest": "", "claims": {"a": []}}', "neither clauses nor a run"),
        ('{"machine": "Meter", "digest": "", "claims": {"a": {"clauses": [1], "run": null}}}', "a"),
        ("[" * 100_000, "cannot be read as a lock file"),
        (f'{{"machine": {"9" * 5000}}}', "cannot be read as a lock file"),
        ("\ud800", "cannot be read as a lock file"),
    ],
)
def test_what_is_no_lock_is_one_line(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.lock"
    path.write_bytes(text.encode(errors="surrogatepass"))
    assert main([NAME, "--always", TWICE, "--lock", str(path)]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "internal" not in err
    assert said in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are none")
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_a_lock_is_a_regular_file(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.lock"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path = Path("/dev/zero")
    tower = "tests.statecheck.recheck.tower:CATALOGUE"
    for command, asked in ((main, [NAME, "--always", TWICE]), (prove, [tower, "cabins.stop"])):
        assert command([*asked, "--lock", str(path)]) == 2
        err = capsys.readouterr().err
        assert "it is no regular file" in err
        assert err.count("\n") == 1


# -- the command --------------------------------------------------------------------------------


def test_the_command_writes_and_reads_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = [NAME, "--always", TWICE, "--possible", "high", "--lock", "own.lock"]
    assert main(asked) == 0
    assert capsys.readouterr().err == "note: own.lock is not there; --write-lock writes it\n"
    assert main([*asked, "--write-lock"]) == 0
    said = "own.lock: 4 clauses and 1 runs; review them before they are committed\n"
    assert capsys.readouterr().err == said
    written = (tmp_path / "own.lock").read_bytes()
    monkeypatch.setattr(invariants, "find_invariant", refused)
    assert main(asked) == 0
    assert capsys.readouterr().err == ""
    assert (tmp_path / "own.lock").read_bytes() == written


def test_a_lock_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = [NAME, "--always", TWICE, "--lock", "own.lock", "--write-lock", "--timeout", "0.001"]
    assert main(asked) == 3
    assert "own.lock is as it was: the time was up" in capsys.readouterr().err
    assert not (tmp_path / "own.lock").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--json", "own.lock"], "--json names own.lock, the lock of the project."),
        (["--as-test", "link"], "--as-test names own.lock, the lock of the project."),
        (["--json", "a", "--as-test", "a"], "--json and --as-test name the same file."),
    ],
)
def test_an_output_onto_the_lock_is_refused(
    more: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.lock").write_text("old")
    (tmp_path / "link").symlink_to("own.lock")
    assert main([NAME, "--always", TWICE, "--lock", "own.lock", *more]) == 2
    assert capsys.readouterr().err == f"error: {said}\n"
    assert (tmp_path / "own.lock").read_text() == "old"


def test_a_lock_is_not_written_over_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.py").write_text("import this\n")
    lock = ["--lock", str(tmp_path / "mine.py"), "--write-lock"]
    assert main([NAME, "--always", TWICE, *lock]) == 2
    assert "holds something else than a lock" in capsys.readouterr().err
    assert (tmp_path / "mine.py").read_text() == "import this\n"


def test_a_lock_of_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([NAME, "--lock", "own.lock"]) == 2
    assert "nothing is claimed, so there is nothing to keep" in capsys.readouterr().err
    assert main([NAME, "--always", TWICE, "--write-lock"]) == 2
    assert "name one with --lock FILE" in capsys.readouterr().err


def test_the_lock_of_a_machine_is_none_of_a_system(
    content: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.lock"
    path.write_text(json.dumps(content))
    system = "tests.statecheck.recheck.tower:Tower"
    assert main([system, "--always", "not lift.cabin.stuck", "--lock", str(path)]) == 2
    assert "it is the lock of one machine, Meter" in capsys.readouterr().err


def test_the_invariant_of_a_system_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["tests.statecheck.recheck.tower:Tower", "--lock", "own.lock"]
    asked += ["--always", "not lift.cabin.stuck or lift.cabin.level >= 7"]
    assert main([*asked, "--write-lock"]) == 0
    assert "own.lock: " in capsys.readouterr().err
    kept = json.loads((tmp_path / "own.lock").read_text())
    assert kept["clauses"]
    monkeypatch.setattr(ProofContext, "inferred", refused)
    assert main(asked) == 0
    assert capsys.readouterr().err == ""
    bad = {"every": "Lift", "reading": "", "literals": ["lift.cabin.state = stuck"]}
    kept["clauses"].append(bad)
    (tmp_path / "own.lock").write_text(json.dumps(kept))
    assert main(asked) == 0
    assert capsys.readouterr().err.startswith("note: own.lock: it does not hold: every Lift: ")


def test_the_run_of_a_system_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["tests.statecheck.claims.cars:Street", "--lock", "own.lock"]
    asked += ["--possible", "car.motor.stalled"]
    assert main([*asked, "--write-lock"]) == 0
    kept = json.loads((tmp_path / "own.lock").read_text())
    assert kept["runs"]["possible.1"]["steps"] == ["go(car1)", "stall(car1)"]
    capsys.readouterr()
    kept["runs"]["possible.1"]["steps"].pop()
    (tmp_path / "own.lock").write_text(json.dumps(kept))
    assert main(asked) == 0
    out = capsys.readouterr()
    assert "2-step run" in out.out
    assert "note: own.lock: the run of possible.1: " in out.err


def test_a_file_that_is_no_lock_raises(tmp_path: Path) -> None:
    (tmp_path / "own.lock").write_text("{}")
    with pytest.raises(ModelError, match="is no lock file of one machine"):
        Locked(tmp_path / "own.lock")
