"""Work in several processes: the one module that starts them, listens to them and ends them.

A worker is a generator function: it is given an iterator of jobs and yields results. Jobs and
results travel, so they are plain; what does not travel is named. A process that is lost costs its
job alone, and no process outlives the one that started it for long.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from statecheck.errors import ModelError

Work = Callable[..., Iterator[Any]]
"""A worker: ``work(jobs, *arguments)``."""

LOOK = 1.0
"""Seconds between two looks of a worker at whether its parent is still there."""

PATIENCE = 5.0
"""Seconds in which a process that has nothing more to say may end by itself."""

_NEXT, _RESULT, _ERROR = "next", "result", "error"


@dataclass(frozen=True)
class Lost:
    """A job whose process ended before the job did."""

    job: Any
    exit_code: int | None


class Elsewhere(Protocol):
    """A place for jobs that is not this computer: so many at a time, with results as here."""

    size: int

    def results(
        self, work: Work, arguments: tuple[Any, ...], jobs: deque[Any], deadline: float | None
    ) -> Iterator[Any]:
        """The results of all jobs, as `results` gives them."""


Place = int | Elsewhere
"""Where jobs are done: in so many processes here, or elsewhere."""


def size(place: Place) -> int:
    """How many jobs are done at a time."""
    return place if isinstance(place, int) else place.size


def results(
    work: Work,
    arguments: tuple[Any, ...],
    jobs: deque[Any],
    place: Place,
    *,
    deadline: float | None = None,
) -> Iterator[Any]:
    """The results of workers, as they come, and `Lost` for each job whose process ended.

    Jobs that are put into the queue meanwhile are done too. At the deadline, by `time.monotonic`,
    all processes are ended. Raises the ModelError of a worker; for any other error, RuntimeError.
    """
    if not isinstance(place, int):
        yield from place.results(work, arguments, jobs, deadline)
        return
    workers: dict[Any, _Worker] = {
        worker.channel: worker
        for worker in (_Worker(work, arguments) for _ in range(min(place, len(jobs))))
    }
    try:
        while workers:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            ready = wait(list(workers), LOOK if left is None else min(LOOK, left))
            if not ready:
                if deadline is not None and time.monotonic() >= deadline:
                    return
                for worker in workers.values():
                    worker.end_if_stopped()
                continue
            for channel in ready:
                worker = workers[channel]
                try:
                    kind, value = worker.channel.recv()
                except (EOFError, OSError):  # it may have ended in the middle of a word
                    del workers[channel]
                    code = worker.end(PATIENCE)
                    if worker.job is not None:
                        yield Lost(worker.job, code)
                    if jobs:
                        fresh = _Worker(work, arguments)
                        workers[fresh.channel] = fresh
                    continue
                if kind == _NEXT:
                    worker.give(jobs.popleft() if jobs else None)
                elif kind == _ERROR:
                    raise value
                else:
                    yield value
    finally:
        for worker in workers.values():
            worker.end(0)


class _Worker:
    """A process that works, and the job that it is at."""

    def __init__(self, work: Work, arguments: tuple[Any, ...]) -> None:
        # Forked processes share what is read already; elsewhere they read it again.
        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self.job: Any = None
        self.channel, theirs = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(theirs, os.getpid(), work, arguments), daemon=True
        )
        self.process.start()
        theirs.close()

    def give(self, job: Any) -> None:
        """Hand over a job; None where there is no more. Of a process that is gone the channel will
        say so.
        """
        self.job = job
        with suppress(BrokenPipeError, ConnectionResetError):
            self.channel.send(job)

    def end_if_stopped(self) -> None:
        """End the process if somebody stopped it."""
        end_if_stopped(self.process)

    def end(self, patience: float) -> int | None:
        """End the process, even a stopped one, unless it ends by itself; its exit code."""
        self.channel.close()
        self.process.join(patience)
        self.process.kill()
        self.process.join()
        code: int | None = self.process.exitcode
        return code


class Child(Protocol):
    """A process that this one started."""

    @property
    def pid(self) -> int | None:
        """Its number, once it has one."""

    def kill(self) -> None:
        """End it."""


def end_if_stopped(child: Child) -> None:
    """End a process if somebody stopped it: it would never say anything any more."""
    if not hasattr(os, "waitid") or child.pid is None:
        return
    try:
        options = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        stopped = os.waitid(os.P_PID, child.pid, options)
    except ChildProcessError:
        return
    if stopped is not None:
        child.kill()


def _serve(channel: Connection, parent: int, work: Work, arguments: tuple[Any, ...]) -> None:
    # Ctrl-C reaches every process of a terminal; the one that reports will end this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {getattr(signal, name)})
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Z3 handles it by itself
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()

    def jobs() -> Iterator[Any]:
        while True:
            channel.send((_NEXT, None))
            job = channel.recv()
            if job is None:
                return
            yield job

    try:
        for result in work(jobs(), *arguments):
            channel.send((_RESULT, result))
    except ModelError as error:
        channel.send((_ERROR, error))
    except (EOFError, BrokenPipeError):
        pass  # nobody listens any more
    except BaseException as error:  # noqa: BLE001  (even SystemExit: the caller reports it)
        channel.send((_ERROR, RuntimeError(f"{type(error).__name__}: {error}")))


def end_with(parent: int) -> None:
    """End this process once its parent is gone, whatever it does."""
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(1)
