"""The premises that proofs about the end of a run rest on, to be certified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import z3

from statecheck.claims.results import Result
from statecheck.prover.prover import Prover


@dataclass(frozen=True)
class Role:
    """The part of a premise in the chain rule: ``name`` is a `PremiseRole`'s, ``phase`` counts from
    1, ``each`` tells that the phase's helper is each of a set of instances.
    """

    name: str
    phase: int | None
    each: bool


@dataclass(frozen=True)
class CertifiedPremise:
    """Something else that a claim's proof rests on, such as that a rank never rises.

    ``violated`` is what no state of the claim's clauses, or no step from one, may make true: a term
    over ``variables``, which are a property's. ``name`` is unique in the claim. A premise of the
    chain rule has a ``role``.
    """

    name: str
    says: str
    violated: z3.BoolRef
    variables: tuple[tuple[str, Any, z3.ExprRef], ...]
    on_step: bool
    role: Role | None = None


def rule_premises(prover: Prover, result: Result) -> list[CertifiedPremise]:
    """The premises of the chain rule that a result rests on, if it does. Raises Timeout."""
    if result.argument is None:
        return []
    known = {clause.text: clause for clause in prover.context.invariant()}
    clauses = [known[text] for text in result.invariant or ()]
    liveness = prover.context.liveness
    variables = tuple(liveness.proof_variables(result.claim, clauses))
    return [
        CertifiedPremise(
            f"premise-{number}",
            premise.name,
            premise.violation,
            variables,
            premise.on_step,
            Role(
                premise.role.value,
                None if premise.phase is None else premise.phase + 1,
                premise.each,
            ),
        )
        for number, premise in enumerate(liveness.rule_premises(result.claim, clauses), 1)
    ]
