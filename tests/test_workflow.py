"""The workflow file: valid, pinned, and its command does what the other steps count on."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
WORKFLOW = ROOT / ".github" / "workflows" / "proofs.yml"


def steps() -> list[dict[str, Any]]:
    document = YAML(typ="safe").load(WORKFLOW)
    (job,) = document["jobs"].values()
    return list(job["steps"])


def arguments() -> str:
    (command,) = (step["run"] for step in steps() if "run" in step)
    make, target, given = shlex.split(command)
    assert (make, target) == ("make", "proofs")
    name, _, value = given.partition("=")
    assert name == "ARGS"
    return value


def check(file: Path) -> int:
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(file)]
    return subprocess.run([sys.executable, *command], capture_output=True, check=False).returncode


def test_workflow_is_valid_by_the_schema_of_workflows(tmp_path: Path) -> None:
    assert check(WORKFLOW) == 0
    broken = tmp_path / "broken.yml"
    broken.write_text(WORKFLOW.read_text().replace("runs-on:", "runs_on:"))
    assert check(broken) == 1


def test_actions_are_pinned_by_commit_with_the_version_beside_it() -> None:
    used = re.findall(r"uses: (.*)", WORKFLOW.read_text())
    assert len(used) == sum("uses" in step for step in steps())
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", entry) for entry in used)


@pytest.mark.slow
def test_command_writes_what_the_other_steps_upload(tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    given = arguments().replace("$GITHUB_STEP_SUMMARY", str(summary))
    command = [sys.executable, "-m", "proofs", *shlex.split(given), "symptoms.source_only"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GITHUB_STEP_SUMMARY": str(summary)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert summary.read_text().startswith("## Proofs: every verdict is as expected")
    (kept,) = (
        step["with"]["path"] for step in steps() if "upload-artifact" in step.get("uses", "")
    )
    (shown,) = (step["with"]["sarif_file"] for step in steps() if "sarif" in step.get("uses", ""))
    assert {*kept.split(), shown, "summary"} == {file.name for file in tmp_path.iterdir()}


def test_the_job_for_other_repositories_is_valid(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    (job,) = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    whole = tmp_path / "workflow.yml"
    body = "".join(f"    {line}\n" for line in job.splitlines())
    whole.write_text(f"on: push\njobs:\n  prove:\n    runs-on: ubuntu-latest\n{body}")
    assert check(whole) == 0
    whole.write_text(whole.read_text().replace("steps:", "stps:"))
    assert check(whole) == 1
    used = re.findall(r"uses: (.*)", job)
    assert {entry.strip() for entry in used} <= {
        entry.strip() for entry in re.findall(r"uses: (.*)", WORKFLOW.read_text())
    }
