"""A proof run as JSON, and a file that is either written whole or left as it was.

``report.schema.json`` beside this module describes the format.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from proofs.engine.claims import Kind
from proofs.engine.verdict import Core, Dropped, Report, Result, Run
from proofs.words import place

SCHEMA_VERSION = 1
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
    }


def to_text(report: Report) -> str:
    """The JSON document, with a line break at its end."""
    return json.dumps(to_json(report), indent=2, allow_nan=False) + "\n"


def _claim(result: Result) -> dict[str, Any]:
    claim = result.claim
    setting = {} if result.run is None else {"setting": setting_json(result.run)}
    awaited = {"expected_answer": result.awaited} if claim.kind is Kind.DERIVED else {}
    ending = _ending(result) if claim.kind is Kind.EVENTUALLY else {}
    return {
        "id": claim.id,
        "section": claim.section,
        "kind": claim.kind.value,
        "reading": claim.reading.name or None,
        "expected": claim.expected,
        "verdict": result.verdict.value,
        "as_expected": result.as_expected,
        "steps": result.steps,
        "run": None if result.run is None else run_json(result.run),
        **setting,
        "invariant": None if result.invariant is None else list(result.invariant),
        "vacuous": result.vacuous,
        "seconds": round(result.seconds, 6),
        "detail": result.detail,
        **awaited,
        **ending,
        **({} if result.core is None else {"core": _core(result.core)}),
        **({} if result.shortest else {"shortest": False}),
    }


def _core(core: Core) -> dict[str, Any]:
    """What a proof needs of the model."""
    parts = [
        {
            "kind": part.kind,
            "action": part.action or None,
            "text": part.text,
            "origins": [
                {"place": place(file, line), "function": function}
                for file, line, function in part.origins
            ],
        }
        for part in core.parts
    ]
    return {
        "parts": parts,
        "clauses": list(core.clauses),
        "reading": core.reading,
        "untouched": list(core.untouched),
    }


def _ending(result: Result) -> dict[str, Any]:
    """What there is to say of a claim about the end of a run alone."""
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


class OutputFile:
    """A file to be written later: whether it can be is found out now, by trying.

    A regular file is replaced in one step, so that a reader sees the old content or the new; a
    device or a pipe is written as it is. Links are followed. Raises `OSError`.
    """

    def __init__(self, path: str) -> None:
        self.path = Path(os.path.realpath(path))
        self.mode: int | None = None
        self.special = False
        with suppress(FileNotFoundError):
            self.mode = self.path.stat().st_mode
            self.special = not stat.S_ISREG(self.mode) and not stat.S_ISDIR(self.mode)
        if self.path.is_dir():
            raise IsADirectoryError("it is a directory")
        if self.mode is not None and not os.access(self.path, os.W_OK):
            raise PermissionError("it is write-protected")
        if not self.special:
            os.close(self._create())
            self._temporary.unlink()

    @property
    def _temporary(self) -> Path:
        return self.path.with_name(f".proofs-{os.getpid()}.tmp")

    def _create(self) -> int:
        return os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)

    def write(self, text: str) -> None:
        """Write the file. Raises `OSError`, and then leaves it as it was."""
        if self.special:
            self.path.write_text(text, encoding="utf-8")
            return
        descriptor = self._create()
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            if self.mode is not None:
                self._temporary.chmod(stat.S_IMODE(self.mode))
            self._temporary.replace(self.path)
        except BaseException:
            self._temporary.unlink(missing_ok=True)
            raise
