"""The run that appears when something is taken out of a model."""

from __future__ import annotations

from collections.abc import Sequence

from statecheck.claims.claim import Claim
from statecheck.claims.run import Run
from statecheck.mutation.campaign import changed_sources, fresh, imported_anew
from statecheck.mutation.module_variant import reimported_with
from statecheck.mutation.mutants import Mutant
from statecheck.prover import session
from statecheck.prover.context import DEPTH
from statecheck.prover.project import Project
from statecheck.runs.replay import replay
from statecheck.safety.bounded import shortest
from statecheck.safety.canonical_run import canonical_run
from statecheck.safety.unrolling import Target, Unrolling


def appearing(
    project: Project,
    changes: Sequence[Mutant],
    title: str,
    *,
    timeout: float | None = None,
    seed: int = 0,
) -> tuple[Claim, Run | None]:
    """The claim of that title, and a shortest run that violates it once the changes are made; None
    where there is none of up to `DEPTH` steps. Raises ModelError and Timeout.
    """
    with reimported_with(fresh(project), changed_sources(project, changes)):
        changed = imported_anew(project)
        claim = next(claim for claim in changed.claims if claim.title == title)
        prover = session.prover(changed, locked=False, seed=seed, timeout=timeout)
        unrolling = Unrolling(
            prover.context.transitions,
            seed=seed,
            time_left=prover.context.remaining,
            numbers=prover.context.numbers,
        )
        term = prover.context.violation((claim, None))
        variables = prover.context.property(claim).variables
        goal = Target(claim.title, term, claim.on_step, variables, claim.variant)
        for _, literal, model in shortest(unrolling, [goal], DEPTH):
            found = canonical_run(unrolling, goal, literal, model)
            return claim, replay(
                prover.context.system, prover.context.histories, found, claim, want=False
            )
        return claim, None
