"""Outputs in README and docs/ are what the commands print, but for the milliseconds."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = {
    file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8")
    for file in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
README, CHECK, STUDY = (PAGES[name] for name in ("README.md", "docs/check.md", "docs/study.md"))


def blocks(page: str, language: str, heading: str = "") -> list[str]:
    """The blocks of a language on a page, all or those below a heading."""
    text = page.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0] if heading else page
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def words(page: str) -> str:
    return " ".join(page.split())


@cache
def printed(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def without_times(text: str) -> list[str]:
    return [re.sub(r"\s+<?\d+$", "", line) for line in text.strip().splitlines()]


@pytest.mark.slow
def test_the_tables_are_what_the_first_command_prints() -> None:
    found = without_times(printed("proofs"))
    for page, heading, rows in ((README, "The commands", 6), (STUDY, "All verdicts", 67)):
        shown = without_times(blocks(page, "text", heading)[0])
        assert len(shown) == rows
        assert found[: len(shown)] == shown


@pytest.mark.slow
def test_the_last_line_is_what_the_first_command_prints() -> None:
    last = printed("proofs").strip().splitlines()[-1]
    assert f"a last line: `{last}`" in words(STUDY)
    assert f"its last line counts `{last}`" in words(README)


@pytest.mark.slow
def test_the_finding_is_what_its_command_prints() -> None:
    assert blocks(STUDY, "text", "What was found")[0].strip() in printed(
        "proofs", "resolution.no_move_fails_forever"
    )


@pytest.mark.slow
def test_the_window_is_the_derived_one() -> None:
    text = printed("proofs", "resolution.rollback_window")
    assert "from 5.5.2652.68 to 5.5.2653.11 (both included)" in text
    assert "at most 5.5.2652.68 to 5.5.2653.11, both included" in words(STUDY)
    assert "is at most 5.5.2652.68 to 5.5.2653.11" in words(README)


def test_the_diagram_is_read_off_the_class() -> None:
    assert blocks(STUDY, "mermaid")[0].strip() in printed(
        "diagrams", "MoveMailbox", "--format", "mermaid", "--out", "-"
    )


def test_the_story_can_be_played() -> None:
    parser = doctest.DocTestParser()
    story = next(block for block in blocks(STUDY, "python") if block.startswith(">>>"))
    test = parser.get_doctest(story, {}, "story", "docs/study.md", 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


def checked(page: str, folder: Path, name: str, *arguments: str) -> tuple[int, list[str]]:
    """The exit code and output of `statecheck check` of a class that a page shows."""
    (machine,) = (block for block in blocks(page, "python") if f"class {name}(" in block)
    (folder / f"{name.lower()}.py").write_text(machine)
    done = subprocess.run(
        [sys.executable, "-m", "statecheck", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.returncode, without_times(done.stdout)


@pytest.mark.slow
def test_a_machine_of_your_own_is_checked_as_shown(tmp_path: Path) -> None:
    (command,) = (block for block in blocks(README, "sh") if "check door:Door" in block)
    program, *arguments = shlex.split(command.replace("\\\n", " "))
    assert program == "statecheck"
    code, printed_lines = checked(README, tmp_path, "Door", *arguments)
    assert code == 1
    shown = without_times(blocks(README, "text", "Your own machine")[0])
    assert printed_lines[: len(shown)] == shown


def test_a_machine_is_answered_as_shown(tmp_path: Path) -> None:
    code, printed_lines = checked(CHECK, tmp_path, "Parcel", "check", "parcel:Parcel")
    assert code == 1
    assert printed_lines == without_times(blocks(CHECK, "text")[0])


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_exists(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)|src(?:set)?=\"([^\"]+)\"", PAGES[page])
    for target in map("".join, links):
        assert ((ROOT / page).parent / target).exists(), target


def test_every_page_is_listed() -> None:
    for page in PAGES:
        assert page == "README.md" or f"]({page})" in README, page
