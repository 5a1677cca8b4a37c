"""``--certificates DIR`` and ``--recheck`` of ``statecheck prove`` and ``statecheck check``."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click

from statecheck.certificate import evidence
from statecheck.certificate.certificates import why_left_out
from statecheck.certificate.folder import OutputFolder, summary
from statecheck.certificate.machine import lone
from statecheck.certificate.sweep import Sweep
from statecheck.claims.claim import Claim
from statecheck.claims.results import Report
from statecheck.cli import console
from statecheck.clock import Timeout, bounded, seconds_until
from statecheck.exit_codes import Exit
from statecheck.modeling import Made, ModelError, System
from statecheck.processes import end_if_stopped
from statecheck.prover.project import Project, bounded_integers
from statecheck.single.execution.giving_up import OutOfTime
from statecheck.single.running.subject import Clock, read
from statecheck.smt.interruption import interruptible, raise_if_interrupted

SHOWN = 5
"""So many differences are listed."""

PAUSE = 0.05
"""Seconds between two looks at the clock, and for Ctrl-C, while the re-check works."""

GRACE = 5.0
"""Seconds after Ctrl-C in which the re-check may say how far it came."""


@dataclass(frozen=True)
class Source:
    """The evidence that there is for a report.

    ``files`` gives the texts of a certificate, and what is left out of it, in some seconds;
    ``sweep`` evaluates the invariant in small instances, of a system.
    """

    files: Callable[[Report, float | None], tuple[Mapping[str, str], Sequence[str]]]
    sweep: Callable[[Report, float | None], Sweep] | None


def of_project(project: Project, seed: int) -> Source:
    """The evidence for claims of a catalogue."""

    def files(report: Report, seconds: float | None) -> tuple[Mapping[str, str], Sequence[str]]:
        notes = [
            f"{result.claim.title} is not certified: {why}"
            for result in report.results
            if (why := why_left_out(result)) is not None
        ]
        return evidence.certify(project, report, seed=seed, timeout=seconds), notes

    return Source(files, lambda report, seconds: evidence.swept(project, report, timeout=seconds))


def of_system(name: str, system: type[System], seed: int) -> Source:
    """The evidence for claims about a system that are in no catalogue."""
    numbers = bounded_integers(system)

    def project(claims: Sequence[Claim]) -> Project:
        return Project(name, system, tuple(claims), integers=numbers)

    known: list[Claim] = []

    def files(report: Report, seconds: float | None) -> tuple[Mapping[str, str], Sequence[str]]:
        known.extend(result.claim for result in report.results)
        return of_project(project(known), seed).files(report, seconds)

    return Source(
        files, lambda report, seconds: evidence.swept(project(known), report, timeout=seconds)
    )


def of_machine(
    made: Made,
    fixed: Sequence[str],
    inputs: Sequence[str],
    harmless: Sequence[str],
    seed: int,
) -> Source:
    """The evidence for claims about one machine."""

    def files(report: Report, seconds: float | None) -> tuple[Mapping[str, str], Sequence[str]]:
        try:
            clock = Clock(seconds)
            with bounded(clock.end):
                subject = read(made, fixed, inputs, clock, seed=seed, harmless=harmless)
                return lone.certify(subject, report)
        except OutOfTime:
            raise Timeout("the time is up") from None

    return Source(files, None)


class Certified:
    """A certificate to be written, compared or proved again. Raises UsageError for a bad DIR."""

    def __init__(
        self, source: Source, path: str | None, *, recheck: bool, timeout: float | None
    ) -> None:
        self.source = source
        self.name, self.recheck = path, recheck
        self.end = None if timeout is None else time.monotonic() + timeout
        self.folder = None
        if recheck and importlib.util.find_spec("cvc5") is None:
            raise click.UsageError(
                "--recheck needs cvc5; install it with: python -m pip install cvc5"
            )
        if path is not None:
            try:
                self.folder = OutputFolder(path, compare=recheck)
            except OSError as error:
                raise console.unwritable(path, error) from error

    def finish(self, report: Report, *, stdout: bool) -> int:
        """Write the certificate of a report, compare it, have it proved again; the exit code.

        Raises KeyboardInterrupt.
        """
        try:
            return self._finished(report, stdout=stdout)
        except Timeout as gave_up:
            console.complain(f"the certificate was not finished: {gave_up}")
            return Exit.UNDETERMINED

    @interruptible()
    def _finished(self, report: Report, *, stdout: bool) -> int:
        files, notes = self.source.files(report, self._left())
        for note in notes:
            console.complain(f"note: {note}")
        return self._kept(files, report, stdout=stdout)

    def _left(self) -> float | None:
        return seconds_until(self.end)

    def _kept(self, files: Mapping[str, str], report: Report, *, stdout: bool) -> int:
        if self.folder is None:
            with tempfile.TemporaryDirectory() as folder:
                temporary = OutputFolder(folder)
                temporary.write(files)
                return self._again(temporary.path, report, stdout=stdout)
        if self.recheck and self.folder.is_certificate:
            lines = self.folder.differences(files)
            for line in lines[:SHOWN]:
                console.complain(f"{self.name}: {line}")
            if lines:
                more = f", {len(lines)} in all" if len(lines) > SHOWN else ""
                console.complain(
                    f"{self.name} is not the certificate of this model and these claims{more}; "
                    "without --recheck it is replaced"
                )
                return Exit.DIFFERS
            console.complain(f"{self.name} is, byte by byte, what this run writes")
        else:
            try:
                self.folder.write(files)
            except OSError as error:
                raise console.unwritable(str(self.name), error) from error
            console.complain(f"{self.name}: {summary(files)}")
        return self._again(self.folder.path, report, stdout=stdout) if self.recheck else 0

    def _again(self, folder: Path, report: Report, *, stdout: bool) -> int:
        """Re-check in a process that has neither the model nor the engine, and without a solver."""
        self._say("\nProved again: ", stdout=stdout)
        with subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, "-m", "statecheck.recheck", str(folder.absolute())],
            stdout=None if stdout else sys.stderr.fileno(),
            env={**os.environ, "STATECHECK_PARENT": str(os.getpid())},
        ) as process:
            try:
                code = _exit_code(self._waited(process))
            except Timeout:
                process.kill()
                raise
            except KeyboardInterrupt:
                _told(process)
                raise
        if self.source.sweep is None:
            return code
        try:
            swept = self.source.sweep(report, self._left())
        except ModelError as error:
            console.complain(f"note: no small instance was gone through: {error}")
            return code
        if swept.failure is not None:
            console.complain(swept.failure)
            return Exit.DIFFERS
        if not swept.states:
            console.complain(
                "note: nothing was evaluated without a solver: there is no clause about entities "
                "alone, or no small instance"
            )
            return code
        states = f"all {swept.states} reachable" if swept.whole else f"the nearest {swept.states}"
        small = "a small instance" if swept.instances == 1 else f"{swept.instances} small instances"
        text = f"Without a solver: the invariant holds in {states} states\nof {small}.\n"
        self._say(text, stdout=stdout)
        return code

    def _say(self, text: str, *, stdout: bool) -> None:
        """Write a text to stdout, or to stderr where that has a report for other programs."""
        if stdout:
            console.put(text)
            return
        with suppress(OSError):  # nobody reads it
            sys.stderr.write(text)
            sys.stderr.flush()

    def _waited(self, process: subprocess.Popen[bytes]) -> int:
        """The exit code of a process, once it is there."""
        while True:
            raise_if_interrupted()
            left = self._left()
            end_if_stopped(process)
            try:
                return process.wait(PAUSE if left is None else min(PAUSE, left))
            except subprocess.TimeoutExpired:
                continue


def _exit_code(code: int) -> int:
    """The exit code of the re-check; if somebody ended it, nothing is known."""
    if code in {*Exit}:
        return code
    console.complain(f"nothing was proved again: the process that does it ended with {code}")
    return Exit.UNDETERMINED


def _told(process: subprocess.Popen[bytes]) -> None:
    """Pass Ctrl-C on to a process and wait for its report; a terminal may have told it already."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
