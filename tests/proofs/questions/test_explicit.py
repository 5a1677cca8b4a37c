"""The answers to an administrator's questions, challenged by exhaustive search."""

from __future__ import annotations

from typing import Any

import pytest

from model.site import Site
from model.version import FIRST_POSTED_WITH_MOVE_FIX, SP3, SP4, StoreVersion
from proofs.catalogue import HISTORIES
from proofs.questions import remembered
from proofs.questions.asked import Answered, answers, reply
from proofs.questions.base import LEMMAS, QUESTIONS
from proofs.questions.extended import REGISTRY, SCANNER, off_in_registry
from proofs.questions.page import PAGE, answers_part
from proofs.questions.plans import LONG_PLANS, PLANS
from statecheck.claims.claim import Claim, Kind
from statecheck.claims.results import Result, Verdict
from statecheck.explicit.cycles import check_eventuality
from statecheck.explicit.search import Finding, check
from statecheck.explicit.state_space import FiniteInstance
from statecheck.modeling import History, System

pytestmark = pytest.mark.slow

SIZES = {"servers": 2, "mailboxes": 1, "attachments": 1}
KEPT = [value for value in vars(remembered).values() if isinstance(value, History)]
ALL = (*HISTORIES, *KEPT, off_in_registry)
FINDINGS = {
    Verdict.PROVED: Finding.HOLDS,
    Verdict.REFUTED: Finding.VIOLATED,
    Verdict.REACHED: Finding.REACHED,
}
CLAIMS = (*QUESTIONS.claims, *PLANS.claims, *REGISTRY.claims, *SCANNER.claims)


@pytest.fixture(scope="module")
def answered() -> list[Answered]:
    return list(answers(range(1, 12)))


@pytest.fixture(scope="module")
def results(answered: list[Answered]) -> dict[str, Result]:
    for question, found in answered:
        assert found
        assert reply(question, found) == question.answer
    return {result.claim.id: result for _, found in answered for result in found}


def instance(claim: Claim, system: type[System]) -> FiniteInstance:
    # A recoverable claim is decided backwards, which is the slower the more there is.
    fix = StoreVersion.parse("5.5.2652.50" if claim.across else str(FIRST_POSTED_WITH_MOVE_FIX))
    versions: tuple[StoreVersion, ...] = (SP3, fix) if claim.across else (SP3, SP4)
    constants: dict[str, Any] = {"sticky": False, "first_fix": fix}
    if system is SCANNER.system:
        constants["scans_at_start_only"] = False
        versions = (SP3,)
    return FiniteInstance(system, SIZES, {StoreVersion: versions}, constants)


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(claim, marks=pytest.mark.campaign if number % 2 else (), id=claim.id)
        for number, claim in enumerate(CLAIMS)
    ],
)
def test_the_answer_is_that_of_a_search(results: dict[str, Result], claim: Claim) -> None:
    systems = {id(c): k.system for k in (REGISTRY, SCANNER) for c in k.claims}
    result, small = results[claim.id], instance(claim, systems.get(id(claim), Site))
    if claim.kind is Kind.EVENTUALLY:
        outcome = check_eventuality(claim, ALL, small, claim.fairness)
        assert outcome.holds is (result.verdict is Verdict.PROVED)
        assert outcome.premise_reached
        return
    found = check(claim, ALL, small)
    assert found.finding is FINDINGS[result.verdict]
    assert found.antecedent_reached is not False
    if result.run is not None:
        assert found.steps == result.steps


def test_the_page_has_the_answers(answered: list[Answered]) -> None:
    assert PAGE.read_text(encoding="utf-8").startswith(answers_part(answered))


@pytest.mark.parametrize("lemma", LEMMAS.claims, ids=lambda claim: claim.id)
def test_lemmas_hold(lemma: Claim) -> None:
    assert check(lemma, ALL, instance(lemma, Site)).finding is Finding.HOLDS


def test_the_long_plan_is_the_shortest() -> None:
    (claim,) = LONG_PLANS.claims
    assert check(claim, ALL, instance(claim, Site)).steps == 11
