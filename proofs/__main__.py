"""``python -m proofs``: prove the claims and print what was found.

Results go to stdout, progress and errors to stderr. The exit code is 0 when every verdict is the
expected one, 1 when some verdict is not, 2 for a usage or model error, 3 when something is
undetermined, 130 when interrupted.
"""

from __future__ import annotations

from statecheck.cli import interrupts

if __name__ == "__main__":
    interrupts.hold()

import difflib
import fnmatch
import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from statecheck.cli import console

# What takes long to import, or may find the model wrong, is imported where errors are reported.
if TYPE_CHECKING:
    from statecheck.claims.claim import Claim
    from statecheck.claims.results import Report, Result
    from statecheck.reports.json_report import OutputFile

NEAREST = 3
"""So many claims are offered in place of one that is unknown."""

COMMANDS = {
    "check": "statecheck.cli.check",
    "mutate": "proofs.mutate",
    "recheck": "statecheck.recheck.command",
    "without": "proofs.without",
}
"""The modules of what a first argument may ask for instead of verdicts; each has a `main`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in COMMANDS:
        return int(importlib.import_module(COMMANDS[given[0]]).main(given[1:]))
    return console.run(command, given, "proofs")


@click.command(
    epilog="Exit codes: 0 every verdict is as expected; 1 some verdict is not; 2 usage or model "
    "error; 3 something is undetermined; 130 interrupted.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument("patterns", nargs=-1, metavar="[CLAIM]...")
@click.option("--list", "listing", is_flag=True, help="List the claims and prove nothing.")
@click.option("--json", "json_path", metavar="FILE", help="Write JSON too; - writes it to stdout.")
@click.option("--junit", "junit_path", metavar="FILE", help="Write JUnit XML too; likewise.")
@click.option("--sarif", "sarif_path", metavar="FILE", help="Write SARIF 2.1.0 too; likewise.")
@click.option(
    "--summary", "summary_path", metavar="FILE", help="Write a summary in Markdown too; likewise."
)
@click.option(
    "--trace", is_flag=True, help="Show the runs of reached claims and the invariant too."
)
@click.option("--explain", is_flag=True, help="Show what each verdict rests on.")
@click.option(
    "--certificates",
    metavar="DIR",
    help="Write every proof obligation and run, for another solver.",
)
@click.option(
    "--recheck",
    is_flag=True,
    help="Let cvc5 prove the obligations again; a certificate in DIR is compared, not replaced.",
)
@console.timeout_option
@console.seed_option
@click.option(
    "--jobs", type=click.IntRange(1), default=1, metavar="N", help="Processes to prove in."
)
@click.option("--write-lock", is_flag=True, help="Find invariant and runs anew, for review.")
@click.option("--allow-undetermined", is_flag=True, help="Let UNDETERMINED pass as a success.")
def command(
    *,
    patterns: tuple[str, ...],
    listing: bool,
    json_path: str | None,
    junit_path: str | None,
    sarif_path: str | None,
    summary_path: str | None,
    trace: bool,
    explain: bool,
    certificates: str | None,
    recheck: bool,
    timeout: float | None,
    seed: int,
    jobs: int,
    write_lock: bool,
    allow_undetermined: bool,
) -> int:
    """Prove or refute the claims of Q271547 about the model.

    CLAIM is a claim's id or a pattern such as 'cause.*'; without any, all claims are meant. In its
    place may stand `check`, `mutate`, `recheck` or `without`, commands of their own; each has a
    --help. With `check` you prove what you say of a system of yours.
    """
    with interrupts.held():
        from model.assumptions import ASSUMPTIONS
        from proofs.catalogue import CLAIMS
        from statecheck.claims.results import exit_code
        from statecheck.exit_codes import Exit
        from statecheck.reports.terminal import listing_text, report_text

    asked = {"json": json_path, "junit": junit_path, "sarif": sarif_path, "summary": summary_path}
    paths = {name: path for name, path in asked.items() if path is not None}
    claims = _selected(patterns, CLAIMS)
    if listing:
        for name in paths:
            raise click.UsageError(f"--list proves nothing, so there is nothing for --{name}.")
        if certificates is not None or recheck:
            raise click.UsageError("--list proves nothing, so there is nothing to certify.")
        console.put(listing_text(claims, console.style()))
        return 0

    files = _files(paths)
    began = datetime.now(UTC)
    if write_lock:
        spent = _write_lock(timeout)
        if spent is None:
            return Exit.UNDETERMINED
        timeout = None if timeout is None else timeout - spent
    certified = None
    if certificates is not None or recheck:
        with interrupts.held():
            from proofs.certify import Certified

        certified = Certified(certificates, recheck=recheck, seed=seed, timeout=timeout)
    report = _proved(
        claims, timeout=timeout, seed=seed, jobs=jobs, tables=not patterns, explain=explain
    )
    code = exit_code(report, allow_undetermined=allow_undetermined)
    texts = {name: _written(name, report, claims, began) for name in paths}
    for name in paths.keys() - files.keys():
        console.put(texts[name])
    if paths.keys() == files.keys():
        text = report_text(
            report,
            ASSUMPTIONS,
            console.style(),
            trace=trace,
            allow_undetermined=allow_undetermined,
        )
        console.put(text)
    for name, file in files.items():
        try:
            before = _before(paths[name])
        except OSError as error:
            raise console.unwritable(paths[name], error) from error
        console.write(file, paths[name], before + texts[name])
    for note in report.notes:
        console.complain(f"note: {note}")
    if report.interrupted:
        console.complain(
            f"interrupted: {len(report.results)} of {len(claims)} verdicts were settled"
        )
        if certified is not None:
            console.complain("no certificate was written")
    elif certified is not None:
        certificate = certified.finish(report, stdout=json_path != "-")
        code = code or Exit(certificate)
    return code


# -- reports for machines -----------------------------------------------------------------------


def _files(paths: dict[str, str]) -> dict[str, OutputFile]:
    """The files to be written, by the option that asks for each; - is none, and allowed once."""
    spread = [f"--{name}" for name, path in paths.items() if path == "-"]
    if len(spread) > 1:
        raise click.UsageError(f"{' and '.join(spread)} cannot both write to standard output.")
    files = {name: console.output_file(path) for name, path in paths.items() if path != "-"}
    names: dict[Path, str] = {}
    for name, file in files.items():
        if names.setdefault(file.path, name) != name and not file.special:
            raise click.UsageError(f"--{names[file.path]} and --{name} name the same file.")
    return files


def _written(name: str, report: Report, claims: Sequence[Claim], began: datetime) -> str:
    """The report in one format. Only JSON leaves out what an interruption left open."""
    from model.site import Site
    from statecheck.reports import junit, markdown, sarif
    from statecheck.reports.json_report import to_text
    from statecheck.reports.words import completed

    match name:
        case "junit":
            return junit.to_text(completed(report, claims), began)
        case "sarif":
            return sarif.to_text(completed(report, claims), Site)
        case "summary":
            return markdown.to_text(completed(report, claims))
        case _:
            return to_text(report)


def _before(path: str) -> str:
    """What stays in front of a report: a GitHub step may have written to its summary already."""
    is_shared = path == os.environ.get("GITHUB_STEP_SUMMARY")
    return Path(path).read_text(encoding="utf-8") if is_shared and Path(path).is_file() else ""


# -- which claims -------------------------------------------------------------------------------


def _selected(patterns: Sequence[str], catalogue: Sequence[Claim]) -> list[Claim]:
    """The claims that some pattern names, in the catalogue's order; all without a pattern."""
    if not catalogue:
        raise click.UsageError("no claims are declared, so there is nothing to prove.")
    for pattern in patterns:
        if not any(_matches(pattern, claim) for claim in catalogue):
            raise click.UsageError(
                f"no claim matches {pattern!r}; the nearest are {_nearest(pattern, catalogue)}."
            )
    return [
        claim
        for claim in catalogue
        if not patterns or any(_matches(pattern, claim) for pattern in patterns)
    ]


def _matches(pattern: str, claim: Claim) -> bool:
    return pattern == claim.title or fnmatch.fnmatchcase(claim.id, pattern)


def _nearest(pattern: str, claims: Sequence[Claim]) -> str:
    ids = list(dict.fromkeys(claim.id for claim in claims))
    if any(character in pattern for character in "*?["):
        ids = list(dict.fromkeys(f"{id_.split('.')[0]}.*" for id_ in ids))
    return ", ".join(difflib.get_close_matches(pattern.lower(), ids, NEAREST, cutoff=0))


# -- proving, with progress on stderr -----------------------------------------------------------


def _proved(
    claims: Sequence[Claim],
    *,
    timeout: float | None,
    seed: int,
    jobs: int,
    tables: bool,
    explain: bool,
) -> Report:
    with interrupts.held():
        from proofs.session import run

    with _progress(len(claims)) as progress:
        return run(
            claims,
            timeout=timeout,
            seed=seed,
            jobs=jobs,
            progress=progress,
            tables=tables,
            explain=explain,
        )


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Result], None] | None]:
    """What to call after each result; None where nobody watches."""
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


def _write_lock(timeout: float | None) -> float | None:
    """Write the lock and return the seconds it took; None if they did not suffice."""
    with interrupts.held():
        from proofs.session import LOCK, write_lock
        from statecheck.clock import Timeout

    began = time.monotonic()
    try:
        found = write_lock(timeout=timeout)
    except OSError as error:
        raise console.unwritable(str(LOCK), error) from error
    except Timeout:
        console.complain(
            f"{LOCK.name} is as it was: the time was up before invariant and runs were found"
        )
        return None
    console.complain(f"{LOCK.name}: {found}; review them before they are committed")
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
