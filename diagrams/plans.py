"""The shortest plans to move a mailbox safely, kept beside the gallery and drawn as lanes.

A plan is a run in which AVAPI stays enabled, no move fails and nobody is exposed. Finding the
shortest takes longer than drawing it, so the plans are committed; each is played again on the plain
machines while it is drawn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from diagrams.stories import STRONG, looked_at
from diagrams.verdicts import transitions
from model.site import Site
from proofs.questions.asked import answers
from statecheck.drawing.picture import Picture
from statecheck.drawing.pictures import run, tables
from statecheck.drawing.pictures.mermaid import run_sequence
from statecheck.drawing.pictures.playback import play
from statecheck.drawing.pictures.story import Story
from statecheck.files import OutputFile
from statecheck.modeling import ModelError
from statecheck.reports.json_report import run_json, setting_json
from statecheck.smt.c_interface import without_wrapper_checks

FILE = Path(__file__).with_name("gallery") / "plans.json"
"""The plans that the committed pictures show."""

KEPT = "At every step AVAPI is enabled on every server, no move fails, and nobody is exposed."
"""What holds all along a plan; see `proofs.questions.plans.kept`."""

QUESTION = 9
"""The administrators' question that plans answer."""


def load(file: Path = FILE) -> dict[str, Any] | None:
    """The plans, or None where there are none of this model."""
    try:
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        digest = kept["model"]["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return kept if digest == transitions().digest else None


def renew(file: Path = FILE) -> dict[str, Any]:
    """Find the plans anew and keep them. Raises ModelError, OSError and Timeout."""
    without_wrapper_checks()
    ((_, results),) = answers([QUESTION])
    plans = [
        {
            "id": result.claim.id,
            "text": result.claim.text,
            "run": run_json(result.run),
            "setting": setting_json(result.run),
        }
        for result in results
        if result.run is not None
    ]
    if not plans:
        raise ModelError("no plan was found, so none can be drawn: python -m proofs ask 9")
    kept = {"model": {"digest": transitions().digest}, "plans": plans}
    file.parent.mkdir(parents=True, exist_ok=True)
    OutputFile(str(file)).write(json.dumps(kept, indent=1) + "\n")
    return kept


def story(plan: Mapping[str, Any]) -> Story:
    """A plan as a run."""
    return Story(
        plan["id"],
        f"a plan of {len(plan['run'])} steps; no shorter one does it",
        "reached",
        "reached",
        f"{plan['text']} {KEPT}",
        (),
        play(Site, plan["run"], plan["setting"]),
        "python -m proofs ask 9; the plans in proofs/questions/plans.py",
        STRONG,
        looked_at=looked_at(),
        witnesses=frozenset(plan["setting"].get("witness", {}).values()),
    )


def pictures(kept: Mapping[str, Any]) -> Iterator[Picture]:
    """A picture for each plan."""
    for plan in kept["plans"]:
        content = cache(partial(story, plan))
        yield Picture(
            plan["id"].replace("plan.", "plan-", 1),
            "Plans for administrators",
            plan["text"],
            lambda content=content: run.picture(content()),  # type: ignore[misc]
            mermaid=lambda content=content: run_sequence(content()),  # type: ignore[misc]
            table=lambda content=content: tables.of_run(content()),  # type: ignore[misc]
            narrow=lambda content=content: run.narrow(content()),  # type: ignore[misc]
        )
