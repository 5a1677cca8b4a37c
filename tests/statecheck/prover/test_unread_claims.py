"""A claim whose words cannot be understood is named, and the others are settled all the same."""

from __future__ import annotations

import json

import pytest

import statecheck
from statecheck import ActionDisabled, Catalogue, action, leads_to, weak
from statecheck.certificate.certificates import certificate
from statecheck.claims.fairness import LeadsTo
from statecheck.claims.results import Verdict, exit_code
from statecheck.exit_codes import Exit
from statecheck.prover.project import project_of
from statecheck.prover.session import prover, run
from tests.statecheck.prover.workshop import Process, Workshop

READ = ("read.number", "read.inside")
UNREAD = ("unread.division", "unread.max", "unread.name", "unread.end")

CATALOGUE = Catalogue(Workshop)


@CATALOGUE.always("unread.division", "Unread")
def division(workshop: Workshop, one: Process) -> bool:
    """Nothing divides a number that may be any."""
    return 1 / one.section.number > 0


@CATALOGUE.always("read.number", "Read")
def number(workshop: Workshop, one: Process) -> bool:
    """Numbers stay."""
    return one.section.number == 0


@CATALOGUE.always("unread.max", "Unread")
def greatest(workshop: Workshop) -> bool:
    """Nothing takes the greatest of any number of processes."""
    return max(p.section.number for p in workshop.processes) == 0


@CATALOGUE.possible("read.inside", "Read")
def inside(workshop: Workshop, one: Process) -> bool:
    """One can be inside."""
    return one.section.inside.is_active


@CATALOGUE.possible("unread.name", "Unread")
def name(workshop: Workshop, one: Process) -> bool:
    """A process has no such machine."""
    return bool(one.sektion.inside.is_active)  # type: ignore[attr-defined]


@CATALOGUE.eventually("unread.end", "Unread", fairness=(weak(Workshop.leave, "one"),))
def end(workshop: Workshop, one: Process) -> tuple[bool, bool]:
    """Nor here."""
    return one.section.inside.is_active, one.sektion  # type: ignore[attr-defined]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_can_be_read_is_settled(jobs: int) -> None:
    report = run(project_of(CATALOGUE, f"{__name__}:CATALOGUE"), list(CATALOGUE.claims), jobs=jobs)
    assert {result.claim.id: result.verdict for result in report} == {
        "read.number": Verdict.PROVED,
        "read.inside": Verdict.REACHED,
        **dict.fromkeys(UNREAD, Verdict.UNDETERMINED),
    }
    assert {result.claim.id for result in report if result.unread} == set(UNREAD)
    assert "declares no sektion" in report["unread.name"].detail
    assert "an int that may be any is asked for truediv" in report["unread.division"].detail


def test_nothing_lets_an_unread_claim_pass() -> None:
    report = statecheck.prove(CATALOGUE)
    assert exit_code(report) is Exit.USAGE
    assert exit_code(report, allow_undetermined=True) is Exit.USAGE
    read = statecheck.prove(CATALOGUE, *READ)
    assert exit_code(read) is Exit.AS_EXPECTED


def test_a_certificate_leaves_unread_claims_out() -> None:
    engine = prover(project_of(CATALOGUE, f"{__name__}:CATALOGUE"))
    results = list(engine.prove(list(CATALOGUE.claims)))
    files = certificate(engine, results, [claim.title for claim in CATALOGUE.claims])
    manifest = json.loads(files["manifest.json"])
    assert {claim["title"] for claim in manifest["claims"]} == set(READ)
    assert set(manifest["catalogue"]) == {*READ, *UNREAD}


class Quiet(Workshop):
    @action
    def enter_alone(self, process: Process) -> None:
        if any(other.section.inside.is_active for other in self.processes):
            raise ActionDisabled
        process.section.enter()


GROUPS = Catalogue(Quiet)


@GROUPS.always("quantified.number", "Read")
def stays(workshop: Quiet, one: Process) -> bool:
    """Numbers stay."""
    return one.section.number == 0


@GROUPS.eventually("quantified.end", "Unread", fairness=(weak(Quiet.enter_alone),))
def comes_in(workshop: Quiet, one: Process) -> LeadsTo:
    """One of any number is let in again and again, and nobody says which."""
    return leads_to(one.section.outside.is_active, one.section.inside.is_active)


def test_fairness_that_cannot_be_said_of_each_is_refused_of_its_claim_alone() -> None:
    report = statecheck.prove(GROUPS)
    assert report["quantified.number"].verdict is Verdict.PROVED
    assert report["quantified.end"].unread
    assert "name the claim's variables" in report["quantified.end"].detail


NUMBERS = Catalogue(Quiet)


@NUMBERS.always("numbers.stay", "Read")
def stays_too(workshop: Quiet, one: Process) -> bool:
    """Numbers stay."""
    return one.section.number == 0


@NUMBERS.derived("numbers.any", "Unread")
def any_number(workshop: Quiet, one: Process, number: int) -> bool:
    """Which numbers are there?"""
    return one.section.number == number


@NUMBERS.refuted("numbers.across", "Unread", across="limit")
def across(workshop: Quiet, one: Process) -> bool:
    """Nobody gets in, whatever the limit."""
    return not one.section.inside.is_active


def test_an_answer_that_has_no_range_is_refused_of_its_claim_alone() -> None:
    report = statecheck.prove(NUMBERS)
    assert report["numbers.stay"].verdict is Verdict.PROVED
    assert "and that is number: int, of which no range is known" in report["numbers.any"].detail
    assert "across='limit' is no constant with a range" in report["numbers.across"].detail
    assert report["numbers.any"].unread
    assert report["numbers.across"].unread
