"""The table of builds: its rows and its advice, derived again by other means."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any, cast

import jsonschema
import pytest

from diagrams import verdicts
from model.builds import CANDIDATES, NEEDS_SP4, TROUBLES, UPGRADES_DATABASES, Candidate, Certainty
from model.site import Site
from model.version import (
    EARLIEST_MOVE_FIX,
    FIRST_POSTED_WITH_MOVE_FIX,
    LAST_POSTED_WITHOUT_MOVE_FIX,
    SP4,
    StoreVersion,
)
from proofs.administrators import EXPECTED, QUESTIONS
from proofs.builds import MOVE_FAILS, SCHEMA, BuildsTable
from proofs.builds_text import worth_saying
from statecheck.claims.claim import Ranges
from statecheck.claims.results import Result, Verdict
from statecheck.reports.terminal_layout import Style, printed


def results(changed: Mapping[str, tuple[Ranges, Ranges]] = {}) -> dict[str, Result]:
    """What the solver is expected to answer, which every proof run compares with what it does."""

    def regions(ranges: Ranges) -> list[dict[str, str]]:
        return [{"from": low, "to": high} for low, high in ranges]

    known = {**EXPECTED, **changed}
    return {
        claim.id: Result(
            claim,
            Verdict.DERIVED,
            "",
            answer=regions(known[claim.id][0]),
            at_least=regions(known[claim.id][1]),
        )
        for claim in QUESTIONS.claims
    }


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    return BuildsTable().answer(results())


CURED_BY = {
    # Q248838, by the day of the posting that lists the fix.
    "Q259163": "2000-04-27",
    "Q262491": "2000-05-10",
    "Q259541": "2000-09-21",
    "Q271547": "2000-09-21",
    "Q271591": "2000-09-21",
    "Q271711": "2000-09-21",
    "Q274200": "2000-10-30",
    "Q274403": "2000-10-30",
    # In no list; its article says that SP4 is the first to have it.
    "Q263947": "SP4",
    # Q282533.
    "Q279798": "2000-12-19",
    "Q288722": "2001-04-27",
    "Q290621": "2001-10-02",
    "Q295969": "2001-10-02",
    "Q299258": "2001-10-02",
}
BEGUN_WITH = {
    "Q262491": "2000-04-27",
    "Q274200": "2000-09-21",
    "Q274403": "2000-09-21",
    "Q288848": "2001-04-27",
}
"""The first posting that has it, of what was brought by a fix."""

SURE_FROM = {"Q279798": "SP4", "Q295969": "SP4"}
SURE_UNTIL = {"Q263947": "SP3"}


def label(candidate: Candidate) -> str:
    return candidate.pack or str(candidate.posted)


def test_what_a_build_has_follows_from_the_lists_of_postings_alone(table: dict[str, Any]) -> None:
    order = [label(candidate) for candidate in CANDIDATES]
    assert order.index("SP3") == 0
    assert [label for label in order if label.startswith("S")] == ["SP3", "SP4"]
    place = {label: n for n, label in enumerate(order)}
    troubles = [d["id"] for d in table["drawbacks"] if d["id"].startswith("Q")]
    assert set(troubles) == {*CURED_BY, "Q288848", "Q264731"}
    for n, row in enumerate(table["rows"]):
        for id_ in troubles:
            begun = place[BEGUN_WITH.get(id_, "SP3")]
            cured = place.get(CURED_BY.get(id_, ""), len(order))
            sure = (
                place[SURE_FROM.get(id_, order[begun])]
                <= n
                <= place[SURE_UNTIL.get(id_, order[-1])]
            )
            possible = begun <= n < cured
            if id_ == "Q295969" and n == 0:  # the article leaves SP3 out
                possible = False
            assert (id_ in row["has"]) is (possible and sure), (row["version"], id_)
            assert (id_ in row["may_have"]) is (possible and not sure), (row["version"], id_)


def plays(version: StoreVersion, first_fix: StoreVersion) -> tuple[bool, bool]:
    """Whether a move of what is not scanned fails on the machines, and whether what was posted
    before format 2.46 starts again after that Store.exe.
    """
    site = Site(servers=2, mailboxes=1, attachments=1, first_fix=first_fix)
    source, destination = site.servers
    (mailbox,), (attachment,) = site.mailboxes, site.attachments
    for server in site.servers:
        site.stop_store(server)
        site.replace_store(server, version)
        site.start_store(server)
    site.enable_antivirus(source)
    site.start_move(mailbox, destination)
    site.copy_attachment(attachment)
    fails = mailbox.move.failed.is_active
    site.stop_store(source)
    site.replace_store(source, LAST_POSTED_WITHOUT_MOVE_FIX)
    site.start_store(source)
    return fails, source.store.running.is_active


@pytest.mark.parametrize("first_fix", [EARLIEST_MOVE_FIX, FIRST_POSTED_WITH_MOVE_FIX])
def test_moves_and_the_way_back_are_those_of_the_machines(
    table: dict[str, Any], first_fix: StoreVersion
) -> None:
    for row in table["rows"]:
        fails, way_back = plays(StoreVersion.parse(row["version"]), first_fix)
        assert (MOVE_FAILS in row["has"]) is fails
        assert MOVE_FAILS not in row["may_have"]
        assert ("2.46" not in row["has"]) is way_back
        assert (row["format"] == "2.46") is not way_back


def test_the_solvers_answer_is_what_the_rows_have_of_moves() -> None:
    wider: tuple[Ranges, Ranges] = (("0.0.0.0", "5.5.2653.22"),), (("0.0.0.0", "5.5.2652.17"),)
    table = BuildsTable().answer(results({"move_can_fail.on.on": wider}))
    unsure = [row["version"] for row in table["rows"] if MOVE_FAILS in row["may_have"]]
    assert unsure == ["5.5.2653.12", "5.5.2653.22"]
    shown = printed(list(BuildsTable().text(table)), Style())
    assert "decides about 5.5.2653.12, 5.5.2653.22." in " ".join(shown.split())


def test_advice_is_what_the_rows_say(table: dict[str, Any]) -> None:
    excluded_by = {r["id"]: set(r["excluded_by"]) for r in table["requirements"]}
    assert len(table["advice"]) == 2 ** len(excluded_by) - 1
    for some in table["advice"]:
        against = set().union(*(excluded_by[id_] for id_ in some["requirements"]))
        without = [row for row in table["rows"] if not against & set(row["has"])]
        surely = [row["version"] for row in without if not against & set(row["may_have"])]
        assert some["builds"] == surely
        assert some["may_be"] == [r["version"] for r in without if r["version"] not in surely]
        assert (some["earliest"], some["latest"]) == (
            (surely[0], surely[-1]) if surely else (None, None)
        )
        if not surely:
            assert {build: set(by) for build, by in some["excluded"].items()} == {
                row["version"]: against & set(row["has"])
                for row in table["rows"]
                if against & set(row["has"])
            }


def advised(table: dict[str, Any], *requirements: str) -> tuple[list[str], list[str]]:
    (some,) = (a for a in table["advice"] if set(a["requirements"]) == set(requirements))
    return some["builds"], some["may_be"]


def test_no_posted_build_cures_moves_and_keeps_the_way_back(table: dict[str, Any]) -> None:
    """One that was not posted may do both: the fix may be older than format 2.46 (A8)."""
    assert advised(table, "moves", "way back") == ([], [])
    assert advised(table, "moves", "no crash", "no regression") == (["5.5.2655.37"], [])
    assert advised(table, "moves", "no regression", "without SP4") == ([], ["5.5.2653.22"])


def test_all_else_follows_from_what_is_said(table: dict[str, Any]) -> None:
    said = worth_saying(table["advice"])
    met = [set(some["requirements"]) for some in said if some["builds"]]
    unmet = [set(some["requirements"]) for some in said if not some["builds"]]
    for some in table["advice"]:
        asked = set(some["requirements"])
        assert bool(some["builds"]) is any(asked <= other for other in met)
        assert bool(some["builds"]) is not any(other <= asked for other in unmet)


def test_what_is_sure_is_possible() -> None:
    for drawback in (*TROUBLES, UPGRADES_DATABASES, NEEDS_SP4):
        for ends in drawback.surely:
            for version in ends:
                assert any(low <= version <= high for low, high in drawback.at_most)
                assert drawback.of(version) is Certainty.YES


def test_only_sp4s_version_is_assumed(table: dict[str, Any]) -> None:
    assumed = [(r["version"], r["assumption"]) for r in table["rows"] if r["assumption"]]
    assert assumed == [(str(SP4), "A7")]


def test_the_table_validates_and_fits_a_terminal(table: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(table)
    assert not validator.is_valid({**table, "surplus": 1})
    text = printed(list(BuildsTable().text(table)), Style())
    assert max(map(len, io.StringIO(text))) <= 81
    for row in table["rows"]:
        assert row["version"].removeprefix("5.5.") in text


def test_the_kept_report_has_the_table(table: dict[str, Any]) -> None:
    kept = cast("dict[str, Any]", json.loads(verdicts.FILE.read_text(encoding="utf-8")))
    assert kept["derived"]["builds"] == table
