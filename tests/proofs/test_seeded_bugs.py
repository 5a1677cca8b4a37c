"""Bugs in the model, through the real command: a copy with one of them, and ``python -m proofs``.

A mutant that the campaign calls killed makes the command exit with 1; one that it calls equivalent
leaves every verdict as it is; one that is no model is refused. Each takes as long as a proof run
without a lock file, so these tests are slow: ``pytest -m campaign``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from proofs.project import PROJECT
from statecheck.exit_codes import Exit
from statecheck.mutation import campaign
from statecheck.mutation.mutants import Mutant
from statecheck.mutation.verdict import MutantStatus

ROOT = Path(__file__).parents[2]
EVERY_SO_MANY = 17
SAMPLE = campaign.everything(PROJECT)[::EVERY_SO_MANY]
CODES = {
    MutantStatus.KILLED: Exit.DIFFERS,
    MutantStatus.EQUIVALENT: Exit.AS_EXPECTED,
    MutantStatus.INVALID: Exit.USAGE,
}

pytestmark = [pytest.mark.slow, pytest.mark.campaign]


@dataclass(frozen=True)
class Bug:
    """A file of the model in which one text stands in place of another."""

    name: str
    file: str
    before: str
    after: str


BUGS = (
    Bug(
        "an installation upgrades the databases",
        "machines.py",
        "        self.version = version\n",
        "        self.version = version\n        self.format = max_format(self.format, version)\n",
    ),
    Bug(
        "the first Store.exe with format 2.45 does not write it",
        "version.py",
        "version >= FIRST_WITH_FORMAT_2_45",
        "version > FIRST_WITH_FORMAT_2_45",
    ),
)
HELPER = '''

@pure
def max_format(format_: DatabaseFormat, version: StoreVersion) -> DatabaseFormat:
    """The later of a format and that of a Store.exe."""
    return format_ if format_ >= native(version) else native(version)
'''


def code(folder: Path, sources: dict[str, str]) -> int:
    """The exit code of the command on a copy in which some files of the model are other ones."""
    for package in ("model", "proofs"):
        shutil.copytree(ROOT / package, folder / package)
    for name, source in sources.items():
        (folder / "model" / name).write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "proofs"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode


def text(name: str) -> str:
    return (ROOT / "model" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_seeded_bug_is_seen(bug: Bug, tmp_path: Path) -> None:
    assert text(bug.file).count(bug.before) == 1
    sources = {bug.file: text(bug.file).replace(bug.before, bug.after)}
    if "max_format" in bug.after:
        sources["version.py"] = text("version.py") + HELPER
        sources[bug.file] = sources[bug.file].replace(
            "SP3, DatabaseFormat", "SP3, max_format, DatabaseFormat"
        )
    assert code(tmp_path, sources) == Exit.DIFFERS


@pytest.mark.parametrize("mutant", SAMPLE, ids=lambda mutant: mutant.id)
def test_a_mutant_has_the_exit_code_of_its_status(mutant: Mutant, tmp_path: Path) -> None:
    status = campaign.judge(PROJECT, mutant).status
    name = f"{mutant.module.removeprefix('model.')}.py"
    assert status in CODES
    assert code(tmp_path, {name: mutant.source(text(name))}) == CODES[status]
