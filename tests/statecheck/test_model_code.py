"""Code of a model that ends the process, or changes it for everybody, imported or run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from statecheck.cli.check import main

ROOT = Path(__file__).parents[2]

DOOR = """
from statemachine import State, StateMachine


class Door(StateMachine):
    closed = State(initial=True)
    opened = State()
    open = closed.to(opened, on="use")
    close = opened.to(closed)

    def use(self):
        {use}
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are other signals there")
@pytest.mark.parametrize(
    ("name", "code", "exit_code", "said", "written"),
    [
        ("ending", "import os; os._exit(0)", 2, "the model's code ends the process, by", False),
        ("late", "import atexit, os; atexit.register(os._exit, 0)", 1, "", True),
        (
            "lasting",
            "import threading, time; threading.Thread(target=time.sleep, args=(99,)).start()",
            1,
            "",
            True,
        ),
        ("mute", "import sys; sys.stdout = None", 2, "'standard output': it is closed.", True),
        ("closed", "import sys; sys.stdout.close()", 2, "'standard output': it is closed.", True),
        ("elsewhere", "import os; os.chdir('/')", 1, "", True),
    ],
)
def test_the_exit_code_is_the_command_s(
    name: str, code: str, exit_code: int, said: str, written: bool, tmp_path: Path
) -> None:
    (tmp_path / f"{name}.py").write_text(code + DOOR.format(use="pass"))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "statecheck", "check", f"{name}:Door"),
            *("--always", "not opened", "--json", "out.json"),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, said in done.stderr) == (exit_code, True), done.stderr
    assert len(done.stderr.splitlines()) == (1 if said else 0), done.stderr
    assert (tmp_path / "out.json").exists() is written
    if written:
        report = json.loads((tmp_path / "out.json").read_text())
        assert report["claims"][0]["verdict"] == "REFUTED"


@pytest.mark.parametrize(
    ("name", "code", "use", "said"),
    [
        ("odd", "class Odd(BaseException): pass\nraise Odd('no')", "pass", "imported: Odd: no, ra"),
        (
            "generating",
            "raise GeneratorExit",
            "pass",
            "cannot be imported: GeneratorExit, raised at",
        ),
        ("odd_use", "", "raise BaseException('no')", "error: BaseException: no, raised at"),
        ("pathless", "import sys; sys.path.clear()", "pass", ""),
        ("shallow", "import sys; sys.setrecursionlimit(150)", "pass", ""),
    ],
)
def test_code_that_is_wrong_is_named(
    name: str,
    code: str,
    use: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / f"code_{name}.py").write_text(code + DOOR.format(use=use))
    monkeypatch.chdir(tmp_path)
    path, limit = [*sys.path], sys.getrecursionlimit()
    exit_code = main([f"code_{name}:Door", "--always", "not opened"])
    err = capsys.readouterr().err
    assert said in err
    assert "internal" not in err
    assert exit_code == (2 if said else 1)
    assert sorted(sys.path) == sorted(path)
    assert sys.getrecursionlimit() == limit


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use stays there")
def test_a_folder_that_is_gone_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert main(["door:Door", "--always", "not opened"]) == 2
    assert "error: the present folder cannot be used: No such file" in capsys.readouterr().err


@pytest.mark.parametrize("deep", ["not " * 310 + "opened", "not " * 90_000 + "opened"])
def test_a_claim_that_is_nested_deeply_is_named(
    deep: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "code_deep.py").write_text(DOOR.format(use="pass"))
    monkeypatch.chdir(tmp_path)
    assert main(["code_deep:Door", "--always", deep]) == 2
    assert "is nested in more than 300 levels; say it in parts" in capsys.readouterr().err
    flat = " or ".join(["not opened"] * 2_000)
    assert main(["code_deep:Door", "--always", flat]) == 1
