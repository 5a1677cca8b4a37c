"""What a killed run leaves behind goes with the next one into the same place, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from statecheck import files
from statecheck.certificate.folder import OutputFolder
from statecheck.files import OutputFile, beside

pytestmark = pytest.mark.skipif(os.name != "posix", reason="nobody knows which processes are gone")

ROOT = Path(__file__).parents[2]


def ended() -> int:
    """The number of a process that is over."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def of_process(path: Path, number: int, suffix: str = ".tmp") -> Path:
    return Path(str(beside(path, suffix)).replace(f"-{os.getpid()}.", f"-{number}."))


def certificate(folder: Path) -> Path:
    (folder / "claims" / "a").mkdir(parents=True)
    (folder / "claims" / "a" / "states.smt2").write_text("half")
    return folder


@pytest.mark.parametrize("suffix", [".tmp", ".old"])
@pytest.mark.parametrize("number", ["ended", "own"])
def test_a_folder_of_a_killed_run_goes(suffix: str, number: str, tmp_path: Path) -> None:
    """One of this process's own number, too: in a container each run may have the same."""
    whose = ended() if number == "ended" else os.getpid()
    certificate(of_process(tmp_path / "own", whose, suffix))
    OutputFolder(str(tmp_path / "own")).write({"manifest.json": "{}"})
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def of_another_host(path: Path) -> Path:
    return path.with_name(f".own-elsewhere-{ended()}.tmp")


def with_something_else(path: Path) -> Path:
    folder = certificate(of_process(path, ended()))
    (folder / "mine.txt").write_text("mine")
    return folder


def with_a_link(path: Path) -> Path:
    folder = certificate(of_process(path, ended()))
    (folder / "claims" / "link").symlink_to(path.parent)
    return folder


KEPT: dict[str, Callable[[Path], Path]] = {
    "of a process that runs": lambda path: certificate(of_process(path, os.getppid())),
    "of another machine": lambda path: certificate(of_another_host(path)),
    "of another folder": lambda path: certificate(of_process(path.with_name("other"), ended())),
    "with something else in it": with_something_else,
    "with a link in it": with_a_link,
}


@pytest.mark.parametrize("kind", KEPT)
def test_any_other_folder_stays(kind: str, tmp_path: Path) -> None:
    folder = KEPT[kind](tmp_path / "own")
    OutputFolder(str(tmp_path / "own")).write({"manifest.json": "{}"})
    assert (folder / "claims" / "a" / "states.smt2").read_text() == "half"
    assert (tmp_path / "own" / "manifest.json").exists()


def test_a_file_of_a_killed_run_goes(tmp_path: Path) -> None:
    for number in (ended(), os.getpid()):
        of_process(tmp_path / "a.json", number).write_text("half")
    other = of_process(tmp_path / "b.json", ended())
    other.write_text("somebody else's")
    OutputFile(str(tmp_path / "a.json")).write("whole")
    assert {path.name for path in tmp_path.iterdir()} == {"a.json", other.name}


def test_a_run_that_is_killed_while_it_writes_leaves_nothing_for_long(tmp_path: Path) -> None:
    code = """
        import os, signal
        from pathlib import Path
        from statecheck.certificate.folder import OutputFolder
        folder = OutputFolder("own")
        Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        folder.write({"claims/a/states.smt2": "text", "manifest.json": "{}"})
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert files.leftovers(tmp_path / "own", ".tmp") == [left]
    OutputFolder(str(tmp_path / "own"))
    assert [*tmp_path.iterdir()] == []
