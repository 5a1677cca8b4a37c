"""Proof by induction for any number of entities."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import z3

from proofs.engine.claims import ANY_READING, Claim, Reading
from proofs.engine.extract import Command
from proofs.engine.ground import Grounding, entity_functions, solver
from proofs.engine.transitions import Property, Transitions


@dataclass(frozen=True)
class Clause:
    """A disjunction that holds of every entity of a sort, under a reading.

    ``literals`` name it in the model's terms, ``term`` is over ``variable``.
    """

    sort: str
    reading: Reading
    literals: tuple[str, ...]
    variable: z3.ExprRef
    term: z3.BoolRef

    def at(self, entity: z3.ExprRef) -> z3.BoolRef:
        """The clause for one entity."""
        return z3.substitute(self.term, (self.variable, entity))

    def __str__(self) -> str:
        under = f"[{self.reading.name}] " if self.reading.name else ""
        return f"{under}every {self.sort}: {' or '.join(self.literals)}"


class Timeout(Exception):  # noqa: N818  (an answer of the solver, not an error)
    """The solver did not find an answer in time."""


class Induction:
    """The rules of induction over the commands of a transition system.

    Every hypothesis is a clause; what follows from the clauses in one step, and holds initially,
    holds for ever. Each answer says whether the solver found the negation unsatisfiable; Timeout is
    raised where it gave up.
    """

    def __init__(
        self,
        transitions: Transitions,
        *,
        seed: int = 0,
        deadline: Callable[[], float | None] = lambda: None,
    ) -> None:
        self.transitions = transitions
        self.seed = seed
        self.deadline = deadline
        vocabulary = transitions.vocabulary
        self.functions = entity_functions(
            [*vocabulary.references.values(), *vocabulary.functions.values()]
        )
        self.queries = 0
        self.seconds = 0.0

    def grounding(self, clauses: Iterable[Clause]) -> Grounding:
        """Constraints with the clauses as hypotheses."""
        grounding = Grounding(self.functions)
        for clause in clauses:
            grounding.forall(clause.sort, clause.at)
        return grounding

    def unsatisfiable(self, grounding: Grounding) -> bool:
        """Whether the constraints contradict each other. Raises Timeout."""
        instance = solver(self.seed, self.deadline())
        instance.add(*grounding.constraints)
        started = time.perf_counter()
        answer = instance.check()
        self.seconds += time.perf_counter() - started
        self.queries += 1
        if answer == z3.unknown:
            raise Timeout(instance.reason_unknown())
        return bool(answer == z3.unsat)

    def initiation(self, term: z3.BoolRef, reading: Reading) -> bool:
        """Whether a term holds in every initial state."""
        grounding = self.grounding(())
        for fixed in self.transitions.under(reading):
            grounding.add(fixed)
        grounding.add(z3.Not(self.transitions.at_start(term)))
        return self.unsatisfiable(grounding)

    def consecution(
        self,
        holds: z3.BoolRef,
        reading: Reading,
        clauses: Sequence[Clause],
        command: Command,
    ) -> bool:
        """Whether a term about a step holds of every step of an action from a state that satisfies
        the clauses.
        """
        goal = z3.simplify(z3.Not(self.transitions.after(holds, command)))
        if z3.is_false(goal):
            return True
        grounding = self.grounding(clauses)
        for fixed in self.transitions.under(reading):
            grounding.add(fixed)
        grounding.add(goal)
        grounding.add(command.guard)
        return self.unsatisfiable(grounding)

    def implication(
        self, holds: z3.BoolRef, reading: Reading, clauses: Sequence[Clause]
    ) -> bool:
        """Whether a term about a state follows from the clauses."""
        grounding = self.grounding(clauses)
        for fixed in self.transitions.under(reading):
            grounding.add(fixed)
        grounding.add(z3.Not(holds))
        return self.unsatisfiable(grounding)

    def proves(self, claim: Claim, formula: Property, clauses: Sequence[Clause]) -> bool:
        """Whether a claim follows from clauses that are known to be an invariant."""
        usable = [c for c in clauses if c.reading in (claim.reading, ANY_READING)]
        if claim.on_step:
            return all(
                self.consecution(formula.holds, claim.reading, usable, command)
                for command in self.transitions.commands
            )
        return self.implication(formula.holds, claim.reading, usable)

    def keeps(self, clauses: Sequence[Clause]) -> Clause | None:
        """The first clause that does not hold initially or is not kept by a step, if any."""
        for clause in clauses:
            usable = [c for c in clauses if c.reading in (clause.reading, ANY_READING)]
            if not self.initiation(clause.term, clause.reading):
                return clause
            after = self.primed(clause.term)
            for command in self.transitions.commands:
                if not self.consecution(after, clause.reading, usable, command):
                    return clause
        return None

    def primed(self, term: z3.BoolRef) -> z3.BoolRef:
        """A term about a state, said of the state after a step."""
        return self.transitions.primed(term)

