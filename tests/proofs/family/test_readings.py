"""What holds under which readings, and what cannot both hold, challenged by exhaustive search."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from model.family.composition import site_with
from model.family.consumers import ConsumerSite
from model.family.directory import DirectorySite
from model.family.faults import FaultSite
from model.family.registry import RegistrySite
from model.family.scanner import ScannerSite
from model.family.services import ServiceSite
from model.family.since_sp3 import SinceSp3Site
from model.family.timeouts import TimeOutSite
from model.site import Site
from model.version import FIRST_POSTED_WITH_MOVE_FIX, SP3, SP4, StoreVersion
from proofs.catalogue import HISTORIES
from proofs.family.conflicts import Conflicts, conflicts, no_run_to_both
from proofs.family.lemmas import LEMMAS
from proofs.family.matrix import (
    ALL_READINGS,
    NAMES,
    FamilyProver,
    Standing,
    admits,
    excludes_event,
)
from proofs.family.sentence import Sentence
from proofs.family.sentences import SENTENCES
from proofs.family.vocabulary import fresh
from proofs.questions.page import PAGE, readings_part
from statecheck.claims.claim import Claim
from statecheck.explicit.search import Finding, check
from statecheck.explicit.state_space import FiniteInstance
from statecheck.modeling import NO_VARIANT, signature

pytestmark = pytest.mark.slow

SP2, CRASHES = map(StoreVersion.parse, ("5.5.2448.8", "5.5.2652.29"))
PASSES = StoreVersion.parse("5.5.2654.61")

SMALL: dict[str, tuple[tuple[type[Site], ...], tuple[StoreVersion, ...]]] = {
    "q271547.sp4_cures": ((TimeOutSite, ServiceSite), (SP4,)),
    "q271547.only_cause": ((TimeOutSite, ServiceSite, SinceSp3Site), (SP3,)),
    "q271547.move_may_fail": ((SinceSp3Site,), (SP3,)),
    "q271547.scan_before_client": ((SinceSp3Site,), (SP2, SP4)),
    "q271547.only_moves_bypass": ((ConsumerSite, SinceSp3Site), (PASSES,)),
    "q271547.disable_first": ((TimeOutSite, ServiceSite), (SP3,)),
    "q264731.move_times_out_on_sp4": ((TimeOutSite,), (SP4,)),
    "q264731.client_times_out": ((TimeOutSite,), (SP3,)),
    "q264731.scan_begins_without_start": ((ScannerSite,), (SP3,)),
    "q264731.update_outdates_all": ((SinceSp3Site,), (SP2, SP3)),
    "q264731.scanner_submits": ((ScannerSite,), (SP3,)),
    "q276056.scan_begins_at_start": ((ScannerSite,), (SP3,)),
    "q267233.any_service_fails": ((ServiceSite, SinceSp3Site), (SP3,)),
    "q267233.quit_all": ((ServiceSite, SinceSp3Site), (SP3,)),
    "q269439.change_takes_effect_later": ((RegistrySite, SinceSp3Site), (SP3,)),
    "q269439.enabling_outdates_all": ((RegistrySite,), (SP3,)),
    "q269439.synchronization_times_out": ((TimeOutSite,), (SP3,)),
    "q263947.avapi_came_with_sp3": ((SinceSp3Site,), (SP2, SP3)),
    "q288848.mta_affected_before_sp3": ((ConsumerSite, SinceSp3Site), (SP2,)),
    "q288848.mta_gets_unscanned": ((ConsumerSite, SinceSp3Site), (PASSES,)),
    "q288848.mta_fails_before": ((ConsumerSite, SinceSp3Site), (SP3,)),
    "q290621.rules_affected_before_sp3": ((ConsumerSite, SinceSp3Site), (SP2,)),
    "q290621.rules_affected_on_sp4": ((ConsumerSite, SinceSp3Site), (SP4,)),
    "q252869.second_move_loses_mail": ((DirectorySite,), (SP3,)),
    "q252869.only_second_moves_lose_mail": ((DirectorySite,), (SP3,)),
    "any_user.no_mail_is_lost": ((DirectorySite,), (SP3,)),
    "q262491.crash_begins_with_2652_19": ((FaultSite,), (CRASHES,)),
    "q262491.sp4_does_not_crash": ((FaultSite,), (CRASHES,)),
    "q262491.store_crashes": ((FaultSite, SinceSp3Site), (CRASHES,)),
}
"""The extensions that a sentence is about, and builds of Store.exe that it turns on."""


@pytest.fixture(scope="module")
def prover() -> FamilyProver:
    return FamilyProver()


@pytest.fixture(scope="module")
def standings(prover: FamilyProver) -> dict[Sentence, Standing]:
    return {standing.sentence: standing for standing in prover.standings()}


@pytest.fixture(scope="module")
def found(prover: FamilyProver, standings: dict[Sentence, Standing]) -> Conflicts:
    return conflicts(prover, list(standings.values()))


def instances(
    sentence: Sentence, plain: Any = None
) -> list[tuple[dict[str, bool], FiniteInstance]]:
    """A small instance of what a sentence needs, for each choice of the readings that it has."""
    extensions, versions = SMALL[sentence.id]
    system = site_with(*(plain or extensions))
    constants = [name for name, _, _ in signature(system).constants if name in NAMES]
    # A run about the directory is the shorter the less there is to copy.
    attachments = 0 if DirectorySite in extensions else 1
    sizes = {"servers": 2, "mailboxes": 1, "attachments": attachments}
    made = []
    for values in itertools.product((False, True), repeat=len(constants)):
        chosen = dict(zip(constants, values, strict=True))
        fixed = {**chosen, "first_fix": FIRST_POSTED_WITH_MOVE_FIX}
        made.append((chosen, FiniteInstance(system, sizes, {StoreVersion: versions}, fixed)))
    return made


def anywhere(claim: Claim) -> Claim:
    return replace(claim, variant=NO_VARIANT)


def test_every_sentence_is_settled_and_as_expected(standings: dict[Sentence, Standing]) -> None:
    assert not [s.sentence.id for s in standings.values() if not s.as_expected]
    for standing in standings.values():
        assert standing.happens | standing.never == set(ALL_READINGS)
        assert not standing.happens & standing.never


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.id)
def test_a_sentence_holds_where_a_search_says(
    standings: dict[Sentence, Standing], sentence: Sentence
) -> None:
    standing, steps = standings[sentence], []
    for chosen, instance in instances(sentence):
        reading = tuple(chosen.get(name, False) for name in NAMES)
        outcome = check(anywhere(excludes_event(sentence, ())), (*HISTORIES, fresh), instance)
        assert (outcome.finding is Finding.VIOLATED) is (reading in standing.happens), reading
        if outcome.steps is not None:
            steps.append(outcome.steps)
    if standing.runs:
        assert min(steps) == min(len(run.steps) for run, _ in standing.runs)


def test_lemmas_hold() -> None:
    sentence = next(s for s in SENTENCES if s.id == "q271547.scan_before_client")
    for lemma in LEMMAS.claims:
        for _, instance in instances(sentence):
            outcome = check(lemma, (*HISTORIES, fresh), instance)
            assert outcome.finding is Finding.HOLDS


IN_A_STEP = {
    ("q264731.move_times_out_on_sp4", "q271547.sp4_cures"),
    ("q267233.any_service_fails", "q271547.only_cause"),
    ("q264731.scan_begins_without_start", "q276056.scan_begins_at_start"),
    ("q288848.mta_affected_before_sp3", "q263947.avapi_came_with_sp3"),
    ("q290621.rules_affected_before_sp3", "q263947.avapi_came_with_sp3"),
    ("q288848.mta_gets_unscanned", "q271547.only_moves_bypass"),
    ("q252869.second_move_loses_mail", "any_user.no_mail_is_lost"),
}
"""The behavioural disagreements that one expects: 1, 2, 3, 5 (twice), 6 and 7 of the articles."""


def test_the_conflicts_are_those_that_one_expects(found: Conflicts) -> None:
    assert not found.open
    by_run = {(c.possible.id, c.always.id) for c in found.found if c.run is not None}
    assert by_run == IN_A_STEP
    for conflict in found.found:
        if conflict.run is None:
            assert {conflict.possible.article, conflict.always.article} != {"Q271547"}


def test_the_run_of_a_conflict_is_the_shortest(
    found: Conflicts, standings: dict[Sentence, Standing]
) -> None:
    for conflict in found.found:
        if conflict.run is None:
            assert not standings[conflict.possible].holds & standings[conflict.always].holds
            continue
        claim = anywhere(no_run_to_both(conflict.always, conflict.possible))
        extensions = {*SMALL[conflict.always.id][0], *SMALL[conflict.possible.id][0]}
        lengths = [
            outcome.steps
            for _, instance in instances(conflict.possible, tuple(extensions))
            if (outcome := check(claim, (*HISTORIES, fresh), instance)).steps is not None
        ]
        assert lengths
        assert min(lengths) == len(conflict.run.steps)


def test_the_page_has_the_readings_and_the_conflicts(
    found: Conflicts, standings: dict[Sentence, Standing]
) -> None:
    part = readings_part(list(standings.values()), found)
    heading = part.partition("\n")[0]
    page = PAGE.read_text(encoding="utf-8")
    assert page[page.index(f"\n{heading}\n") + 1 :] == part


def test_a_condition_admits_the_readings_that_are_as_it_says() -> None:
    condition = (("timeouts", True), ("sticky", False))
    admitted = [reading for reading in ALL_READINGS if admits(condition, reading)]
    assert len(admitted) == len(ALL_READINGS) // 4
