"""updr of mypyvy, and us, on the same protocols: its files, and our examples.

The list has what updr proves in two minutes, of the examples of mypyvy and of ivybench. Neither is
part of this project; whoever has fetched them can run both side by side.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.row import Row
from benchmarks.two_state import modernised

LIST = Path(__file__).with_name("updr.json")
HOME = LIST.parents[1]

ENOUGH = 3.0
"""Seconds; so much may a proof of ours take, where updr needs less."""

PROVED = "updr found inductive invariant!"
"""The end of what updr prints where it has proven all that a file asks for."""


@dataclass(frozen=True)
class Entry:
    """A file that updr proves: from which collection, its path there, and our example of the same
    protocol; where there is none that is proven, the reason.
    """

    collection: str
    path: str
    seconds: float
    example: str = ""
    reason: str = ""


def entries() -> list[Entry]:
    """The list."""
    return [Entry(**entry) for entry in json.loads(LIST.read_text(encoding="utf-8"))]


def rows(
    repetitions: int,
    mypyvy: Path | None = None,
    ivybench: Path | None = None,
    seconds: float = 120,
) -> Iterator[Row]:
    """Both on each file of the list, in turn, the best time of each in seconds of the processor;
    ours alone where mypyvy is not there, or ivybench if the file is from that.
    """
    homes = {"mypyvy": mypyvy, "ivybench": ivybench}
    for entry in entries():
        home, own, other = homes[entry.collection], [], []
        for _ in range(repetitions):
            if entry.example:
                own.append(proven(entry.example))
            if mypyvy is not None and home is not None:
                text = (home / entry.path).read_text(encoding="utf-8")
                text = modernised(text) if entry.collection == "ivybench" else text
                took = proven_by_updr(text, mypyvy, seconds)
                other += [] if took is None else [took]
        yield _row(entry, min(own, default=None), min(other, default=None))
        if entry.reason:
            yield Row(f"  {entry.reason}", "", "", None, None)


def _row(entry: Entry, own: float | None, other: float | None) -> Row:
    figure = None if own is None or other is None else own / other
    target = None if other is None else max(1.0, ENOUGH / other)
    measured, reference = ("" if t is None else f"{t:.2f} s" for t in (own, other))
    return Row(
        f"{entry.collection} {Path(entry.path).stem}"[:34], measured, reference, figure, target
    )


def proven(example: str) -> float:
    """The seconds that the proof of an example takes us, in a process of its own. Raises
    RuntimeError where a claim does not come to what is expected.
    """
    command = [sys.executable, "-m", "statecheck", "prove", f"examples.{example}:CATALOGUE"]
    printed, code, seconds = _run(command, HOME, None)
    if code:
        raise RuntimeError(f"examples/{example}.py is not proven: {printed.strip()[-300:]}")
    return seconds


def proven_by_updr(text: str, mypyvy: Path, seconds: float) -> float | None:
    """The seconds that updr takes to prove a file; None if it does not in so many.

    It runs in the environment in ``.venv`` of mypyvy, if there is one. Raises RuntimeError where it
    cannot be run.
    """
    own = mypyvy / ".venv/bin/python"
    python = str(own) if own.exists() else sys.executable
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "protocol.pyv")
        path.write_text(text, encoding="utf-8")
        script = str(mypyvy / "src/mypyvy.py")
        command = [python, script, "updr", "--seed=0", "--log=error", str(path)]
        printed, code, took = _run(command, Path(name), seconds)
    if code:
        raise RuntimeError(f"mypyvy does not run: {printed.strip()[-300:]}")
    return took if PROVED in printed else None


def _run(command: list[str], home: Path, seconds: float | None) -> tuple[str, int | None, float]:
    """What a process prints, its exit code (None where it was ended after so many seconds), and its
    seconds of the processor.
    """
    before = _spent()
    try:
        done = subprocess.run(  # noqa: S603
            command,
            cwd=home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", None, _spent() - before
    return done.stdout, done.returncode, _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
