"""A machine, verdicts and a run as a page of documentation asks for them, whoever builds it."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from statemachine import StateChart

from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Kind
from statecheck.claims.results import Report
from statecheck.claims.run import Run
from statecheck.drawing.canvas.style import DARK, LIGHT, Theme
from statecheck.explorer.pages import Question
from statecheck.modeling import System, signature
from statecheck.prover.project import Project

KINDS = (Kind.ALWAYS, Kind.POSSIBLE, Kind.RECOVERABLE, Kind.EVENTUALLY)
"""The kinds of claims that can be written in a document."""

LISTS = ("fair", "given", "fixed", "input", "machines")
"""The options whose values are names with commas between them."""


class DocumentError(Exception):
    """Something in a document that its author can mend."""


def words(argument: str | None) -> list[str]:
    """Names with commas between them."""
    return [word.strip() for word in (argument or "").split(",") if word.strip()]


def imported(name: str, place: str) -> object:
    """The object that MODULE:CLASS names; ``place`` is where a document puts folders on the path.

    Raises DocumentError if it cannot be imported.
    """
    module, colon, attribute = name.partition(":")
    if not colon:
        raise DocumentError(f"{name!r} is not MODULE:CLASS; write it like lift.machines:Lift")
    try:
        found: Any = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (Exception, SystemExit) as error:
        raise DocumentError(
            f"{name!r} cannot be imported: {type(error).__name__}: {error}; put its folder on "
            f"{place}"
        ) from error
    return found


def title(found: object, name: str) -> str:
    """The title of an explorer of what ``name`` names: a catalogue is one of its system."""
    system = found.system if isinstance(found, Catalogue | Project) else None
    return f"Explorer of {system.__name__ if system else name.partition(':')[2]}"


def sources(found: object) -> Iterator[Path]:
    """The files of a class and of its bases."""
    for cls in found.__mro__ if isinstance(found, type) else (type(found),):
        try:
            file = inspect.getsourcefile(cls)
        except (TypeError, OSError):
            continue
        if file is not None:
            yield Path(file)


def question(options: Mapping[str, Any], lines: Iterable[str]) -> Question:
    """The question that claims, a line for each, ask with these options.

    Raises DocumentError for a line that is no claim, and for claims of which nothing is shown.
    """
    asked: list[tuple[Kind, str]] = []
    for line in filter(str.strip, lines):
        word, _, expression = line.strip().partition(":")
        kind = next((kind for kind in KINDS if str(kind) == word.strip()), None)
        if kind is None or not expression.strip():
            kinds = ", ".join(map(str, KINDS))
            raise DocumentError(
                f"{line.strip()!r} is no claim; write KIND: EXPR, where KIND is one of {kinds}"
            )
        asked.append((kind, expression.strip()))
    if asked and not {"check", "run", "explore"} & options.keys():
        raise DocumentError(
            "claims are given and nothing is shown of them; add :check: or :explore:"
        )
    return Question(
        asked,
        fair=options.get("fair", ()),
        given=options.get("given", ()),
        fixed=options.get("fixed", ()),
        inputs=options.get("input", ()),
        timeout=options.get("timeout"),
    )


def machines(found: object, chosen: Sequence[str] | None) -> list[type]:
    """The machines of a class, a system or a catalogue, or those that are chosen by name.

    Raises DocumentError if it has none, or none of a name.
    """
    if isinstance(found, type) and issubclass(found, StateChart):
        return [found]
    system = found.system if isinstance(found, Catalogue | Project) else found
    if not (isinstance(system, type) and issubclass(system, System)):
        kind = getattr(found, "__name__", found)
        raise DocumentError(
            f"{kind} is neither a python-statemachine class, a System nor a Catalogue"
        )
    entities = signature(system).entities
    named = {machine.cls.__name__: machine.cls for e in entities for machine in e.machines}
    for name in chosen or ():
        if name not in named:
            raise DocumentError(
                f"{system.__name__} has no machine {name}; it has {', '.join(named)}"
            )
    return [named[name] for name in named if chosen is None] + [
        named[name] for name in chosen or ()
    ]


def run_of(report: Report, asked: str) -> Run:
    """The run of a claim, which is asked for by its title, its id, or that of a question.

    Raises DocumentError if there is none.
    """
    runs: dict[str, Run] = {}
    for result in report.results:
        if result.run is not None:
            runs[result.claim.title] = runs[result.claim.id] = result.run
    for answer in report.answers:
        if answer.run is not None:
            runs[answer.id] = answer.run
    if asked not in runs:
        known = ", ".join(runs) or "no claim"
        raise DocumentError(f":run: {asked}: no such claim has a run; those that have one: {known}")
    return runs[asked]


def styles(dark: Sequence[str], automatic: Sequence[str]) -> str:
    """A style sheet for diagrams and verdicts in the colours of a page.

    ``dark`` are selectors of pages that are dark, ``automatic`` of those that are as their reader
    has it. Other pages are light.
    """

    def block(theme: Theme) -> str:
        return "".join(f"--{role}:{colour};" for role, colour in theme.colours.items())

    night = f"{{color-scheme:dark;{block(DARK)}}}"

    def selected(pages: Sequence[str]) -> str:
        return ",".join(f"{page} .statecheck" for page in pages)

    return (
        f".statecheck{{color-scheme:light;{block(LIGHT)}}}\n"
        f"{selected(dark)}{night}\n"
        f"@media(prefers-color-scheme:dark){{{selected(automatic)}{night}}}\n"
        ".statecheck svg .page{fill:none!important}\n"
        ".statecheck svg{display:block;margin:0 auto}\n"
        ".statecheck .picture{overflow-x:auto}\n"
        ".statecheck .picture svg{max-width:max(100%,36rem)!important}\n"
        ".statecheck-explorer{width:100%;height:760px;border:1px solid var(--rule);"
        "border-radius:10px;background:var(--page)}\n"
        ".statecheck .verdict-proved{color:var(--success)}\n"
        ".statecheck .verdict-refuted{color:var(--failure)}\n"
        ".statecheck .verdict-reached,.statecheck .verdict-derived{color:var(--reached)}\n"
    )
