"""A history that cannot be read costs the claims that need it, and no others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statecheck import Catalogue, Step, history, never, weak
from statecheck.certificate import evidence
from statecheck.claims.fairness import LeadsTo, leads_to
from statecheck.claims.results import Report, Verdict, exit_code
from statecheck.exit_codes import Exit
from statecheck.modeling import ModelError
from statecheck.prover.project import Project, project_of
from statecheck.prover.session import prover, run
from statecheck.symbolic.transition_system import HistoryError
from tests.statecheck.prover.workshop import Process, Workshop


@history(initially=False)
def was_inside(step: Step, process: Process) -> bool:
    return was_inside(process) or step.after[process].section.inside.is_active


@history(initially=False)
def divides(step: Step, process: Process) -> bool:
    return divides(process) or 1 / process.section.number > 0


@history(initially=False)
def divided_before(step: Step, process: Process) -> bool:
    """It can be read, but for the history that it asks for."""
    return divides(process)


@history(initially=lambda process: process.sektion)
def begins_nowhere(step: Step, process: Process) -> bool:
    return begins_nowhere(process)


@history(initially=False)
def compares(step: Step, process: Process) -> bool:
    return compares(process) is True


READ = ("read.was", "read.inside", "read.end")
UNREAD = {
    "unread.divides": "an int that may be any is asked for truediv",
    "unread.before": "it asks for the history divides, which cannot be read",
    "unread.nowhere": "declares no sektion",
    "unread.compares": "compares",
    "unread.possible": "an int that may be any is asked for truediv",
    "unread.named": "needs the history divides",
    "unread.hidden": "it asks for the history divides, which cannot be read",
    "unread.end": "needs the history divides",
    "unread.pair": "it returns tuple; a claim about the end of a run returns leads_to",
}

CATALOGUE = Catalogue(Workshop)


@CATALOGUE.always("unread.divides", "Unread")
def divides_never(workshop: Workshop, one: Process) -> bool:
    """Nothing divides."""
    return not divides(one)


@CATALOGUE.always("read.was", "Read")
def was(workshop: Workshop, one: Process) -> bool:
    """Who is inside was."""
    return not one.section.inside.is_active or was_inside(one)


@CATALOGUE.lemma("unread.before", "Unread")
def before(workshop: Workshop, one: Process) -> bool:
    """Nothing divided before."""
    return not divided_before(one)


@CATALOGUE.always("unread.nowhere", "Unread")
def nowhere(workshop: Workshop, one: Process) -> bool:
    """It begins nowhere."""
    return not begins_nowhere(one)


@CATALOGUE.always("unread.compares", "Unread")
def compared(workshop: Workshop, one: Process) -> bool:
    """It asks what it is."""
    return not compares(one)


@CATALOGUE.possible("unread.possible", "Unread")
def possible(workshop: Workshop, one: Process) -> bool:
    """Something divides."""
    return divides(one)


@CATALOGUE.possible("read.inside", "Read")
def inside(workshop: Workshop, one: Process) -> bool:
    """One can be inside."""
    return one.section.inside.is_active


@CATALOGUE.always("unread.named", "Unread")
def named(workshop: Workshop, one: Process) -> bool:
    """It names one that it does not ask for."""
    return True if one == one else divides(one)  # noqa: PLR0124  (it never gets there)


KEPT = {"it": divides}


@CATALOGUE.always("unread.hidden", "Unread")
def hidden(workshop: Workshop, one: Process) -> bool:
    """It asks for one that it does not name."""
    return not KEPT["it"](one)


def dividing(step: Step, one: Process) -> bool:
    return divides(one)


@CATALOGUE.eventually(
    "unread.end", "Unread", fairness=(weak(Workshop.leave, "one"), never("it divides", dividing))
)
def unread_end(workshop: Workshop, one: Process) -> LeadsTo:
    """Only what it assumes needs one."""
    return leads_to(one.section.inside.is_active, one.section.outside.is_active)


@CATALOGUE.eventually("read.end", "Read", fairness=(weak(Workshop.leave, "one"),))
def end(workshop: Workshop, one: Process) -> LeadsTo:
    """Whoever is inside leaves."""
    return leads_to(one.section.inside.is_active, one.section.outside.is_active)


@CATALOGUE.eventually("unread.pair", "Unread", fairness=(weak(Workshop.leave, "one"),))
def pair(workshop: Workshop, one: Process) -> Any:
    """It returns something else than it has to."""
    return one.section.inside.is_active, one.section.outside.is_active


@pytest.fixture(scope="module")
def project() -> Project:
    return project_of(CATALOGUE, f"{__name__}:CATALOGUE")


@pytest.fixture(scope="module")
def report(project: Project) -> Report:
    return run(project, project.claims)


def test_only_the_claims_that_need_it_are_open(report: Report) -> None:
    verdicts = {result.claim.id: result.verdict for result in report}
    assert verdicts == {
        "read.was": Verdict.PROVED,
        "read.inside": Verdict.REACHED,
        "read.end": Verdict.PROVED,
        **dict.fromkeys(UNREAD, Verdict.UNDETERMINED),
    }
    assert {result.claim.id for result in report if result.unread} == set(UNREAD)
    for title, reason in UNREAD.items():
        assert reason in report[title].detail, (title, report[title].detail)
    assert exit_code(report) is Exit.USAGE


def test_what_is_left_out_is_said(report: Report) -> None:
    for name in ("divides", "divided_before", "begins_nowhere", "compares"):
        assert any(f"the history {name} cannot be read" in note for note in report.notes)
    assert not any("was_inside" in note for note in report.notes)


def test_processes_agree(project: Project, report: Report) -> None:
    asked = [claim for claim in project.claims if claim.id in ("read.was", "unread.before")]
    two = run(project, asked, jobs=2)
    assert [(r.claim.id, r.verdict, r.detail) for r in two] == [
        (r.claim.id, r.verdict, r.detail) for r in report if r.claim in asked
    ]


def test_a_certificate_says_what_it_leaves_out(project: Project, report: Report) -> None:
    files = evidence.certify(project, report)
    manifest = json.loads(files["manifest.json"])
    assert {claim["title"] for claim in manifest["claims"]} == set(READ)
    assert set(manifest["left_out"]) == set(UNREAD)
    assert "Process.history.was_inside" in manifest["model"]["functions"]
    assert "Process.history.divides" not in manifest["model"]["functions"]


def test_whoever_does_not_isolate_is_refused(project: Project) -> None:
    with pytest.raises(HistoryError) as refusal:
        prover(project)
    assert isinstance(refusal.value, ModelError)
    assert refusal.value.history is compares


def test_a_history_that_nobody_keeps_is_refused() -> None:
    own = Catalogue(Workshop)
    own.always("it.hidden", "It")(hidden)
    alone = Project("it:CATALOGUE", Workshop, tuple(own.claims))
    (result,) = run(alone, alone.claims)
    assert result.unread
    assert "the history divides is asked for, and nobody keeps it" in result.detail
