"""Spin on a hand-written Promela model of the site, as others would check one claim of ours.

The claim is safety.scan_is_served, over two servers, one mailbox, four versions and some number of
attachments. Spin has to be told how many; the proof holds for any number.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

MODEL = Path(__file__).with_name("move_mailbox.pml")
CLAIM = "safety.scan_is_served"
MOST = 4
"""The model is written for up to so many attachments."""

DEPTH = 1_000_000
"""Steps that Spin's depth-first search may go down; it says so when they do not suffice."""


@dataclass(frozen=True)
class Search:
    """What Spin found: the states that it stored, its own seconds, and whether the claim holds."""

    states: int
    seconds: float
    holds: bool


def missing() -> str:
    """What this machine lacks, in words; empty if nothing."""
    lacking = [tool for tool in ("spin", "gcc") if shutil.which(tool) is None]
    return " and ".join(f"no {tool}" for tool in lacking)


def search(attachments: int, model: str | None = None, *defines: str) -> Search:
    """Check the claim with Spin; ``model`` replaces the Promela text, ``defines`` are macros.

    Every state is visited: no partial-order reduction, no hashing that loses some, and no variable
    left out because nothing reads it. Raises RuntimeError where Spin does not come to an end.
    """
    macros = [f"-D{macro}" for macro in (f"NA={attachments}", *defines)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = MODEL.read_text(encoding="utf-8") if model is None else model
        (folder / "model.pml").write_text(text, encoding="utf-8")
        _run(folder, "spin", "-a", "-o2", *macros, "model.pml")
        _run(folder, "gcc", "-w", "-O2", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c")
        said = _run(folder, "./pan", f"-m{DEPTH}")
    if "max search depth too small" in said:
        raise RuntimeError(f"Spin needs more than {DEPTH} steps of depth for {attachments}")
    return Search(
        int(_figure(r"(\d+) states, stored", said)),
        float(_figure(r"elapsed time (\S+) seconds", said)),
        _figure(r"errors: (\d+)", said) == "0",
    )


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


def _figure(pattern: str, said: str) -> str:
    match = re.search(pattern, said)
    if match is None:
        raise RuntimeError(f"Spin's report has no {pattern!r}: {said[-300:]}")
    return match[1]
