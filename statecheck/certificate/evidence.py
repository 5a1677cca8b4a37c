"""The evidence that goes with verdicts, for whoever does not believe them: a certificate, and the
invariant evaluated without a solver.
"""

from __future__ import annotations

from statecheck.certificate.certificates import certificate
from statecheck.certificate.sweep import Sweep, sweep
from statecheck.claims.results import Report
from statecheck.modeling import ModelError
from statecheck.prover.project import Project
from statecheck.prover.session import prover


def certify(
    project: Project, report: Report, *, seed: int = 0, timeout: float | None = None
) -> dict[str, str]:
    """The files of a certificate for a report: paths and texts.

    It leaves out what is proven jointly. Raises Timeout, and ModelError for a system with axioms.
    """
    engine = prover(project, seed=seed, timeout=timeout)
    if engine.context.transitions.axioms:
        raise ModelError(
            f"a certificate is asked for, and {project.system.__name__} has axioms, which it does "
            "not cover; leave out --certificates and --recheck"
        )
    covered = [result for result in report.results if not result.jointly]
    resting = (text for result in covered for text in result.invariant or ())
    engine.context.rest_on(dict.fromkeys(resting))
    titles = [claim.title for claim in project.claims]
    return certificate(engine, covered, titles)


def swept(project: Project, *, timeout: float | None = None) -> Sweep:
    """The invariant, evaluated in every reachable state of a small instance; no solver decides.

    Raises Timeout.
    """
    engine = prover(project, timeout=timeout)
    small = (project.small_instance,)
    return sweep(
        engine.context.transitions, engine.context.invariant(), small, engine.context.remaining
    )
