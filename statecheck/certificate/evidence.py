"""The evidence that goes with verdicts, for whoever does not believe them: a certificate, and the
invariant evaluated without a solver.
"""

from __future__ import annotations

from statecheck.certificate.certificates import certificate
from statecheck.certificate.sweep import Sweep, sweep
from statecheck.claims.results import Report
from statecheck.prover.project import Project
from statecheck.prover.session import prover


def certify(
    project: Project, report: Report, *, seed: int = 0, timeout: float | None = None
) -> dict[str, str]:
    """The files of a certificate for a report: paths and texts.

    Raises Timeout, and ModelError for what cannot be certified.
    """
    engine = prover(project, seed=seed, timeout=timeout, isolate=True)
    resting = dict.fromkeys(
        text
        for result in report.results
        for text in result.invariant or ()
        if result.joint is None or text not in result.joint.lemmas
    )
    engine.context.rest_on(resting)
    titles = [claim.title for claim in project.claims]
    return certificate(engine, report.results, titles)


def swept(project: Project, *, timeout: float | None = None) -> Sweep:
    """The invariant, evaluated in every reachable state of a small instance; no solver decides.

    Raises Timeout.
    """
    engine = prover(project, timeout=timeout, isolate=True)
    small = (project.small_instance,)
    return sweep(
        engine.context.transitions, engine.context.invariant(), small, engine.context.remaining
    )
