"""The runs of a report: those of claims, and those of the cells of the administrators' table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from inspect import isfunction
from typing import Any

from diagrams import site
from model.site import Site
from model.version import StoreVersion
from proofs.administrators import LAST
from statecheck.claims.claim import Claim
from statecheck.claims.fairness import Rare
from statecheck.drawing.machine import describe
from statecheck.drawing.pictures import core
from statecheck.drawing.pictures.joint import joints
from statecheck.drawing.pictures.playback import play
from statecheck.drawing.pictures.reasons import Owned, reasons
from statecheck.drawing.pictures.story import Story
from statecheck.modeling import signature

STRONG = {"store.version": "another Store.exe"}
"""Fields whose change makes a step of a run stand out, and what the legend says of it."""

LOWEST, HIGHEST = StoreVersion(StoreVersion.LEAST), LAST
"""No version is earlier, or later."""


def run_name(claim: Claim) -> str:
    """The name of the picture of a claim's run."""
    variant = f".{claim.variant.name}" if claim.variant.name else ""
    return f"run-{claim.id}{variant}"


def claim_run(claim: Claim, verdict: Mapping[str, Any]) -> Story:
    """The run of a claim, as a report shows it."""
    refuted = verdict["verdict"] == "REFUTED"
    variant = f", A2 read {claim.variant.name.replace('_', ' ')}" if claim.variant.name else ""
    steps = verdict["steps"]
    return Story(
        claim.id,
        f"{verdict['verdict']} by a run of {steps} steps{variant}; none is shorter, at any size",
        "violated" if refuted else "reached",
        "failure" if refuted else "reached",
        claim.text,
        tuple(_why(claim)),
        play(Site, verdict["run"], verdict["setting"]),
        _source(claim),
        STRONG,
        (verdict.get("lasso") or {}).get("loop"),
        looked_at(),
        _witnesses(verdict["setting"]),
    )


def _source(claim: Claim) -> str:
    section = str(claim.section)
    if not section.startswith(("Q", "any ")):
        section = f"Q271547 {section}"
    return f"{section}; claim in {claim.body.__module__.replace('.', '/')}.py"


def _why(claim: Claim) -> Iterator[str]:
    """The cause in the words of the claim's author: the second paragraph, and the reading."""
    for paragraph in (claim.body.__doc__ or "").split("\n\n")[1:]:
        if words := " ".join(paragraph.split()):
            yield words
    if claim.variant.name == "sticky":
        yield "A2 is read as sticky: what a bypass released stays released."


def lasso_name(claim: Claim, dropped: Mapping[str, Any]) -> str:
    """The name of the picture of a claim's lasso without one of its assumptions."""
    (assumption,) = (a for a in claim.fairness if str(a) == dropped["assumption"])
    words = assumption.text if isinstance(assumption, Rare) else str(assumption)
    return f"lasso-{claim.id}.{re.sub(r'[^A-Za-z0-9]+', '_', words).strip('_')}"


def lasso(claim: Claim, dropped: Mapping[str, Any]) -> Story:
    """The lasso that refutes a claim without one of its assumptions."""
    return Story(
        claim.id,
        f'without the assumption "{dropped["assumption"]}"',
        "refuted",
        "failure",
        claim.text,
        (
            f'The assumption "{dropped["assumption"]}" is left out.',
            *(f"The loop is fair: {reason}." for reason in dropped["lasso"]["fairness"]),
        ),
        play(Site, dropped["run"], dropped["setting"]),
        _source(claim),
        STRONG,
        dropped["lasso"]["loop"],
        looked_at(),
        _witnesses(dropped["setting"]),
    )


def core_name(claim: Claim) -> str:
    """The name of the picture of what a claim's proof rests on."""
    return run_name(claim).replace("run-", "core-", 1)


FUNCTIONS = {"version": "native"}
"""The function of the model that spells out the cases of a field."""


def proof_core(claim: Claim, needed: Mapping[str, Any]) -> core.Core:
    """The core of a claim's proof."""
    moves = joints(Site)
    clauses = needed["clause_terms"]
    parts = needed["parts"]
    machines = [(e.name, m) for e in signature(Site).entities for m in e.machines]
    owned = [
        Owned(describe(m.cls), entity, m.slot, tuple(field.name for field in m.fields))
        for entity, m in machines
    ]
    layers = tuple(
        core.Layer(
            own.machine,
            core.ink(own.machine, own.entity, own.slot, parts, clauses, moves),
            site.setting(own.machine.name),
        )
        for own in owned
    )
    said = tuple(
        core.readable(text, term["choices"], FUNCTIONS)
        for text, term in zip(needed["clauses"], clauses, strict=True)
    )
    named = [part | {"text": core.readable(part["text"], part["choices"], FUNCTIONS)}
             for part in parts]  # fmt: skip
    meanings = {
        name: " ".join(function.__doc__.split("\n\n")[0].split())
        for _, m in machines
        for name, function in vars(m.cls).items()
        if isfunction(function) and function.__doc__
    }
    reading = f" [{claim.variant.name}]" if needed["reading"] else ""
    return core.Core(
        f"{claim.id}{reading}",
        claim.text,
        layers,
        tuple(core.needs(parts, FUNCTIONS)),
        said,
        tuple(reasons(named, owned, meanings, said, needed["untouched"])),
        _source(claim),
    )


QUESTIONS = {
    "move_can_fail": "a move can fail",
    "client_exposed_at_source": "client exposed at source",
    "client_exposed_at_destination": "client exposed at destination",
}
"""The questions of the administrators' table."""

ANSWERS = {
    "move_can_fail": ("a move", "cannot fail", "can fail"),
    "client_exposed_at_source": ("a client at the source", "never exposed", "exposed"),
    "client_exposed_at_destination": (
        "a client at the destination", "never exposed", "exposed",
    ),
}  # fmt: skip
"""Its columns: what each is about, and what is said where the answer is no, and yes."""


def cell_name(question: str, row: Mapping[str, Any]) -> str:
    """The name of the picture of a cell's run."""
    on = {True: "on", False: "off"}
    setting = f"{on[row['source_antivirus']]}.{on[row['destination_antivirus']]}"
    return f"run-table.{question}.{row['versions']['from']}.{setting}"


def cell_run(question: str, row: Mapping[str, Any]) -> Story:
    """The run of a cell of the administrators' table."""
    cell = row[question]
    words = {
        "move_can_fail": "A move fails",
        "client_exposed_at_source": "A client at the source is handed an attachment that was "
        "never scanned, while its mailbox is moved",
        "client_exposed_at_destination": "A client at the destination is handed an attachment "
        "that was never scanned",
    }[question]
    low, setting = between(row["versions"]), cell_setting(row)
    return Story(
        f"{QUESTIONS[question].capitalize()}: {low}",
        f"{setting}; {len(cell['run'])} steps",
        "reached",
        "failure",
        f"{words}, with Store.exe {low} at the source, {setting}.",
        (),
        play(Site, cell["run"], cell["setting"]),
        "a cell of the administrators' table; the questions in proofs/administrators.py",
        STRONG,
        looked_at=looked_at(),
        witnesses=_witnesses(cell["setting"]),
    )


def cell_setting(row: Mapping[str, Any]) -> str:
    """Where AVAPI is enabled in a row of the administrators' table."""
    on = {True: "enabled", False: "disabled"}
    source, destination = on[row["source_antivirus"]], on[row["destination_antivirus"]]
    if source == destination:
        return f"AVAPI {source} at both servers"
    return f"AVAPI {source} at the source, {destination} at the destination"


def _witnesses(setting: Mapping[str, Any]) -> frozenset[str]:
    """The entities, and values, that a run is a witness with."""
    return frozenset(setting.get("witness", {}).values())


def looked_at() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """The machines that each action looks at."""
    return {joint.action: joint.looked_at for joint in joints(Site)}


def between(region: Mapping[str, str]) -> str:
    """A region of versions in words."""
    low, high = region["from"], region["to"]
    if low == str(LOWEST):
        return "any" if high == str(HIGHEST) else f"up to {high}"
    return f"{low} or later" if high == str(HIGHEST) else f"{low} to {high}"
