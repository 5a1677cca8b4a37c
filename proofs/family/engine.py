"""Proofs about an extended site, with what the base site's lock file and lemmas offer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import z3

from proofs.project import PROJECT
from statecheck.certificate.certificates import certificate
from statecheck.claims.claim import Claim
from statecheck.claims.results import Result
from statecheck.modeling import NO_VARIANT, History, System
from statecheck.prover.context import DEPTH, ProofContext
from statecheck.prover.prover import Prover
from statecheck.runs.recorded import RunChecker
from statecheck.safety.induction import Clause
from statecheck.safety.inferring.inductive_subset import inductive_subset
from statecheck.smt.roles import whichever


class SiteProver:
    """A prover for claims about a site; ``timeout`` bounds it, in seconds.

    Its invariant is made of the clauses of the base site's lock file and of lemmas, each about one
    entity: of those that are inductive together here, which is checked anew.
    """

    def __init__(
        self,
        system: type[System],
        claims: Sequence[Claim],
        histories: Sequence[History[Any]],
        lemmas: Sequence[Claim],
        *,
        depth: int = DEPTH,
        timeout: float | None = None,
        seed: int = 0,
    ) -> None:
        self.context = ProofContext(
            system,
            claims,
            tuple({history.name: history for history in histories}.values()),
            numbers=PROJECT.integers,
            lock_file=PROJECT.lock,
            seed=seed,
            timeout=timeout,
            depth=depth,
        )
        clauses = [*self.context.kept(), *map(self._clause, lemmas)]
        self.context.adopt(inductive_subset(self.context.induction, clauses))
        self.engine = Prover(self.context)

    def _clause(self, lemma: Claim) -> Clause:
        """A lemma about one entity as a clause of the invariant."""
        formula = self.context.property(lemma)
        ((_, type_, entity),) = formula.variables
        variable = whichever(entity.sort())
        term = z3.substitute(formula.holds, (entity, variable))
        sort = self.context.transitions.info.entity(type_).name
        return Clause(sort, NO_VARIANT, (lemma.text,), variable, term)

    @cached_property
    def checker(self) -> RunChecker:
        """What plays runs on the plain machines."""
        context = self.context
        return RunChecker(
            context.system, context.histories, context.numbers, context.depth, context.remaining
        )

    def prove(self, claims: Sequence[Claim]) -> dict[Claim, Result]:
        """The results on claims, in their order. Those that time is up for are UNDETERMINED."""
        results = {result.claim: result for result in self.engine.prove(claims)}
        return {claim: results[claim] for claim in claims}

    def certificate(self, results: Iterable[Result]) -> dict[str, str]:
        """The files of a certificate of results. Raises Timeout."""
        return certificate(self.engine, results)
