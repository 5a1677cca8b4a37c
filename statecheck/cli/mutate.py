"""``statecheck mutate``: change the model in one place at a time; some claim has to notice.

The exit code is 0 when every mutant is killed, invalid, or the same system by proof; 1 when some
mutant survives; 2 for a usage or model error; 3 when something is undetermined; 130 when
interrupted.
"""

from __future__ import annotations

import difflib
import fnmatch
import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from statecheck.cli import console, interrupts
from statecheck.cli.prove import named_project, of_project

if TYPE_CHECKING:
    from rich.console import RenderableType

    from statecheck.mutation.campaign import Survey
    from statecheck.mutation.mutants import Mutant
    from statecheck.mutation.verdict import MutantVerdict
    from statecheck.prover.project import Project
    from statecheck.reports.terminal_layout import Style

NEAREST = 3
"""So many mutants are offered in place of one that is unknown."""

ORDER = (
    "A mutant is judged until claims see it. First are those that a run of it violates, then those "
    "that lose a run or a proof, last what can be recovered and what happens in the end."
)
"""Why a claim may have seen nothing."""

SCHEMA_VERSION = 1
"""Of the JSON document; it rises when a reader of the former format could be misled."""


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(command, arguments, "statecheck mutate")


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.argument("patterns", nargs=-1, metavar="[MUTANT]..."),
    click.option("--list", "listing", is_flag=True, help="List the mutants and judge none."),
    click.option(
        "--json", "json_path", metavar="FILE", help="Write JSON too; - writes it to stdout."
    ),
    click.option(
        "--cure",
        metavar="CLAIM",
        help="Find the mutants under which what a REFUTED or REACHED claim is about never happens, "
        "and the verdicts that each costs.",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(1),
        metavar="N",
        help="Processes to judge in; one for each core.",
    ),
    console.dask_option,
    console.timeout_option,
    console.seed_option,
)
"""What `statecheck mutate` and the front door of a project have in common."""

ABOUT = """Change the model in one place at a time; each change has to change some verdict.

MUTANT is a mutant's id or a pattern such as 'site.*'; without any, all mutants are meant.
"""


def mutate_command(project: Callable[[], Project]) -> click.Command:
    """The command that judges the mutants of one project."""
    return _as_command(of_project(project, mutate, ABOUT))


def _as_command(
    body: Callable[..., int], first: Sequence[Callable[[Any], Any]] = ()
) -> click.Command:
    return click.command(
        epilog="Exit codes: 0 no mutant survives without a checked reason; 1 some mutant does; 2 "
        "usage or model error; 3 something is undetermined; 130 interrupted. With --cure: 0 there "
        "is a cure; 1 there is none.",
        context_settings=console.SETTINGS,
    )(console.with_options(body, (*first, *_OPTIONS)))


def _of_catalogue(*, name: str, **options: Any) -> int:
    return mutate(named_project(name), **options)


_of_catalogue.__doc__ = ABOUT.replace(
    "MUTANT is", "MODULE:CATALOGUE is a `Catalogue` of claims, or a `Project`. MUTANT is"
)


def mutate(
    project: Project,
    *,
    patterns: tuple[str, ...],
    listing: bool,
    json_path: str | None,
    cure: str | None,
    jobs: int | None,
    dask: str | None,
    timeout: float | None,
    seed: int,
) -> int:
    """Judge the mutants of a project that ``patterns`` select; return the exit code."""
    with interrupts.held():
        from statecheck.mutation.campaign import everything, survey

    wanted = _selected(patterns, everything(project))
    if listing:
        if json_path is not None:
            raise click.UsageError("--list judges nothing, so there is nothing for --json.")
        console.put("".join(f"{_line(mutant)}\n" for mutant in wanted))
        return 0
    where = console.place(project, jobs, dask, os.cpu_count() or 1)
    if cure is not None:
        from statecheck.cli import cure as cures

        if json_path is not None:
            raise click.UsageError("--cure judges nothing, so there is nothing for --json.")
        with _progress(len(wanted)) as progress:
            return cures.cure(
                project,
                cure,
                wanted,
                jobs=where,
                timeout=timeout,
                seed=seed,
                progress=progress,
            )
    file = None if json_path in (None, "-") else console.output_file(str(json_path))
    with _progress(len(wanted)) as progress:
        found = survey(
            project,
            wanted,
            jobs=where,
            timeout=timeout,
            seed=seed,
            progress=_judged(progress),
        )
    document = json.dumps(to_json(found, seed), indent=2, allow_nan=False) + "\n"
    console.put(document if json_path == "-" else text(found, console.style()))
    if file is not None:
        console.write(file, str(json_path), document)
    if found.interrupted:
        console.complain(f"interrupted: {len(found.found)} of {len(wanted)} mutants were settled")
    return exit_code(found)


def exit_code(found: Survey) -> int:
    """The exit code of a survey."""
    from statecheck.exit_codes import Exit
    from statecheck.mutation.verdict import MutantStatus

    if found.interrupted:
        return Exit.INTERRUPTED
    if found.count(MutantStatus.SURVIVED):
        return Exit.DIFFERS
    return Exit.UNDETERMINED if found.count(MutantStatus.UNDETERMINED) else Exit.AS_EXPECTED


def _selected(patterns: Sequence[str], known: Sequence[Mutant]) -> list[Mutant]:
    def matches(mutant: Mutant, pattern: str) -> bool:
        return mutant.id == pattern or fnmatch.fnmatchcase(mutant.id, pattern)

    for pattern in patterns:
        if not any(matches(mutant, pattern) for mutant in known):
            ids = [mutant.id for mutant in known]
            near = ", ".join(difflib.get_close_matches(pattern, ids, NEAREST, cutoff=0))
            raise click.UsageError(f"no mutant matches {pattern!r}; the nearest are {near}.")
    return [m for m in known if not patterns or any(matches(m, pattern) for pattern in patterns)]


@contextmanager
def _progress(total: int) -> Iterator[Progress | None]:
    """The function to call after each mutant; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich import progress
    from rich.console import Console

    # No refreshing thread: mutants are judged in forked processes.
    with progress.Progress(
        progress.BarColumn(20),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,
    ) as bar:
        task = bar.add_task("proving the model itself", total=total)
        bar.refresh()

        def settled(mutant: Mutant, status: str) -> None:
            bar.update(task, advance=1, description=f"{mutant.id} {status}", refresh=True)

        yield settled


Progress = Callable[["Mutant", str], None]
"""The function that is told the status of each mutant, in a word."""


def _judged(progress: Progress | None) -> Callable[[Mutant, MutantVerdict], None] | None:
    return (
        None if progress is None else lambda mutant, verdict: progress(mutant, str(verdict.status))
    )


# -- what is written ------------------------------------------------------------------------------


def _line(mutant: Mutant) -> str:
    return f"{mutant.id}  {_file(mutant)}:{mutant.line}  {mutant.before} -> {mutant.after}"


def _file(mutant: Mutant) -> str:
    return mutant.module.replace(".", "/") + ".py"


def score(found: Survey) -> tuple[int, int]:
    """How many mutants were killed, of how many that could have been."""
    from statecheck.mutation.verdict import MutantStatus

    killed = found.count(MutantStatus.KILLED)
    return killed, killed + found.count(MutantStatus.SURVIVED, MutantStatus.UNDETERMINED)


def seen(found: Survey) -> dict[str, list[str]]:
    """For each claim the mutants that it was found to see, the claims that see none included."""
    by_claim: dict[str, list[str]] = {claim.title: [] for claim in found.project.claims}
    for mutant, verdict in found.settled:
        for title in dict.fromkeys(kill.claim for kill in verdict.kills):
            by_claim.setdefault(title, []).append(mutant.id)
    return by_claim


def to_json(found: Survey, seed: int) -> dict[str, Any]:
    """Everything that a survey settled, ready for `json.dumps`."""
    killed, possible = score(found)
    return {
        "schema": SCHEMA_VERSION,
        "seed": seed,
        "interrupted": found.interrupted,
        "score": {"killed": killed, "of": possible},
        "mutants": [
            {
                "id": mutant.id,
                "part": mutant.part,
                "operator": mutant.operator,
                "file": _file(mutant),
                "line": mutant.line,
                "before": mutant.before,
                "after": mutant.after,
                "fate": verdict.status.value,
                "reason": verdict.reason,
                "seen_by": [vars(kill) for kill in verdict.kills],
            }
            for mutant, verdict in found.settled
        ],
        "claims": seen(found),
    }


def text(found: Survey, style: Style) -> str:
    """A survey as text of at most 80 columns."""
    from statecheck.mutation.campaign import everything
    from statecheck.mutation.verdict import MutantStatus
    from statecheck.reports.terminal_layout import chapter, printed

    parts: list[RenderableType] = [_table(found)]
    for heading, status in (
        ("Survivors: a claim is missing", MutantStatus.SURVIVED),
        ("Undetermined", MutantStatus.UNDETERMINED),
        ("Equivalent: the same system, by Z3", MutantStatus.EQUIVALENT),
        ("Invalid: no model", MutantStatus.INVALID),
    ):
        parts += chapter(heading, _accounts(found, status))
    if len(found.found) == len(everything(found.project)):
        parts += chapter("Claims that were not needed to see any mutant", _blind(found))
    return printed([*parts, "", *_closing(found)], style)


def _table(found: Survey) -> RenderableType:
    from rich import box
    from rich.table import Table

    from statecheck.mutation.verdict import MutantStatus
    from statecheck.reports.words import grouped

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    table.add_column("part of the model", no_wrap=True)
    for heading in ("mutants", "killed", "equal", "invalid", "survived", "open"):
        table.add_column(heading, justify="right", no_wrap=True)

    def row(name: str, statuses: Sequence[MutantStatus]) -> None:
        counts = (sum(own is status for own in statuses) for status in MutantStatus)
        table.add_row(name, str(len(statuses)), *(str(count or "") for count in counts))

    for part, group in grouped(found.settled, lambda item: item[0].part):
        row(part, [verdict.status for _, verdict in group])
    table.add_section()
    row("all", [verdict.status for _, verdict in found.settled])
    return table


def _accounts(found: Survey, status: Any) -> Iterator[RenderableType]:
    """The mutants with a status, by the reason."""
    from rich.text import Text

    from statecheck.reports.terminal_layout import QUIET, indented
    from statecheck.reports.words import grouped

    mine = [(m, verdict) for m, verdict in found.settled if verdict.status is status]
    for reason, group in grouped(mine, lambda item: item[1].reason):
        yield Text(f"{reason}:", "bold")
        for mutant, _ in group:
            yield indented(Text(mutant.id), 2)
            change = f"{_file(mutant)}:{mutant.line}  {mutant.before} -> {mutant.after}"
            yield indented(Text(change, QUIET))


def _blind(found: Survey) -> Iterator[RenderableType]:
    from statecheck.reports.terminal_layout import indented

    yield ORDER
    for title, ids in seen(found).items():
        if not ids:
            yield indented(title, 2)


def _closing(found: Survey) -> Iterator[RenderableType]:
    from rich.text import Text

    from statecheck.mutation.verdict import MutantStatus
    from statecheck.reports.terminal_layout import BAD, GOOD, OPEN

    killed, possible = score(found)
    if not found.found:
        yield "Nothing was settled."
        return
    survivors, open_ = found.count(MutantStatus.SURVIVED), found.count(MutantStatus.UNDETERMINED)
    if survivors:
        yield Text(f"! {survivors} survived without a checked reason.", f"bold {BAD}")
    elif open_:
        yield Text(f"{open_} undetermined, so this is no success.", OPEN)
    else:
        yield Text("No mutant survives without a checked reason.", GOOD)
    share = f" ({math.floor(1000 * killed / possible) / 10:g} %)" if possible else ""
    others = ", ".join(
        f"{found.count(status)} {status}"
        for status in (MutantStatus.EQUIVALENT, MutantStatus.INVALID)
    )
    yield Text(
        f"{len(found.found)} mutants: {killed} of {possible} killed{share}; {others}.", "bold"
    )


command = _as_command(_of_catalogue, (click.argument("name", metavar="MODULE:CATALOGUE"),))
