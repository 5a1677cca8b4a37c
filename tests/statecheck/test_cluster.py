"""Jobs on a real Dask cluster of two worker processes: as here, and with workers that are lost."""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statecheck import cluster as clusters
from statecheck.cluster import Cluster, ClusterError, Sources
from statecheck.errors import ModelError
from statecheck.processes import Lost, results
from tests.statecheck import clustered

distributed: Any = pytest.importorskip("distributed")
pytestmark = pytest.mark.slow

SOON = 30
"""Seconds in which something has to happen on a busy computer."""


@pytest.fixture(scope="module")
def local() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as found:
        yield found


@pytest.fixture
def place(local: Any) -> Cluster:
    local.wait_for_workers(2, timeout=SOON)
    return Cluster(local.scheduler_address, [])


def eventually(said: Any) -> Any:
    """What something says as soon as it says anything."""
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        if found := said():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen")


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_every_job_is_done_once(place: Cluster) -> None:
    assert place.size == 2
    found = results(clustered.squares, (1,), deque(range(6)), place)
    assert sorted(found) == [(n, n * n + 1) for n in range(6)]


def test_what_a_killed_worker_was_at_is_done_again(
    local: Any, place: Cluster, tmp_path: Path
) -> None:
    """Its process ends with it, another worker does the job, and every job is done once."""
    found = results(clustered.waiting, (tmp_path,), deque("abcd"), place)
    workers = {w.pid for w in local.workers.values()}
    first: list[str] = []

    def kill_one() -> None:
        begun = eventually(lambda: [p for p in tmp_path.iterdir() if p.name != "go"])
        _, worker, helper = begun[0].name.split("-")
        assert int(worker) in workers
        os.kill(int(worker), signal.SIGKILL)
        eventually(lambda: is_gone(int(helper)))
        first.append(begun[0].name[0])
        (tmp_path / "go").touch()

    killer = threading.Thread(target=kill_one)
    killer.start()
    assert sorted(found) == ["a", "b", "c", "d"]
    killer.join()
    again = [p.name for p in tmp_path.iterdir() if p.name.startswith(first[0])]
    assert len(again) == 2


def test_a_job_that_ends_its_process_is_lost_alone(place: Cluster) -> None:
    found = list(results(clustered.dying, (), deque(range(5)), place))
    assert [lost for lost in found if isinstance(lost, Lost)] == [Lost(3, 7)]
    assert sorted(n for n in found if isinstance(n, int)) == [0, 1, 2, 4]


def test_errors_travel(place: Cluster, local: Any) -> None:
    with pytest.raises(ModelError, match="it is no model"):
        list(results(clustered.failing, (True,), deque([1]), place))
    place = Cluster(local.scheduler_address, [])
    with pytest.raises(RuntimeError, match="ZeroDivisionError: in 1"):
        list(results(clustered.failing, (False,), deque([1]), place))


def test_nobody_works_on_after_the_deadline(place: Cluster, tmp_path: Path) -> None:
    end = time.monotonic() + 4
    assert list(results(clustered.waiting, (tmp_path,), deque("ab"), place, deadline=end)) == []
    for begun in tmp_path.iterdir():
        helper = int(begun.name.split("-")[2])
        eventually(lambda helper=helper: is_gone(helper))


def test_other_sources_are_refused(local: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict about another model would be a false one."""
    place = Cluster(local.scheduler_address, [])
    monkeypatch.setattr(place.sources, "digest", "another")
    with pytest.raises(ModelError, match="other sources of statecheck, or another version"):
        list(results(clustered.squares, (1,), deque(range(2)), place))


def test_a_model_that_was_changed_since_is_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker outlives a run; the process that has read a model does not outlive its sources."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(Path.cwd())]))
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
    ) as own:
        for value in (1, 2, 1):
            (tmp_path / "shifting.py").write_text(f"VALUE = {value}  # {'.' * value}\n")
            place = Cluster(own.scheduler_address, ["shifting"])
            assert list(results(clustered.shifting, (), deque([0]), place)) == [value]


def test_a_digest_tells_sources_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    package = tmp_path / "told_apart"
    (package / "deep").mkdir(parents=True)
    found = set()
    for text, name in (("A = 1", "a"), ("A = 2", "a"), ("A = 2", "deep/b"), ("A = 2\n", "deep/b")):
        (package / f"{name}.py").write_text(text)
        found.add(Sources(("told_apart",)).digest)
    assert len(found) == 4
    monkeypatch.setattr(clusters, "LIBRARIES", ("z3-solver",))
    assert Sources(("told_apart",)).digest not in found


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"n_workers": 1, "threads_per_worker": 2}, "1 of 1 workers at .* have several threads"),
        ({"n_workers": 0}, "has no worker"),
    ],
)
def test_workers_have_to_be_there_and_alone(options: dict[str, int], said: str) -> None:
    with (
        distributed.LocalCluster(processes=False, dashboard_address=None, **options) as other,
        pytest.raises(ClusterError, match=said),
    ):
        Cluster(other.scheduler_address, [])
