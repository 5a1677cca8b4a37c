"""``--lock FILE`` and ``--write-lock`` of ``statecheck prove`` and ``statecheck check``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statecheck.cli import console, interrupts

if TYPE_CHECKING:
    from statecheck.claims.results import Report
    from statecheck.files import OutputFile
    from statecheck.interface.settling import Request
    from statecheck.prover.project import Project
    from statecheck.prover.prover import Prover
    from statecheck.single.locking.locked import Locked

LOCK = click.option(
    "--lock",
    metavar="FILE",
    help="Keep invariant and runs in FILE: read where it is of this model, written by "
    "--write-lock.",
)
WRITE_LOCK = click.option(
    "--write-lock", is_flag=True, help="Find invariant and runs anew, for review."
)


def options(command: Callable[..., int]) -> Callable[..., int]:
    """A command with both options."""
    return LOCK(WRITE_LOCK(command))


def no_file() -> click.UsageError:
    """The error that there is no file to write."""
    return click.UsageError("--write-lock has no file to write; name one with --lock FILE.")


def check_apart(files: Iterable[tuple[str, OutputFile | None]], lock: Path | None) -> None:
    """Raise UsageError where two outputs, by their options, are one file, or one is the lock."""
    from statecheck.files import identity

    names: dict[object, str] = {}
    for option, file in files:
        if file is None:
            continue
        if names.setdefault(file.identity, option) != option and not file.special:
            raise click.UsageError(f"{names[file.identity]} and {option} name the same file.")
        if lock is not None and file.identity == identity(str(lock)):
            raise click.UsageError(f"{option} names {lock.name}, the lock of the project.")


def output(path: Path) -> OutputFile:
    """The lock file, to be written. Raises UsageError for one that holds something else."""
    from statecheck.files import read_text

    file = console.output_file(str(path))
    try:
        former = read_text(path)
    except (OSError, ValueError):
        former = ""
    if former.strip() and not former.lstrip().startswith("{"):
        raise click.UsageError(
            f"{path} holds something else than a lock, which would be lost; name another file, or "
            "delete it."
        )
    return file


@dataclass(frozen=True)
class Written:
    """A lock that was written, the seconds that it took, and the engine that found what is in it;
    None where the file does not say the same.
    """

    seconds: float
    engine: Prover | None


def write_of_project(
    project: Project, timeout: float | None, *, explain: bool = False
) -> Written | None:
    """Write the lock of a project; None if the time did not suffice."""
    if project.lock is None:
        raise no_file()
    with interrupts.held():
        from statecheck.clock import Timeout
        from statecheck.prover.session import found_anew

    began = time.monotonic()
    file = output(project.lock)
    try:
        found = found_anew(project, timeout=timeout, explain=explain)
    except Timeout:
        _unwritten(project.lock, "the time was up before invariant and runs were found")
        return None
    _write(file, project.lock, found.text, found.contents)
    kept = False
    with suppress(Timeout):
        kept = found.engine.context.is_kept_in(project.lock)
    return Written(time.monotonic() - began, found.engine if kept else None)


class ClassLock:
    """The lock of a class that is checked. Raises UsageError where it cannot be used as asked."""

    def __init__(self, lock: str | None, *, write: bool, has_claims: bool) -> None:
        if lock is None and write:
            raise no_file()
        if lock is not None and not has_claims:
            raise click.UsageError(f"nothing is claimed, so there is nothing to keep in {lock}.")
        self.path = None if lock is None else Path(lock)
        self.write = write
        self._locked: Locked | None = None
        self._file: OutputFile | None = None

    def used(self, name: str, found: Any, request: Request) -> Request | None:
        """The request with the lock; None where there was no time to write that of a system.

        Raises UsageError, and ModelError for a file that is no lock.
        """
        if self.path is None:
            return request
        with interrupts.held():
            from statecheck.interface.settling import project_of_request
            from statecheck.interface.subjects import is_system
            from statecheck.single.locking.locked import Locked

        if not is_system(found):
            self._file = output(self.path) if self.write else None
            self._locked = Locked(self.path, anew=self.write)
            return replace(request, lock=self._locked)
        if self.write:
            project = replace(project_of_request(name, found, request), lock=self.path)
            written = write_of_project(project, request.timeout)
            if written is None:
                return None
            if request.timeout is not None:
                request = replace(request, timeout=max(request.timeout - written.seconds, 0.0))
        return replace(request, lock=self.path)

    def finish(self, report: Report) -> None:
        """Write the lock of a machine, unless something was left open for want of time."""
        locked, file = self._locked, self._file
        if locked is None or file is None:
            return
        if report.interrupted or not locked.is_whole:
            why = "it was interrupted" if report.interrupted else "the time was up"
            _unwritten(locked.path, f"{why} before invariant and runs were found")
            return
        _write(file, locked.path, locked.text, locked.contents)


def _unwritten(path: Path, why: str) -> None:
    console.complain(f"{path.name} is as it was: {why}")


def _write(file: OutputFile, path: Path, text: str, contents: str) -> None:
    console.write(file, str(path), text)
    console.complain(f"{path.name}: {contents}; review them before they are committed")
