"""The engine of a project: a prover for its system and its whole catalogue."""

from __future__ import annotations

from statecheck.prover.context import ProofContext
from statecheck.prover.project import Project
from statecheck.prover.prover import Prover


def prover(
    project: Project,
    *,
    locked: bool = True,
    seed: int = 0,
    timeout: float | None = None,
    explain: bool = False,
    isolate: bool = False,
) -> Prover:
    """A prover for a project's system and its whole catalogue, from its lock file if ``locked``.

    ``isolate`` has a history that cannot be read cost only the claims that need it.
    """
    return Prover(
        ProofContext(
            project.system,
            project.catalogue,
            project.histories,
            numbers=project.integers,
            lock_file=project.lock if locked else None,
            seed=seed,
            timeout=timeout,
            explain=explain,
            isolate=isolate,
        )
    )
