"""A proof run as Markdown, for the summary of a GitHub step: what changed first, then the rest."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from statecheck.claims.results import Report, Result, Verdict, tally
from statecheck.reports.words import account, assumed, by_section, count, evidence, remark

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~])")


def to_text(report: Report) -> str:
    """The Markdown text. ``report`` has a result for every claim that was asked for."""
    results = report.results
    changed = [result for result in results if remark(result)]
    parts = [f"## Proofs: {_outcome(report, changed)}"]
    if changed:
        parts += ["### Not as expected", _table(changed)]
    for section, group in by_section(results, lambda result: result.claim):
        parts += [f"### {_plain(section)}", _table(group)]
    # What changed is unfolded first; the refutations that were expected are there to be read.
    refuted = [r for r in results if r.verdict is Verdict.REFUTED and r not in changed]
    parts += [part for result in (*changed, *refuted) for part in _run(result)]
    if taken := assumed(report):
        parts += ["### Assumed", "\n".join(f"* {_plain(text)}" for text in taken)]
    found = tally(results)
    counts = ", ".join(f"{found[verdict]} {verdict}" for verdict in Verdict if verdict in found)
    parts.append(f"{count(len(results), 'verdict')}: {counts}. Model `{report.digest}`.")
    return "\n\n".join(parts).encode("ascii", "xmlcharrefreplace").decode("ascii") + "\n"


def _outcome(report: Report, changed: Sequence[Result]) -> str:
    open_ = sum(result.verdict is Verdict.UNDETERMINED for result in report.results)
    words = []
    if report.interrupted:
        words.append("interrupted")
    if changed:
        words.append(f"{len(changed)} of {count(len(report.results), 'verdict')} not as expected")
    if open_:
        words.append(f"{open_} undetermined")
    return ", ".join(words) or "every verdict is as expected"


def _table(results: Iterable[Result]) -> str:
    lines = ["| claim | verdict | expected | evidence |", "| --- | --- | --- | --- |"]
    for result in results:
        wrong = remark(result)
        is_right = result.verdict.value == result.claim.expected
        cells = [
            _plain(result.claim.title),
            _plain(str(result.verdict)),
            _plain(result.claim.expected),
            _plain(wrong if wrong and is_right else evidence(result)),
        ]
        if wrong:
            cells = [f"**{cell}**" if cell else "" for cell in cells]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _run(result: Result) -> Iterator[str]:
    if result.run is None:
        return
    title = f"{result.claim.title}: {result.verdict}, {evidence(result)}"
    lines = html.escape("\n".join(account(result.run)), quote=False)
    yield f"<details><summary>{html.escape(title)}</summary>"
    yield _plain(result.claim.text)
    yield f"<pre>\n{lines}\n</pre>"
    yield "</details>"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", html.escape(" ".join(text.split()), quote=False))
