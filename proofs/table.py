"""The table for administrators, put together from the answers to its questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from model.version import PREFERRED, StoreVersion, native
from proofs.administrators import SETTINGS
from proofs.engine.regions import condition, shown
from proofs.engine.verdict import Result
from proofs.report import run_json, setting_json
from proofs.vocabulary import PER_REQUEST

COLUMNS = ("move_can_fail", "client_exposed_at_source", "client_exposed_at_destination")

Range = tuple[int, int]
"""Versions between two, both included."""


def table(answers: Mapping[str, Result], highest: int) -> dict[str, Any]:
    """One row for each region of versions at the source and each setting of AVAPI, JSON-ready.

    ``answers`` are those to the questions by id, ``highest`` is the last version there is. Versions
    for which an answer is yes are in one region only if it is so whichever Store.exe the fix came
    in with, or if it depends on that for all of them.
    """
    known = {name: _ranges(result.answer) for name, result in answers.items()}
    surely = {name: _ranges(result.at_least) for name, result in answers.items()}
    regions = [range_ for side in (known, surely) for ranges in side.values() for range_ in ranges]
    starts = {0, *(low for low, _ in regions)}
    starts |= {high + 1 for _, high in regions if high < highest}
    ends = {low - 1 for low in starts if low} | {highest}
    failing = [
        part
        for source, destination in SETTINGS
        for part in known[_question("move_can_fail", source, destination)]
    ]
    rows = []
    for low, high in zip(sorted(starts), sorted(ends), strict=True):
        restorable = known[f"restorable.{native(StoreVersion(low)).name}"]
        for source, destination in SETTINGS:
            row: dict[str, Any] = {
                "versions": _named([(low, high)])[0],
                "source_antivirus": source,
                "destination_antivirus": destination,
            }
            for name in COLUMNS:
                row[name] = _cell(answers[_question(name, source, destination)], low, high)
            row["restorable"] = _named(restorable)
            row["restorable_but_failing"] = _named(_common(restorable, failing))
            rows.append(row)
    return {"reading": PER_REQUEST.name, "rows": rows}


def _question(name: str, source: bool, destination: bool) -> str:
    on = {True: "on", False: "off"}
    return f"{name}.{on[source]}.{on[destination]}"


def _cell(result: Result, low: int, high: int) -> dict[str, Any]:
    """A no; a yes with the length of the shortest run of the region, and that run where a build of
    the region is known; or what depends on the Store.exe that the fix came in with.
    """
    here = [
        (cell, run)
        for cell, run in result.cells
        if cell.numbers[0] <= high and low <= cell.numbers[1]
    ]
    met = [(cell, run) for cell, run in here if run is not None]
    if not met:
        return {"answer": "no", "steps": None}
    found: dict[str, Any] = {"answer": "yes"}
    if len(met) < len(here):
        unmet = [cell for cell, run in here if run is None]
        found = {"answer": "depends", "if": condition([cell for cell, _ in met], unmet)}
    found["steps"] = min(len(run.steps) for _, run in met)
    worthy = shown([cell for cell, _ in result.cells], PREFERRED)
    runs = [
        (version not in PREFERRED, run)
        for cell, run in met
        for version in [StoreVersion.parse(dict(run.witness)["version"])]
        if cell in worthy and low <= version <= high and len(run.steps) == found["steps"]
    ]
    if runs:
        _, run = min(runs, key=lambda item: item[0])
        found |= {"run": run_json(run), "setting": setting_json(run)}
    return found


def _ranges(regions: Iterable[Mapping[str, str]]) -> list[Range]:
    parse = StoreVersion.parse
    return [(int(parse(region["from"])), int(parse(region["to"]))) for region in regions]


def _named(ranges: Iterable[Range]) -> list[dict[str, str]]:
    return [{"from": str(StoreVersion(a)), "to": str(StoreVersion(b))} for a, b in ranges]


def _common(first: Iterable[Range], second: Iterable[Range]) -> list[Range]:
    """What is in some range of both, as ranges in rising order that do not touch."""
    both = sorted(
        (max(a, c), min(b, d)) for a, b in first for c, d in second if max(a, c) <= min(b, d)
    )
    return list(_joined(both))


def _joined(ranges: Iterable[Range]) -> Iterator[Range]:
    known: Range | None = None
    for low, high in ranges:
        if known is not None and low <= known[1] + 1:
            known = known[0], max(known[1], high)
            continue
        if known is not None:
            yield known
        known = low, high
    if known is not None:
        yield known
