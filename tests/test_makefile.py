"""The Makefile sets up, repairs and refuses; its own words never reach standard output."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.test_requirements import ROOT, installed

PYTHON = """#!/bin/sh
case "$*" in
  "-VV") echo 'Python of the test' ;;
  *installed.py*) exec "{real}" "$@" ;;
  *"pip --version"*) ;;
  *"pip install"*) touch "{log}" ;;
  *) echo "ran: $*" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose .venv is a script, and whose lock pins nothing."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements").mkdir()
    shutil.copy(ROOT / "requirements" / "installed.py", tmp_path / "requirements")
    (tmp_path / "requirements" / "base.txt").write_text("# nothing\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    real = shutil.which("python3")
    python.write_text(PYTHON.format(real=real, log=tmp_path / "installed"))
    python.chmod(0o755)
    return tmp_path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=inherited,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("python", ["/no/such/python", "/bin/true/none", "/bin/false"])
def test_a_python_that_cannot_be_used_is_refused(checkout: Path, python: str) -> None:
    done = make(checkout, "proofs", f"PYTHON={python}")
    assert done.returncode == 2
    assert f"error: PYTHON={python} is no Python 3.11 or later" in done.stderr
    assert not done.stdout
    assert (checkout / ".venv" / "bin" / "python").exists()


def test_standard_output_is_that_of_the_command_alone(checkout: Path) -> None:
    done = make(checkout, "proofs", "ARGS=--json -")
    assert done.stdout == "ran: -m proofs --json -\n"
    assert "Setting up .venv from requirements/base.txt" in done.stderr
    again = make(checkout, "proofs")
    assert (again.stdout, again.stderr) == ("ran: -m proofs\n", "")


def test_an_environment_that_lost_a_package_is_set_up_anew(checkout: Path) -> None:
    assert make(checkout, "proofs").returncode == 0
    (checkout / "installed").unlink()
    lock = checkout / "requirements" / "base.txt"
    lock.write_text("nobody-has-this==1.0 \\\n    --hash=sha256:0\n")
    stamp = checkout / ".venv" / "base.stamp"
    later = lock.stat().st_mtime + 10
    os.utime(stamp, (later, later))
    done = make(checkout, "proofs", "PYTHON=")
    assert ".venv: nobody-has-this is missing" in done.stderr
    # What is set up anew is a real environment, which then looks for the package in vain.
    assert "Setting up .venv from requirements/base.txt" in done.stderr
    assert "Python of the test" not in (checkout / ".venv" / "bin" / "python").read_bytes().decode(
        errors="replace"
    )


@pytest.mark.parametrize(
    ("lock", "found"),
    [
        ("pytest=={pytest} \\\n    --hash=sha256:0\n", None),
        ("pytest==0.1 \\\n    --hash=sha256:0\n", "pytest is {pytest}, not 0.1"),
        ("nobody-has-this==1.0 \\\n", "nobody-has-this is missing"),
        ("nobody-has-this==1.0 ; sys_platform == 'win32' \\\n", None),
    ],
)
def test_what_is_installed_is_compared_with_the_lock(lock: str, found: str | None) -> None:
    names = {"pytest": pytest.__version__}
    assert installed().problem(lock.format(**names)) == (found and found.format(**names))


def test_a_lost_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "some-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: some\nVersion: 1.0\n")
    (folder / "RECORD").write_text("some/here.py,,\nsome/gone.py,,\nsome/gone.pyc,,\n")
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "here.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    assert installed().problem("some==1.0 \\\n") == "some has lost some/gone.py"
