"""The evidence that goes with verdicts, for whoever does not believe them: a certificate, and the
invariant evaluated without a solver.
"""

from __future__ import annotations

import itertools
from contextlib import suppress
from dataclasses import replace

from statecheck.certificate.certificates import certificate, why_left_out
from statecheck.certificate.hypotheses import of_claims, of_clauses, of_lemmas
from statecheck.certificate.sweep import Sweep, can_be_evaluated, sweep
from statecheck.claims.results import Report
from statecheck.explicit.small_instances import UNUSABLE, SmallInstances
from statecheck.prover.project import Project
from statecheck.prover.session import prover

INSTANCES, STATES = 12, 1_000
"""So many instances are looked for where a project has none of its own, and so many states of each
are gone through.
"""


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
        if why_left_out(result) is None
        for text in result.invariant or ()
        if result.joint is None or text not in result.joint.lemmas
    )
    engine.context.rest_on(resting)
    titles = [claim.title for claim in project.claims]
    return certificate(engine, report.results, titles)


def swept(project: Project, report: Report, *, timeout: float | None = None) -> Sweep:
    """The invariant, with what a report's claims are proven together with, evaluated in reachable
    states of small instances; no solver decides.

    These are all states of the project's own instance. Without one, they are the nearest states of
    the smallest instances that the axioms allow; none where no clause can be evaluated. Raises
    Timeout.
    """
    engine = prover(project, timeout=timeout, isolate=True)
    context = engine.context
    results = [result for result in report.results if why_left_out(result) is None]
    clauses = [
        *of_clauses(context.invariant()).values(),
        *of_lemmas(context, results).values(),
        *of_claims(context, results).values(),
    ]
    if not any(map(can_be_evaluated, clauses)):
        return Sweep(0, None)
    if project.instance is not None:
        return sweep(context.transitions, clauses, (project.instance,), context.remaining)
    whole = Sweep(0, None)
    small = SmallInstances(
        context.transitions, context.histories, context.numbers, context.remaining
    )
    with suppress(*UNUSABLE):  # values are tried that the system is not made for
        for instance in itertools.islice(small.each(), INSTANCES):
            own = (replace(instance, forget=False),)
            found = sweep(context.transitions, clauses, own, context.remaining, STATES)
            whole = Sweep(
                whole.states + found.states,
                found.failure,
                whole.instances + found.instances,
                whole=whole.whole and found.whole,
            )
            if found.failure is not None:
                break
    return whole
