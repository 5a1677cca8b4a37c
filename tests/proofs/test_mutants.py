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
from proofs import mutate
from proofs.catalogue import CLAIMS, HISTORIES
from proofs.project import PROJECT
from statecheck.claims.claim import Kind
from statecheck.cli import mutate as mutate_cli
from statecheck.explicit.lockstep import _partings, watch
from statecheck.mutation import campaign
from statecheck.mutation.changes.edits import events
from statecheck.mutation.differences import Differences, comparable
from statecheck.mutation.judge import MutantJudge, _endless
from statecheck.mutation.module_variant import reimported_with
from statecheck.mutation.mutants import Mutant, mutants
from statecheck.mutation.verdict import Kill, MutantStatus, MutantVerdict
from statecheck.prover import session
from statecheck.symbolic.vocabulary import Key

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
EVERY = campaign.everything(PROJECT)
SOURCES = {module.__name__: inspect.getsource(module) for module in PROJECT.mutated}

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
    assert mutants(Site, PROJECT.mutated) == EVERY


def test_every_operator_occurs() -> None:
    assert {mutant.operator for mutant in EVERY} >= {
        *("negate-guard", "drop-guard", "drop-effect", "replace-effect"),
        *("redirect", "not-from", "also-from", "drop-transition", "later"),
        *("one-less", "one-more", "compare", "negate", "true", "false", "and", "all"),
        *("set", "constant", "state", "field", "event", "drop"),
        *("start", "drop-start", "first-value"),
        *("entity", "every", "all-of"),
        *("swap", "replace-guard", "move-effect", "loop-of", "narrow"),
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
            with reimported_with(campaign.fresh(PROJECT), {"model.version": source}):
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
    before, own = dict(sys.modules), set(vars(sys))
    mutant = named("version.fixed:true")
    with reimported_with(
        campaign.fresh(PROJECT), {mutant.module: mutant.source(SOURCES[mutant.module])}
    ):
        changed: Any = importlib.import_module("model.version")
        assert changed.fixed(changed.SP3, changed.SP4)
        assert "return True" in inspect.getsource(changed.fixed)
        assert importlib.import_module("proofs.project").Site is not Site
    assert {name: sys.modules[name] for name in before} == before
    assert own <= set(vars(sys)), "a module of the model has the name of an attribute of sys"
    assert importlib.import_module("model.version").fixed.__module__ == "model.version"
    assert Site.__module__ == "model.site"


# -- fates ----------------------------------------------------------------------------------------


def verdict_on(id_: str) -> MutantVerdict:
    return campaign.judge(PROJECT, named(id_))


@pytest.mark.parametrize(
    ("id_", "claim", "what"),
    [
        ("site.Site._drop_scans:drop:drop_scan", "safety.scan_is_served", "is violated"),
        (
            "machines.MoveMailbox.finish:drop-guard:everything_copied",
            "safety.no_loss",
            "is violated",
        ),
        pytest.param(
            "version.FIRST_POSTED_WITH_MOVE_FIX:one-more",
            "resolution.rollback_window",
            "has another answer",
            marks=pytest.mark.campaign,
        ),
        pytest.param(
            "version.EARLIEST_MOVE_FIX:one-less",
            "move_can_fail.on.on [per_request]",
            "has another answer",
            marks=pytest.mark.campaign,
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
    verdict = verdict_on(id_)
    assert verdict.status is MutantStatus.KILLED
    assert (claim, what) in {(kill.claim, kill.what) for kill in verdict.kills}


def test_a_run_that_kills_is_a_run_of_the_mutant_only() -> None:
    verdict = verdict_on("site.Site._drop_scans:drop:drop_scan")
    (kill,) = (k for k in verdict.kills if k.claim == "safety.scan_is_served")
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
    verdict = verdict_on(id_)
    assert verdict.status is MutantStatus.EQUIVALENT
    assert verdict.reason.startswith("the same starts")


def test_only_the_invariant_makes_it_the_same() -> None:
    # A scan is under way only where AVAPI is enabled, so it is never released for its absence.
    assert (
        "of the invariant"
        in verdict_on("machines.AttachmentLifecycle.copy.2:not-from:scanning").reason
    )


def test_where_it_differs_nothing_gets() -> None:
    # A move that has failed lacks an attachment, so it cannot finish from there either. No clause
    # says so, for it takes an attachment to say it of a mailbox.
    verdict = verdict_on("machines.MoveMailbox.finish:also-from:failed")
    assert verdict.status is MutantStatus.EQUIVALENT
    assert "by induction" in verdict.reason


def test_what_is_not_read_makes_no_difference() -> None:
    verdict = verdict_on("machines.MoveMailbox.target:first-value:home")
    assert verdict.status is MutantStatus.EQUIVALENT
    assert "nothing reads (Mailbox.move.target)" in verdict.reason


def test_what_no_step_reads_a_claim_may() -> None:
    mutant, original = (
        named("machines.InformationStore.log:first-value:any"),
        campaign._begin(PROJECT, 0),
    )
    with reimported_with(
        campaign.fresh(PROJECT), {mutant.module: mutant.source(SOURCES[mutant.module])}
    ):
        changed = campaign.imported_anew(PROJECT)
        prover = session.prover(changed, locked=False)
        judge = MutantJudge(original)
        assert "nothing reads (Server.store.log)" in str(judge._same(prover))
        verdict = judge.judge(prover)
    assert [kill.claim for kill in verdict.kills] == ["resolution.events_are_logged"]


def test_what_is_read_is_not_taken_for_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    original = campaign._begin(PROJECT, 0)
    own = original.prover.context.transitions
    differences = Differences(original.prover.context.induction, own, own)
    assert differences.unread([Key("Server", "store", "log")], original.clauses)
    assert not differences.unread([Key("Mailbox", "move", "home")], original.clauses)
    # A machine that is wrong about what nothing reads does not mislead: a move that copies goes by
    # its target.
    target = [Key("Mailbox", "move", "target")]
    assert differences.unread(target, original.clauses)
    monkeypatch.setattr(MoveMailbox, "dead_fields", ("target",))
    assert not differences.unread(target, original.clauses)


def test_no_model() -> None:
    verdict = verdict_on("site.Site.finish_move:event:finish.copy")
    assert verdict.status is MutantStatus.INVALID
    assert "action finish_move (site.py:" in verdict.reason


def test_what_the_library_refuses_is_no_model() -> None:
    """A graph that python-statemachine refuses: there are no verdicts, so none sees the mutant."""
    mutant = named("machines.MoveMailbox.start:redirect:idle")
    sources = {mutant.module: mutant.source(SOURCES[mutant.module])}
    with reimported_with(campaign.fresh(PROJECT), sources), pytest.raises(InvalidDefinition):
        importlib.import_module("model.machines")
    assert verdict_on(mutant.id).status is MutantStatus.INVALID


def test_the_model_keeps_in_step_with_itself() -> None:
    own = PROJECT.small_instance
    guide = campaign._guide(PROJECT)
    assert {len(point.run) for point in guide.points} >= {0, 1, 2, 3}
    assert not list(_partings(guide, list(own.spaces())))
    assert watch(guide, own, CLAIMS, HISTORIES).titles == ()


def test_claims_about_the_end_of_a_run_see_a_mutant() -> None:
    mutant, original = (
        named("machines.MoveMailbox.finish:drop-transition"),
        campaign._begin(PROJECT, 0),
    )
    with reimported_with(
        campaign.fresh(PROJECT), {mutant.module: mutant.source(SOURCES[mutant.module])}
    ):
        changed = campaign.imported_anew(PROJECT)
        prover = session.prover(changed, locked=False)
        (claim,) = (c for c in prover.context.eventual if c.id == "liveness.fixed_move_succeeds")
        (kill,) = _endless(prover, [claim], [], [])
    assert (kill.claim, kill.what) == ("liveness.fixed_move_succeeds", "is refuted")
    assert kill.evidence.startswith("lasso of ")
    assert {c.title for c in CLAIMS if c.kind is Kind.EVENTUALLY} <= set(original.others)


# -- patience -------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no alarms")
def test_patience_is_work_and_not_time() -> None:
    with campaign.patience(0.2):
        time.sleep(0.4)

    def work() -> None:
        with campaign.patience(0.2):
            while True:
                pass

    with pytest.raises(campaign.Late):
        work()


def test_a_solver_that_gives_up_settles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign._begin(PROJECT, 0)
    monkeypatch.setattr(campaign, "EFFORT", 1)
    id_ = "version.FIRST_POSTED_WITH_MOVE_FIX:one-more"
    assert verdict_on(id_).status is MutantStatus.UNDETERMINED


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
    mutant, original = named(id_), campaign._begin(PROJECT, 0)
    with reimported_with(
        campaign.fresh(PROJECT), {mutant.module: mutant.source(SOURCES[mutant.module])}
    ):
        changed = session.prover(campaign.imported_anew(PROJECT), locked=False)
        assert MutantJudge(original)._same(changed) is None


def test_two_extractions_of_the_model_are_the_same() -> None:
    old, new = campaign._begin(PROJECT, 0).prover, session.prover(PROJECT, locked=False)
    assert comparable(old.context.transitions, new.context.transitions)
    differences = Differences(
        old.context.induction, old.context.transitions, new.context.transitions
    )
    assert not differences.initially()
    assert not any(differences.of(command.name, ()) for command in old.context.transitions.commands)


# -- the front door -------------------------------------------------------------------------------

FEW = ["version._SHOWN:*", "version.fixed:true"]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> dict[str, MutantVerdict]:
    """Judgements by id, in place of the solver's; others are killed."""
    said: dict[str, MutantVerdict] = {}

    def survey(own: Any, wanted: Any, **_: Any) -> campaign.Survey:
        kill = MutantVerdict(
            MutantStatus.KILLED, "", (Kill("safety.no_loss", "is violated", "proof"),)
        )
        found = {mutant.id: said.get(mutant.id, kill) for mutant in wanted}
        return campaign.Survey(own, tuple(wanted), found)

    monkeypatch.setattr(campaign, "survey", survey)
    return said


@pytest.mark.parametrize(
    ("fate_", "code"),
    [
        (MutantStatus.KILLED, 0),
        (MutantStatus.EQUIVALENT, 0),
        (MutantStatus.INVALID, 0),
        (MutantStatus.SURVIVED, 1),
        (MutantStatus.UNDETERMINED, 3),
    ],
)
def test_exit_codes(
    judged: dict[str, MutantVerdict],
    capsys: pytest.CaptureFixture[str],
    fate_: MutantStatus,
    code: int,
) -> None:
    judged["version.fixed:true"] = MutantVerdict(fate_, "because")
    assert mutate.main(FEW) == code
    out = capsys.readouterr().out
    assert all(len(line) <= 80 for line in out.splitlines())
    if fate_ is not MutantStatus.KILLED:
        assert "because" in out
        assert FIXED in out


def test_json_says_who_sees_what(
    judged: dict[str, MutantVerdict], capsys: pytest.CaptureFixture[str]
) -> None:
    judged["version.fixed:true"] = MutantVerdict(MutantStatus.SURVIVED, "because")
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
    campaign._begin(PROJECT, 0)
    found = campaign.survey(PROJECT, [named("version.fixed:true")], timeout=0.01)
    assert found.found["version.fixed:true"].status is MutantStatus.UNDETERMINED
    assert mutate_cli.exit_code(found) == 3


def test_two_processes_find_the_same() -> None:
    wanted = [named(id_) for id_ in ("version._SHOWN:one-more", "version.fixed:true")]
    one, two = (campaign.survey(PROJECT, wanted, jobs=jobs) for jobs in (1, 2))
    assert one.settled == two.settled
    assert [verdict.status for _, verdict in one.settled] == [
        MutantStatus.EQUIVALENT,
        MutantStatus.KILLED,
    ]


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
