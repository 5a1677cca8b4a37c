"""The evidence that goes with verdicts, for whoever does not believe them: a certificate, and the
invariant evaluated without a solver.
"""

from __future__ import annotations

from functools import partial

from statecheck.certificate.certificates import certificate
from statecheck.certificate.sections import Premise
from statecheck.certificate.sweep import Sweep, sweep
from statecheck.claims.results import Report, Result
from statecheck.prover.project import Project
from statecheck.prover.prover import Prover
from statecheck.prover.session import prover


def certify(
    project: Project, report: Report, *, seed: int = 0, timeout: float | None = None
) -> dict[str, str]:
    """The files of a certificate for a report: paths and texts. Raises Timeout."""
    engine = prover(project, seed=seed, timeout=timeout)
    resting = (text for result in report.results for text in result.invariant or ())
    engine.rest_on(dict.fromkeys(resting))
    return certificate(engine, report.results, partial(premises, engine))


def premises(engine: Prover, result: Result) -> list[Premise]:
    """The premises of the rule that proves a claim about the end of a run. Raises Timeout."""
    if result.argument is None:
        return []
    known = {str(clause): clause for clause in engine.invariant()}
    clauses = [known[text] for text in result.invariant or ()]
    return engine.endings.certified(result.claim, clauses)


def swept(project: Project, *, timeout: float | None = None) -> Sweep:
    """The invariant, evaluated in every reachable state of a small instance; no solver decides.

    Raises Timeout.
    """
    engine = prover(project, timeout=timeout)
    small = (project.instances.small,)
    return sweep(engine.transitions, engine.invariant(), small, engine.remaining)
