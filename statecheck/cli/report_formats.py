"""The formats that a proof run can be reported in, beside the text for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

# What takes long to import is imported where it is needed.
if TYPE_CHECKING:
    from statecheck.claims.claim import Claim
    from statecheck.claims.results import Report
    from statecheck.prover.project import Project


@dataclass(frozen=True)
class Settled:
    """A proof run that is to be reported: its project, what was asked, and when it began."""

    project: Project
    claims: Sequence[Claim]
    report: Report
    began: datetime

    @property
    def complete(self) -> Report:
        """The report with what the project assumes, and with each claim that was asked for."""
        from statecheck.reports.words import completed

        return completed(self.project.assuming(self.report), self.claims)


@dataclass(frozen=True)
class ReportFormat:
    """A format that --NAME FILE writes: its help, and its text."""

    help: str
    text: Callable[[Settled], str]


def _json(settled: Settled) -> str:
    """JSON; the only format that leaves out what an interruption left open."""
    from statecheck.reports import json_report

    return json_report.to_text(settled.project.assuming(settled.report))


def _junit(settled: Settled) -> str:
    from statecheck.reports import junit

    return junit.to_text(settled.complete, settled.began)


def _sarif(settled: Settled) -> str:
    from statecheck.reports import sarif

    return sarif.to_text(settled.complete, settled.project.system)


def _summary(settled: Settled) -> str:
    from statecheck.reports import markdown

    return markdown.to_text(settled.complete)


REPORTS = {
    "json": ReportFormat("Write JSON too; - writes it to stdout.", _json),
    "junit": ReportFormat("Write JUnit XML too; likewise.", _junit),
    "sarif": ReportFormat("Write SARIF 2.1.0 too; likewise.", _sarif),
    "summary": ReportFormat("Write a summary in Markdown too; likewise.", _summary),
}
"""The reports that can be written beside the text for the terminal, by name."""
