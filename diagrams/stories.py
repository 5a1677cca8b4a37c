"""The runs of a report: those of claims, and those of the cells of the administrators' table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from diagrams import core, site
from diagrams.joint import joints
from diagrams.machine import describe
from diagrams.playback import play
from diagrams.run import Story
from diagrams.verdicts import ROOT
from model.kernel import signature
from model.site import Site
from model.version import StoreVersion
from proofs.engine.claims import Claim
from proofs.session import LAST

STRONG = {"store.version": "another Store.exe"}
"""Fields whose change makes a step of a run stand out."""

LOWEST, HIGHEST = StoreVersion(StoreVersion.LEAST), LAST
"""No version is earlier, or later."""


def run_name(claim: Claim) -> str:
    """The name of the picture of a claim's run."""
    reading = f".{claim.reading.name}" if claim.reading.name else ""
    return f"run-{claim.id}{reading}"


def claim_run(claim: Claim, verdict: Mapping[str, Any]) -> Story:
    """The run of a claim, as a report shows it."""
    refuted = verdict["verdict"] == "REFUTED"
    reading = f", A2 read {claim.reading.name.replace('_', ' ')}" if claim.reading.name else ""
    steps = verdict["steps"]
    return Story(
        claim.id,
        f"{verdict['verdict']} by a run of {steps} steps{reading}; none is shorter, at any size",
        "violated" if refuted else "reached",
        "failure" if refuted else "reached",
        claim.text,
        tuple(_why(claim)),
        play(Site, verdict["run"], verdict["setting"]),
        _source(claim),
        STRONG,
        (verdict.get("lasso") or {}).get("loop"),
        _looked_at(),
        _witnesses(verdict["setting"]),
    )


def _source(claim: Claim) -> str:
    section = (
        claim.section if claim.section.startswith(("Q", "any ")) else f"Q271547 {claim.section}"
    )
    return f"{section}; claim in {claim.body.__module__.replace('.', '/')}.py"


def _why(claim: Claim) -> Iterator[str]:
    """What the claim's author says of the cause: the second paragraph, and the reading."""
    for paragraph in (claim.body.__doc__ or "").split("\n\n")[1:]:
        if words := " ".join(paragraph.split()):
            yield words
    if claim.reading.name == "sticky":
        yield "A2 is read as sticky: what a bypass released stays released."


def lasso_name(claim: Claim, dropped: Mapping[str, Any]) -> str:
    """The name of the picture of a claim's lasso without one of its assumptions."""
    words = dropped["assumption"].partition(": ")[2] or dropped["assumption"]
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
        _looked_at(),
        _witnesses(dropped["setting"]),
    )


def core_name(claim: Claim) -> str:
    """The name of the picture of what a claim's proof rests on."""
    return run_name(claim).replace("run-", "core-", 1)


FUNCTIONS = {"version": "native"}
"""Which function of the model spells out the cases of a field."""


def proof_core(claim: Claim, found: Mapping[str, Any]) -> core.Core:
    """What a claim's proof rests on."""
    moves = joints(Site)
    parts = [
        {**part, "origins": [{**o, "function": _function(o)} for o in part["origins"]]}
        for part in found["parts"]
    ]
    texts = [part["text"] for part in parts if part["kind"] == "guard"] + found["clauses"]
    layers = tuple(
        core.Layer(
            described,
            e.name,
            m.slot,
            core.ink(described, e.name, m.slot, parts, found["clauses"], moves),
            core.fields_read(m.slot, ("state", *(field.name for field in m.fields)), texts),
            site.setting(described.name),
        )
        for e in signature(Site).entities
        for m in e.machines
        for described in (describe(m.cls),)
    )
    reading = f" [{claim.reading.name}]" if found["reading"] else ""
    return core.Core(
        f"{claim.id}{reading}",
        claim.text,
        layers,
        tuple(core.needs(parts, FUNCTIONS)),
        tuple(core.readable(clause, FUNCTIONS) for clause in found["clauses"]),
        tuple(found["untouched"]),
        _source(claim),
    )


def _function(origin: Mapping[str, str]) -> str:
    """The function that an origin stands in; a generator expression is its function's."""
    if not origin["function"].startswith("<"):
        return origin["function"]
    file, _, line = origin["place"].rpartition(":")
    return _enclosing(file).get(int(line), origin["function"])


@cache
def _enclosing(file: str) -> Mapping[int, str]:
    """For each line of a file of this project the innermost function around it."""
    found: dict[int, str] = {}
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):  # outer ones come first
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            found.update(dict.fromkeys(lines, node.name))
    return found


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
        looked_at=_looked_at(),
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


def _looked_at() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """The machines that each action looks at."""
    return {joint.action: joint.looked_at for joint in joints(Site)}


def between(region: Mapping[str, str]) -> str:
    """A region of versions in words."""
    low, high = region["from"], region["to"]
    if low == str(LOWEST):
        return "any" if high == str(HIGHEST) else f"up to {high}"
    return f"{low} or later" if high == str(HIGHEST) else f"{low} to {high}"
