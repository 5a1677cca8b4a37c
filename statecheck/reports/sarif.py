"""A proof run as SARIF 2.1.0 (OASIS): each run is a code flow along the lines of the model.

Every claim is a rule. A result is what deserves a look: a verdict that is not the expected one
(error), one that is still open, an expected refutation (note), and any other run. The rest has
none, though SARIF could say that it passed: GitHub shows every result as an alert, whatever its
kind. Nothing here depends on the time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from statecheck.claims.claim import Claim
from statecheck.claims.results import Report, Result, Verdict
from statecheck.claims.run import Change, Run
from statecheck.modeling import System, signature
from statecheck.reports import source
from statecheck.reports.words import answer, circumstances, evidence, remark

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "%SRCROOT%"
"""What paths are relative to."""


def to_text(report: Report, system: type[System]) -> str:
    """The SARIF document. ``report`` has a result for every claim that was asked for."""
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_report(report, system)]}
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _report(report: Report, system: type[System]) -> dict[str, Any]:
    return {
        "tool": {
            "driver": {
                "name": "statecheck",
                "rules": [_rule(result) for result in report.results],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not report.interrupted,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": note}} for note in report.notes
                ],
            }
        ],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "utf16CodeUnits",
        "results": [
            _result(result, number, system)
            for number, result in enumerate(report.results)
            if remark(result) or result.verdict is Verdict.UNDETERMINED or result.run
        ],
        "properties": {"model": report.digest, "assumptions": list(report.environment)},
    }


def _rule(result: Result) -> dict[str, Any]:
    claim = result.claim
    return {
        "id": claim.title,
        "name": claim.id,
        "shortDescription": {"text": claim.text},
        "help": {"text": f"{claim.section}. {claim.expected} is expected."},
        "properties": {
            "kind": claim.kind_word,
            "section": str(claim.section),
            "expected": claim.expected,
            "assumptions": list(result.assumptions),
        },
    }


def _result(result: Result, rule: int, system: type[System]) -> dict[str, Any]:
    claim = result.claim
    kind, level = _kind(result)
    said = "; ".join(answer(result))
    verdict = f"{claim.title} is {result.verdict}"
    parts = (f"{verdict}: {said}" if said else verdict, remark(result), evidence(result))
    found: dict[str, Any] = {
        "ruleId": claim.title,
        "ruleIndex": rule,
        "kind": kind,
        "level": level,
        "message": {"text": f"{'; '.join(filter(None, parts))}. {claim.text}"},
        "locations": [_location(source.of_function(claim.body))],
        "partialFingerprints": {"claimAndVerdict/v1": f"{claim.title}: {result.verdict}"},
    }
    if result.run is not None:
        flow = list(_flow(result.run, claim, system))
        found["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
        if result.run.steps:
            last = result.run.steps[-1]
            place = source.of_function(signature(system).action(last.action).function)
            found["relatedLocations"] = [_location(place, f"the last step: {last}")]
    return found


def _kind(result: Result) -> tuple[str, str]:
    """Kind and level; only what fails has a level (3.27.10)."""
    if remark(result):
        return "fail", "error"
    if result.verdict is Verdict.UNDETERMINED:
        return "open", "none"
    if result.verdict is Verdict.REFUTED:
        return "fail", "note"
    return "informational", "none"


def _flow(run: Run, claim: Claim, system: type[System]) -> Iterator[dict[str, Any]]:
    """The start, each step with what it changes nested in it, and the claim that judges the end."""
    texts = [f"{label}: {text}" for label, text in circumstances(run)]
    yield _visit(source.of_class(system), "; ".join(texts))
    for number, step in enumerate(run.steps, 1):
        place = source.of_function(signature(system).action(step.action).function)
        changes = "; ".join(str(change).replace(": ", " ", 1) for change in step.changes)
        yield _visit(place, f"step {number}: {step}: {changes or 'nothing changes'}")
        for change in step.changes:
            yield _visit(_declared(change, system), str(change), nested=1)
    yield _visit(source.of_function(claim.body), f"the end is judged here: {claim.title}")


def _declared(change: Change, system: type[System]) -> source.Place:
    """Where the state that was entered is declared, or the field that was written."""
    kind = change.entity.rstrip("0123456789")
    (entity,) = (e for e in signature(system).entities if e.name.lower() == kind)
    slot, _, name = change.what.partition(".")
    (machine,) = (machine for machine in entity.machines if machine.slot == slot)
    return source.of_member(machine.cls, name or change.after)


def _visit(place: source.Place, text: str, nested: int = 0) -> dict[str, Any]:
    return {"location": _location(place, text), "nestingLevel": nested}


def _location(place: source.Place, text: str = "") -> dict[str, Any]:
    physical = {
        "artifactLocation": {"uri": place.path, "uriBaseId": ROOT},
        "region": {"startLine": place.line},
    }
    location: dict[str, Any] = {"physicalLocation": physical}
    if text:
        location["message"] = {"text": text}
    return location
