"""Pages that a reader follows at a terminal: their commands print what the pages show."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.statecheck.interface.plugin import ARGUMENTS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(python|diff|console)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def changed(text: str, difference: str) -> str:
    """A text with one place changed as a block of lines with - and + says."""
    lines = difference.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] != "+")
    new = "".join(line[1:] for line in lines if line[0] != "-")
    assert text.count(old) == 1, f"not found once: {old}"
    return text.replace(old, new)


def without_times(text: str) -> list[str]:
    lines = [re.sub(r"\s+<?\d+$", "", line) for line in text.strip().splitlines()]
    return [re.sub(r"in \d+\.\d+s", "in TIME", line) for line in lines]


def ran(words: list[str], folder: Path) -> str:
    """What a command prints on standard output."""
    if words[0] == "pytest":
        words = ["pytest", *ARGUMENTS, *words[1:]]
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1, 3), done.stderr
    assert not done.stderr
    return done.stdout


def followed(page: str, folder: Path) -> int:
    """Do all that a page says, in its order; return how many commands it has."""
    commands, latest = 0, folder
    for language, text in BLOCK.findall((DOCS / page).read_text(encoding="utf-8")):
        if language == "python":
            first, _, rest = text.partition("\n")
            named = re.fullmatch(r"# (\w+\.py)", first)
            assert named, first
            written = folder / named[1]
            written.write_text(rest)
            latest = latest if written.name.startswith("test_") else written
        elif language == "diff":
            latest.write_text(changed(latest.read_text(), text))
        else:
            command, _, shown = re.sub(r"\\\n", "", text).partition("\n")
            assert command.startswith("$ ")
            assert without_times(ran(shlex.split(command[2:]), folder)) == without_times(shown)
            commands += 1
    return commands


def test_the_tutorial_prints_what_it_shows(tmp_path: Path) -> None:
    assert followed("tutorial.md", tmp_path) == 8
    shown = DOCS / "shown"
    for name in ("order.py", "Order-light.svg", "Order-dark.svg"):
        assert (tmp_path / name).read_bytes() == (shown / name).read_bytes(), name
    assert "<title>" in (tmp_path / "explorer.html").read_text(encoding="utf-8")


def test_the_ways_to_abstract_end_as_shown(tmp_path: Path) -> None:
    assert followed("abstracting.md", tmp_path) == 2
