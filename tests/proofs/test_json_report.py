"""The JSON document: exactly the promised shape, and true to the report."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import referencing

from diagrams import verdicts
from proofs.catalogue import CLAIMS
from proofs.table import SCHEMA as TABLE_SCHEMA
from statecheck.claims.claim import Kind
from statecheck.claims.clause_text import ClauseText
from statecheck.claims.results import Report, Result, Verdict
from statecheck.claims.run import Change, Run, RunStep
from statecheck.reports.json_report import SCHEMA, to_json, to_text

RUN = Run(
    (("servers", 2),),
    (),
    (
        RunStep(
            "start_move",
            (("mailbox", "mailbox1"), ("target", "server2")),
            (Change("mailbox1", "move.state", "idle", "copying"),),
        ),
    ),
    (),
)

REGIONS = [{"from": "5.5.2652.68", "to": "5.5.2653.11"}]
CELL = {"answer": "yes", "steps": 2}
ROW = {
    "versions": REGIONS[0],
    "source_antivirus": True,
    "destination_antivirus": False,
    "move_can_fail": CELL,
    "client_exposed_at_source": {"answer": "no", "steps": None},
    "client_exposed_at_destination": CELL,
    "restorable": REGIONS,
    "restorable_but_failing": REGIONS,
}
TABLE = {"reading": "per_request", "rows": [ROW]}


def a_report() -> Report:
    """A verdict of each kind."""
    results = []
    for claim in CLAIMS:
        verdict = Verdict(claim.expected)
        result = Result(claim, verdict, "", seconds=1 / 3)
        match verdict:
            case Verdict.REACHED | Verdict.REFUTED:
                result = dataclasses.replace(result, run=RUN, steps=1)
            case Verdict.DERIVED:
                result = dataclasses.replace(result, answer=REGIONS, at_least=[])
            case _ if claim.kind is Kind.EVENTUALLY:
                result = Result(claim, Verdict.UNDETERMINED, "not yet checked")
            case _:
                result = dataclasses.replace(
                    result,
                    invariant=(ClauseText("", "Server", ("p",)), ClauseText("", "Server", ("q",))),
                    vacuous=False,
                )
        results.append(result)
    return Report("d1ge57", tuple(results), tables={"administrators": TABLE})


@pytest.fixture
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_document_validates(validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(json.loads(to_text(a_report())))
    validator.validate(json.loads(to_text(Report("d1ge57", ()))))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), 1),
        (("model",), {}),
        (("claims", 0, "verdict"), "TRUE"),
        (("claims", 0, "reading"), ""),
        (("claims", 0, "run"), None),
        (("claims", 0, "steps"), -1),
        (("claims", 0, "as_expected"), None),
        (("claims", 0, "run", 0, "arguments"), ["mailbox1"]),
        (("claims", 0, "surplus"), 1),
        (("claims", 0, "expected_answer"), "5.5.2652.68"),
        (("surplus",), 1),
    ],
)
def test_schema_refuses_what_was_not_promised(
    validator: jsonschema.Draft202012Validator, path: tuple[Any, ...], value: object
) -> None:
    document: Any = json.loads(to_text(a_report()))
    change(document, path, value)
    assert not validator.is_valid(document)


def change(document: Any, path: tuple[Any, ...], value: object) -> None:
    *way, last = path
    for step in way:
        document = document[step]
    document[last] = value


@pytest.fixture
def table_validator(validator: jsonschema.Draft202012Validator) -> jsonschema.Draft202012Validator:
    schema = json.loads(TABLE_SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    report = referencing.Resource.from_contents(validator.schema)
    registry = referencing.Registry().with_resource(SCHEMA.name, report)
    return jsonschema.Draft202012Validator(schema, registry=registry)


def test_the_administrators_table_validates(
    table_validator: jsonschema.Draft202012Validator,
) -> None:
    table_validator.validate(TABLE)
    kept = json.loads(verdicts.FILE.read_text(encoding="utf-8"))
    table_validator.validate(kept["derived"]["administrators"])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("rows", 0, "move_can_fail", "answer"), True),
        (("rows", 0, "versions"), {"from": "5.5.2652", "to": "5.5.2653.11"}),
        (("rows", 0, "restorable_but_failing"), None),
        (("reading",), "sticky"),
    ],
)
def test_its_schema_refuses_what_was_not_promised(
    table_validator: jsonschema.Draft202012Validator, path: tuple[Any, ...], value: object
) -> None:
    document: Any = json.loads(json.dumps(TABLE))
    change(document, path, value)
    assert not table_validator.is_valid(document)


def test_claims_are_as_promised() -> None:
    document = to_json(a_report())
    assert list(document) == ["schema", "model", "claims", "derived"]
    claims = document["claims"]
    assert [claim["id"] for claim in claims] == [claim.id for claim in CLAIMS]
    by_variant = {(claim["id"], claim["reading"]): claim for claim in claims}
    assert by_variant["cause.scan_before_move", "sticky"] == {
        "id": "cause.scan_before_move",
        "section": "Cause",
        "kind": "always",
        "reading": "sticky",
        "expected": "REFUTED",
        "verdict": "REFUTED",
        "as_expected": True,
        "steps": 1,
        "run": [
            {
                "action": "start_move",
                "arguments": {"mailbox": "mailbox1", "target": "server2"},
                "changes": [
                    {
                        "entity": "mailbox1",
                        "what": "move.state",
                        "before": "idle",
                        "after": "copying",
                    }
                ],
            }
        ],
        "setting": {"sizes": {"servers": 2}, "start": {}, "witness": {}},
        "invariant": None,
        "vacuous": None,
        "seconds": 0.333333,
        "detail": "",
        "assumptions": ["A1", "A2", "A3"],
    }
    proved = by_variant["cause.only_cause", None]
    assert (proved["invariant"], proved["vacuous"], proved["run"]) == (
        ["every Server: p", "every Server: q"],
        False,
        None,
    )
    assert by_variant["resolution.rollback_window", None]["expected_answer"] == REGIONS
    undetermined = by_variant["liveness.move_ends", None]
    assert (undetermined["as_expected"], undetermined["detail"]) == (False, "not yet checked")


def test_derived_answers_are_keyed_by_claim_and_table() -> None:
    assert to_json(a_report())["derived"] == {
        "resolution.rollback_window": REGIONS,
        "administrators": TABLE,
    }


def test_schema_is_shipped_beside_the_code() -> None:
    assert (
        Path(sys.modules["statecheck.reports.json_report"].__file__ or "").parent
        / "report.schema.json"
        == SCHEMA
    )
    assert SCHEMA.is_file()
