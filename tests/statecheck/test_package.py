"""statecheck is a tool by itself: its words, its plan, and what its wheel holds."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import statecheck

ROOT = Path(__file__).parents[2]
PACKAGE = Path(statecheck.__file__).parent

DOMAIN = re.compile(
    r"mailbox|store\.exe|exchange|anti-?virus|avapi|attachment|administrator|\barticle|\bQ\d{6}\b"
    r"|\bSP[34]\b|(?<!position:)sticky|\bA[1-9]\b",
    re.IGNORECASE,
)
"""Nouns of the case study."""

TEXTS = [p for p in PACKAGE.rglob("*") if p.suffix in (".py", ".json", ".js", ".html", ".css")]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_word_is_of_the_case_study(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    named = [f"{n}: {line}" for n, line in enumerate(lines, 1) if DOMAIN.search(line)]
    assert not named


def test_every_package_says_what_comes_in_and_what_goes_out() -> None:
    for folder in {path.parent for path in PACKAGE.rglob("*.py")}:
        text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
        assert text, folder
        if folder != PACKAGE:
            assert "Comes in:" in text, folder
            assert "Goes out:" in text, folder


def test_modules_are_short_and_packages_small() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path
    for folder in {path.parent for path in PACKAGE.rglob("*.py")}:
        modules = [
            path for path in folder.glob("*.py") if path.stem not in ("__init__", "__main__")
        ]
        assert len(modules) <= 15, folder


def test_no_docstring_begins_with_a_question_word() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node) or ""
                assert text.split(" ")[0] not in ("What", "Whether", "That"), (path, node)


def test_every_public_name_is_there_and_documented() -> None:
    for name in statecheck.__all__:
        value = getattr(statecheck, name)
        assert value.__doc__, name
    with pytest.raises(AttributeError, match="'no_such_name'"):
        statecheck.no_such_name  # noqa: B018  (that is what is asked)


DOOR = """
from statemachine import State, StateMachine

class Door(StateMachine):
    closed = State(initial=True)
    opened = State()
    open = closed.to(opened)
    close = opened.to(closed)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "folders",
    [
        pytest.param(("--collect-only",), id="imports"),
        pytest.param(("modeling",), id="some"),
        pytest.param(("",), id="all", marks=pytest.mark.campaign),
    ],
)
def test_the_tests_of_statecheck_need_nothing_of_the_study(
    tmp_path: Path, folders: tuple[str, ...]
) -> None:
    shutil.copytree(PACKAGE, tmp_path / "statecheck")
    shutil.copytree(ROOT / "tests" / "statecheck", tmp_path / "tests" / "statecheck")
    for name in ("docs", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    options = ("-q", "-p", "no:cacheprovider", "-m", "not slow", "-n", "2")
    only = [f"tests/statecheck/{folder}" for folder in folders if not folder.startswith("-")]
    where = only or ["--collect-only", "tests/statecheck"]
    deselected = ("--deselect", "tests/statecheck/test_package.py")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *deselected, *where],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert (" passed" if only else " tests collected") in done.stdout


@pytest.mark.slow
def test_the_wheel_holds_statecheck_alone_and_works_beside_modules_of_the_same_names(
    tmp_path: Path,
) -> None:
    built = tmp_path / "wheels"
    options = ("--quiet", "--no-deps", "--wheel-dir", str(built))
    copy = tmp_path / "copy"  # a build leaves its files beside what it builds
    shutil.copytree(PACKAGE, copy / "statecheck")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "."], cwd=copy, check=True)
    (wheel,) = built.glob("statecheck-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"statecheck"}
    (points,) = (name for name in names if name.endswith(".dist-info/entry_points.txt"))
    assert "[pytest11]\nstatecheck = statecheck.pytest_plugin" in (
        zipfile.ZipFile(wheel).read(points).decode()
    )
    for wanted in ("py.typed", "reports/report.schema.json", "certificate/certificate.schema.json"):
        assert f"statecheck/{wanted}" in names
    assert any(name.startswith("statecheck/drawing/fonts/") for name in names)
    for wanted in ("engine.js", "journey.js", "page.js", "page.css", "page.html"):
        assert f"statecheck/explorer/assets/{wanted}" in names

    # The dependencies are those of this environment; the package is the wheel's.
    home = tmp_path / "venv"
    venv.create(home, with_pip=False, system_site_packages=False)
    (site,) = home.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(site)
    own = [p for p in sys.path if p.endswith("site-packages")]
    (site / "dependencies.pth").write_text("\n".join(own))

    work = tmp_path / "work"
    (work / "tests").mkdir(parents=True)
    for name in ("model", "proofs", "diagrams"):
        (work / f"{name}.py").write_text("raise SystemExit('not yours')\n")
    (work / "door.py").write_text(DOOR)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    python = home / "bin" / "python"
    where = subprocess.run(
        [python, "-c", "import statecheck; print(statecheck.__file__)"],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(site))
    checked = subprocess.run(
        [python, "-m", "statecheck", "check", "door:Door", "--possible", "opened"],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "REACHED" in checked.stdout
    drawn = subprocess.run(
        [python, "-m", "statecheck", "draw", "door:Door", "--format", "mermaid", "--out", "-"],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (drawn.returncode, drawn.stderr) == (0, "")
    assert "closed --> opened: open" in drawn.stdout
