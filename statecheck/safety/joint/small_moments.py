"""Moments of small instances, whose formulas have no quantifiers: a solver seldom gives up."""

from __future__ import annotations

from collections.abc import Sequence

import z3

from statecheck.modeling import Variant
from statecheck.safety.induction import Clause, Induction
from statecheck.safety.joint.lemmas import Lemma
from statecheck.safety.joint.moments import Moment
from statecheck.safety.joint.pools import Candidate
from statecheck.safety.joint.quantified import GaveUp, clauses_assumed, constraints, every
from statecheck.smt.existence import exists
from statecheck.smt.finite import Universe
from statecheck.smt.grounding import entity_functions
from statecheck.smt.solving import check_sat, ground_solver, true_in
from statecheck.symbolic.commands import Command

SMALL, MANY = (4, 3), 3
"""At most so many entities of each kind; where there are many kinds, or more, not so many."""

MOST = 5_000_000
"""The work that a question may cost before it is given up, in units of Z3: a few seconds."""


class SmallMoment(Moment):
    """A moment of an instance of few entities; all that it is asked may raise GaveUp."""

    def __init__(
        self,
        induction: Induction,
        clauses: Sequence[Clause],
        variant: Variant,
        command: Command | None,
    ) -> None:
        super().__init__(induction, command, ground_solver(induction.seed))
        self.solver.set("rlimit", MOST)
        vocabulary = induction.transitions.vocabulary
        kinds = [vocabulary.sort(entity.cls) for entity in induction.transitions.info.entities]
        self.universe = Universe(
            kinds,
            SMALL[len(kinds) >= MANY],
            entity_functions([*vocabulary.references.values(), *vocabulary.functions.values()]),
        )
        self.solver.add(*self.universe.constraints())
        for formula in constraints(induction, clauses, variant, command):
            self._assert(formula)

    def _assert(self, formula: z3.BoolRef) -> None:
        self.solver.add(*self.universe.ground(formula))

    def _exist(self, entities: Sequence[z3.ExprRef]) -> z3.BoolRef:
        return z3.And(*map(exists, entities))

    def _assume(self, candidate: Candidate) -> None:
        term = every(candidate.pool.variables, candidate.term)
        self._assert(z3.Implies(candidate.assumed, term))

    def _check(self, assumptions: Sequence[z3.BoolRef]) -> bool:
        answer = check_sat(self.solver, assumptions, self.induction.time_left)
        if answer == z3.unknown:
            raise GaveUp
        return bool(answer == z3.sat)

    def _members(self, model: z3.ModelRef, sort: str) -> list[z3.ExprRef]:
        return [own for own in self.universe.entities[sort] if true_in(model, exists(own))]


class StateMoment(SmallMoment):
    """Any state: candidates hold in it, and a claim is false of some entities."""

    def __init__(
        self, induction: Induction, clauses: Sequence[Clause], variant: Variant, claim: Lemma
    ) -> None:
        super().__init__(induction, (), variant, None)
        for formula in (*clauses_assumed(induction, clauses), denied(claim)):
            self._assert(formula)

    def admit(self, candidate: Candidate) -> None:
        """Let a candidate be assumed."""
        if candidate not in self.known:
            self.known.add(candidate)
            self._assume(candidate)

    def state(self, active: Sequence[Candidate]) -> z3.ModelRef | None:
        """A state in which all candidates that are active hold; None if there is none. Raises
        GaveUp, and Timeout.
        """
        return self.solver.model() if self._check([c.assumed for c in active]) else None

    def reasons(self, active: Sequence[Candidate]) -> list[Candidate]:
        """Few of the active candidates, which exclude that the claim is false."""
        known = {c.assumed.decl().name(): c for c in active}
        possible = self._check([*map(z3.Bool, known)])
        assert not possible, "the candidates exclude it"
        core = self._core(known)
        for name in list(core):
            rest = [other for other in core if other != name]
            if name in core and not self._check([*map(z3.Bool, rest)]):
                core = self._core(known)
        return [known[name] for name in core]


def denied(claim: Lemma) -> z3.BoolRef:
    """The formula by which a claim is false of some entities."""
    formula: z3.BoolRef = z3.And(*map(exists, claim.variables), z3.Not(claim.term))
    return formula
