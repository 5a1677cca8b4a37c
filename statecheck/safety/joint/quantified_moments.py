"""Moments whose formulas have quantifiers, which the solver instantiates as it needs them."""

from __future__ import annotations

from collections.abc import Sequence

import z3

from statecheck.modeling import Variant
from statecheck.safety.induction import Clause, Induction
from statecheck.safety.joint.moments import Moment
from statecheck.safety.joint.pools import Candidate
from statecheck.safety.joint.quantified import Frame, every
from statecheck.smt.existence import exists
from statecheck.smt.solving import true_in
from statecheck.symbolic.commands import Command


class QuantifiedMoment(Moment):
    """A moment; all that it is asked may raise GaveUp."""

    def __init__(
        self,
        induction: Induction,
        clauses: Sequence[Clause],
        variant: Variant,
        command: Command | None,
        *,
        patterns: bool,
        again: int = 0,
    ) -> None:
        self.frame = Frame(induction, clauses, variant, command, patterns=patterns, again=again)
        super().__init__(induction, command, self.frame.solver)

    def _assert(self, formula: z3.BoolRef) -> None:
        self.frame.add(formula)

    def _exist(self, entities: Sequence[z3.ExprRef]) -> z3.BoolRef:
        return z3.And(*map(exists, entities))

    def _assume(self, candidate: Candidate) -> None:
        term = every(candidate.pool.variables, candidate.term)
        self.solver.add(z3.Implies(candidate.assumed, term))

    def _members(self, model: z3.ModelRef, sort: str) -> list[z3.ExprRef]:
        universe = model.get_universe(z3.DeclareSort(sort)) or ()
        return [entity for entity in universe if true_in(model, exists(entity))]

    def _check(self, assumptions: Sequence[z3.BoolRef]) -> bool:
        return self.frame.has_model(assumptions)
