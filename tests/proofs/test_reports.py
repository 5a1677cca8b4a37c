"""JUnit, SARIF and the summary: valid by their schemas, true to the report, whole or not at all."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema
from markdown_it import MarkdownIt

from model.site import Site
from proofs.catalogue import CLAIMS
from proofs.project import PROJECT
from statecheck.claims.claim import Claim
from statecheck.claims.results import Report, Result, Verdict
from statecheck.prover.session import run
from statecheck.reports import junit, markdown, sarif, source
from statecheck.reports.words import completed

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parents[1] / "data"
BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NASTY = "a | b <b>&amp; *c* `d` [e](f) \\ ]]> \N{SNOWMAN} \x00"

FOUND = "resolution.no_move_fails_forever"
"""A claim that is refuted as expected."""
REACHED = "symptoms.move_may_fail"
WRONG = "cause.scan_before_client [sticky]"
"""A claim whose refutation is made out to be unexpected."""


@pytest.fixture(scope="module")
def report() -> Report:
    """Real results of every sort, one of them made unexpected, one vacuous, two left open."""
    real = [c for c in CLAIMS if c.title in (FOUND, REACHED, WRONG, "cause.only_cause")]
    results = {result.claim.title: result for result in run(PROJECT, real, tables=False).results}
    wrong = results[WRONG]
    expected = dataclasses.replace(wrong.claim, expected="PROVED")
    results[WRONG] = dataclasses.replace(wrong, claim=expected)
    vacuous = claim("safety.no_loss")
    results[vacuous.title] = Result(vacuous, Verdict.PROVED, "", invariant=(), vacuous=True)
    nasty = claim("safety.no_deadlock")
    results[nasty.title] = Result(nasty, Verdict.UNDETERMINED, NASTY)
    claims = [results[c.title].claim if c.title in results else c for c in CLAIMS]
    asked = [c for c in claims if c.title in results or c.id == "cause.client_waits"]
    settled = Report("d1ge57", tuple(results.values()), interrupted=True, notes=("a note",))
    return completed(settled, asked)


def claim(title: str) -> Claim:
    return next(claim for claim in CLAIMS if claim.title == title)


def result(report: Report, title: str) -> Result:
    return next(result for result in report.results if result.claim.title == title)


@pytest.mark.slow
def test_every_claim_that_was_asked_for_has_a_result(report: Report) -> None:
    titles = [result.claim.title for result in report.results]
    assert titles == [claim.title for claim in CLAIMS if claim.title in titles]
    missing = result(report, "cause.client_waits")
    assert missing.verdict is Verdict.UNDETERMINED
    assert missing.detail == "interrupted before it was settled"


# -- JUnit --------------------------------------------------------------------------------------


def cases(report: Report) -> dict[str, ET.Element]:
    root = ET.fromstring(junit.to_text(report, BEGAN))
    return {case.attrib["name"]: case for case in root.iter("testcase")}


def test_junit_is_valid(report: Report) -> None:
    schema = xmlschema.XMLSchema(DATA / "junit-10.xsd")
    text = junit.to_text(report, BEGAN)
    schema.validate(text)
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema.validate(text.replace("failures=", "flops="))


def test_junit_keeps_to_the_order_that_ant_asks_for(report: Report) -> None:
    for suite in ET.fromstring(junit.to_text(report, BEGAN)):
        tags = [child.tag for child in suite]
        inner = ["testcase"] * (len(tags) - 3)
        assert tags == ["properties", *inner, "system-out", "system-err"]
        assert suite.attrib["timestamp"] == "2026-01-02T03:04:05"


def test_junit_has_a_case_for_each_claim_and_an_outcome_for_each_verdict(report: Report) -> None:
    outcomes = {name: [child.tag for child in case] for name, case in cases(report).items()}
    assert outcomes == {
        REACHED: [],
        WRONG: ["failure"],
        "cause.only_cause": [],
        "cause.client_waits": ["error"],
        FOUND: [],
        "safety.no_loss": ["failure"],
        "safety.no_deadlock": ["error"],
    }


def test_junit_never_skips_and_counts_right(report: Report) -> None:
    root = ET.fromstring(junit.to_text(report, BEGAN))
    assert not list(root.iter("skipped"))
    for suite in root:
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
        for tag in ("failure", "error"):
            assert int(suite.attrib[f"{tag}s"]) == len(suite.findall(f"testcase/{tag}"))
    assert sum(int(suite.attrib["tests"]) for suite in root) == len(report.results)


def test_junit_tells_the_run_of_a_failure(report: Report) -> None:
    (failure,) = cases(report)[WRONG]
    run_ = result(report, WRONG).run
    assert failure.attrib["message"] == "PROVED was expected"
    assert failure.text is not None
    assert run_ is not None
    assert all(str(step) in failure.text for step in run_.steps)


def test_junit_survives_any_text(report: Report) -> None:
    (error,) = cases(report)["safety.no_deadlock"]
    assert error.attrib["message"] == NASTY.replace("\x00", "\N{REPLACEMENT CHARACTER}")


# -- SARIF --------------------------------------------------------------------------------------


def log(report: Report) -> dict[str, Any]:
    document = json.loads(sarif.to_text(report, Site))
    (found,) = document["runs"]
    assert isinstance(found, dict)
    return found


def found(report: Report, title: str) -> dict[str, Any]:
    (one,) = (r for r in log(report)["results"] if r["ruleId"] == title)
    assert isinstance(one, dict)
    return one


def test_sarif_is_valid(report: Report) -> None:
    schema = json.loads((DATA / "sarif.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(sarif.to_text(report, Site)), schema)


@pytest.mark.skipif("SARIF_SCHEMA" not in os.environ, reason="SARIF_SCHEMA names no schema")
def test_sarif_is_valid_by_the_full_schema(report: Report) -> None:
    schema = json.loads(Path(os.environ["SARIF_SCHEMA"]).read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(sarif.to_text(report, Site)), schema)


def test_sarif_has_a_rule_for_each_claim_and_a_result_for_what_deserves_a_look(
    report: Report,
) -> None:
    rules = log(report)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [result.claim.title for result in report.results]
    results = log(report)["results"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in results)
    assert {one["ruleId"]: (one["kind"], one["level"]) for one in results} == {
        REACHED: ("informational", "none"),
        WRONG: ("fail", "error"),
        "cause.client_waits": ("open", "none"),
        FOUND: ("fail", "note"),
        "safety.no_loss": ("fail", "error"),
        "safety.no_deadlock": ("open", "none"),
    }
    prints = [tuple(one["partialFingerprints"].items()) for one in results]
    assert len(set(prints)) == len(prints)


def lines(flow: dict[str, Any]) -> list[tuple[str, str]]:
    """The source line of each location of a code flow, with its message."""
    (thread,) = flow["threadFlows"]
    visited = []
    for visit in thread["locations"]:
        physical = visit["location"]["physicalLocation"]
        path = ROOT / physical["artifactLocation"]["uri"]
        text = path.read_text(encoding="utf-8").splitlines()
        line = text[physical["region"]["startLine"] - 1].strip()
        visited.append((line, visit["location"]["message"]["text"]))
    return visited


def test_sarif_code_flow_points_at_the_lines_of_the_model(report: Report) -> None:
    (flow,) = found(report, FOUND)["codeFlows"]
    visited = lines(flow)
    run_ = result(report, FOUND).run
    assert run_ is not None
    first, *middle, last = visited
    assert first[0] == "class Site(System):"
    assert first[1].startswith("sizes: servers 2")
    assert last[0].startswith("def no_move_fails_forever(")
    expected = []
    for step in run_.steps:
        expected.append(f"def {step.action}(")
        for change in step.changes:
            _, _, field = change.what.partition(".")
            expected.append(f"{field}: " if field else f"{change.after} = State(")
    assert [
        start for (line, _), start in zip(middle, expected, strict=True) if start not in line
    ] == []
    assert "step 3: start_store(server1): server1.store stopped -> running" in [
        m for _, m in middle
    ]


def test_sarif_points_at_the_claim_and_at_the_last_step(report: Report) -> None:
    one = found(report, WRONG)
    (at,) = one["locations"]
    assert at["physicalLocation"]["artifactLocation"]["uri"] == "proofs/cause.py"
    (related,) = one["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "model/site.py"
    assert related["message"]["text"] == "the last step: client_open(attachment1)"


def test_sarif_says_that_the_run_was_interrupted(report: Report) -> None:
    (invocation,) = log(report)["invocations"]
    assert not invocation["executionSuccessful"]
    assert [n["message"]["text"] for n in invocation["toolExecutionNotifications"]] == ["a note"]


def test_every_declaration_can_be_pointed_at() -> None:
    for entity in Site().info.entities:
        for machine in entity.machines:
            for name in (*machine.states, *(field.name for field in machine.fields)):
                place = source.of_member(machine.cls, name)
                line = (ROOT / place.path).read_text().splitlines()[place.line - 1]
                assert re.match(rf"\s+{name}(:| =)", line), (machine.cls, name, line)


# -- the summary --------------------------------------------------------------------------------


def tables(text: str) -> list[list[list[tuple[str, bool]]]]:
    """Every table as Markdown shows it: rows of cells, each a text and whether it is bold."""
    found: list[list[list[tuple[str, bool]]]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and found and token.level >= 4:
            children = token.children or []
            shown = "".join(child.content for child in children)
            bold = any(child.type == "strong_open" for child in children)
            found[-1][-1].append((shown, bold))
    return found


def test_summary_shows_what_changed_first_and_bold(report: Report) -> None:
    text = markdown.to_text(report)
    assert text.startswith(
        "## Proofs: interrupted, 2 of 7 verdicts not as expected, 2 undetermined\n"
    )
    (_, *changed), *others = tables(text)
    assert [row[0] for row in changed] == [(WRONG, True), ("safety.no_loss", True)]
    rows = [row for table in others for row in table[1:]]
    assert {row[0][0]: row[1][0] for row in rows} == {
        result.claim.title: str(result.verdict) for result in report.results
    }
    assert {row[0][0] for row in rows if row[0][1]} == {WRONG, "safety.no_loss"}


def test_summary_survives_any_text(report: Report) -> None:
    shown = {row[0][0]: row[3][0] for table in tables(markdown.to_text(report)) for row in table}
    assert shown["safety.no_deadlock"].split() == NASTY.replace("\x00", "\ufffd").split()


def test_summary_folds_the_runs(report: Report) -> None:
    text = markdown.to_text(report)
    folded = re.findall(r"<details><summary>(.*?): .*?</summary>(.*?)</details>", text, re.DOTALL)
    assert [title for title, _ in folded] == [WRONG, FOUND]
    run_ = result(report, FOUND).run
    assert run_ is not None
    assert all(str(step) in folded[1][1] for step in run_.steps)
    assert text.endswith("2 UNDETERMINED. Model `d1ge57`.\n")


def test_summary_of_a_success_says_so(report: Report) -> None:
    good = Report("d1ge57", (result(report, FOUND),))
    assert markdown.to_text(good).startswith("## Proofs: every verdict is as expected\n")
