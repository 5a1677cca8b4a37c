"""``--timeout`` bounds all work: of a clock that goes by questions to the solver, at most a few are
asked after the end, wherever in a run that is.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from statecheck import clock
from statecheck.certificate import evidence
from statecheck.claims.results import Report, Verdict
from statecheck.claims.syntax import AssumedTexts
from statecheck.cli.certify import of_machine
from statecheck.clock import Timeout
from statecheck.prover.project import project_of
from statecheck.prover.session import found_anew, run
from statecheck.single import check
from statecheck.single.locking.locked import Locked
from statecheck.single.questions.ask import answered
from tests.statecheck.counting import counted
from tests.statecheck.recheck import tower
from tests.statecheck.single.test_locks import ASKED, Meter

pytestmark = pytest.mark.slow

PROJECT = project_of(tower.CATALOGUE, f"{tower.__name__}:CATALOGUE")
MOST = 3
"""One path through a model's code is gone to its end, which may take so many questions."""

Job = Callable[[float], object]


@pytest.fixture(scope="module")
def locks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Locks of the system, one of them of another model, and of the machine."""
    folder = tmp_path_factory.mktemp("locks")
    text = found_anew(PROJECT).text
    (folder / "system.lock").write_text(text)
    (folder / "old.lock").write_text(json.dumps({**json.loads(text), "digest": "0" * 64}))
    locked = Locked(folder / "machine.lock", anew=True)
    check(Meter, ASKED, lock=locked)
    locked.path.write_text(locked.text)
    return folder


def machine(locks: Path) -> Job:
    return lambda seconds: check(Meter, ASKED, timeout=seconds)


def locked_machine(locks: Path) -> Job:
    return lambda s: check(Meter, ASKED, timeout=s, lock=Locked(locks / "machine.lock"))


def ends(locks: Path) -> Job:
    asked = [("eventually", "high ~> low"), ("recoverable", "high")]
    assumed = AssumedTexts(fair=("fall",))
    return lambda seconds: check(Meter, asked, assumed=assumed, timeout=seconds)


def questions(locks: Path) -> Job:
    return lambda seconds: answered(Meter, timeout=seconds)


def machine_certificate(locks: Path) -> Job:
    report = check(Meter, ASKED)
    return lambda seconds: of_machine(Meter, (), (), (), 0).files(report, seconds)


def system(name: str | None = None, **options: Any) -> Callable[[Path], Job]:
    """Inference, searches, minimality, joint proofs and phases; with a lock, its reading."""

    def job(locks: Path) -> Job:
        project = PROJECT if name is None else replace(PROJECT, lock=locks / name)
        return lambda seconds: run(project, project.claims, timeout=seconds, **options)

    return job


def writing(locks: Path) -> Job:
    return lambda seconds: found_anew(PROJECT, timeout=seconds)


def certificate(locks: Path) -> Job:
    report = run(PROJECT, PROJECT.claims)
    return lambda seconds: evidence.certify(PROJECT, report, timeout=seconds)


JOBS: dict[str, Callable[[Path], Job]] = {
    "a machine": machine,
    "a machine with a lock": locked_machine,
    "the end of runs": ends,
    "standard questions": questions,
    "the certificate of a machine": machine_certificate,
    "a system": system(),
    "a system, explained": system(explain=True),
    "a system with a lock": system("system.lock"),
    "a system with an old lock": system("old.lock"),
    "a lock that is written": writing,
    "the certificate of a system": certificate,
}


@pytest.mark.parametrize("name", JOBS)
def test_little_is_asked_once_the_time_is_up(name: str, locks: Path) -> None:
    job = JOBS[name](locks)
    with counted(1_000_000) as whole:
        job(1_000_000)
    assert whole.late == 0
    assert whole.asked > 20
    for share in (0.0, 0.4):
        seconds = max(1, int(share * whole.asked))
        found: object = None
        with counted(seconds) as work:
            try:
                found = job(seconds)
            except Timeout:
                assert name not in ("a machine", "a system")
        assert work.late <= MOST, (seconds, work)
        # With less time fewer random walks are made, and all may be settled before it is up.
        is_up = work.asked >= seconds
        if is_up and isinstance(found, Report) and name != "standard questions":
            open_ = [r for r in found.results if r.verdict is Verdict.UNDETERMINED]
            assert any("timed out" in r.detail for r in open_), seconds


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_model_that_is_not_read_in_time_leaves_every_claim_open(jobs: int) -> None:
    report = run(PROJECT, PROJECT.claims, timeout=0.001, jobs=jobs)
    assert [r.claim for r in report.results] == list(PROJECT.claims)
    assert {r.detail for r in report.results} == {"timed out: the time is up"}


def test_an_alarm_that_is_lost_rings_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "AGAIN", 0.01)
    heard = []
    end = time.monotonic() + 5

    def deaf() -> None:
        try:
            wait()
        except BaseException as ring:  # noqa: BLE001  (so is any that is raised as an object is freed)
            heard.append(ring)
        wait()

    def wait() -> None:
        while time.monotonic() < end:
            pass

    with pytest.raises(clock.Endless), clock.alarm(0.01):
        deaf()
    assert len(heard) == 1


def test_no_alarm_rings_where_the_uses_of_a_term_are_counted() -> None:
    """It would come between a term and the count of its uses, and other terms would change."""
    wrapper: dict[str, Any] = {"__name__": "z3.z3core"}
    exec("def __del__(ring):\n    ring()\n    return 'whole'", wrapper)
    ring = partial(signal.raise_signal, signal.SIGALRM)
    done = []
    with pytest.raises(clock.Endless), clock.alarm(60):
        done.append(wrapper["__del__"](ring))
    assert done == ["whole"]
    with pytest.raises(clock.Endless), clock.alarm(60):
        done.append(ring())
    assert done == ["whole"]
