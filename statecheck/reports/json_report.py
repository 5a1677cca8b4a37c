"""A proof run as JSON.

``report.schema.json`` beside this module describes the format.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from statecheck.claims.answers import Answer
from statecheck.claims.claim import Kind
from statecheck.claims.results import Core, Dropped, Report, Result
from statecheck.claims.run import Run
from statecheck.modeling.mention import Expression, Mention
from statecheck.reports.words import place

SCHEMA_VERSION = 2
"""It rises when a reader of the former format could be misled."""

SCHEMA = Path(__file__).with_name("report.schema.json")
"""The JSON Schema (draft 2020-12) of what `to_json` returns."""


def to_json(report: Report) -> dict[str, Any]:
    """Everything that a run settled, ready for `json.dumps`."""
    return {
        "schema": SCHEMA_VERSION,
        "model": {"digest": report.digest},
        "claims": [_claim(result) for result in report.results],
        "derived": report.derived,
        **({"environment": list(report.environment)} if report.environment else {}),
        **({"answers": [_answer(answer) for answer in report.answers]} if report.answers else {}),
    }


def to_text(report: Report) -> str:
    """The JSON document, with a line break at its end."""
    return json.dumps(to_json(report), indent=2, allow_nan=False) + "\n"


def _answer(answer: Answer) -> dict[str, Any]:
    """The answer to a standard question about one machine."""
    run = answer.run
    return {
        "id": answer.id,
        "question": str(answer.question),
        "subject": answer.subject,
        "standing": str(answer.standing),
        "detail": answer.detail,
        "steps": None if run is None else len(run.steps),
        "run": None if run is None else run_json(run),
        **({} if run is None else {"setting": setting_json(run)}),
        "invariant": None if answer.invariant is None else list(map(str, answer.invariant)),
        **({} if answer.shortest else {"shortest": False}),
    }


def _claim(result: Result) -> dict[str, Any]:
    claim = result.claim
    setting = {} if result.run is None else {"setting": setting_json(result.run)}
    awaited = {"expected_answer": result.awaited} if claim.kind is Kind.DERIVED else {}
    bounds = {} if result.answer is None else _bounds(result)
    ending = _ending(result) if claim.kind is Kind.EVENTUALLY else {}
    return {
        "id": claim.id,
        "section": str(claim.section),
        "kind": claim.kind_word,
        "reading": claim.variant.name or None,
        "expected": claim.expected,
        "verdict": result.verdict.value,
        "as_expected": result.as_expected,
        "steps": result.steps,
        "run": None if result.run is None else run_json(result.run),
        **setting,
        "invariant": None if result.invariant is None else list(map(str, result.invariant)),
        "vacuous": result.vacuous,
        "seconds": round(result.seconds, 6),
        "detail": result.detail,
        **({"assumptions": list(claim.assumptions)} if claim.assumptions else {}),
        **awaited,
        **bounds,
        **ending,
        **({} if result.core is None else {"core": _core(result.core)}),
        **({} if result.shortest else {"shortest": False}),
        **({} if result.suspect is None else {"suspect": _suspect(result.suspect)}),
    }


def _suspect(run: Run) -> dict[str, Any]:
    """A step that would break a claim, and the state that it starts from."""
    (step,) = run_json(run)
    return {"state": dict(run.start), "step": step}


def _bounds(result: Result) -> dict[str, Any]:
    """The answer whatever an unknown constant is, and for each of its values."""
    claim = result.claim
    if claim.across:
        return {
            "across": {
                "constant": claim.across,
                "refuted": result.answer,
                "expected_refuted": result.awaited,
                "proved": result.proved,
            }
        }
    bounds: dict[str, Any] = {
        "answer": result.answer,
        "at_least": result.at_least,
        "expected_at_least": result.awaited_at_least,
        "depends_on": None,
    }
    if result.depends is not None:
        type_ = claim.variables[-1][1]
        bounds["depends_on"] = {
            "constant": result.depends.constant,
            "cases": [
                {
                    "from": str(type_(case.low)),
                    "to": str(type_(case.high)),
                    "answer": [{"from": low, "to": high} for low, high in case.answer],
                }
                for case in result.depends.cases
            ],
        }
    return bounds


def _core(core: Core) -> dict[str, Any]:
    """The parts of the model that a proof needs."""
    parts = [
        {
            "kind": part.kind,
            "action": part.action or None,
            "text": part.text,
            "origins": [
                {"place": place(file, line), "function": function}
                for file, line, function in part.origins
            ],
            "function": None if part.function is None else _mention(part.function),
            **_expression(part.expression),
        }
        for part in core.parts
    ]
    return {
        "parts": parts,
        "clauses": [clause.text for clause in core.clauses],
        "clause_terms": [_expression(clause) for clause in core.clauses],
        "reading": core.variant,
        "untouched": list(core.untouched),
    }


def _expression(expression: Expression) -> dict[str, Any]:
    """The mentions of an expression; its text stands beside it."""
    choices = [
        {"text": c.text, "path": c.path, "field": c.field, "is_rank": c.is_rank}
        for c in expression.choices
    ]
    return {"mentions": [_mention(m) for m in expression.mentions], "choices": choices}


def _mention(mention: Mention) -> dict[str, Any]:
    return {
        "entity": mention.entity,
        "machine": mention.machine or None,
        "field": mention.field,
        "values": list(mention.values),
    }


def _ending(result: Result) -> dict[str, Any]:
    """The fields that only claims about the end of a run have."""
    ledger = result.ledger
    return {
        "assumes": [str(assumption) for assumption in result.claim.fairness],
        "argument": None if result.argument is None else list(result.argument),
        "lasso": None if result.run is None else _lasso(result.run),
        "ledger": None if ledger is None else [_dropped(entry) for entry in ledger],
        "needs": None if result.needs is None else list(result.needs),
    }


def _lasso(run: Run) -> dict[str, Any]:
    return {"loop": run.loop, "fairness": list(run.fairness)}


def _dropped(entry: Dropped) -> dict[str, Any]:
    run = entry.run
    return {
        "assumption": entry.assumption,
        "detail": entry.detail,
        "run": None if run is None else run_json(run),
        **({} if run is None else {"setting": setting_json(run)}),
        "lasso": None if run is None else _lasso(run),
    }


def setting_json(run: Run) -> dict[str, Any]:
    """How many entities a run has, what its start leaves open, and the claim's variables."""
    return {"sizes": dict(run.sizes), "start": dict(run.start), "witness": dict(run.witness)}


def run_json(run: Run) -> list[dict[str, Any]]:
    """The steps of a run."""
    return [
        {
            "action": step.action,
            "arguments": dict(step.arguments),
            "changes": [
                {
                    "entity": change.entity,
                    "what": change.what,
                    "before": change.before,
                    "after": change.after,
                }
                for change in step.changes
            ],
        }
        for step in run.steps
    ]
