"""``statecheck prove``: prove the claims of a catalogue and print what was found.

Results go to stdout, progress and errors to stderr. The exit code is 0 when every verdict is the
expected one, 1 when some verdict is not, 2 for a usage or model error, 3 when something is
undetermined, 130 when interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statecheck.cli import console, interrupts, locks
from statecheck.cli.naming import imported
from statecheck.cli.report_formats import REPORTS, Settled

# What takes long to import, or may find the model wrong, is imported where errors are reported.
if TYPE_CHECKING:
    from statecheck.claims.claim import Claim
    from statecheck.claims.results import Report, Result
    from statecheck.files import OutputFile
    from statecheck.processes import Place
    from statecheck.prover.project import Project
    from statecheck.prover.prover import Prover

EXAMPLE = "lift.claims:CATALOGUE"


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    return console.run(command, arguments, "statecheck prove")


def named_project(name: str) -> Project:
    """The project that MODULE:CATALOGUE names. Raises UsageError and ModelError."""
    from statecheck.prover.project import project_of

    return project_of(imported(name, EXAMPLE), name)


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.argument("patterns", nargs=-1, metavar="[CLAIM]..."),
    click.option("--list", "listing", is_flag=True, help="List the claims and prove nothing."),
    *(
        click.option(f"--{name}", f"{name}_path", metavar="FILE", help=report.help)
        for name, report in REPORTS.items()
    ),
    click.option(
        "--trace", is_flag=True, help="Show the runs of reached claims and the invariant too."
    ),
    click.option("--explain", is_flag=True, help="Show what each verdict rests on."),
    click.option(
        "--certificates",
        metavar="DIR",
        help="Write every proof obligation and run, for another solver.",
    ),
    click.option(
        "--recheck",
        is_flag=True,
        help="Let cvc5 prove the obligations again; a certificate in DIR is compared, not "
        "replaced.",
    ),
    console.timeout_option,
    console.seed_option,
    click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes to prove in; 1."),
    console.dask_option,
    locks.WRITE_LOCK,
    click.option("--allow-undetermined", is_flag=True, help="Let UNDETERMINED pass as a success."),
)
"""What `statecheck prove` and the front door of a project have in common."""


def prove_command(project: Callable[[], Project], about: str) -> click.Command:
    """The command that proves the claims of one project; ``about`` is its help."""
    return _as_command(of_project(project, prove, about))


def of_project(
    project: Callable[[], Project], act: Callable[..., int], about: str
) -> Callable[..., int]:
    """A command's function that acts on one project, which is loaded first; with its help."""

    def body(**options: Any) -> int:
        with interrupts.held():
            found = project()
        return act(found, **options)

    body.__doc__ = about
    return body


def _as_command(
    body: Callable[..., int], first: Sequence[Callable[[Any], Any]] = ()
) -> click.Command:
    return click.command(
        epilog="Exit codes: 0 every verdict is as expected; 1 some verdict is not; 2 usage or "
        "model error; 3 something is undetermined; 130 interrupted.",
        context_settings=console.SETTINGS,
    )(console.with_options(body, (*first, *_OPTIONS)))


def _of_catalogue(*, name: str, lock: str | None, **options: Any) -> int:
    """Prove or refute the claims of a catalogue.

    MODULE:CATALOGUE is a `statecheck.Catalogue` of claims, or a `statecheck.Project`. CLAIM is a
    claim's id or a pattern such as 'doors.*'; without any, all claims are meant.
    """
    project = named_project(name)
    return prove(project if lock is None else replace(project, lock=Path(lock)), **options)


def prove(
    project: Project,
    *,
    patterns: tuple[str, ...],
    listing: bool,
    trace: bool,
    explain: bool,
    certificates: str | None,
    recheck: bool,
    timeout: float | None,
    seed: int,
    jobs: int | None,
    dask: str | None,
    write_lock: bool,
    allow_undetermined: bool,
    **report_paths: str | None,
) -> int:
    """Prove the claims of a project that ``patterns`` select, report, and return the exit code."""
    with interrupts.held():
        from statecheck.claims.results import exit_code
        from statecheck.exit_codes import Exit
        from statecheck.interface.selection import selected
        from statecheck.reports.terminal import listing_text, report_text

    asked = {name: report_paths[f"{name}_path"] for name in REPORTS}
    paths = {name: path for name, path in asked.items() if path is not None}
    claims = selected(patterns, project.claims)
    if listing:
        for name in paths:
            raise click.UsageError(f"--list proves nothing, so there is nothing for --{name}.")
        if certificates is not None or recheck:
            raise click.UsageError("--list proves nothing, so there is nothing to certify.")
        console.put(listing_text(claims, console.style()))
        return 0

    files = _files(paths, project.lock)
    began = datetime.now(UTC)
    engine = None
    if write_lock:
        _lighten()
        written = locks.write_of_project(project, timeout, explain=explain)
        if written is None:
            return Exit.UNDETERMINED
        engine = written.engine if seed == 0 else None
        timeout = None if timeout is None else timeout - written.seconds
    certified = None
    if certificates is not None or recheck:
        with interrupts.held():
            from statecheck.cli.certify import Certified, of_project

        source = of_project(project, seed)
        certified = Certified(source, certificates, recheck=recheck, timeout=timeout)
    report = _proved(
        project,
        claims,
        timeout=timeout,
        seed=seed,
        jobs=console.place(project, jobs, dask, 1),
        tables=not patterns,
        explain=explain,
        engine=engine,
    )
    code = exit_code(report, allow_undetermined=allow_undetermined)
    settled = Settled(project, claims, report, began)
    texts = {name: REPORTS[name].text(settled) for name in paths}
    outputs = console.Outputs()
    for name in paths.keys() - files.keys():
        outputs.make(partial(console.put, texts[name]))
    if paths.keys() == files.keys():
        text = report_text(
            report,
            project.assumptions,
            console.style(),
            tables=project.tables,
            trace=trace,
            allow_undetermined=allow_undetermined,
        )
        outputs.make(partial(console.put, text))
    for name, file in files.items():
        outputs.make(partial(_write_report, file, paths[name], texts[name]))
    for note in report.notes:
        console.complain(f"note: {note}")
    if report.interrupted:
        console.complain(
            f"interrupted: {len(report.results)} of {len(claims)} verdicts were settled"
        )
        if certified is not None:
            console.complain("no certificate was written")
    elif certified is not None:
        certificate = certified.finish(report, stdout=paths.get("json") != "-")
        code = code or Exit(certificate)
    outputs.check()
    return code


# -- reports for machines -----------------------------------------------------------------------


def _files(paths: dict[str, str], lock: Path | None) -> dict[str, OutputFile]:
    """The files to be written, by the option that asks for each; - is none, and allowed once."""
    spread = [f"--{name}" for name, path in paths.items() if path == "-"]
    if len(spread) > 1:
        raise click.UsageError(f"{' and '.join(spread)} cannot both write to standard output.")
    files = {name: console.output_file(path) for name, path in paths.items() if path != "-"}
    locks.check_apart(((f"--{name}", file) for name, file in files.items()), lock)
    return files


def _write_report(file: OutputFile, path: str, text: str) -> None:
    try:
        before = _before(path)
    except OSError as error:
        raise console.unwritable(path, error) from error
    console.write(file, path, before + text)


def _before(path: str) -> str:
    """The text in front of a report: a GitHub step may have written to its summary already."""
    is_shared = path == os.environ.get("GITHUB_STEP_SUMMARY")
    return Path(path).read_text(encoding="utf-8") if is_shared and Path(path).is_file() else ""


# -- proving, with progress on stderr -----------------------------------------------------------


def _proved(
    project: Project,
    claims: Sequence[Claim],
    *,
    timeout: float | None,
    seed: int,
    jobs: Place,
    tables: bool,
    explain: bool,
    engine: Prover | None,
) -> Report:
    with interrupts.held():
        from statecheck.prover.session import run

    _lighten()
    with _progress(len(claims)) as progress:
        return run(
            project,
            claims,
            timeout=timeout,
            seed=seed,
            jobs=jobs,
            progress=progress,
            tables=tables,
            explain=explain,
            engine=engine,
        )


def _lighten() -> None:
    with interrupts.held():
        from statecheck.smt.c_interface import without_wrapper_checks

    without_wrapper_checks()


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Result], None] | None]:
    """The function to call after each result; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    # No refreshing thread: proofs may run in forked processes.
    with Progress(
        BarColumn(20),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,
    ) as bar:
        task = bar.add_task("reading the model", total=total)
        bar.refresh()

        def settled(result: Result) -> None:
            bar.update(task, advance=1, description=result.claim.title, refresh=True)

        yield settled


command = _as_command(
    _of_catalogue,
    (
        click.argument("name", metavar="MODULE:CATALOGUE"),
        locks.LOCK,
    ),
)
