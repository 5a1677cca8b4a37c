"""The directive: a diagram, verdicts, a run, an explorer of what ``MODULE:CLASS`` names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from statecheck.claims.results import Report, Result
from statecheck.errors import ModelError
from statecheck.explorer import documents
from statecheck.explorer.diagrams import diagram
from statecheck.explorer.documents import DocumentError
from statecheck.explorer.pages import Explored, explored
from statecheck.reports.words import again, evidence
from statecheck.sphinx.nodes import Explorer, InWords
from statecheck.sphinx.output import keep

_LOG = logging.getLogger(__name__)


class StatecheckDirective(SphinxDirective):
    """``.. statecheck:: MODULE:CLASS``.

    The diagram is shown unless ``:no-diagram:`` is given; ``:machines:`` names those of a system
    that are shown. ``:check:`` shows the verdicts on the claims in the content, a line for each
    (``always: EXPR``), or else the answers to the standard questions; ``:run: CLAIM`` shows the run
    of a claim, and ``:explore:`` the explorer. What is wrong becomes a warning at this line.
    """

    has_content = True
    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], Any]] | None] = {
        "caption": directives.unchanged_required,
        "no-diagram": directives.flag,
        "machines": documents.words,
        "check": directives.flag,
        "run": directives.unchanged_required,
        "explore": directives.flag,
        "fair": documents.words,
        "given": documents.words,
        "fixed": documents.words,
        "input": documents.words,
        "timeout": directives.positive_int,
    }

    def run(self) -> list[nodes.Node]:
        """The nodes that stand in place of the directive; none where something is wrong."""
        try:
            return self._nodes()
        except DocumentError as error:
            self._complain(str(error))
        except ModelError as error:
            self._complain(f"{self.arguments[0]}: {error}")
        return []

    def _complain(self, message: str) -> None:
        _LOG.warning("%s", message, location=self.get_location(), type="statecheck")

    def _nodes(self) -> list[nodes.Node]:
        name = self.arguments[0].strip()
        found = documents.imported(name, "sys.path in conf.py")
        for file in documents.sources(found):
            self.env.note_dependency(str(file))  # read again when one has changed
        question = documents.question(self.options, self.content)
        wanted = {"check", "run", "explore"} & self.options.keys()
        box = nodes.container(classes=["statecheck"])
        if "no-diagram" not in self.options:
            box += list(self._diagrams(found))
        if wanted:
            title = documents.title(found, name)
            box += list(self._answers(name, title, explored(found, name, question)))
        return [box] if box.children else []

    # -- diagrams -------------------------------------------------------------------------------

    def _diagrams(self, found: object) -> Iterator[nodes.Node]:
        for cls in documents.machines(found, self.options.get("machines")):
            drawn = diagram(cls)
            if not drawn.svg:
                raise DocumentError(drawn.note)
            figure = nodes.figure(classes=["statecheck-diagram"])
            figure += nodes.raw("", f'<div class="picture">{drawn.svg}</div>', format="html")
            figure += InWords("", nodes.paragraph(text=drawn.description))
            if "caption" in self.options:
                parsed, messages = self.parse_inline(self.options["caption"])
                figure += nodes.caption("", "", *parsed)
                figure += messages
            self.set_source_info(figure)
            yield figure

    # -- verdicts, runs, explorers --------------------------------------------------------------

    def _answers(self, name: str, title: str, made: Explored) -> Iterator[nodes.Node]:
        if "check" in self.options:
            yield _verdicts(made.report)
        if "run" in self.options:
            yield from _run(made.report, self.options["run"].strip())
        if "explore" in self.options:
            file = keep(self.env, name, made.page())
            yield Explorer(file=file, title=title)


def _verdicts(report: Report) -> nodes.Node:
    """A table of verdicts, or of answers where nothing was claimed."""
    if report.answers and not report.results:
        rows = [
            [answer.id, [nodes.inline(text=str(answer.standing))], answer.detail]
            for answer in report.answers
        ]
        return _table(("question", "answer", "why"), (30, 15, 55), rows)
    rows = [[_said(result), [_verdict(result)], evidence(result)] for result in report.results]
    return _table(("claim", "verdict", "evidence"), (60, 15, 25), rows)


def _said(result: Result) -> list[nodes.Node]:
    claim = result.claim
    return [nodes.strong(text=claim.title), nodes.Text(f" {claim.text}")]


def _verdict(result: Result) -> nodes.Node:
    word = str(result.verdict)
    return nodes.strong("", word, classes=[f"verdict-{word.lower()}"])


def _run(report: Report, asked: str) -> Iterator[nodes.Node]:
    """The run of a claim, step by step."""
    run = documents.run_of(report, asked)
    rows: list[list[Any]] = [
        [str(number), [nodes.literal(text=str(step))], "; ".join(map(str, step.changes))]
        for number, step in enumerate(run.steps, 1)
    ]
    yield _table(("step", "action", "changes"), (8, 37, 55), rows)
    if run.loop is not None:
        yield nodes.paragraph(text=f"{again(run).capitalize()}.")


def _table(
    heads: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[Any]]
) -> nodes.Node:
    """A table of texts and of inline nodes."""

    def row(cells: Sequence[Any]) -> nodes.row:
        made = nodes.row()
        for cell in cells:
            inside = [nodes.Text(cell)] if isinstance(cell, str) else cell
            made += nodes.entry("", nodes.paragraph("", "", *inside))
        return made

    group = nodes.tgroup(cols=len(heads))
    group += [nodes.colspec(colwidth=width) for width in widths]
    group += nodes.thead("", row(heads))
    group += nodes.tbody("", *map(row, rows))
    return nodes.table("", group, classes=["statecheck-verdicts"])
