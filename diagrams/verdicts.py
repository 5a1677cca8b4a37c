"""The verdicts that pictures show: the report of ``python -m proofs``, kept beside the gallery.

Proving takes longer than drawing, so the report is committed, without its times, as --explain has
it. It carries the digest of the model; where that is not the model's, the claims are proven anew.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from model.site import Site
from proofs.catalogue import CLAIMS, HISTORIES
from statecheck.exit_codes import Exit
from statecheck.files import OutputFile
from statecheck.modeling import ModelError
from statecheck.symbolic.transition_system import TransitionSystem

FILE = Path(__file__).with_name("gallery") / "verdicts.json"
"""The report that the committed pictures show."""

ROOT = Path(__file__).parents[1]
"""Where the packages are."""


@cache
def transitions() -> TransitionSystem:
    """The model as terms; extracted once."""
    return TransitionSystem(Site, HISTORIES)


def load(file: Path = FILE) -> dict[str, Any] | None:
    """The report, or None where there is none of this model and this catalogue."""
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
        known = [(claim["id"], claim["reading"]) for claim in report["claims"]]
        playable = all("setting" in claim for claim in report["claims"] if claim["run"])
        digest = report["model"]["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    wanted = [(claim.id, claim.variant.name or None) for claim in CLAIMS]
    return report if playable and known == wanted and digest == transitions().digest else None


def proved() -> str:
    """Prove everything and return the report as it is kept.

    In a process of its own, as anybody would: which of several proofs the solver finds may depend
    on what else a process did. Raises ModelError and KeyboardInterrupt.
    """
    command = [sys.executable, "-m", "proofs", "--explain", "--json", "-"]
    done = subprocess.run(  # noqa: S603  (our own front door)
        command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode == Exit.INTERRUPTED:
        raise KeyboardInterrupt
    if done.returncode not in (Exit.AS_EXPECTED, Exit.DIFFERS, Exit.UNDETERMINED):
        raise ModelError(f"python -m proofs failed: {done.stderr.strip()}")
    document = json.loads(done.stdout)
    if "administrators" not in document["derived"]:
        raise ModelError("the administrators' table is undetermined, so it cannot be drawn")
    for claim in document["claims"]:
        del claim["seconds"]
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def renew(file: Path = FILE) -> dict[str, Any]:
    """Prove anew and keep the report. Raises ModelError and OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    output = OutputFile(str(file))
    written = proved()
    output.write(written)
    report: dict[str, Any] = json.loads(written)
    return report
