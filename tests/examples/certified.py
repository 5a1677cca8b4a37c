"""Every example certified and proved again: ``python -m tests.examples.certified [NAME ...]``.

It prints how long a certificate takes to be written and to be proved again, and exits with 1 where
one is not.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from statecheck.certificate import evidence
from statecheck.certificate.folder import OutputFolder
from statecheck.prover.project import project_of
from statecheck.prover.session import run
from statecheck.recheck.command import main as recheck

NAMES = sorted(json.loads((Path(__file__).parents[2] / "examples" / "manifest.json").read_text()))


@dataclass(frozen=True)
class Certified:
    """The certificate of an example: the exit code of the re-check, its report, and seconds."""

    code: int
    report: str
    writing: float
    proving: float
    left_out: tuple[str, ...]


def certified(name: str, folder: Path) -> Certified:
    """Write the certificate of an example into a folder, and prove it again."""
    home = f"examples.{name}"
    project = project_of(importlib.import_module(home).CATALOGUE, f"{home}:CATALOGUE")
    began = time.monotonic()
    files = evidence.certify(project, run(project, project.claims))
    OutputFolder(str(folder)).write(files)
    written = time.monotonic()
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = recheck([str(folder)])
    left_out = tuple(json.loads(files["manifest.json"])["left_out"])
    return Certified(code, said.getvalue(), written - began, time.monotonic() - written, left_out)


def main(names: Sequence[str]) -> int:
    """Print a line for each example."""
    worst = 0
    for name in names or NAMES:
        with tempfile.TemporaryDirectory() as folder:
            found = certified(name, Path(folder) / name)
        ratio = found.proving / found.writing
        print(  # noqa: T201  (that is what it is for)
            f"{name:<22} exit {found.code}  {found.report.splitlines()[-1]:<52} written in "
            f"{found.writing:4.1f} s; to prove it again takes {ratio:.2f} of that"
        )
        worst = max(worst, int(found.code != 0 or bool(found.left_out)))
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
