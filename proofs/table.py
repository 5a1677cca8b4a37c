"""The table for administrators, put together from the answers to its questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.version import PREFERRED, StoreVersion, native
from proofs.administrators import LAST, SETTINGS
from proofs.vocabulary import PER_REQUEST
from statecheck.claims.derived_answers import condition, shown
from statecheck.claims.results import Result
from statecheck.reports.json_report import run_json, setting_json

SCHEMA = Path(__file__).with_name("administrators.schema.json")
"""The format of the table, beside that of the report."""

COLUMNS = ("move_can_fail", "client_exposed_at_source", "client_exposed_at_destination")

Range = tuple[int, int]
"""Versions between two, both included."""


@dataclass(frozen=True)
class AdministratorsTable:
    """The table as reports show it."""

    name: str = "administrators"

    def answer(self, results: Mapping[str, Result]) -> dict[str, Any]:
        """Its rows, JSON-ready, from the results of the questions by id."""
        return table(results, int(LAST))

    def text(self, answer: dict[str, Any]) -> Iterator[Any]:
        """Its rows for a terminal."""
        from proofs.table_text import text  # noqa: PLC0415  (only who prints it needs rich)

        return text(answer)


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
        (region, run)
        for region, run in result.regions
        if region.numbers[0] <= high and low <= region.numbers[1]
    ]
    met = [(region, run) for region, run in here if run is not None]
    if not met:
        return {"answer": "no", "steps": None}
    cell: dict[str, Any] = {"answer": "yes"}
    if len(met) < len(here):
        unmet = [region for region, run in here if run is None]
        cell = {"answer": "depends", "if": condition([region for region, _ in met], unmet)}
    cell["steps"] = min(len(run.steps) for _, run in met)
    worthy = shown([region for region, _ in result.regions], PREFERRED)
    runs = [
        (version not in PREFERRED, run)
        for region, run in met
        for version in [StoreVersion.parse(dict(run.witness)["version"])]
        if region in worthy and low <= version <= high and len(run.steps) == cell["steps"]
    ]
    if runs:
        _, run = min(runs, key=lambda item: item[0])
        cell |= {"run": run_json(run), "setting": setting_json(run)}
    return cell


def _ranges(regions: Iterable[Mapping[str, str]]) -> list[Range]:
    parse = StoreVersion.parse
    return [(int(parse(region["from"])), int(parse(region["to"]))) for region in regions]


def _named(ranges: Iterable[Range]) -> list[dict[str, str]]:
    return [{"from": str(StoreVersion(a)), "to": str(StoreVersion(b))} for a, b in ranges]


def _common(first: Iterable[Range], second: Iterable[Range]) -> list[Range]:
    """The numbers in some range of both, as ranges in rising order that do not touch."""
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
