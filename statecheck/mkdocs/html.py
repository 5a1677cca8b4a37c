"""The HTML of a block: a diagram, verdicts, a run, the frame of an explorer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape

from statecheck.claims.results import Report
from statecheck.explorer import documents
from statecheck.explorer.diagrams import diagram
from statecheck.explorer.documents import DocumentError
from statecheck.explorer.pages import explored
from statecheck.mkdocs.blocks import Block
from statecheck.reports.words import again, evidence


def html(block: Block, keep: Callable[[str, str], str]) -> str:
    """The HTML of a block; ``keep`` takes a name and an explorer, and returns its address.

    Raises DocumentError and ModelError where something is wrong with the block or its class.
    """
    options, lines = block.options()
    name = block.argument
    found = documents.imported(name, "the plugin's option paths")
    question = documents.question(options, lines)
    parts: list[str] = []
    if "no-diagram" not in options:
        shown = documents.machines(found, options.get("machines"))
        parts += [_figure(cls, options.get("caption", "")) for cls in shown]
    if {"check", "run", "explore"} & options.keys():
        made = explored(found, name, question)
        if "check" in options:
            parts.append(_verdicts(made.report))
        if "run" in options:
            parts += _run(made.report, options["run"])
        if "explore" in options:
            title = documents.title(found, name)
            parts.append(_explorer(title, keep(name, made.page())))
    return f'<div class="statecheck">{"".join(parts)}</div>'


def _figure(cls: type, caption: str) -> str:
    drawn = diagram(cls)
    if not drawn.svg:
        raise DocumentError(drawn.note)
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    picture = f'<div class="picture">{drawn.svg}</div>'
    return f'<figure class="statecheck-diagram">{picture}{below}</figure>'


def _verdicts(report: Report) -> str:
    """A table of verdicts, or of answers where nothing was claimed."""
    if report.answers and not report.results:
        rows = [
            (escape(answer.id), escape(str(answer.standing)), escape(answer.detail))
            for answer in report.answers
        ]
        return _table(("question", "answer", "why"), rows)
    return _table(
        ("claim", "verdict", "evidence"),
        [
            (
                f"<strong>{escape(result.claim.title)}</strong> {escape(result.claim.text)}",
                f'<strong class="verdict-{str(result.verdict).lower()}">{result.verdict}</strong>',
                escape(evidence(result)),
            )
            for result in report.results
        ],
    )


def _run(report: Report, asked: str) -> Iterator[str]:
    run = documents.run_of(report, asked)
    rows = [
        (
            str(number),
            f"<code>{escape(str(step))}</code>",
            escape("; ".join(map(str, step.changes))),
        )
        for number, step in enumerate(run.steps, 1)
    ]
    yield _table(("step", "action", "changes"), rows)
    if run.loop is not None:
        yield f"<p>{escape(again(run).capitalize())}.</p>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{head}</th>' for head in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _explorer(words: str, address: str) -> str:
    title = escape(words)
    return (
        f'<iframe class="statecheck-explorer" src="{escape(address)}" title="{title}" '
        f'loading="lazy"></iframe><p class="statecheck-link"><a href="{escape(address)}">{title}, '
        "on a page of its own</a></p>"
    )
