"""The directive: a diagram, verdicts, a run, an explorer of what ``MODULE:CLASS`` names."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from statemachine import StateChart

from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Kind
from statecheck.claims.results import Report, Result
from statecheck.claims.run import Run
from statecheck.errors import ModelError
from statecheck.explorer.diagrams import diagram
from statecheck.explorer.pages import Explored, Question, explored
from statecheck.modeling import System, signature
from statecheck.prover.project import Project
from statecheck.reports.words import again, evidence
from statecheck.sphinx.nodes import Explorer, InWords
from statecheck.sphinx.output import keep

_LOG = logging.getLogger(__name__)

KINDS = (Kind.ALWAYS, Kind.POSSIBLE, Kind.RECOVERABLE, Kind.EVENTUALLY)
"""The kinds of claims that can be written in a document."""


def _words(argument: str | None) -> list[str]:
    """Names with commas between them."""
    return [word.strip() for word in (argument or "").split(",") if word.strip()]


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
        "machines": _words,
        "check": directives.flag,
        "run": directives.unchanged_required,
        "explore": directives.flag,
        "fair": _words,
        "given": _words,
        "fixed": _words,
        "input": _words,
        "timeout": directives.positive_int,
    }

    def run(self) -> list[nodes.Node]:
        """The nodes that stand in place of the directive; none where something is wrong."""
        try:
            return self._nodes()
        except _Wrong as error:
            self._complain(str(error))
        except ModelError as error:
            self._complain(f"{self.arguments[0]}: {error}")
        return []

    def _complain(self, message: str) -> None:
        _LOG.warning("%s", message, location=self.get_location(), type="statecheck")

    def _nodes(self) -> list[nodes.Node]:
        name = self.arguments[0].strip()
        found = _imported(name)
        self._depend_on(found)
        question = self._question()
        wanted = {"check", "run", "explore"} & self.options.keys()
        if question.asked and not wanted:
            raise _Wrong("claims are given and nothing is shown of them; add :check: or :explore:")
        box = nodes.container(classes=["statecheck"])
        if "no-diagram" not in self.options:
            box += list(self._diagrams(found))
        if wanted:
            box += list(self._answers(name, explored(found, name, question)))
        return [box] if box.children else []

    def _depend_on(self, found: object) -> None:
        """Read the document again when the file of a class, or of a base of it, has changed."""
        classes = found.__mro__ if isinstance(found, type) else (type(found),)
        for cls in classes:
            try:
                file = inspect.getsourcefile(cls)
            except (TypeError, OSError):
                continue
            if file is not None:
                self.env.note_dependency(file)

    def _question(self) -> Question:
        asked: list[tuple[Kind, str]] = []
        for line in self.content:
            if not line.strip():
                continue
            word, _, expression = line.strip().partition(":")
            kind = next((kind for kind in KINDS if str(kind) == word.strip()), None)
            if kind is None or not expression.strip():
                kinds = ", ".join(map(str, KINDS))
                raise _Wrong(
                    f"{line.strip()!r} is no claim; write KIND: EXPR, where KIND is one of {kinds}"
                )
            asked.append((kind, expression.strip()))
        options = self.options
        return Question(
            asked,
            fair=options.get("fair", ()),
            given=options.get("given", ()),
            fixed=options.get("fixed", ()),
            inputs=options.get("input", ()),
            timeout=options.get("timeout"),
        )

    # -- diagrams -------------------------------------------------------------------------------

    def _diagrams(self, found: object) -> Iterator[nodes.Node]:
        for cls in self._machines(found):
            drawn = diagram(cls)
            if not drawn.svg:
                raise _Wrong(drawn.note)
            figure = nodes.figure(classes=["statecheck-diagram"])
            figure += nodes.raw("", f'<div class="picture">{drawn.svg}</div>', format="html")
            figure += InWords("", nodes.paragraph(text=drawn.description))
            if "caption" in self.options:
                parsed, messages = self.parse_inline(self.options["caption"])
                figure += nodes.caption("", "", *parsed)
                figure += messages
            self.set_source_info(figure)
            yield figure

    def _machines(self, found: object) -> list[type]:
        if isinstance(found, type) and issubclass(found, StateChart):
            return [found]
        system = found.system if isinstance(found, Catalogue | Project) else found
        if not (isinstance(system, type) and issubclass(system, System)):
            kind = getattr(found, "__name__", found)
            raise _Wrong(f"{kind} is neither a python-statemachine class, a System nor a Catalogue")
        entities = signature(system).entities
        machines = dict.fromkeys(machine.cls for e in entities for machine in e.machines)
        named = {cls.__name__: cls for cls in machines}
        for name in self.options.get("machines", ()):
            if name not in named:
                raise _Wrong(f"{system.__name__} has no machine {name}; it has {', '.join(named)}")
        return [named[name] for name in self.options.get("machines", named)]

    # -- verdicts, runs, explorers --------------------------------------------------------------

    def _answers(self, name: str, made: Explored) -> Iterator[nodes.Node]:
        if "check" in self.options:
            yield _verdicts(made.report)
        if "run" in self.options:
            yield from _run(made.report, self.options["run"].strip())
        if "explore" in self.options:
            title = f"Explorer of {name.partition(':')[2]}"
            file = keep(self.env, name, made.page())
            yield Explorer(file=file, title=title)


class _Wrong(Exception):  # noqa: N818  (a fault of the document, not of this program)
    """Something about the directive that its author can mend."""


def _imported(name: str) -> object:
    module, colon, attribute = name.partition(":")
    if not colon:
        raise _Wrong(f"{name!r} is not MODULE:CLASS; write it like lift.machines:Lift")
    try:
        found: Any = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (Exception, SystemExit) as error:
        raise _Wrong(
            f"{name!r} cannot be imported: {type(error).__name__}: {error}; put its folder on "
            "sys.path in conf.py"
        ) from error
    return found


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
    runs: dict[str, Run] = {}
    for result in report.results:
        if result.run is not None:
            runs[result.claim.title] = runs[result.claim.id] = result.run
    for answer in report.answers:
        if answer.run is not None:
            runs[answer.id] = answer.run
    if asked not in runs:
        known = ", ".join(runs) or "no claim"
        raise _Wrong(f":run: {asked}: no such claim has a run; those that have one: {known}")
    run = runs[asked]
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
