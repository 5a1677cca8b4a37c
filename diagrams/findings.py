"""The pictures of a report: what was proven, refuted, reached and derived."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any

from diagrams import answers, article, builds
from diagrams.stories import (
    ANSWERS,
    QUESTIONS,
    between,
    cell_name,
    cell_run,
    cell_setting,
    claim_run,
    core_name,
    lasso,
    lasso_name,
    proof_core,
    run_name,
)
from diagrams.tables import of_administrators, of_map, of_versions
from proofs.catalogue import CLAIMS
from statecheck.claims.claim import Claim
from statecheck.drawing.picture import Picture
from statecheck.drawing.pictures import core, run, tables
from statecheck.drawing.pictures.mermaid import run_sequence
from statecheck.drawing.pictures.story import Story


def verdict_pictures(report: Mapping[str, Any]) -> Iterator[Picture]:
    """The pictures of a report."""
    yield Picture(
        "versions",
        "Versions of Store.exe",
        "Which databases a Store.exe writes, whether it starts, whether moves fail.",
        lambda: answers.chart(report),
        table=lambda: of_versions(*answers.charted(report)),
    )
    yield Picture(
        "administrators",
        "For administrators",
        "What to expect of a Store.exe, by where AVAPI is enabled.",
        lambda: answers.table(report),
        table=lambda: of_administrators(
            "What to expect of a Store.exe",
            tuple(about for about, _, _ in ANSWERS.values()),
            answers.table_blocks(report),
        ),
    )
    posted = builds.content(report["derived"]["builds"])
    yield Picture(
        "builds",
        "For administrators",
        "The posted builds of Store.exe: what each has, what a fix brought, what may be asked.",
        lambda: builds.picture(posted),
        table=lambda: builds.table(posted),
    )
    for claim, verdict in zip(CLAIMS, report["claims"], strict=True):
        if verdict["run"] is not None:
            yield _run_picture(
                run_name(claim), "Runs that verdicts show",
                f"{verdict['verdict']}{_variant(claim)}: {claim.text}",
                partial(claim_run, claim, verdict),
            )  # fmt: skip
    for claim, verdict in zip(CLAIMS, report["claims"], strict=True):
        if (verdict.get("core") or {}).get("parts"):
            content = cache(partial(proof_core, claim, verdict["core"]))
            yield Picture(
                core_name(claim),
                "What proofs rest on",
                f"What the proof rests on{_variant(claim)}: {claim.text}",
                lambda content=content: core.picture(content()),  # type: ignore[misc]
                table=lambda content=content: tables.of_core(content()),  # type: ignore[misc]
                folded=True,
            )
    for claim, verdict in zip(CLAIMS, report["claims"], strict=True):
        for dropped in verdict.get("ledger") or ():
            if dropped["run"] is not None:
                yield _run_picture(
                    lasso_name(claim, dropped),
                    "Lassos: why each assumption of a liveness claim is needed",
                    f"{claim.id} without one assumption: {dropped['assumption']}.",
                    partial(lasso, claim, dropped),
                    folded=True,
                )
    for row in report["derived"]["administrators"]["rows"]:
        for question, words in QUESTIONS.items():
            if "run" in row[question]:
                story = partial(cell_run, question, row)
                yield _run_picture(
                    cell_name(question, row),
                    "Runs of the administrators' table",
                    f"{words.capitalize()}: Store.exe {between(row['versions'])}, "
                    f"{cell_setting(row)}.",
                    story,
                    folded=True,
                )
    article_map = cache(partial(answers.article_map, report))
    yield Picture(
        "article",
        "What the article says",
        "The article's paragraphs, the sentences that they come to, and what was found of each.",
        lambda: article.picture(article_map()),
        table=lambda: of_map(article_map()),
    )


def _variant(claim: Claim) -> str:
    return f", A2 read {claim.variant.name.replace('_', ' ')}" if claim.variant.name else ""


def _run_picture(
    name: str, heading: str, about: str, story: Callable[[], Story], *, folded: bool = False
) -> Picture:
    content = cache(story)
    return Picture(
        name,
        heading,
        about,
        lambda: run.picture(content()),
        mermaid=lambda: run_sequence(content()),
        table=lambda: tables.of_run(content()),
        folded=folded,
        narrow=None if folded else lambda: run.narrow(content()),
    )
