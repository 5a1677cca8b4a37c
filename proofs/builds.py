"""The table of builds: the drawbacks of each, and which to advise under which requirements.

Nothing of it is typed in but the drawbacks' ranges, which `model.builds` has with their sources.
With which builds a move can fail is the solver's answer.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.builds import (
    CANDIDATES,
    NEEDS_SP4,
    TROUBLES,
    UPGRADES_DATABASES,
    Candidate,
    Certainty,
    Drawback,
    Span,
)
from model.version import StoreVersion, native
from statecheck.claims.results import Result

SCHEMA = Path(__file__).with_name("builds.schema.json")
"""The format of the table, beside that of the report."""

MOVE_FAILS = "Q271547"
"""The drawback that is the solver's answer."""


@dataclass(frozen=True)
class Requirement:
    """A demand on a build: none of some drawbacks."""

    id: str
    text: str
    excluded_by: tuple[Drawback, ...]

    def met_by(self, version: int) -> Certainty:
        """Tell whether a build meets it."""
        found = {drawback.of(version) for drawback in self.excluded_by}
        if Certainty.YES in found:
            return Certainty.NO
        return Certainty.MAY_BE if Certainty.MAY_BE in found else Certainty.YES


@dataclass(frozen=True)
class BuildsTable:
    """The table as reports show it."""

    name: str = "builds"

    def answer(self, results: Mapping[str, Result]) -> dict[str, Any]:
        """Its content, JSON-ready, from the results of the administrators' questions by id."""
        move_fails = move_failure(results)
        drawbacks = (move_fails, *TROUBLES, UPGRADES_DATABASES, NEEDS_SP4)
        demands = requirements(move_fails)
        return {
            "drawbacks": [_described(drawback) for drawback in drawbacks],
            "requirements": [
                {
                    "id": demand.id,
                    "text": demand.text,
                    "excluded_by": [drawback.id for drawback in demand.excluded_by],
                }
                for demand in demands
            ],
            "rows": [_row(candidate, drawbacks, demands) for candidate in CANDIDATES],
            "advice": [_advice(some, CANDIDATES) for some in _combinations(demands)],
        }

    def text(self, answer: dict[str, Any]) -> Iterator[Any]:
        """Its content for a terminal."""
        from proofs.builds_text import text  # noqa: PLC0415  (only who prints it needs rich)

        return text(answer)


def move_failure(results: Mapping[str, Result]) -> Drawback:
    """The failure of moves that Q271547 is about: of the builds with which the solver found one."""
    asked = [result for id_, result in results.items() if id_.startswith("move_can_fail.")]
    return Drawback(
        MOVE_FAILS,
        "moves may fail with 80004005-0501-0000050a",
        "Q271547, Q248838, A8",
        tuple(span for result in asked for span in _spans(result.at_least)),
        tuple(span for result in asked for span in _spans(result.answer)),
        avapi=True,
    )


def requirements(move_fails: Drawback) -> tuple[Requirement, ...]:
    """The demands that an administrator may have; ``move_fails`` is the solver's."""
    by_id = {drawback.id: drawback for drawback in TROUBLES}
    regressions = tuple(drawback for drawback in TROUBLES if drawback.regression)
    return (
        Requirement(
            "moves",
            "moves neither fail nor hang a store, but for time-outs",
            (move_fails, by_id["Q259541"]),
        ),
        Requirement(
            "way back", "Store.exe before 5.5.2652.68 can be restored", (UPGRADES_DATABASES,)
        ),
        Requirement("no crash", "no crash with AVAPI", (by_id["Q262491"], by_id["Q299258"])),
        Requirement("no regression", "nothing that a fix or SP4 brought", regressions),
        Requirement("without SP4", "Service Pack 4 is not installed", (NEEDS_SP4,)),
    )


def _spans(regions: Iterable[Mapping[str, str]]) -> Iterator[Span]:
    for region in regions:
        yield StoreVersion.parse(region["from"]), StoreVersion.parse(region["to"])


def _described(drawback: Drawback) -> dict[str, Any]:
    return {
        "id": drawback.id,
        "text": drawback.text,
        "source": drawback.source,
        "avapi": drawback.avapi,
        "regression": drawback.regression,
    }


def _row(
    candidate: Candidate, drawbacks: Sequence[Drawback], demands: Sequence[Requirement]
) -> dict[str, Any]:
    version = candidate.version
    has = {drawback.id: drawback.of(version) for drawback in drawbacks}
    return {
        "version": str(version),
        "posted": None if candidate.posted is None else candidate.posted.isoformat(),
        "pack": candidate.pack or None,
        "assumption": candidate.assumption or None,
        "source": candidate.source,
        "format": str(native(version)),
        "has": [id_ for id_, certainty in has.items() if certainty is Certainty.YES],
        "may_have": [id_ for id_, certainty in has.items() if certainty is Certainty.MAY_BE],
        "meets": {demand.id: demand.met_by(version).value for demand in demands},
    }


def _combinations(demands: Sequence[Requirement]) -> Iterator[tuple[Requirement, ...]]:
    for size in range(1, len(demands) + 1):
        yield from itertools.combinations(demands, size)


def _advice(demands: Sequence[Requirement], candidates: Iterable[Candidate]) -> dict[str, Any]:
    """The builds that meet all demands; where none does, what keeps each from it."""
    surely: list[str] = []
    may_be: list[str] = []
    excluded: dict[str, list[str]] = {}
    for candidate in candidates:
        version = candidate.version
        answers = {demand.met_by(version) for demand in demands}
        if answers == {Certainty.YES}:
            surely.append(str(version))
        elif Certainty.NO not in answers:
            may_be.append(str(version))
        by = dict.fromkeys(
            drawback.id
            for demand in demands
            for drawback in demand.excluded_by
            if drawback.of(version) is Certainty.YES
        )
        if by:
            excluded[str(version)] = list(by)
    return {
        "requirements": [demand.id for demand in demands],
        "builds": surely,
        "earliest": surely[0] if surely else None,
        "latest": surely[-1] if surely else None,
        "may_be": may_be,
        "excluded": None if surely else excluded,
    }
