"""Certificates of proofs by numbers that fall are proved again, and forgeries of them found out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import z3

from statecheck.certificate.smtlib import layout
from statecheck.prover.project import project_of
from statecheck.prover.session import prover
from statecheck.recheck.command import main
from statecheck.recheck.definitions import Definitions
from statecheck.recheck.premises import ChainRule
from statecheck.recheck.texts import sections
from tests.statecheck.recheck.conftest import written
from tests.statecheck.recheck.forger import copied
from tests.statecheck.recheck.test_derivations import written as engine_text
from tests.statecheck.reference import jobs

TITLE = "jobs.end"
RANK = "(- 3 (Job.attempt.attempts job))"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(jobs, tmp_path_factory)


def parts(folder: Path) -> tuple[Definitions, dict[str, str]]:
    """What a certificate says, and its sections."""
    _, *found = sections((folder / "definitions.smt2").read_text())
    texts = {name: body.removesuffix("\n") for name, body in found}
    return Definitions({n: t for n, t in texts.items() if not n.startswith("phases ")}), texts


def test_it_is_proved_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (folder / "definitions.smt2").read_text().count("(set-info :lap |1|)") == 2
    assert main([str(folder)]) == 0
    assert re.search(rf"{TITLE} +PROVED", capsys.readouterr().out)


def test_premises_are_violated_by_what_violates_those_of_the_engine(folder: Path) -> None:
    engine = prover(project_of(jobs.CATALOGUE, f"{jobs.__name__}:CATALOGUE"))
    claim, liveness = jobs.CATALOGUE.claims[0], engine.context.liveness
    phases = liveness.phases(claim, engine.context.invariant())
    assert phases
    theirs = liveness.rule_premises(claim, engine.context.invariant())
    known, texts = parts(folder)
    ours = ChainRule(known, known.claims[TITLE], texts[f"phases {TITLE}"]).premises()
    for their, our in zip(theirs, ours, strict=True):
        head = [texts[n] for n in ("types", "state and step", f"claim {TITLE}", f"phases {TITLE}")]
        head += map(layout, (*known.any_after(), *our.trees))
        head.append(engine_text(engine, claim, their.violation, phases))
        solver = z3.Solver()
        solver.from_string("\n".join([*head, "(assert (not (= theirs (and reading violated))))"]))
        assert solver.check() == z3.unsat, our.name


@pytest.mark.parametrize(
    "other", ["3", "(Job.attempt.attempts job)", "(- (Job.attempt.attempts job))"]
)
def test_a_number_that_does_not_fall_is_no_proof(folder: Path, tmp_path: Path, other: str) -> None:
    forger = copied(folder, tmp_path / "forged")
    forger.everywhere(RANK, other)
    forger.seal()
    assert main([str(tmp_path / "forged")]) != 0


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("(set-info :lap |1|)\n", "(set-info :lap |2|)\n", "is in a lap 2 that is none"),
        ("(set-info :lap |1|)\n", "", "lap 1 of jobs.end is none"),
        (RANK, "(Job.attempt.attempts! job)", "which a state does not have"),
        ("(set-info :lap |1|)\n", "(set-info :lap |1|)\n(set-info :lap |1|)\n", "in a lap twice"),
    ],
)
def test_laps_that_are_none(folder: Path, old: str, new: str, why: str) -> None:
    known, texts = parts(folder)
    text = texts[f"phases {TITLE}"]
    assert old in text
    with pytest.raises(ValueError, match=why):
        ChainRule(known, known.claims[TITLE], text.replace(old, new))
