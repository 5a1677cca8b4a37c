"""The page of the site: its steps, its runs and its claims, without a browser."""

from __future__ import annotations

from typing import Any

import pytest

from model.site import Site
from model.version import FIRST_POSTED_WITH_MOVE_FIX, SP3, SP4, StoreVersion
from proofs.project import PROJECT, SMALL
from statecheck.claims.results import Report
from statecheck.claims.run import Run
from statecheck.explicit.state_space import FiniteInstance
from statecheck.prover.session import run
from tests.statecheck.explorer.engine import Page, SystemBeside, check_system

pytestmark = pytest.mark.slow

FIX = {"first_fix": FIRST_POSTED_WITH_MOVE_FIX}


@pytest.mark.parametrize("sticky", [False, True])
def test_a_page_takes_every_step_of_the_site(sticky: bool) -> None:
    steps = check_system(
        Site, SMALL, {StoreVersion: (SP3, SP4)}, FIX | {"sticky": sticky}, most=100_000
    )
    assert steps > 20_000


@pytest.fixture(name="report", scope="module")
def _report() -> Report:
    liveness = [claim for claim in PROJECT.claims if claim.fairness][:1]
    others = [claim for claim in PROJECT.claims if not claim.fairness]
    one = run(PROJECT, others, tables=False)
    other = run(PROJECT, liveness, tables=False, explain=True)
    return Report(one.digest, (*one.results, *other.results))


@pytest.fixture(name="page", scope="module")
def _page(report: Report) -> Page:
    instance = FiniteInstance(Site, SMALL, {StoreVersion: (SP3,)})
    return SystemBeside(
        instance,
        histories=PROJECT.histories,
        claims=PROJECT.claims,
        results=report.results,
        integers=PROJECT.integers,
    ).page


def runs_of(report: Report) -> list[Run]:
    """Every run of a report, as the page has them."""
    found = []
    for result in report.results:
        found += [result.run] if result.run is not None else []
        found += [run for _, run in result.inside if run is not result.run]
        found += [dropped.run for dropped in result.ledger or () if dropped.run is not None]
    return found


def shown(value: Any) -> Any:
    """A value of a trace as the page writes it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value[-1].isdigit() and value.rstrip("0123456789") in (
        "server", "mailbox", "attachment",
    ):  # fmt: skip
        return str(int(value.lstrip("abcdefghijklmnopqrstuvwxyz")) - 1)
    return str(value)


def test_a_page_plays_every_run_as_the_plain_machines_did(report: Report, page: Page) -> None:
    runs = runs_of(report)
    assert len(runs) == len(page.data["runs"]) > 15
    for number, plain in enumerate(runs):
        assert plain.trace is not None
        played = page("played", number)
        assert played["linked"]
        for state, wanted in zip(played["states"], plain.trace.states, strict=False):
            for function, entity, value in wanted:
                index = int(entity.lstrip("abcdefghijklmnopqrstuvwxyz")) - 1
                own = state[function][index]
                own = own.split(".", 1)[1] if isinstance(own, str) and "." in own else own
                assert own == shown(value), (number, function, entity)


def test_the_end_of_a_run_is_what_its_verdict_says(report: Report, page: Page) -> None:
    ends = {"REACHED": "reached", "REFUTED": "violated", "DERIVED": "reached"}
    checked = 0
    for number, known in enumerate(page.data["runs"]):
        if known["loop"] is None:
            statuses = page("played", number)["statuses"]
            assert statuses[known["claim"]] == ends[known["verdict"]], known["claim"]
            checked += 1
    assert checked >= 14


def test_what_is_proved_is_violated_in_no_walk(page: Page) -> None:
    proved = {known["title"] for known in page.data["watched"] if known["verdict"] == "PROVED"}
    seen: set[tuple[str, str]] = set()
    for seed in range(1, 80):
        sizes = {"Server": 2, "Mailbox": 1 + seed % 2, "Attachment": 1 + seed % 3}
        for statuses in page("walked", seed * 7919, 40, sizes):
            seen |= set(statuses.items())
            assert not {title for title in proved if statuses[title] == "violated"}
    assert {status for _, status in seen} >= {"violated", "holds", "reached", "silent"}
