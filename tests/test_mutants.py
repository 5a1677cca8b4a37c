"""Mutants: what is generated, and that each is judged by evidence."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from statemachine.exceptions import InvalidDefinition

from model.machines import AntivirusApi, AttachmentLifecycle, InformationStore, MoveMailbox
from model.site import Site
from proofs import mutate, mutation, session
from proofs.catalogue import CLAIMS, HISTORIES
from proofs.engine.claims import Kind
from proofs.engine.differences import Differences, comparable
from proofs.engine.fate import Fate, Judge, Judgement, Kill, _endless
from proofs.engine.lockstep import _partings, watch
from proofs.engine.mutants import Mutant, mutants
from proofs.engine.rewrites import events
from proofs.engine.variant import variant
from proofs.engine.vocabulary import Key

ROOT = Path(__file__).parent.parent
EVERY = mutation.everything()
SOURCES = {module.__name__: inspect.getsource(module) for module in mutation.MODULES}

_TEXT = SOURCES["model.version"].splitlines()
FIXED = f"model/version.py:{_TEXT.index('    return version >= first_fix') + 1}"
"""The line that says which versions have the fix."""


def named(id_: str) -> Mutant:
    return next(mutant for mutant in EVERY if mutant.id == id_)


# -- what is generated ----------------------------------------------------------------------------


def test_every_mutant_is_another_program() -> None:
    for mutant in EVERY:
        source = SOURCES[mutant.module]
        changed = mutant.source(source)
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source)), mutant.id


def test_no_two_mutants_are_the_same() -> None:
    assert len({mutant.id for mutant in EVERY}) == len(EVERY)
    assert all(" " not in mutant.id for mutant in EVERY)


def test_mutants_do_not_depend_on_the_process() -> None:
    assert mutants(Site, mutation.MODULES) == EVERY


def test_every_operator_occurs() -> None:
    assert {mutant.operator for mutant in EVERY} >= {
        *("negate-guard", "drop-guard", "drop-effect", "replace-effect"),
        *("redirect", "not-from", "also-from", "drop-transition", "later"),
        *("one-less", "one-more", "compare", "negate", "true", "false", "and", "all"),
        *("set", "constant", "state", "field", "event", "drop"),
        *("start", "drop-start", "first-value"),
        *("entity", "every", "all-of"),
    }


def test_every_transition_of_every_machine_is_dropped() -> None:
    for cls in (InformationStore, AntivirusApi, MoveMailbox, AttachmentLifecycle):
        for event in events(cls):
            at = f"machines.{cls.__name__}.{event}"
            assert any(
                mutant.operator == "drop-transition" and mutant.id.split(":")[0].startswith(at)
                for mutant in EVERY
            ), at


def test_every_threshold_moves_both_ways() -> None:
    for name in ("FIRST_WITH_FORMAT_2_45", "FIRST_WITH_FORMAT_2_46", "FIRST_POSTED_WITH_MOVE_FIX"):
        for way, step in (("less", -1), ("more", 1)):
            mutant = named(f"version.{name}:one-{way}")
            source = mutant.source(SOURCES["model.version"])
            with variant(mutation.fresh, {"model.version": source}):
                changed: Any = importlib.import_module("model.version")
                moved = getattr(changed, name)
            assert moved == getattr(importlib.import_module("model.version"), name) + step


def test_a_mutant_points_at_its_line() -> None:
    for mutant in EVERY:
        lines = SOURCES[mutant.module].splitlines()
        word = mutant.before.split("(")[0].split(" ")[0]
        assert word == "nothing" or word in " ".join(lines[mutant.line - 1 : mutant.line + 2])


# -- a variant of the program ---------------------------------------------------------------------


def test_a_variant_leaves_the_program_as_it_was() -> None:
    before = dict(sys.modules)
    mutant = named("version.fixed:true")
    with variant(mutation.fresh, {mutant.module: mutant.source(SOURCES[mutant.module])}):
        changed: Any = importlib.import_module("model.version")
        assert changed.fixed(changed.SP3, changed.SP4)
        assert "return True" in inspect.getsource(changed.fixed)
        assert importlib.import_module("proofs.session").Site is not Site
    assert {name: sys.modules[name] for name in before} == before
    assert importlib.import_module("model.version").fixed.__module__ == "model.version"
    assert Site.__module__ == "model.site"


# -- fates ----------------------------------------------------------------------------------------


def fate(id_: str) -> Judgement:
    return mutation.judge(named(id_))


@pytest.mark.parametrize(
    ("id_", "claim", "what"),
    [
        ("site.Site._drop_scans:drop:drop_scan", "safety.scan_is_served", "is violated"),
        (
            "machines.MoveMailbox.finish:drop-guard:everything_copied",
            "safety.no_loss",
            "is violated",
        ),
        (
            "version.FIRST_POSTED_WITH_MOVE_FIX:one-more",
            "resolution.rollback_window",
            "has another answer",
        ),
        (
            "version.EARLIEST_MOVE_FIX:one-less",
            "move_can_fail.on.on [per_request]",
            "has another answer",
        ),
        (
            "version.FIRST_WITH_FORMAT_2_46:one-less",
            "resolution.rollback_window",
            "has another answer",
        ),
        # No run of these breaks a claim: by proof something does not happen any more.
        ("version.fixed:true", "symptoms.move_may_fail", "is no longer reached"),
        ("version.fixed:false", "resolution.no_move_fails", "no longer applies to anything"),
        # Another entity than the one that is meant: named, all of them, too many.
        (
            "site.Site.start_move:entity:target.mailbox.home",
            "safety.move_can_be_asked_for",
            "is violated",
        ),
        ("site.Site.stop_store:every:server", "safety.switches_obey", "is violated"),
        ("site.Site._rescan:all-of:attachments", "safety.attachment_is_handled", "is violated"),
        # What needs more than one attachment is found by the solver.
        ("site.Site.start_move:all-of:attachments", "safety.copy_is_remembered", "is violated"),
    ],
)
def test_a_claim_sees_it(id_: str, claim: str, what: str) -> None:
    judgement = fate(id_)
    assert judgement.fate is Fate.KILLED
    assert (claim, what) in {(kill.claim, kill.what) for kill in judgement.kills}


def test_a_run_that_kills_is_a_run_of_the_mutant_only() -> None:
    judgement = fate("site.Site._drop_scans:drop:drop_scan")
    (kill,) = (k for k in judgement.kills if k.claim == "safety.scan_is_served")
    assert kill.evidence == "run of 2 steps"


@pytest.mark.parametrize(
    "id_",
    [
        "version._SHOWN:one-more",
        "machines.AttachmentLifecycle.copy.5:also-from:released",
        "machines.AttachmentLifecycle.copy.2:not-from:scanning",
    ],
)
def test_the_same_system(id_: str) -> None:
    judgement = fate(id_)
    assert judgement.fate is Fate.EQUIVALENT
    assert judgement.reason.startswith("the same starts")


def test_only_the_invariant_makes_it_the_same() -> None:
    # A scan is under way only where AVAPI is enabled, so it is never released for its absence.
    assert (
        "of the invariant" in fate("machines.AttachmentLifecycle.copy.2:not-from:scanning").reason
    )


def test_where_it_differs_nothing_gets() -> None:
    # A move that has failed lacks an attachment, so it cannot finish from there either. No clause
    # says so, for it takes an attachment to say it of a mailbox.
    judgement = fate("machines.MoveMailbox.finish:also-from:failed")
    assert judgement.fate is Fate.EQUIVALENT
    assert "by induction" in judgement.reason


def test_what_is_not_read_makes_no_difference() -> None:
    judgement = fate("machines.MoveMailbox.target:first-value:home")
    assert judgement.fate is Fate.EQUIVALENT
    assert "nothing reads (Mailbox.move.target)" in judgement.reason


def test_what_no_step_reads_a_claim_may() -> None:
    mutant, original = named("machines.InformationStore.log:first-value:any"), mutation._begin(0)
    with variant(mutation.fresh, {mutant.module: mutant.source(SOURCES[mutant.module])}):
        changed: Any = importlib.import_module("proofs.session")
        prover = changed.prover(lock_file=None)
        judge = Judge(original)
        assert "nothing reads (Server.store.log)" in str(judge._same(prover))
        judgement = judge.judge(prover)
    assert [kill.claim for kill in judgement.kills] == ["resolution.events_are_logged"]


def test_what_is_read_is_not_taken_for_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    original = mutation._begin(0)
    own = original.prover.transitions
    differences = Differences(original.prover.induction, own, own)
    assert differences.unread([Key("Server", "store", "log")], original.clauses)
    assert not differences.unread([Key("Mailbox", "move", "home")], original.clauses)
    # A machine that is wrong about what nothing reads does not mislead: a move that copies goes by
    # its target.
    target = [Key("Mailbox", "move", "target")]
    assert differences.unread(target, original.clauses)
    monkeypatch.setattr(MoveMailbox, "dead_fields", ("target",))
    assert not differences.unread(target, original.clauses)


def test_no_model() -> None:
    judgement = fate("site.Site.finish_move:event:finish.copy")
    assert judgement.fate is Fate.INVALID
    assert "action finish_move (site.py:" in judgement.reason


def test_what_the_library_refuses_is_no_model() -> None:
    """A graph that python-statemachine refuses: there are no verdicts, so none sees the mutant."""
    mutant = named("machines.MoveMailbox.start:redirect:idle")
    sources = {mutant.module: mutant.source(SOURCES[mutant.module])}
    with variant(mutation.fresh, sources), pytest.raises(InvalidDefinition):
        importlib.import_module("model.machines")
    assert fate(mutant.id).fate is Fate.INVALID


def test_the_model_keeps_in_step_with_itself() -> None:
    own = mutation._stepwise(session)
    guide = mutation._guide()
    assert {len(point.run) for point in guide.points} >= {0, 1, 2, 3}
    assert not list(_partings(guide, list(own.spaces())))
    assert watch(guide, own, CLAIMS, HISTORIES).titles == ()


def test_claims_about_the_end_of_a_run_see_a_mutant() -> None:
    mutant, original = named("machines.MoveMailbox.finish:drop-transition"), mutation._begin(0)
    with variant(mutation.fresh, {mutant.module: mutant.source(SOURCES[mutant.module])}):
        changed: Any = importlib.import_module("proofs.session")
        prover = changed.prover(lock_file=None)
        (claim,) = (c for c in prover.eventual if c.id == "liveness.fixed_move_succeeds")
        (kill,) = _endless(prover, [claim], [], [])
    assert (kill.claim, kill.what) == ("liveness.fixed_move_succeeds", "is refuted")
    assert kill.evidence.startswith("lasso of ")
    assert {c.title for c in CLAIMS if c.kind is Kind.EVENTUALLY} <= set(original.others)


# -- patience -------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no alarms")
def test_patience_is_work_and_not_time() -> None:
    with mutation._patience(0.2):
        time.sleep(0.4)

    def work() -> None:
        with mutation._patience(0.2):
            while True:
                pass

    with pytest.raises(mutation._Late):
        work()


def test_a_solver_that_gives_up_settles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    mutation._begin(0)
    monkeypatch.setattr(mutation, "EFFORT", 1)
    assert fate("version.FIRST_POSTED_WITH_MOVE_FIX:one-more").fate is Fate.UNDETERMINED


@pytest.mark.parametrize(
    "id_",
    [
        "machines.MoveMailbox.idle:start:any",
        "machines.AttachmentLifecycle.note_copy:drop:copied",
        "version.FIRST_WITH_FORMAT_2_45:one-more",
        "machines.AttachmentLifecycle.copied:first-value:any",
    ],
)
def test_another_system_is_not_taken_for_the_same(id_: str) -> None:
    mutant, original = named(id_), mutation._begin(0)
    with variant(mutation.fresh, {mutant.module: mutant.source(SOURCES[mutant.module])}):
        changed: Any = importlib.import_module("proofs.session")
        assert Judge(original)._same(changed.prover(lock_file=None)) is None


def test_two_extractions_of_the_model_are_the_same() -> None:
    old, new = mutation._begin(0).prover, session.prover(lock_file=None)
    assert comparable(old.transitions, new.transitions)
    differences = Differences(old.induction, old.transitions, new.transitions)
    assert not differences.initially()
    assert not any(differences.of(command.name, ()) for command in old.transitions.commands)


# -- the front door -------------------------------------------------------------------------------

FEW = ["version._SHOWN:*", "version.fixed:true"]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> dict[str, Judgement]:
    """Judgements by id, in place of the solver's; others are killed."""
    said: dict[str, Judgement] = {}

    def survey(wanted: Any, **_: Any) -> mutation.Survey:
        kill = Judgement(Fate.KILLED, "", (Kill("safety.no_loss", "is violated", "proof"),))
        found = {mutant.id: said.get(mutant.id, kill) for mutant in wanted}
        return mutation.Survey(tuple(wanted), found)

    monkeypatch.setattr(mutation, "survey", survey)
    return said


@pytest.mark.parametrize(
    ("fate_", "code"),
    [
        (Fate.KILLED, 0),
        (Fate.EQUIVALENT, 0),
        (Fate.INVALID, 0),
        (Fate.SURVIVED, 1),
        (Fate.UNDETERMINED, 3),
    ],
)
def test_exit_codes(
    judged: dict[str, Judgement], capsys: pytest.CaptureFixture[str], fate_: Fate, code: int
) -> None:
    judged["version.fixed:true"] = Judgement(fate_, "because")
    assert mutate.main(FEW) == code
    out = capsys.readouterr().out
    assert all(len(line) <= 80 for line in out.splitlines())
    if fate_ is not Fate.KILLED:
        assert "because" in out
        assert FIXED in out


def test_json_says_who_sees_what(
    judged: dict[str, Judgement], capsys: pytest.CaptureFixture[str]
) -> None:
    judged["version.fixed:true"] = Judgement(Fate.SURVIVED, "because")
    assert mutate.main([*FEW, "--json", "-"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["score"] == {"killed": 2, "of": 3}
    assert document["claims"]["safety.no_loss"] == [
        "version._SHOWN:one-less",
        "version._SHOWN:one-more",
    ]
    assert document["claims"]["more.bypass"] == []
    assert {claim.title for claim in CLAIMS if claim.expected != "PROVED"} <= set(
        document["claims"]
    )


@pytest.mark.usefixtures("judged")
def test_the_list_judges_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert mutate.main(["version.fixed:*", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (f"version.fixed:true  {FIXED}  return version >= first_fix -> return True")
    assert len(lines) == 4


def test_an_unknown_mutant(capsys: pytest.CaptureFixture[str]) -> None:
    assert mutate.main(["version.fixed:tru"]) == 2
    assert capsys.readouterr().err == (
        "error: no mutant matches 'version.fixed:tru'; the nearest are version.fixed:true, "
        "version.native:true, version.fixed:false.\n"
    )


def test_a_time_out_keeps_what_was_settled() -> None:
    mutation._begin(0)
    found = mutation.survey([named("version.fixed:true")], timeout=0.01)
    assert found.found["version.fixed:true"].fate is Fate.UNDETERMINED
    assert mutate.exit_code(found) == 3


def test_two_processes_find_the_same() -> None:
    wanted = [named(id_) for id_ in ("version._SHOWN:one-more", "version.fixed:true")]
    one, two = (mutation.survey(wanted, jobs=jobs) for jobs in (1, 2))
    assert one.settled == two.settled
    assert [judgement.fate for _, judgement in one.settled] == [Fate.EQUIVALENT, Fate.KILLED]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_ctrl_c_keeps_what_was_settled() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "proofs", "mutate", "--jobs", "1"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    time.sleep(4)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("interrupted: ")
    assert "Traceback" not in err
    assert out
