"""Work for a cluster, in a module that its workers can import."""

import importlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from statecheck.errors import ModelError


def squares(jobs: Iterator[int], offset: int) -> Iterator[tuple[int, int]]:
    for job in jobs:
        os.write(1, b"a model may print")
        yield job, job * job + offset


def waiting(jobs: Iterator[str], folder: Path) -> Iterator[str]:
    """Notes the worker that a job is at; goes on once there is a file of that name."""
    for job in jobs:
        (folder / f"{job}-{os.getppid()}-{os.getpid()}").touch()
        while not (folder / "go").exists():
            time.sleep(0.02)
        yield job


def dying(jobs: Iterator[int]) -> Iterator[int]:
    for job in jobs:
        if job == 3:
            os._exit(7)
        yield job


def shifting(jobs: Iterator[int]) -> Iterator[int]:
    """The value that a module has which changes between two runs."""
    for _ in jobs:
        yield importlib.import_module("shifting").VALUE


def failing(jobs: Iterator[int], is_known: bool) -> Iterator[int]:
    for job in jobs:
        raise ModelError("it is no model") if is_known else ZeroDivisionError(f"in {job}")
        yield job
