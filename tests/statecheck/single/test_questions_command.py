"""``statecheck check`` without a claim, findings that are accepted, and runs written as tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from statecheck.cli.check import main
from statecheck.reports.json_report import SCHEMA

MACHINES = Path(__file__).with_name("suspicious.py").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The machines as a module of somebody else's, in the present folder."""
    name = f"machines_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text(MACHINES)
    monkeypatch.chdir(tmp_path)
    return name


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_the_report_says_what_json_says(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = checked(capsys, f"{module}:Parcel", "--json", "-")
    assert (code, err) == (1, "")
    document = json.loads(out)
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    by = {answer["id"]: answer for answer in document["answers"]}
    lost = by["no way to a final state: lost"]
    assert (lost["standing"], lost["steps"], lost["run"][0]["action"]) == ("suspicious", 1, "lose")
    assert document["claims"] == []
    code, out, err = checked(capsys, f"{module}:Parcel")
    assert (code, err) == (1, "")
    assert out.startswith(f"{module}:Parcel: 1 finding.")
    assert "no way to a final state: lost\n" in out
    assert "state  packed -> lost" in out


def accept(module: str, *ids: str) -> None:
    listed = ", ".join(map(json.dumps, ids))
    table = f'[tool.statecheck.accept]\n"{module}:Parcel" = [{listed}]\n'
    Path("pyproject.toml").write_text(table)


def test_findings_are_accepted_one_by_one(
    module: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(module, "no way to a final state: lost")
    code, out, err = checked(capsys, f"{module}:Parcel")
    assert (code, err) == (0, "")
    said = " ".join(out.split())
    assert said.startswith(f"{module}:Parcel: nothing is suspicious, 1 accepted. Accepted ─")
    assert checked(capsys, f"{module}:Jammed")[0] == 0
    assert checked(capsys, f"{module}:Never")[0] == 1
    below = Path("a/b")
    below.mkdir(parents=True)
    monkeypatch.syspath_prepend(Path.cwd())
    monkeypatch.chdir(below)
    assert checked(capsys, f"{module}:Parcel")[0] == 0


def test_what_is_accepted_and_no_longer_found_is_said(
    module: str, capsys: pytest.CaptureFixture[str]
) -> None:
    accept(module, "state never reached: lost", "no way to a final state: lost")
    code, _, err = checked(capsys, f"{module}:Parcel")
    assert code == 0
    assert err == (
        "note: accepted, but no longer found: state never reached: lost; take it out of "
        "[tool.statecheck.accept]\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool", "cannot be read"),
        ("[tool.statecheck]\naccept = 1\n", "[tool.statecheck.accept] is no table"),
        ('tool = "x"\n', "[tool.statecheck.accept] is no table"),
        ('[tool.statecheck.accept]\n"MODULE:Parcel" = "lost"\n', "is no list of texts"),
        ('[tool.statecheck.accept]\n"MODULE:Parcel" = [1]\n', "is no list of texts"),
    ],
)
def test_a_project_file_that_says_something_else(
    module: str, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("pyproject.toml").write_text(text.replace("MODULE", module))
    code, out, err = checked(capsys, f"{module}:Parcel")
    assert (code, out) == (2, "")
    assert said in err
    assert "pyproject.toml" in err
    assert err.count("\n") == 1


def test_options_that_only_claims_have(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = checked(capsys, f"{module}:Round", "--fair", "turn")
    assert code == 2
    assert "--fair turn: the standard questions about Round have no use for it" in err


def played(path: str) -> subprocess.CompletedProcess[str]:
    """Run a test file as its reader would, where the package is not on the path."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path],
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # it needs none, and is faster
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cls", "claims", "tests"),
    [
        ("Parcel", (), 1),
        ("Late", (), 1),
        ("Raises", (), 2),
        ("Swallowed", (), 1),
        ("Painted", ("--always", "not step.raised", "--possible", "painted and wet"), 2),
        ("Jammed", ("--eventually", "jammed ~> ground", "--fair", "shake"), 1),
        ("Jammed", ("--recoverable", "ground"), 1),
    ],
)
def test_a_run_is_a_test(
    module: str,
    cls: str,
    claims: tuple[str, ...],
    tests: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = f"{module}:{cls}"
    _, _, err = checked(capsys, name, *claims, "--as-test", "test_runs.py")
    assert err == ""
    text = Path("test_runs.py").read_text()
    assert "statecheck" not in text
    assert text.count("def test_") == tests
    outcome = played("test_runs.py")
    assert f"{tests} passed" in outcome.stdout, outcome.stdout
    # With another machine the test fails: it asserts something.
    source = Path(f"{module}.py")
    source.write_text(
        MACHINES.replace("initial=True", "initial = True").replace(
            f"class {cls}(", f"class Former{cls}("
        )
        + _OTHER.format(cls=cls)
    )
    assert f"{tests} failed" in played("test_runs.py").stdout


_OTHER = """

class {cls}(StateMachine):
    allow_event_without_transition = True
    nothing = State(initial=True)
    happens = State()
    here = nothing.to(happens) | happens.to(nothing)
"""


def test_no_run_no_test(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = checked(capsys, f"{module}:Round", "--as-test", "test_runs.py")
    assert code == 0
    assert err == "note: test_runs.py is not written: no verdict has a run that a test could play\n"
    assert not Path("test_runs.py").exists()
