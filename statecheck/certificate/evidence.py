"""The evidence that goes with verdicts, for whoever does not believe them: a certificate, and the
invariant evaluated without a solver.
"""

from __future__ import annotations

from statecheck.certificate.certificates import certificate
from statecheck.certificate.hypotheses import of_claims, of_clauses, of_lemmas
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


def swept(project: Project, report: Report, *, timeout: float | None = None) -> Sweep:
    """The invariant, with what a report's claims are proven together with, evaluated in every
    reachable state of a small instance; no solver decides.

    Raises Timeout.
    """
    engine = prover(project, timeout=timeout, isolate=True)
    small = (project.small_instance,)
    context = engine.context
    clauses = [
        *of_clauses(context.invariant()).values(),
        *of_lemmas(context, report.results).values(),
        *of_claims(context, report.results).values(),
    ]
    return sweep(context.transitions, clauses, small, context.remaining)
