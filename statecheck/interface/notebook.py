"""Results as text and as HTML, in colours for light and for dark pages; everything is escaped."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from statecheck.claims.answers import Answer, Standing
from statecheck.claims.claim import Claim
from statecheck.claims.results import Report, Result, Verdict
from statecheck.claims.run import Run
from statecheck.drawing.canvas.style import DARK, LIGHT, Theme
from statecheck.reports.answers import answers_text
from statecheck.reports.terminal import report_text
from statecheck.reports.terminal_layout import Style
from statecheck.reports.words import (
    account,
    again,
    answer,
    circumstances,
    evidence,
    numbered,
    remark,
)

ROLES = {
    Verdict.PROVED: "success",
    Verdict.REACHED: "success",
    Verdict.DERIVED: "success",
    Verdict.REFUTED: "shared",
    Verdict.UNDETERMINED: "upgrade",
}
"""The colour of a verdict that is as expected."""

STANDINGS = {
    Standing.SUSPICIOUS: "failure",
    Standing.OPEN: "upgrade",
    Standing.ACCEPTED: "muted",
    Standing.FINE: "success",
    Standing.INFORMATION: "muted",
}
"""The colour of an answer."""

_SHOWN = ("ink", "muted", "rule", "page", "success", "failure", "shared", "upgrade")

_IS_DARK = ("[data-jp-theme-light=false]", "[data-vscode-theme-kind*=dark]", "[data-theme=dark]")
_IS_LIGHT = ("[data-jp-theme-light=true]", "[data-vscode-theme-kind*=light]", "[data-theme=light]")
"""The marks of a notebook's theme; where there is none, the system's own theme counts."""


# -- text ---------------------------------------------------------------------------------------


def text(value: Report | Result | Run) -> str:
    """A value as the command line prints it, in 80 columns and without colours."""
    match value:
        case Run():
            return "\n".join(account(value)) or "the initial state"
        case Result():
            return _sentence(value)
        case Report(answers=answers) if answers:
            return answers_text(value, "answers", Style()).rstrip("\n")
        case Report():
            return report_text(value, (), Style(), name=_name).rstrip("\n")


def _name(claim: Claim) -> str:
    """A claim's title; one that is a text has a number, which says nothing by itself."""
    return numbered(claim) if _is_text(claim) else claim.title


def _is_text(claim: Claim) -> bool:
    """True for a claim that is written as a text, and has a number for its id."""
    return claim.section.heading == str(claim.kind)


def _sentence(result: Result) -> str:
    facts = (evidence(result), remark(result))
    lines = [f"{result.claim.title}: {result.verdict}" + "".join(f", {f}" for f in facts if f)]
    lines.append(f"    {result.claim.text}")
    lines += [f"    {line}" for line in answer(result)]
    if result.run is not None:
        lines += [f"    {line}" for line in account(result.run)]
    return "\n".join(lines)


# -- HTML ---------------------------------------------------------------------------------------


def html(value: Report | Result | Run) -> str:
    """A value as HTML by itself."""
    match value:
        case Run():
            body = _run(value)
        case Result():
            body = _results([value])
        case Report():
            body = _report(value)
    return f"<style>{_style()}</style><div class='statecheck'>{''.join(body)}</div>"


def in_both_themes(name: str, light: str, dark: str) -> str:
    """A picture of which the one that fits the page is seen; images keep their styles apart."""
    images = "".join(
        f"<img class='{theme}' alt='{escape(name)}' style='max-width:100%' "
        f"src='data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}'>"
        for theme, svg in (("light", light), ("dark", dark))
    )
    return f"<style>{_style()}</style><div class='statecheck'>{images}</div>"


def _style() -> str:
    """Rules of light pages, and of dark ones; a page's own mark counts more than the system."""
    dark_page = ",".join(f"{mark} .statecheck" for mark in _IS_DARK)
    light_page = ",".join(f"{mark} .statecheck" for mark in _IS_LIGHT)
    return (
        f".statecheck{{{_colours(LIGHT)}color:var(--ink)}}"
        f"@media (prefers-color-scheme:dark){{.statecheck{{{_colours(DARK)}}}}}"
        f"{light_page}{{{_colours(LIGHT)}}}{dark_page}{{{_colours(DARK)}}}"
        ".statecheck img.light{display:var(--light)}.statecheck img.dark{display:var(--dark)}"
        ".statecheck table{border-collapse:collapse;margin:.3em 0}"
        ".statecheck th,.statecheck td{text-align:left;vertical-align:top;"
        "padding:.15em .9em .15em 0;border-bottom:1px solid var(--rule);"
        "color:var(--ink);background:none}"
        ".statecheck code,.statecheck pre{color:inherit;background:none}"
        ".statecheck .note{color:var(--muted)}"
        + "".join(f".statecheck .{role}{{color:var(--{role})}}" for role in _SHOWN[4:])
    )


def _colours(theme: Theme) -> str:
    seen = {"light": "inline", "dark": "none"}
    if theme is DARK:
        seen = {"light": "none", "dark": "inline"}
    rules = {role: theme.colours[role] for role in _SHOWN} | seen
    return "".join(f"--{name}:{value};" for name, value in rules.items())


def _report(report: Report) -> Iterator[str]:
    if report.results:
        yield from _results(report.results)
    if report.answers:
        yield from _answers(report.answers)
    if report.environment:
        yield "<p class='note'>Assumed:</p><ul class='note'>"
        yield from (f"<li>{escape(sentence)}</li>" for sentence in report.environment)
        yield "</ul>"
    yield from (f"<p class='note'>Note: {escape(note)}</p>" for note in report.notes)


def _results(results: Sequence[Result]) -> Iterator[str]:
    yield "<table><tr><th>claim</th><th></th><th>verdict</th><th>evidence</th></tr>"
    for result in results:
        bad = remark(result)
        role = "failure" if bad else ROLES[result.verdict]
        words = escape(result.claim.text)
        yield (
            f"<tr><td>{escape(result.claim.title)}</td>"
            f"<td>{f'<code>{words}</code>' if _is_text(result.claim) else words}"
            f"</td><td class='{role}'><b>{result.verdict}</b>{f'<br>! {escape(bad)}' * bool(bad)}"
            f"</td><td>{''.join(_evidence(result))}</td></tr>"
        )
    yield "</table>"


def _evidence(result: Result) -> Iterator[str]:
    head = escape(evidence(result))
    inside = [*_run(result.run)] if result.run is not None else []
    if result.invariant:
        inside += [f"<div><code>{escape(str(clause))}</code></div>" for clause in result.invariant]
    inside += [f"<div>{escape(line)}</div>" for line in (*answer(result), *(result.argument or ()))]
    if result.assumptions:
        inside.append(f"<div class='note'>Assumed: {escape('; '.join(result.assumptions))}</div>")
    yield _folded(head, inside, is_open=bool(remark(result)))


def _answers(answers: Iterable[Answer]) -> Iterator[str]:
    yield "<table><tr><th>question</th><th>answer</th></tr>"
    for found in answers:
        inside = [] if found.run is None else [*_run(found.run)]
        suspicious = found.standing is Standing.SUSPICIOUS
        shown = _folded(escape(found.detail), inside, is_open=suspicious)
        yield (
            f"<tr><td class='{STANDINGS[found.standing]}'>{escape(found.id)} ({found.standing})"
            f"</td><td>{shown}</td></tr>"
        )
    yield "</table>"


def _folded(head: str, inside: list[str], *, is_open: bool) -> str:
    if not inside:
        return head
    opened = " open" if is_open else ""
    return f"<details{opened}><summary>{head}</summary>{''.join(inside)}</details>"


def _run(run: Run) -> Iterator[str]:
    for label, words in circumstances(run):
        yield f"<div class='note'>{escape(label)}: {escape(words)}</div>"
    if run.steps:
        yield "<table><tr><th>step</th><th>action</th><th>what it changes</th></tr>"
        for number, step in enumerate(run.steps, 1):
            changes = "<br>".join(escape(str(change)) for change in step.changes) or "nothing"
            yield (
                f"<tr><td>{number}</td><td><code>{escape(str(step))}</code></td>"
                f"<td>{changes}</td></tr>"
            )
        yield "</table>"
    else:
        yield "<div>It is so from the start.</div>"
    if run.loop is not None:
        reasons = "".join(f"<br>{escape(reason)}" for reason in run.fairness)
        yield f"<div class='note'>{escape(again(run))}{reasons}</div>"
