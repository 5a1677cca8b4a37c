"""Many classes, each judged in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.statecheck.acceptance.judging import CRASHED, NONE, Judgement, judged
from tests.statecheck.acceptance.slices import Slice

PATIENCE = 60
"""Seconds after which a class is given up."""


@dataclass(frozen=True)
class Measured:
    """A class and the judgement on it."""

    slice: Slice
    judgement: Judgement


def measured(
    slices: Iterable[Slice], workers: int = 2, *, plays_outside: bool = False
) -> Iterator[Measured]:
    """Judge classes, as many at once as there are workers; in no particular order."""
    waiting = list(slices)[::-1]
    running: dict[int, tuple[Slice, int, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        number = 0
        while waiting or running:
            while waiting and len(running) < workers:
                one = waiting.pop()
                if one.lacks:
                    yield Measured(one, Judgement(NONE, "it refers to a fixture of its test"))
                    continue
                number += 1
                file = Path(folder) / f"lifted_{number}.py"
                file.write_text(one.source, encoding="utf-8")
                reading, writing = os.pipe()
                sys.stdout.flush()
                child = os.fork()
                if child == 0:
                    os.close(reading)
                    _work(file, one.name, writing, plays_outside=plays_outside)
                os.close(writing)
                running[child] = one, reading, time.monotonic() + PATIENCE
            child = _ended(running)
            if child in running:
                one, reading, _ = running.pop(child)
                with os.fdopen(reading) as answers:
                    text = answers.read()
                judgement = Judgement(CRASHED, "it took too long")
                if text:
                    judgement = Judgement(**json.loads(text))
                yield Measured(one, judgement)


def _ended(running: dict[int, tuple[Slice, int, float]]) -> int:
    """A child that ended, 0 if none has; one that takes too long is ended."""
    for child, (_, _, end) in running.items():
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
        if os.waitpid(child, os.WNOHANG)[0]:
            return child
    time.sleep(0.01)
    return 0


def _work(file: Path, name: str, writing: int, *, plays_outside: bool) -> None:
    """The work of a child: it ends here."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        try:
            judgement = judged(file, name, plays_outside=plays_outside)
        except BaseException as error:  # noqa: BLE001  (a crash is what is to be seen)
            judgement = Judgement(CRASHED, type(error).__name__, traceback.format_exc()[-900:])
        with os.fdopen(writing, "w") as out:
            json.dump(asdict(judgement), out)
    finally:
        os._exit(0)
