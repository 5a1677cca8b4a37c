"""Certificates: another solver proves them again, and whoever tampers with one is found out."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import z3

from examples import mutual_exclusion
from model.site import Site
from model.version import SP4, StoreVersion
from proofs import project
from proofs.__main__ import main
from proofs.catalogue import CLAIMS, HISTORIES
from proofs.project import PROJECT
from statecheck.certificate import evidence
from statecheck.certificate.assembly import canonical
from statecheck.certificate.certificates import certificate
from statecheck.certificate.folder import OutputFolder
from statecheck.certificate.hypotheses import of_clauses
from statecheck.certificate.smtlib import Writer, layout, symbol
from statecheck.certificate.sweep import sweep
from statecheck.claims.claim import Claim
from statecheck.claims.results import Report, Result, Verdict
from statecheck.clock import Timeout
from statecheck.explicit.state_space import FiniteInstance
from statecheck.prover import session
from statecheck.prover.context import ProofContext
from statecheck.prover.project import project_of
from statecheck.prover.prover import Prover
from statecheck.recheck.certificate import Certificate
from statecheck.recheck.command import main as recheck_main
from statecheck.recheck.fragment import receipt
from statecheck.recheck.solver import Solver
from statecheck.recheck.texts import sections

pytestmark = pytest.mark.slow

IDS = (
    "resolution.no_move_fails",
    "resolution.no_move_fails_forever",
    "resolution.store_recoverable",
    "resolution.rollback_window",
    "safety.scan_is_served",
    "liveness.move_ends",
)
CHOSEN = [claim for claim in CLAIMS if claim.id in IDS]
TINY = FiniteInstance(
    Site, {"servers": 1, "mailboxes": 1, "attachments": 1}, {StoreVersion: (SP4,)}
)
SWEPT_SMALL = dataclasses.replace(PROJECT, instance=TINY)
ROOT = Path(__file__).parents[2]
STEP = "claims/resolution.no_move_fails/copy_attachment.smt2"
NAME = next(
    f"clause.{number}"
    for number, clause in enumerate(of_clauses(session.prover(PROJECT).context.invariant()), 1)
    if "!= scanning" in str(clause) and "antivirus.state" in str(clause)
)
CLAUSE = f"invariant/disable_antivirus/{NAME}.smt2"


@pytest.fixture(scope="module")
def engine() -> Prover:
    return session.prover(PROJECT)


@pytest.fixture(scope="module")
def results(engine: Prover) -> list[Result]:
    found = {result.claim: result for result in engine.prove(CHOSEN)}
    return [found[claim] for claim in CHOSEN]


@pytest.fixture(scope="module")
def files(results: list[Result]) -> dict[str, str]:
    return evidence.certify(PROJECT, Report("", tuple(results)))


@pytest.fixture
def folder(files: dict[str, str], tmp_path: Path) -> Path:
    path = tmp_path / "certificate"
    OutputFolder(str(path)).write(files)
    return path


@pytest.fixture(scope="module")
def solver() -> Solver:
    return Solver(60, proofs=False)


# -- Ctrl-C and time ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "whom"),
    [
        ("at once", "group"),
        ("while it works", "group"),
        ("while it works", "parent"),
        ("in the sweep", "group"),
    ],
)
def test_ctrl_c_is_never_taken_for_success(whom: str, when: str, tmp_path: Path) -> None:
    """The re-check says when it may be interrupted; the sweep would not end by itself."""
    code = f"""
        import sys, time
        from pathlib import Path
        from statecheck.certificate import evidence
        from statecheck.cli import certify
        from proofs.__main__ import main
        waited, swept = certify.Certified._waited, evidence.swept
        def waiting(self, process):
            if {when == "while it works"}:
                time.sleep(0.6)
            if {when != "in the sweep"}:
                Path("now").touch()
                time.sleep(0.3)
            return waited(self, process)
        def sweeping(*arguments, **options):
            if {when == "in the sweep"}:
                Path("now").touch()
                time.sleep(0.3)
            return swept(*arguments, **options)
        certify.Certified._waited, evidence.swept = waiting, sweeping
        sys.exit(main(["cause.only_cause", "--recheck"]))
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        while not (tmp_path / "now").exists():
            assert process.poll() is None
            time.sleep(0.01)
        (os.killpg if whom == "group" else os.kill)(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "interrupted"


def test_time_bounds_the_sweep(capfd: pytest.CaptureFixture[str]) -> None:
    began = time.process_time()
    with pytest.raises(Timeout):
        evidence.swept(PROJECT, Report("", ()), timeout=1)
    assert time.process_time() - began < 3
    assert main(["cause.only_cause", "--recheck", "--timeout", "5"]) == 3
    assert capfd.readouterr().err.splitlines()[-1].startswith("the certificate was not finished")


@pytest.mark.parametrize("claim", CHOSEN, ids=lambda claim: claim.title)
def test_a_certificate_of_one_claim_alone_is_whole(
    claim: Claim, engine: Prover, results: list[Result], tmp_path: Path
) -> None:
    """What the re-checker demands is what is written, whichever claim is asked for."""
    path = tmp_path / "certificate"
    (result,) = (result for result in results if result.claim is claim)
    OutputFolder(str(path)).write(certificate(engine, [result]))
    assert Certificate(path).problems == []


def test_what_is_undetermined_is_left_open(
    engine: Prover, results: list[Result], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A certificate that proves nothing is no success."""
    served = next(result for result in results if result.claim.id == "safety.scan_is_served")
    unsettled = Result(served.claim, Verdict.UNDETERMINED, "no proof, and no run")
    path = tmp_path / "certificate"
    OutputFolder(str(path)).write(certificate(engine, [unsettled]))
    assert recheck_main([str(path)]) == 3
    assert "left open: safety.scan_is_served is UNDETERMINED" in capsys.readouterr().out


# -- proving again --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(CLAIMS[1::3], id="a third"),
        pytest.param(CLAIMS, id="all", marks=pytest.mark.campaign),
    ],
)
def test_every_claim_is_certified_and_every_obligation_proved_again(
    asked: Sequence[Claim],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(project, "PROJECT", SWEPT_SMALL)
    path = tmp_path / "all"
    titles = [claim.title for claim in asked]
    options = ["--allow-undetermined", "--certificates", str(path), "--recheck"]
    assert main([*titles, *options]) == 0
    said = capfd.readouterr().out.split("Proved again: ")[1]
    for claim in asked:
        if claim.expected != "PROVED" or not claim.id.startswith("liveness."):
            found = re.search(
                rf"^{re.escape(claim.title)} +[A-Z]+ +(\d+) +(\d+)$", said, re.MULTILINE
            )
            assert found is not None, claim.title
            assert found[1] == found[2] != "0"
    assert "Without a solver: the invariant holds in all" in said

    count = len(json.loads((path / "manifest.json").read_text())["files"])
    assert count == len([*path.rglob("*.smt2")]) - 1  # the definitions
    assert f"{count} of {count} obligations proved again" in said
    assert f"{count} of {count} obligations are in a decidable fragment." in said
    clauses = len(session.prover(PROJECT).context.invariant())
    found = re.search(r"invariant +(\d+) clauses +(\d+) +(\d+)", said)
    assert found is not None
    assert list(map(int, found.groups())) == [clauses, 13 * clauses, 13 * clauses]
    assert max(map(len, said.splitlines())) <= 80


def test_z3_reads_the_same_texts(files: dict[str, str]) -> None:
    for path, text in files.items():
        if path.startswith("claims/") and path.endswith(".smt2"):
            instance = z3.Solver()
            instance.from_string(text)
            assert instance.check() == z3.unsat, path


def test_cvc5_checks_its_own_proofs(files: dict[str, str]) -> None:
    checking = Solver(60, proofs=True)
    assert checking.answer(files[STEP]) == "unsat"
    assert checking.answer(files[CLAUSE]) == "unsat"


def test_obligations_say_something(files: dict[str, str], solver: Solver) -> None:
    """Each of these changes makes the text satisfiable, so nothing in it is idle."""
    released = files[CLAUSE].replace(
        "AttachmentLifecycle.unscanned\n    (Attachment.lifecycle.state x))",
        "AttachmentLifecycle.scanning\n    (Attachment.lifecycle.state x))",
    )
    unfixed = files[STEP].replace("(assert (not claim))", "(assert claim)")
    shorter = files["claims/resolution.no_move_fails_forever/no-run-of-4.smt2"]
    other = shorter.replace("(assert (not claim))", "(assert claim)")
    states = files["claims/safety.scan_is_served/states.smt2"]
    alone = re.sub(r"\(assert \(forall .*\n", "", states)
    window = next(text for path, text in files.items() if path.endswith("2256779.smt2"))
    wider = window.replace("(<= version 1407396532256779)", "(<= version 1407396532256780)")
    for before, after in (
        (files[CLAUSE], released),
        (files[STEP], unfixed),
        (shorter, other),
        (states, alone),
        (window, wider),
    ):
        assert before != after
        assert solver.answer(after) == "sat"


def test_a_changed_model_is_refuted(results: list[Result], solver: Solver) -> None:
    """Scans that go on while AVAPI is disabled: the invariant's obligations notice."""

    class Forgetful(Site):
        def _drop_scans(self, server: Any) -> None:
            pass

    Forgetful.__name__ = Site.__name__  # constants are called after their system
    changed = Prover(
        ProofContext(
            Forgetful,
            session.prover(PROJECT).context.catalogue,
            HISTORIES,
            numbers=PROJECT.integers,
        )
    )
    original = session.prover(PROJECT)
    changed.context._invariant = original.context.invariant()
    served = [result for result in results if result.claim.id == "safety.scan_is_served"]
    texts = certificate(changed, served)
    about = [path for path in texts if re.match(r"invariant/(stop|disable)", path)]
    answers = {path: solver.answer(texts[path]) for path in about}
    assert {path.split("/")[1] for path, answer in answers.items() if answer == "sat"} == {
        "disable_antivirus",
        "stop_store",
    }


def test_what_is_left_open_is_listed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Solver, "answer", lambda _, text: "unknown" if SERVED in text else "unsat")
    assert recheck_main([str(folder)]) == 3
    assert "left open: claims/safety.scan_is_served/states.smt2: unknown" in capsys.readouterr().out
    monkeypatch.setattr(Solver, "answer", lambda _, text: "sat" if SERVED in text else "unknown")
    assert recheck_main([str(folder)]) == 1
    assert "refuted: claims/safety.scan_is_served/states.smt2" in capsys.readouterr().out


def test_an_interrupt_reports_what_was_settled(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter(["unsat"] * 7)

    def answer(_: Solver, text: str) -> str:
        for said in answers:
            return said
        raise KeyboardInterrupt

    monkeypatch.setattr(Solver, "answer", answer)
    assert recheck_main([str(folder)]) == 130
    said = capsys.readouterr()
    assert "7 of " in said.out
    assert "interrupted: 7 of " in said.err


def test_the_manifest_keeps_to_its_schema(files: dict[str, str]) -> None:
    schema = json.loads(
        (ROOT / "statecheck" / "certificate" / "certificate.schema.json").read_text()
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(files["manifest.json"]))


# -- tampering ------------------------------------------------------------------------------------

Tamper = Callable[[Path, dict[str, Any]], None]


def changed(path: str, old: str, new: str) -> Tamper:
    def tamper(folder: Path, _: dict[str, Any]) -> None:
        text = (folder / path).read_text()
        assert old in text
        (folder / path).write_text(text.replace(old, new))

    return tamper


def sealed(tamper: Tamper) -> Tamper:
    """A change whose author also corrects every digest."""

    def and_seal(folder: Path, manifest: dict[str, Any]) -> None:
        tamper(folder, manifest)
        for path, about in manifest["files"].items():
            about["sha256"] = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        text = (folder / "definitions.smt2").read_text()
        manifest["definitions"] = hashlib.sha256(text.encode()).hexdigest()
        for name, body in sections(text)[1:]:
            own = hashlib.sha256(body.removesuffix("\n").encode()).hexdigest()
            manifest["sections"][name] = own
        for claim in manifest["claims"]:
            for path in claim["runs"]:
                claim["runs"][path] = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        manifest["digest"] = ""
        content = {name: value for name, value in manifest.items() if name != "digest"}
        manifest["digest"] = hashlib.sha256(canonical(content).encode()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest))

    return and_seal


def everywhere(old: str, new: str) -> Tamper:
    def tamper(folder: Path, manifest: dict[str, Any]) -> None:
        for path in ("definitions.smt2", *manifest["files"]):
            text = (folder / path).read_text()
            (folder / path).write_text(text.replace(old, new))

    return tamper


def said(title: str, **values: Any) -> Tamper:
    """Another word in a claim's entry."""

    def tamper(_: Path, manifest: dict[str, Any]) -> None:
        (claim,) = (claim for claim in manifest["claims"] if claim["title"] == title)
        assert any(claim[name] != value for name, value in values.items())
        claim.update(values)

    return tamper


def without_obligations(title: str, keep: int, **values: Any) -> Tamper:
    """A claim whose obligations are gone but for the first ones."""

    def tamper(folder: Path, manifest: dict[str, Any]) -> None:
        (claim,) = (claim for claim in manifest["claims"] if claim["title"] == title)
        claim.update(values)
        names = [premise["name"] for premise in claim["premises"][:keep]]
        claim["premises"] = claim["premises"][:keep]
        for path in list(claim["obligations"]):
            if manifest["files"][path].get("premise") not in names:
                (folder / path).unlink()
                del manifest["files"][path]
                claim["obligations"].remove(path)

    return tamper


def shorter_by_three(folder: Path, manifest: dict[str, Any]) -> None:
    """A run that is cut off, in the manifest and beside the proof that it happens."""
    said(FOREVER, steps=2)(folder, manifest)
    run = json.loads((folder / RUN).read_text())
    run["states"] = run["states"][:3]
    (folder / RUN).write_text(json.dumps(run))
    (claim,) = (claim for claim in manifest["claims"] if claim["title"] == FOREVER)
    for steps in (2, 3, 4):
        path = f"claims/{FOREVER}/no-run-of-{steps}.smt2"
        (folder / path).unlink()
        del manifest["files"][path]
        claim["obligations"].remove(path)


def in_run(change: Callable[[list[dict[str, Any]]], None]) -> Tamper:
    """Other states in a run."""

    def tamper(folder: Path, _: dict[str, Any]) -> None:
        run = json.loads((folder / RUN).read_text())
        change(run["states"])
        (folder / RUN).write_text(json.dumps(run))

    return tamper


def last_state(states: list[dict[str, Any]]) -> None:
    states[-1]["Mailbox.move.state"]["#map"] = [["mailbox1", "moved"]]


def other_action(states: list[dict[str, Any]]) -> None:
    states[1]["action"]["value"] = {"server": "server2"}


def other_start(states: list[dict[str, Any]]) -> None:
    for state in states:
        state["Site.sticky"] = True


def another_plan(_: Path, manifest: dict[str, Any]) -> None:
    (claim,) = (claim for claim in manifest["claims"] if claim["plans"])
    claim["plans"][1][0]["arguments"][1] = 7


def another_receipt(_: Path, manifest: dict[str, Any]) -> None:
    manifest["files"][STEP]["fragment"]["edges"] = []


def twice(_: Path, manifest: dict[str, Any]) -> None:
    manifest["claims"].append(manifest["claims"][0] | {"verdict": "REFUTED"})


def less_is_covered(_: Path, manifest: dict[str, Any]) -> None:
    manifest["does_not_cover"].pop()


def another_clause(_: Path, manifest: dict[str, Any]) -> None:
    manifest["invariant"]["clauses"][0]["says"] = "every Attachment: it is safe"


def other_regions(_: Path, manifest: dict[str, Any]) -> None:
    (claim,) = (claim for claim in manifest["claims"] if claim["numbers"])
    claim["numbers"]["says"][0]["from"] = "5.5.2651.32"


def dropped(folder: Path, manifest: dict[str, Any]) -> None:
    (folder / CLAUSE).unlink()
    del manifest["files"][CLAUSE]
    manifest["invariant"]["obligations"].remove(CLAUSE)


def weaker(folder: Path, manifest: dict[str, Any]) -> None:
    manifest["claims"][0]["verdict"] = "UNDETERMINED"
    (folder / "manifest.json").write_text(json.dumps(manifest))


def added(folder: Path, _: dict[str, Any]) -> None:
    (folder / "claims" / "more.smt2").write_text("(check-sat)\n")


SERVED = "(not (= (Attachment.lifecycle.state attachment) AttachmentLifecycle.scanning))))"
"""The end of the claim safety.scan_is_served, as it is asked."""

FOREVER = "resolution.no_move_fails_forever"
RUN = f"claims/{FOREVER}/run.itf.json"
HAPPENS = f"claims/{FOREVER}/run.smt2"
SHORTER = f"claims/{FOREVER}/no-run-of-4.smt2"
PLANS = "claims/resolution.store_recoverable/plans.smt2"
UNLIKE = "does not say what the definitions do"
TAMPERS: dict[str, tuple[Tamper, str]] = {
    "an obligation": (changed(STEP, "(assert reading)", "(assert false)"), "was changed"),
    "the invariant": (changed(CLAUSE, "AntivirusApi.disabled", "AntivirusApi.enabled"), "changed"),
    "the manifest": (weaker, "manifest.json was changed"),
    "no JSON": (changed("manifest.json", "{", "["), "manifest.json is damaged"),
    "a file less": (lambda folder, _: (folder / CLAUSE).unlink(), f"{CLAUSE} is missing"),
    "a file more": (added, "claims/more.smt2 was added"),
    "a run": (changed(RUN, "copying", "moved"), "was changed"),
    "a goal, sealed": (
        sealed(changed(STEP, "(assert reading)", "(assert false)")),
        "its goal is not the one of its rule",
    ),
    "a goal that asks twice, sealed": (
        sealed(changed(STEP, "(check-sat)", "(assert false)\n(check-sat)")),
        "its goal is not the one of its rule",
    ),
    "a header, sealed": (
        sealed(changed(STEP, "(set-logic", "(assert false)\n(set-logic")),
        "its header is another one",
    ),
    "one invariant, sealed": (
        sealed(changed(CLAUSE, "AntivirusApi.disabled", "AntivirusApi.enabled")),
        "is not that of the other obligations",
    ),
    "parentheses, sealed": (
        sealed(changed(STEP, "(define-fun claim () Bool", "(define-fun claim () Bool (or true")),
        "does not say what it should",
    ),
    "one claim that says nothing, sealed": (
        sealed(changed(STEP, "reading () Bool\n  (and", "reading () Bool\n  (and false")),
        "is not that of the other obligations",
    ),
    "a definition that asserts, sealed": (
        sealed(everywhere("; == invariant\n", "; == invariant\n(assert false)\n")),
        "'invariant' has a command assert",
    ),
    "a start that contradicts, sealed": (
        sealed(
            everywhere("; == start\n", "; == start\n(assert (forall ((x Server)) (= 0 (+ 0 1))))\n")
        ),
        "'start' does not fix each function once",
    ),
    "an obligation less, sealed": (
        sealed(dropped),
        f"an obligation is missing: step {NAME} disable_antivirus",
    ),
    "a run that jumps, sealed": (
        sealed(changed(RUN, '"tag": "stop_store"', '"tag": "jump"')),
        "follows from jump, which is no action",
    ),
    "a search that contradicts itself, sealed": (
        sealed(changed(SHORTER, "; == instances\n", "; == instances\n(assert (=> true false))\n")),
        f"its section 'instances' {UNLIKE}",
    ),
    "any step that contradicts itself, sealed": (
        sealed(
            changed(
                SHORTER,
                "(declare-const every.1@3",
                "(assert (=> true false))\n(declare-const every.1@3",
            )
        ),
        f"its section 'any step 4' {UNLIKE}",
    ),
    "any step that is never enabled, sealed": (
        sealed(
            changed(
                SHORTER,
                "(define-fun enabled@3 () Bool\n  (and",
                "(define-fun enabled@3 () Bool\n  (and false",
            )
        ),
        f"its section 'any step 4' {UNLIKE}",
    ),
    "a search for nothing, sealed": (
        sealed(changed(SHORTER, "reading () Bool\n  (and", "reading () Bool\n  (and false")),
        UNLIKE,
    ),
    "a run that always ends so, sealed": (
        sealed(
            changed(
                HAPPENS,
                "reading () Bool\n  (and",
                "reading () Bool\n  (or true",
            )
        ),
        UNLIKE,
    ),
    "a run whose step is always enabled, sealed": (
        sealed(
            changed(
                HAPPENS,
                "(define-fun enabled.1 () Bool (=",
                "(define-fun enabled.1 () Bool true)(define-fun other () Bool (=",
            )
        ),
        f"its section 'step 1' {UNLIKE}",
    ),
    "a plan that always works, sealed": (
        sealed(
            changed(
                PLANS,
                "(define-fun plan.1 () Bool",
                "(define-fun plan.1 () Bool true)(define-fun other () Bool",
            )
        ),
        f"its section 'plans' {UNLIKE}",
    ),
    "another plan, sealed": (sealed(another_plan), f"its section 'plans' {UNLIKE}"),
    "eight of nine premises less, sealed": (
        sealed(without_obligations("liveness.move_ends", 1)),
        "liveness.move_ends has other premises than the chain rule asks for",
    ),
    "a phase less, sealed": (
        sealed(without_obligations("liveness.move_ends", 6 - 1)),
        "liveness.move_ends has other premises than the chain rule asks for",
    ),
    "an unknown verdict, sealed": (
        sealed(without_obligations("resolution.no_move_fails", 0, verdict="PROVED ")),
        "resolution.no_move_fails cannot be PROVED : it is of the kind always",
    ),
    "another verdict of the kind, sealed": (
        sealed(said(FOREVER, verdict="REACHED")),
        f"{FOREVER} cannot be REACHED",
    ),
    "a claim twice, sealed": (
        sealed(twice),
        "manifest.json has other claims than definitions",
    ),
    "a run that is cut off, sealed": (sealed(shorter_by_three), "run.smt2 does not say what it"),
    "another last state, sealed": (
        sealed(in_run(last_state)),
        "Mailbox.move.state(mailbox1) is another one in state 5",
    ),
    "another argument, sealed": (sealed(in_run(other_action)), f"{RUN} is no run"),
    "another beginning, sealed": (sealed(in_run(other_start)), f"'first state' {UNLIKE}"),
    "other words for a claim, sealed": (
        sealed(said("resolution.no_move_fails", says="No move ever fails.")),
        "says something else of resolution.no_move_fails than its definitions",
    ),
    "other words for a clause, sealed": (sealed(another_clause), "something else of the invariant"),
    "other words for a region, sealed": (
        sealed(other_regions),
        "the regions of resolution.rollback_window are not those that its numbers give",
    ),
    "another receipt, sealed": (sealed(another_receipt), "its receipt is another one"),
    "more that is covered, sealed": (sealed(less_is_covered), "covers something else"),
}


@pytest.mark.parametrize("what", TAMPERS)
def test_tampering_is_found_out(
    what: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper, complaint = TAMPERS[what]
    tamper(folder, json.loads((folder / "manifest.json").read_text()))
    assert recheck_main([str(folder)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert any(complaint in line for line in said.err.splitlines()), said.err
    assert said.err.splitlines()[-1].endswith("was tampered with; nothing was proved again")


def test_a_definition_changed_everywhere_is_found_out_by_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What no reader of the folder can notice: another model, consistently."""
    monkeypatch.setattr(project, "PROJECT", SWEPT_SMALL)
    claims = ["resolution.no_move_fails"]
    assert main([*claims, "--certificates", str(tmp_path / "own")]) == 0
    own = tmp_path / "own"
    assert main([*claims, "--certificates", str(own), "--recheck"]) == 0
    assert "is, byte by byte, what this run writes" in capsys.readouterr().err
    manifest = json.loads((own / "manifest.json").read_text())
    sealed(everywhere("1407396532256780", "1407396532256781"))(own, manifest)
    assert recheck_main([str(own)]) == 0
    capsys.readouterr()
    assert main([*claims, "--certificates", str(own), "--recheck"]) == 1
    said = capsys.readouterr().err
    assert "is not the certificate of this model and these claims" in said


# -- independence ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of few obligations."""
    home = f"{mutual_exclusion.__name__}:CATALOGUE"
    own = project_of(mutual_exclusion.CATALOGUE, home)
    path = tmp_path_factory.mktemp("small") / "certificate"
    OutputFolder(str(path)).write(evidence.certify(own, session.run(own, own.claims)))
    return path


def test_the_recheck_imports_neither_model_nor_engine(small: Path) -> None:
    program = (
        "import sys; from proofs.__main__ import main; "
        f"print(main(['recheck', {str(small)!r}])); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    *_, code, modules = done.stdout.splitlines()
    assert code == "0"
    assert {"cvc5", "statecheck.recheck"} <= set(modules.split())
    for name in modules.split():
        top, *rest = name.split(".")
        assert top not in ("model", "z3", "statemachine")
        assert (
            top != "statecheck" or not rest or rest[0] in ("cli", "errors", "exit_codes", "recheck")
        )


def test_the_recheck_runs_from_its_folder_alone(small: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "statecheck" / "recheck", tmp_path / "recheck")
    done = subprocess.run([sys.executable, "-m", "recheck", small], cwd=tmp_path, check=False)
    assert done.returncode == 0


def test_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    manifests = []
    for number in ("1", "2"):
        path = tmp_path / number
        done = subprocess.run(
            [sys.executable, "-m", "proofs", *IDS[::2], "--certificates", path],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": number},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0
        manifests.append(
            {f.relative_to(path): f.read_bytes() for f in path.rglob("*") if f.is_file()}
        )
    assert manifests[0] == manifests[1]


# -- the folder -----------------------------------------------------------------------------------


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "certificate"
    folder = OutputFolder(str(path))
    with pytest.raises(OSError, match="name too long"):
        folder.write({"a": "1", "b" * 300: "2"})
    assert list(tmp_path.iterdir()) == []
    content: dict[str, Any] = {"files": {}, "claims": [], "definitions": ""}
    content["definitions"] = hashlib.sha256(b"1").hexdigest()
    content["digest"] = hashlib.sha256(canonical(content).encode()).hexdigest()
    own = {"definitions.smt2": "1", "manifest.json": json.dumps(content)}
    folder.write(own)
    again = OutputFolder(str(path))
    with pytest.raises(OSError, match="name too long"):
        again.write({"definitions.smt2": "2", "b" * 300: "2"})
    assert (path / "definitions.smt2").read_text() == "1"
    again.write({"manifest.json": "{}"})
    assert [file.name for file in path.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize("there", ["file", "foreign", "beside"])
def test_nothing_else_is_overwritten(
    there: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "certificate"
    if there == "file":
        path.write_text("mine")
    else:
        path.mkdir()
        (path / "mine").write_text("mine")
        if there == "beside":
            (path / "manifest.json").write_text(json.dumps({"files": {}, "claims": []}))
    assert main(["safety.scan_is_served", "--certificates", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert "cannot write" in said.err
    mine = path if there == "file" else path / "mine"
    assert mine.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere"], "nowhere is not a folder"),
        (["."], "has no manifest.json"),
        ([], "required"),
        ([".", "--timeout", "0"], "not a number of seconds"),
        ([".", "--frobnicate"], "frobnicate"),
        (["old"], "has schema 0"),
    ],
)
def test_what_cannot_be_rechecked_is_one_line(
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "manifest.json").write_text('{"schema": 0}')
    assert recheck_main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert complaint in said.err
    assert len(said.err.splitlines()) == 1


def test_without_cvc5_it_says_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "cvc5", None)
    assert recheck_main([str(folder)]) == 2
    assert "python -m pip install cvc5" in capsys.readouterr().err


# -- runs, receipts, states -----------------------------------------------------------------------


def test_runs_are_itf_and_change_what_the_report_says(
    files: dict[str, str], results: list[Result]
) -> None:
    result = next(r for r in results if r.claim.id == "resolution.no_move_fails_forever")
    assert result.run is not None
    document = json.loads(files[RUN])
    assert document["#meta"]["format"] == "ITF"
    states = document["states"]
    assert len(states) == len(result.run.steps) + 1
    for index, step in enumerate(result.run.steps):
        before, after = states[index], states[index + 1]
        assert after["#meta"]["index"] == index + 1
        assert after["action"]["tag"] == step.action
        moved = _moved(document["vars"], before, after)
        assert moved == {(change.entity, change.what) for change in step.changes}


def _moved(names: list[str], before: dict[str, Any], after: dict[str, Any]) -> set[Any]:
    found = set()
    for name in names:
        if name == "action" or ".history." in name or before[name] == after[name]:
            continue
        what = name.split(".", 1)[1].removesuffix(".state")
        pairs = zip(before[name]["#map"], after[name]["#map"], strict=True)
        found |= {(entity, what) for (entity, old), (_, new) in pairs if old != new}
    return found


FOR_SOME = "(define-fun some ((x B)) Bool (exists ((y A)) (= (f y) x)))"
TWO_SORTS = "(declare-sort A 0)(declare-sort B 0)(declare-fun f (A) B)"


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("(declare-sort A 0)(declare-fun f (A) A)(assert (forall ((x A)) (= (f x) x)))", "A -> A"),
        (
            f"{TWO_SORTS}{FOR_SOME}(assert (forall ((x B)) (some x)))",
            "some A for every B",
        ),
        ("(assert (not (exists ((x Int)) (< x (+ x 1)))))", "ranges over Int"),
        ("(declare-const n Int)(assert (= n (* n n)))", "multiplied"),
        (
            f"{TWO_SORTS}(assert (exists ((x B)) (forall ((y A)) (= (f y) x))))",
            None,
        ),
        ("(declare-const n Int)(assert (exists ((x Int)) (< x n)))", None),
    ],
)
def test_a_receipt_names_the_edge_that_leaves_the_fragment(text: str, leaves: str | None) -> None:
    found = receipt(text)
    assert (found.leaves is None) == (leaves is None)
    if leaves is not None:
        assert found.leaves is not None
        assert leaves in found.leaves


def test_receipts_of_obligations_say_which_sorts_lead_where(files: dict[str, str]) -> None:
    about = json.loads(files["manifest.json"])["files"][CLAUSE]["fragment"]
    assert about["decidable"]
    assert "Attachment -> Mailbox (Attachment.mailbox)" in about["edges"]
    ways = {edge.split(" (")[0] for edge in about["edges"]}
    assert ways == {"Attachment -> Mailbox", "Mailbox -> Server"}


def test_text_is_quoted_where_it_has_to_be_and_never_empty(engine: Prover) -> None:
    writer = Writer(engine.context.transitions)
    assert symbol("Server.store.state") == "Server.store.state"
    assert symbol("5.5.2653.23") == "|5.5.2653.23|"
    assert symbol("f'") == "|f'|"
    assert writer.write(z3.Or()) == "false"
    assert writer.write(z3.And()) == "true"
    assert writer.write(z3.IntVal(-5)) == ("-", "5")
    x, y = z3.Bools("b a")
    assert layout(writer.write(z3.And(x, z3.And(y, x)))) == "(and a b b)"


def test_the_sweep_notices_a_false_clause(engine: Prover) -> None:
    first, *clauses = of_clauses(engine.context.invariant()).values()
    false = dataclasses.replace(first, term=z3.Not(first.term))
    found = sweep(engine.context.transitions, [*clauses, false], (PROJECT.small_instance,))
    assert found.failure is not None
    assert false.says in found.failure
