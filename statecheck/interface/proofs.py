"""Proofs of a catalogue's claims, one claim after the other, of a model that is read once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Claim
from statecheck.claims.results import Report, Result, Verdict
from statecheck.interface.calls import as_project, check_numbers, solving
from statecheck.modeling import signature

if TYPE_CHECKING:
    from statecheck.prover.project import Project
    from statecheck.prover.prover import Prover


class Proofs:
    """The proofs of a catalogue or a project. The invariant is inferred for all of its claims, by
    the first proof that needs it.
    """

    def __init__(self, subject: Catalogue | Project) -> None:
        self.subject = subject
        self._engine: Prover | None = None

    def prove(self, claim: Claim, *, timeout: float | None = None) -> Report:
        """The report on one claim; ``timeout`` is in seconds, and what is open then UNDETERMINED.

        Raises ModelError for a model or a claim that cannot be taken as it is, ValueError for a
        timeout out of range, and KeyboardInterrupt.
        """
        check_numbers(timeout=timeout)
        with solving():
            return self._report(claim, timeout)

    def _report(self, claim: Claim, timeout: float | None) -> Report:
        from statecheck.clock import Timeout  # noqa: PLC0415  (the solver is imported when asked)
        from statecheck.prover.engine import prover  # noqa: PLC0415
        from statecheck.smt.interruption import interruptible  # noqa: PLC0415

        end = None if timeout is None else time.monotonic() + timeout
        project = as_project(self.subject)
        digest, notes = "", list[str]()
        try:
            with interruptible():
                if self._engine is None:
                    self._engine = prover(project, timeout=timeout, isolate=True)
                context = self._engine.context
                context.end, digest = end, context.digest
                (result,) = self._engine.prove([claim])
                notes = context.notes
        except Timeout as gave_up:
            result = Result(claim, Verdict.UNDETERMINED, f"timed out: {gave_up}")
        axioms, said = signature(project.system).assumed, tuple(dict.fromkeys(notes))
        return project.assuming(Report(digest, (result,), notes=said, environment=axioms))
