"""Time-outs and Ctrl-C bound everything and keep what was settled; one seed, one output."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from proofs import project
from proofs.__main__ import main
from proofs.catalogue import CLAIMS
from proofs.project import LOCK, PROJECT
from statecheck.claims.claim import Claim
from statecheck.claims.results import Result, Verdict
from statecheck.clock import Timeout
from statecheck.modeling import ModelError
from statecheck.prover import session, workers

ROOT = Path(__file__).parents[2]
SLACK = 3.0
"""Seconds of the processor's time, however busy the machine is, that it may take to stop."""

needs_fork = pytest.mark.skipif(
    multiprocessing.get_start_method() != "fork", reason="a patched module does not travel"
)


# -- time ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.2, 1.5])
def test_timeout_bounds_inference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seconds: float
) -> None:
    monkeypatch.setattr(session, "prover", partial(session.prover, locked=False))
    began = time.process_time()
    assert main(["cause.*", "--timeout", str(seconds)]) == 3
    assert time.process_time() - began < seconds + SLACK
    out = capsys.readouterr().out
    assert "timed out" in out.lower()
    assert all(claim.title in out for claim in CLAIMS if claim.id.startswith("cause."))


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_timeout_reports_every_claim(jobs: int) -> None:
    began = time.process_time()
    report = session.run(PROJECT, CLAIMS, timeout=1, jobs=jobs)
    assert time.process_time() - began < 1 + SLACK
    assert [result.claim for result in report.results] == list(CLAIMS)
    assert any(result.detail.startswith("timed out") for result in report.results)


def test_timeout_bounds_the_writing_of_the_lock(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    own = replace(PROJECT, lock=tmp_path / "evidence.lock")
    monkeypatch.setattr(project, "PROJECT", own)
    assert main(["--write-lock", "--timeout", "0.5"]) == 3
    out, err = capsys.readouterr()
    assert not out
    assert err.splitlines() == [
        "evidence.lock is as it was: the time was up before invariant and runs were found"
    ]
    assert not list(tmp_path.iterdir())


def test_replay_looks_at_the_clock() -> None:
    engine = session.prover(PROJECT)
    (claim,) = (claim for claim in CLAIMS if claim.id == "symptoms.move_may_fail")
    (result,) = engine.prove([claim])
    assert result.verdict is Verdict.REACHED
    engine.context.end = time.monotonic()
    found: Any = None
    with pytest.raises(Timeout):
        engine._runs.replay(found, claim)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_keeps_what_was_settled(tmp_path: Path, jobs: int) -> None:
    code = f"""
        import sys
        from proofs.project import PROJECT
        from statecheck.prover import session
        from proofs.__main__ import main
        run = session.run
        def told(result):
            print("settled", file=sys.stderr, flush=True)
        def telling(project, claims, **options):
            return run(project, claims, **{{**options, "progress": told}})
        session.run = telling
        if __name__ == "__main__":
            sys.exit(main(["--jobs", "{jobs}", "--json", "out.json", "--junit", "out.xml"]))
    """
    file = tmp_path / "run.py"
    file.write_text(textwrap.dedent(code))
    with subprocess.Popen(
        [sys.executable, str(file)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "settled\n"
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    last = err.splitlines()[-1]
    assert "Traceback" not in err
    settled = len(json.loads((tmp_path / "out.json").read_text())["claims"])
    assert 0 < settled < len(CLAIMS)
    assert last == f"interrupted: {settled} of {len(CLAIMS)} verdicts were settled"
    assert f"{settled} verdict" in out
    assert (tmp_path / "out.xml").read_text().count("<testcase ") == len(CLAIMS)


# -- several processes --------------------------------------------------------------------------


@needs_fork
def test_error_in_a_process_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ModelError("the guard is wrong")

    monkeypatch.setattr(workers, "prover", fail)
    with pytest.raises(ModelError, match="the guard is wrong"):
        list(workers.shared(PROJECT, CLAIMS, 2, None, 0, [], explain=False))


@pytest.mark.slow
@needs_fork
def test_what_is_lost_twice_is_undetermined(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dying:
        """Proves a claim, then dies."""

        def __init__(self) -> None:
            self.prover = session.prover(PROJECT)

        def prove(self, claims: Sequence[Claim]) -> Iterator[Result]:
            yield from self.prover.prove(claims[:1])
            os._exit(7)

    monkeypatch.setattr(workers, "prover", lambda *_, **__: Dying())
    wanted = [claim for claim in CLAIMS if claim.id.startswith("symptoms.")]
    assert len(wanted) == 3
    results = list(workers.shared(PROJECT, wanted, 1, None, 0, [], explain=False))
    by_claim = {result.claim: result for result in results}
    assert [by_claim[claim].as_expected for claim in wanted] == [True, True, False]
    assert by_claim[wanted[2]].verdict is Verdict.UNDETERMINED
    assert "ended twice, with exit code 7" in by_claim[wanted[2]].detail


@pytest.mark.slow
@needs_fork
def test_what_processes_note_is_noted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = json.loads(LOCK.read_text())
    content["runs"]["symptoms.move_may_fail"]["steps"].pop()
    content["clauses"] = content["clauses"][:1]
    path = tmp_path / "evidence.lock"
    path.write_text(json.dumps(content))
    altered = replace(PROJECT, lock=path)
    claims = [c for c in CLAIMS if c.id in ("symptoms.move_may_fail", "symptoms.move_may_succeed")]
    report = session.run(altered, claims, jobs=2, tables=False)
    assert [result.as_expected for result in report.results] == [True, True]
    (note,) = report.notes
    assert note.startswith("evidence.lock: the run of symptoms.move_may_fail: ")


@needs_fork
def test_process_that_does_not_stop_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "prover", lambda *_, **__: time.sleep(3600))
    monkeypatch.setattr(workers, "GRACE", 0.1)
    results = list(workers.shared(PROJECT, CLAIMS, 2, 0.1, 0, [], explain=False))
    assert [result.claim for result in results] == list(CLAIMS)
    assert {result.verdict for result in results} == {Verdict.UNDETERMINED}


# -- determinism --------------------------------------------------------------------------------


def outputs(folder: Path, hash_seed: int, *options: str) -> dict[str, str]:
    """Everything that a run prints and writes, without its times."""
    folder.mkdir()
    files = [part for name in ("json", "junit", "sarif", "summary") for part in (f"--{name}", name)]
    command = [sys.executable, "-m", "proofs", "symptoms.*", "cause.only_cause", *files, *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(hash_seed)}
    done = subprocess.run(
        [*command, "--seed", "3", "--trace"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    written = {file.name: file.read_text() for file in folder.iterdir()}
    assert len(written) == 4
    written["text"] = re.sub(r" +<?\d+$", "", done.stdout, flags=re.MULTILINE)
    written["json"] = re.sub(r'"seconds": [\d.e-]+', "", written["json"])
    written["junit"] = re.sub(r'(time|timestamp)="[^"]*"', "", written["junit"])
    return written | {"errors": done.stderr}


@pytest.mark.slow
def test_one_seed_prints_the_same_bytes_but_for_times(tmp_path: Path) -> None:
    first = outputs(tmp_path / "1", 1)
    assert "symptoms.move_may_fail" in first["text"]
    assert outputs(tmp_path / "2", 2) == first
    assert outputs(tmp_path / "3", 3, "--jobs", "2") == first
