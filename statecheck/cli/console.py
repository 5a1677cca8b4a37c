"""The ground of all commands: one line for whatever goes wrong, whole files, plain output.

Results go to stdout, progress and errors to stderr.
"""

from __future__ import annotations

import math
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from statecheck.cli import interrupts
from statecheck.cli.naming import users_place
from statecheck.exit_codes import Exit

# What takes long to import, or may find the model wrong, is imported where errors are reported.
if TYPE_CHECKING:
    from statecheck.files import OutputFile
    from statecheck.processes import Place
    from statecheck.prover.project import Project
    from statecheck.reports.terminal_layout import Style


def run(command: click.Command, arguments: Sequence[str], name: str) -> int:
    """Run a command that returns its exit code; whatever goes wrong becomes one line.

    Nothing is imported to say so: what was interrupted may have left half a module behind.
    """
    if sys.stderr is None:
        # Nobody listens; a file opened next must not get what libraries complain about.
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        return _failed("error: cannot write 'standard output': it is closed.", Exit.USAGE)
    given = None
    try:
        program = name if name.startswith("statecheck") else f"python -m {name}"
        with interrupts.heeded(), command.make_context(program, [*arguments]) as given:
            code = command.invoke(given)
    except KeyboardInterrupt:
        return _failed("interrupted", Exit.INTERRUPTED)
    except click.exceptions.Exit as asked:
        return asked.exit_code
    except click.ClickException as error:
        return _failed(f"error: {error.format_message()}", Exit.USAGE)
    except BrokenPipeError:  # a reader of the help went away, or something else broke off
        _hang_up(sys.stdout)
        if given is None:
            return Exit.AS_EXPECTED
        return _failed("error: cannot write: nobody reads it any more.", Exit.USAGE)
    except BaseException as error:  # SystemExit too: a model's own code has no exit code to give
        if sys.flags.dev_mode:
            traceback.print_exc()
            return Exit.USAGE
        return _failed(f"error: {_explained(error, name)}", Exit.USAGE)
    return int(code or 0)


def _failed(message: str, code: Exit) -> int:
    complain(message)
    return code


def _explained(error: BaseException, name: str) -> str:
    # Whoever raised it has imported it.
    if isinstance(error, getattr(sys.modules.get("statecheck.errors"), "ModelError", ())):
        return str(error)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if not isinstance(error, Exception) and (place := users_place(error)):
        return (
            f"{what}, raised at {place}, which is no error that a callback may have; mend it there"
        )
    return f"internal: {what} (python -X dev -m {name} shows where)"


LARGEST_SEED = 2**32 - 1
"""Z3 takes 32 bits."""


def _seconds(context: click.Context, parameter: click.Parameter, value: float | None) -> Any:
    del context, parameter
    if value is not None and not 0 < value < math.inf:
        raise click.BadParameter(f"{value:g} is not a number of seconds greater than 0.")
    return value


timeout_option = click.option(
    "--timeout", type=float, callback=_seconds, metavar="S", help="Stop after so many seconds."
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    default=0,
    metavar="N",
    help="Seed of the solver; what is found does not depend on it.",
)
dask_option = click.option(
    "--dask", metavar="ADDRESS", help="Work on the Dask cluster whose scheduler is there."
)


def place(project: Project, jobs: int | None, dask: str | None, usual: int) -> Place:
    """The place for the jobs of a project, --jobs or --dask; ``usual`` is a number of processes.

    Raises UsageError for a cluster that cannot be used.
    """
    if dask is None:
        return jobs or usual
    if jobs is not None:
        raise click.UsageError(
            "--jobs says how many processes work here, --dask that a cluster does; give one of them"
        )
    with interrupts.held():
        from statecheck.cluster import Cluster, ClusterError
    try:
        return Cluster(dask, project.packages)
    except ClusterError as error:
        raise click.UsageError(str(error)) from None


SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}
"""The settings of every command."""


def with_options(
    body: Callable[..., int], options: Sequence[Callable[[Any], Any]]
) -> Callable[..., int]:
    """A command's function with options and arguments added, in the order that help has."""
    for option in reversed(options):
        body = option(body)
    return body


def complain(message: str) -> None:
    """One line to stderr. That nobody reads it is no error: an exit code says more."""
    try:
        click.echo(" ".join(message.split()), err=True)
    except OSError:
        _hang_up(sys.stderr)


def output_file(path: str) -> OutputFile:
    """A file to be written later. Raises UsageError where it cannot be."""
    from statecheck.files import OutputFile

    try:
        return OutputFile(path)
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from error


def write(file: OutputFile, path: str, text: str) -> None:
    """Write a file whole. Raises UsageError where that cannot be, and then leaves it as it was."""
    try:
        file.write(text)
    except OSError as error:
        raise unwritable(path, error) from error


class Outputs:
    """Texts that are written one after the other; that one cannot be does not keep the others."""

    def __init__(self) -> None:
        self.failed: list[click.ClickException] = []

    def make(self, write: Callable[[], None]) -> None:
        """Write one."""
        try:
            write()
        except click.ClickException as error:
            self.failed.append(error)

    def check(self) -> None:
        """Raise the last error; the others are said."""
        for error in self.failed[:-1]:
            complain(f"error: {error.format_message()}")
        if self.failed:
            raise self.failed[-1]


def unwritable(path: str, error: Exception) -> click.ClickException:
    """The error that a file cannot be written."""
    reason = getattr(error, "strerror", None) or error
    return click.UsageError(f"cannot write {path!r}: {reason}.")


def style() -> Style:
    """How to print to stdout: in colour only on a terminal, and never with NO_COLOR."""
    from statecheck.reports.terminal_layout import WIDEST, WIDTH, Style, colours

    if sys.stdout is None or sys.stdout.closed:
        return Style(WIDTH, None, "utf-8")
    encoding = sys.stdout.encoding or "utf-8"
    if not sys.stdout.isatty():
        return Style(WIDTH, None, encoding)
    width = max(1, shutil.get_terminal_size().columns)
    return Style(min(WIDEST, width), None if os.environ.get("NO_COLOR") else colours(), encoding)


def put(text: str) -> None:
    """Write to stdout. That a reader went away is no error; that a disk is full is one."""
    if sys.stdout is None or sys.stdout.closed:
        raise unwritable("standard output", OSError("it is closed"))
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        _hang_up(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            raise unwritable("standard output", error) from error


def _hang_up(stream: TextIO) -> None:
    """Let what is still to be written to a stream go nowhere."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
