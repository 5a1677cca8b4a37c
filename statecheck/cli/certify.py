"""``--certificates DIR`` and ``--recheck`` of ``statecheck prove``."""

from __future__ import annotations

import importlib.util
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import click

from statecheck.certificate import evidence
from statecheck.certificate.folder import OutputFolder
from statecheck.claims.results import Report
from statecheck.cli import console
from statecheck.clock import Timeout, seconds_until
from statecheck.exit_codes import Exit
from statecheck.prover.project import Project
from statecheck.recheck.scope import MANIFEST
from statecheck.smt.interruption import interruptible, raise_if_interrupted

SHOWN = 5
"""So many differences are listed."""

PAUSE = 0.05
"""Seconds between two looks at the clock, and for Ctrl-C, while the re-check works."""

GRACE = 5.0
"""Seconds after Ctrl-C in which the re-check may say how far it came."""


class Certified:
    """A certificate to be written, compared or proved again. Raises UsageError for a bad DIR."""

    def __init__(
        self, project: Project, path: str | None, *, recheck: bool, seed: int, timeout: float | None
    ) -> None:
        self.project = project
        self.name, self.recheck, self.seed = path, recheck, seed
        self.end = None if timeout is None else time.monotonic() + timeout
        self.folder = None
        if recheck and importlib.util.find_spec("cvc5") is None:
            raise click.UsageError(
                "--recheck needs cvc5; install it with: python -m pip install cvc5"
            )
        if path is not None:
            try:
                self.folder = OutputFolder(path)
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
        joint = [result.claim.title for result in report.results if result.jointly]
        if joint:
            console.complain(
                f"note: the certificate leaves out {', '.join(joint)}: it does not cover claims "
                "that are proven together, or with lemmas about several entities"
            )
        files = evidence.certify(self.project, report, seed=self.seed, timeout=self._left())
        return self._kept(files, stdout=stdout)

    def _left(self) -> float | None:
        return seconds_until(self.end)

    def _kept(self, files: Mapping[str, str], *, stdout: bool) -> int:
        if self.folder is None:
            with tempfile.TemporaryDirectory() as folder:
                temporary = OutputFolder(folder)
                temporary.write(files)
                return self._again(temporary.path, stdout=stdout)
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
            console.complain(f"{self.name}: {_summary(files)}")
        return self._again(self.folder.path, stdout=stdout) if self.recheck else 0

    def _again(self, folder: Path, *, stdout: bool) -> int:
        """Re-check in a process that has neither the model nor the engine, and without a solver."""
        (sys.stdout if stdout else sys.stderr).write("\nProved again: ")
        sys.stdout.flush()
        sys.stderr.flush()
        with subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, "-m", "statecheck.recheck", str(folder.absolute())],
            stdout=None if stdout else sys.stderr.fileno(),
        ) as process:
            try:
                code = self._waited(process)
            except Timeout:
                process.kill()
                raise
            except KeyboardInterrupt:
                _told(process)
                raise
        swept = evidence.swept(self.project, timeout=self._left())
        if swept.failure is not None:
            console.complain(swept.failure)
            return Exit.DIFFERS
        text = (
            f"Without a solver: the invariant holds in all {swept.states} reachable states\n"
            "of a small instance.\n"
        )
        if stdout:
            console.put(text)
        else:
            sys.stderr.write(text)
        return code

    def _waited(self, process: subprocess.Popen[bytes]) -> int:
        """The exit code of a process, once it is there."""
        while True:
            raise_if_interrupted()
            left = self._left()
            try:
                return process.wait(PAUSE if left is None else min(PAUSE, left))
            except subprocess.TimeoutExpired:
                continue


def _told(process: subprocess.Popen[bytes]) -> None:
    """Pass Ctrl-C on to a process and wait for its report; a terminal may have told it already."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()


def _summary(files: Mapping[str, str]) -> str:
    manifest = json.loads(files[MANIFEST])
    known = manifest["files"].values()
    decidable = sum(about["fragment"]["decidable"] for about in known)
    runs = sum(len(claim["runs"]) for claim in manifest["claims"])
    return (
        f"{len(known)} obligations, {decidable} of them in a decidable fragment, and runs: {runs}; "
        f"digest {manifest['digest'][:12]}"
    )
