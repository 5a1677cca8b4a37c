"""Claims proven on a Dask cluster, and clusters that cannot be used."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from proofs.__main__ import main
from statecheck import cluster as clusters

distributed: Any = pytest.importorskip("distributed")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a scheduler with two workers."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as found:
        found.wait_for_workers(2, timeout=60)
        yield found.scheduler_address


def test_claims_have_the_same_verdicts(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    outputs = []
    for options in ([], ["--dask", address]):
        assert main(["resolution.no_move_*", "safety.no_loss", "--json", "-", *options]) == 0
        outputs.append(capfd.readouterr().out)
    plain, clustered_ = [_without_times(text) for text in outputs]
    assert plain == clustered_


def _without_times(text: str) -> list[str]:
    return [line for line in text.splitlines() if '"seconds"' not in line]


def test_a_place_that_cannot_be_used_is_named(
    address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "PATIENCE", 1)
    for given, said in (
        (["--dask", "tcp://127.0.0.1:9"], "no Dask scheduler answers at 'tcp://127.0.0.1:9'"),
        (["--dask", "nonsense://x"], "no Dask scheduler answers at 'nonsense://x'"),
        (["--dask", address, "--jobs", "2"], "give one of them"),
    ):
        assert main(["safety.no_loss", *given]) == 2
        assert said in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["safety.no_loss", "--dask", address]) == 2
    assert "python -m pip install 'statecheck[dask]'" in capsys.readouterr().err
