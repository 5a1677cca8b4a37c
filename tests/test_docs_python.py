"""The pages on Python and pytest: their code runs, and prints what they say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.statecheck.interface.plugin import ARGUMENTS

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[1]


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def write_files(page: str, folder: Path) -> list[str]:
    """The names of the files that a page shows, written to a folder."""
    names = []
    for block in blocks(page, "python"):
        first, _, rest = block.partition("\n")
        if named := re.fullmatch(r"# (\w+\.py)", first):
            (folder / named[1]).write_text(rest)
            names.append(named[1])
    return names


def test_the_session_prints_what_the_page_says(tmp_path: Path) -> None:
    assert write_files("python.md", tmp_path) == ["door.py", "lift.py"]
    session = "\n".join(block for block in blocks("python.md", "python") if block[0] == ">")
    assert session.count(">>>") > 15
    (tmp_path / "session.txt").write_text(session)
    done = subprocess.run(
        [sys.executable, "-m", "doctest", "session.txt"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
def test_the_failure_is_the_one_that_the_page_shows(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    write_files("python.md", pytester.path)
    names = write_files("pytest.md", pytester.path)
    assert names == ["test_door.py", "test_lift.py", "test_open.py"]
    result = pytester.runpytest_subprocess(*ARGUMENTS, *names)
    result.assert_outcomes(passed=2, failed=2, xfailed=1)
    (shown,) = blocks("pytest.md", "text")
    assert shown in result.stdout.str()
    result.stdout.fnmatch_lines(["FAILED test_lift.py::test_lift::doors.shut - *"])


def test_the_options_are_those_of_the_plugin() -> None:
    page = (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8")
    for name in ("--statecheck-timeout S", "statecheck_timeout"):
        assert name in page
    plugin = (ROOT / "statecheck" / "pytest_plugin.py").read_text(encoding="utf-8")
    assert '"--statecheck-timeout", "statecheck_timeout"' in plugin


@pytest.mark.parametrize("page", ["python.md", "pytest.md"])
def test_every_file_that_is_named_exists(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / "docs" / target).exists(), target
