"""Processes: results as they come, lost jobs, deadlines, and nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import deque
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from statecheck import processes
from statecheck.errors import ModelError
from statecheck.processes import Lost, results

ROOT = Path(__file__).parents[2]


def squares(jobs: Iterator[int], offset: int) -> Iterator[int]:
    for job in jobs:
        yield job * job + offset


def dying(jobs: Iterator[int]) -> Iterator[int]:
    for job in jobs:
        if job == 3:
            os._exit(7)
        yield job


def stopping(jobs: Iterator[int]) -> Iterator[int]:
    for job in jobs:
        yield job
        os.kill(os.getpid(), signal.SIGSTOP)


def sleeping(jobs: Iterator[int]) -> Iterator[int]:
    for job in jobs:
        time.sleep(600)
        yield job


def halved(jobs: Iterator[int]) -> Iterator[int]:
    """Ends in the middle of a result."""
    for job in jobs:
        if job == 3:
            Connection._send = half  # type: ignore[attr-defined]
        yield job


def half(
    channel: Connection,
    content: bytes,
    send: Any = Connection._send,  # type: ignore[attr-defined]
) -> None:
    send(channel, bytes(content)[: len(content) // 2])
    os._exit(7)


def failing(jobs: Iterator[int], error: BaseException) -> Iterator[int]:
    next(jobs)
    raise error
    yield 0


@pytest.mark.parametrize("count", [1, 2, 9])
def test_every_job_is_done_once(count: int) -> None:
    assert sorted(results(squares, (1,), deque(range(5)), count)) == [1, 2, 5, 10, 17]


def test_no_jobs_need_no_process() -> None:
    assert list(results(squares, (1,), deque(), 2)) == []


def test_a_lost_process_costs_its_job_alone() -> None:
    found = list(results(dying, (), deque(range(6)), 2))
    assert Lost(3, 7) in found
    assert sorted(item for item in found if isinstance(item, int)) == [0, 1, 2, 4, 5]


def test_a_process_that_ends_in_the_middle_of_a_word_is_lost() -> None:
    found = list(results(halved, (), deque(range(6)), 2))
    assert Lost(3, 7) in found
    assert sorted(item for item in found if isinstance(item, int)) == [0, 1, 2, 4, 5]


def test_a_process_that_ends_while_it_is_given_a_job_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = processes._Worker.give

    def give(worker: processes._Worker, job: Any) -> None:
        if job == 3:
            worker.process.kill()
            worker.process.join()
        whole(worker, job)

    monkeypatch.setattr(processes._Worker, "give", give)
    found = list(results(squares, (0,), deque(range(6)), 2))
    assert Lost(3, -signal.SIGKILL) in found
    assert sorted(item for item in found if isinstance(item, int)) == [0, 1, 4, 16, 25]


def test_a_lost_job_may_be_asked_for_again() -> None:
    queue = deque([3])
    found: list[Any] = []
    for item in results(dying, (), queue, 1):
        found.append(item)
        if len(found) == 1:
            queue.append(4)
    assert found == [Lost(3, 7), 4]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="nobody can be stopped here")
def test_a_stopped_process_is_lost() -> None:
    """Nobody waits for it for ever; the other jobs are done."""
    found = list(results(stopping, (), deque([1, 2]), 1))
    assert found == [1, Lost(1, -signal.SIGKILL), 2, Lost(2, -signal.SIGKILL)]


@pytest.mark.slow
def test_a_process_that_goes_on_is_ended_at_the_deadline() -> None:
    began = time.monotonic()
    assert list(results(sleeping, (), deque([1, 2]), 1, deadline=began + 0.5)) == []
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (ModelError("the guard is wrong"), ModelError("the guard is wrong")),
        (ValueError("no"), RuntimeError("ValueError: no")),
        (SystemExit(0), RuntimeError("SystemExit: 0")),
    ],
    ids=str,
)
def test_an_error_is_raised_here(error: BaseException, seen: Exception) -> None:
    with pytest.raises(type(seen)) as caught:
        list(results(failing, (error,), deque([1]), 2))
    assert str(caught.value) == str(seen)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="processes have no parents there")
def test_nobody_outlives_a_killed_parent(tmp_path: Path) -> None:
    code = f"""
        import os, sys, time
        from collections import deque
        from pathlib import Path
        sys.path.insert(0, {str(ROOT)!r})
        from statecheck.processes import results
        def work(jobs):
            for job in jobs:
                Path(str(job)).write_text(str(os.getpid()))
                time.sleep(600)
                yield job
        list(results(work, (), deque(["a", "b"]), 2))
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], cwd=tmp_path)
    files = [tmp_path / "a", tmp_path / "b"]
    while not all(file.exists() and file.read_text() for file in files):
        assert parent.poll() is None
        time.sleep(0.01)
    parent.kill()
    parent.wait()
    for number in (int(file.read_text()) for file in files):
        while True:
            try:
                os.kill(number, 0)
            except ProcessLookupError:
                break
            state = Path(f"/proc/{number}/stat")
            if state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
                break
            time.sleep(processes.LOOK / 10)
