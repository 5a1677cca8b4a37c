"""Work on a Dask cluster that is there already: the same jobs and results as in processes here.

Each worker of the cluster keeps one process for jobs. That process has its own main thread, as
models, alarms and Z3 need one, and nothing of Dask runs in it. It is ended with the worker, as soon
as nobody waits for its job any more, and when a client comes with other sources.

A verdict about another model would be a false one: before a job is done, the sources that the
worker would import have to be those of the client.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pickle
import platform
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from statecheck.errors import ModelError
from statecheck.processes import LOOK, Lost, Work, end_with

PATIENCE = 10
"""Seconds in which a scheduler has to answer."""

LIBRARIES = ("z3-solver", "python-statemachine")
"""They decide about verdicts beside the sources."""

_RESULTS, _ERROR = "results", "error"


class ClusterError(Exception):
    """A cluster that cannot be used; the message says what to do."""


class Cluster:
    """A Dask cluster as a place for jobs: its scheduler's address, and the packages of the work.

    Raises ClusterError where nobody answers, or where its workers are not as they have to be.
    """

    def __init__(self, address: str, packages: Iterable[str]) -> None:
        self.address = address
        self.sources = Sources(tuple(sorted({"statecheck", *packages})))
        try:
            import distributed  # noqa: PLC0415  (an extra)
        except ImportError:
            raise ClusterError(
                "--dask needs distributed; install it with: python -m pip install "
                "'statecheck[dask]'"
            ) from None
        try:
            dask: Any = distributed  # whose annotations are not complete
            self.client = dask.Client(address, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            said = " ".join(str(error).split()) or type(error).__name__
            raise ClusterError(
                f"no Dask scheduler answers at {address!r}: {said}; start one with: dask scheduler"
            ) from None
        threads = self.client.nthreads()
        if not threads:
            self.client.close()
            raise ClusterError(
                f"the cluster at {address} has no worker; start some with: dask worker {address} "
                "--nworkers N --nthreads 1"
            )
        many = [worker for worker, count in threads.items() if count != 1]
        if many:
            self.client.close()
            raise ClusterError(
                f"{len(many)} of {len(threads)} workers at {address} have several threads, and Z3 "
                "needs a process for itself; start them with --nthreads 1"
            )
        self.size = len(threads)

    def results(
        self, work: Work, arguments: tuple[Any, ...], jobs: deque[Any], deadline: float | None
    ) -> Iterator[Any]:
        """The results of all jobs, as they come, and `Lost` for each whose process ended.

        Jobs that are put into the queue meanwhile are done too. At the deadline, by
        `time.monotonic`, what is not done is given up. Raises the ModelError of a job, and for any
        other error RuntimeError.
        """
        from distributed import wait  # noqa: PLC0415  (an extra)

        first: Any = wait
        shared = pickle.dumps((work, arguments))
        pending: dict[Any, Any] = {}
        try:
            while jobs or pending:
                while jobs:
                    job = jobs.popleft()
                    future = self.client.submit(
                        _task(),
                        self.sources.packages,
                        self.sources.digest,
                        shared,
                        pickle.dumps(job),
                        pure=False,
                    )
                    pending[future] = job
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return
                try:
                    done = first(list(pending), timeout=left, return_when="FIRST_COMPLETED").done
                except TimeoutError:
                    return
                for future in done:
                    yield from _outcome(future, pending.pop(future))
        finally:
            self.client.cancel(list(pending))
            self.client.close()


def _task() -> Callable[..., tuple[str, Any]]:
    """`perform` as a function that travels by value, so that a scheduler need not import it."""

    def task(*arguments: Any) -> tuple[str, Any]:
        import os  # noqa: PLC0415  (it runs elsewhere)
        import sys  # noqa: PLC0415

        if os.getcwd() not in sys.path:  # noqa: PTH109  (as in sys.path)
            sys.path.insert(0, os.getcwd())  # noqa: PTH109
        from statecheck.cluster import perform  # noqa: PLC0415

        return perform(*arguments)

    return task


def _outcome(future: Any, job: Any) -> Iterator[Any]:
    """The results of a job that was done, or that it was lost."""
    error = future.exception()
    if error is None:
        kind, found = future.result()
        if kind == _ERROR:
            raise pickle.loads(found)  # noqa: S301  (the user's own cluster)
        yield from map(pickle.loads, found)
    elif isinstance(error, _Gone):
        yield Lost(job, error.exit_code)
    elif isinstance(error, ModuleNotFoundError):
        raise ModelError(f"a worker of the cluster says: {error}; start workers where it is found")
    elif type(error).__name__ in ("KilledWorker", "CancelledError"):
        yield Lost(job, None)
    else:
        raise RuntimeError(f"{type(error).__name__}: {error}")


class Sources:
    """The sources of packages, by name, and the versions of what verdicts rest on beside them."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self.packages = packages

    @cached_property
    def digest(self) -> str:
        """Tells whether two computers would do the same."""
        found = hashlib.sha256(platform.python_version().encode())
        for name in LIBRARIES:
            found.update(f"{name} {metadata.version(name)}\n".encode())
        for name in self.packages:
            for place, file in _files(name):
                found.update(f"{place}\n".encode())
                found.update(hashlib.sha256(file.read_bytes()).digest())
        return found.hexdigest()


def _files(name: str) -> list[tuple[str, Path]]:
    """The Python files of a package or a module, by their places in it."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        return []
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    found = [
        (f"{name}/{file.relative_to(f).as_posix()}", file)
        for f in folders
        for file in f.rglob("*.py")
    ]
    if not folders and spec.origin is not None:
        found = [(name, Path(spec.origin))]
    return sorted(found)


# -- in a worker of the cluster -------------------------------------------------------------------


class _Gone(Exception):  # noqa: N818  (no error of the job)
    """The process of a worker ended before its job did."""

    def __init__(self, exit_code: int | None) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


_helpers: dict[tuple[tuple[str, ...], str], subprocess.Popen[bytes]] = {}
"""The process of this worker, by the sources that it was begun for."""

_turn = threading.Lock()


def perform(packages: tuple[str, ...], digest: str, shared: bytes, job: bytes) -> tuple[str, Any]:
    """Have a job done in the process that this worker keeps for jobs."""
    with _turn:
        process = _helper(packages, digest)
        assert process.stdin is not None
        assert process.stdout is not None
        answer: list[Any] = []
        try:
            pickle.dump((packages, digest, shared, job), process.stdin)
            process.stdin.flush()
        except BrokenPipeError:
            raise _Gone(process.wait()) from None
        reader = threading.Thread(target=_read, args=(process.stdout, answer), daemon=True)
        reader.start()
        wanted = _is_wanted()
        while reader.is_alive():
            reader.join(LOOK)
            if reader.is_alive() and not wanted():
                process.kill()
        if not answer:
            process.kill()
            raise _Gone(process.wait())
        found: tuple[str, Any] = answer[0]
        return found


def _read(stream: Any, answer: list[Any]) -> None:
    try:
        answer.append(pickle.load(stream))  # noqa: S301  (our own process)
    except (EOFError, pickle.UnpicklingError):
        return


def _is_wanted() -> Callable[[], bool]:
    """Tells whether somebody still waits for the task that this thread is at."""
    from distributed import get_worker  # noqa: PLC0415  (an extra)

    worker = get_worker()
    key = worker.get_current_task()

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state == "executing"

    return wanted


def _helper(packages: tuple[str, ...], digest: str) -> subprocess.Popen[bytes]:
    """The process that does jobs of these sources; one that has read others is ended."""
    key = packages, digest
    process = _helpers.get(key)
    if process is None or process.poll() is not None:
        for other in _helpers.values():
            other.kill()
        command = [sys.executable, "-m", "statecheck.cluster"]
        process = subprocess.Popen(  # noqa: S603  (ourselves)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        _helpers.clear()
        _helpers[key] = process
    return process


# -- in the process that does jobs ----------------------------------------------------------------


def serve() -> None:
    """Do jobs that come from standard input until it ends; what models print goes elsewhere."""
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    is_checked = False
    known: dict[bytes, tuple[Work, tuple[Any, ...]]] = {}
    while True:
        try:
            packages, digest, shared, job = pickle.load(jobs)  # noqa: S301  (our own worker)
        except EOFError:
            return
        try:
            if not is_checked:  # all jobs of this process are about the same sources
                _check(packages, digest)
                is_checked = True
            if shared not in known:
                known.clear()
                known[shared] = pickle.loads(shared)  # noqa: S301
            work, arguments = known[shared]
            one = iter([pickle.loads(job)])  # noqa: S301
            answer: tuple[str, Any] = (
                _RESULTS,
                [pickle.dumps(result) for result in work(one, *arguments)],
            )
        except ModelError as error:
            answer = (_ERROR, pickle.dumps(error))
        except BaseException as error:  # noqa: BLE001  (even SystemExit: the caller reports it)
            said = RuntimeError(f"{type(error).__name__}: {error}")
            answer = (_ERROR, pickle.dumps(said))
        pickle.dump(answer, answers)
        answers.flush()


def _check(packages: tuple[str, ...], digest: str) -> None:
    if Sources(packages).digest != digest:
        raise ModelError(
            f"a worker on {platform.node()} has other sources of {', '.join(packages)}, or another "
            "version of Python, Z3 or python-statemachine; start workers in the same folder, with "
            "the same Python"
        )


if __name__ == "__main__":
    serve()
