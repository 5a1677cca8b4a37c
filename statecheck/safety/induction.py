"""Proof by induction for any number of entities."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import z3

from statecheck.claims.clause_text import ClauseText
from statecheck.clock import TimeLeft, unlimited
from statecheck.modeling import Variant
from statecheck.smt.c_interface import conjunction, truths
from statecheck.smt.grounding import Grounding, entity_functions
from statecheck.smt.roles import variable_name
from statecheck.smt.solving import check_sat, ground_solver
from statecheck.smt.terms import is_entity
from statecheck.symbolic.commands import Command
from statecheck.symbolic.transition_system import TransitionSystem

T = TypeVar("T")


class Fact(Protocol):
    """A formula that is true of any entities in place of ``variables``."""

    @property
    def variables(self) -> tuple[z3.ExprRef, ...]:
        """The entities that it is about."""

    def at(self, entities: Sequence[z3.ExprRef]) -> z3.BoolRef:
        """The formula for some entities."""


@dataclass(frozen=True)
class Clause:
    """A disjunction that holds of every entity of a sort, under a variant.

    ``literals`` name it in the model's terms; ``term`` is over ``variable``.
    """

    sort: str
    variant: Variant
    literals: tuple[str, ...]
    variable: z3.ExprRef
    term: z3.BoolRef

    def at(self, entity: z3.ExprRef) -> z3.BoolRef:
        """The clause for one entity, whatever the variant."""
        return z3.substitute(self.term, (self.variable, entity))

    def same_as(self, other: Clause) -> bool:
        """Tell whether another clause says the same, in the same terms."""
        return (self.text, self.variant) == (other.text, other.variant) and self.term.eq(other.term)

    @property
    def text(self) -> ClauseText:
        """The clause without its terms."""
        return ClauseText(self.variant.name, self.sort, self.literals)

    def __str__(self) -> str:
        return str(self.text)


def either(literals: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """The term of a clause with some literals; one is its own, whoever makes the clause."""
    term: z3.BoolRef = z3.Or(*literals) if len(literals) > 1 else literals[0]
    return term


class Induction:
    """The rules of induction over the commands of a transition system.

    A *violation* is a term over a state (or, primed, a step) that must not come true. What no step
    from a state of the invariant makes true, and no initial state, never comes true. ``facts`` are
    known to hold in every state that is reached.
    """

    def __init__(
        self,
        transitions: TransitionSystem,
        *,
        seed: int = 0,
        time_left: TimeLeft = unlimited,
        facts: Sequence[Fact] = (),
    ) -> None:
        self.transitions, self.facts = transitions, facts
        self.seed = seed
        self.time_left = time_left
        vocabulary = transitions.vocabulary
        self.functions = entity_functions(
            [*vocabulary.references.values(), *vocabulary.functions.values()]
        )
        self._instances: dict[tuple[int, int], tuple[Clause, z3.ExprRef, z3.BoolRef]] = {}
        self.queries = 0
        self.seconds = 0.0

    def about(self, terms: Iterable[z3.ExprRef]) -> Induction:
        """Induction in the part of the system that terms depend on."""
        part = self.transitions.slice(terms)
        if part is self.transitions:
            return self
        return Induction(part, seed=self.seed, time_left=self.time_left, facts=self.facts)

    def knowing(self, facts: Sequence[Fact]) -> Induction:
        """Induction where facts are known to hold in every state that is reached."""
        return Induction(
            self.transitions, seed=self.seed, time_left=self.time_left, facts=(*self.facts, *facts)
        )

    def grounding(self, clauses: Iterable[Clause]) -> Grounding:
        """Constraints with the clauses, and what is known, as hypotheses."""
        grounding = Grounding(self.functions)
        grounding.constraints.extend(self.transitions.ranges)
        self.transitions.assume_axioms(grounding)
        for clause in clauses:
            fixed = self.transitions.fixed_constants(clause.variant)

            def instance(
                entity: z3.ExprRef,
                clause: Clause = clause,
                fixed: list[z3.BoolRef] = fixed,
            ) -> z3.BoolRef:
                # Most instances come again: the solver is asked about the same entities.
                key = id(clause), entity.get_id()
                if key not in self._instances:
                    body = clause.at(entity)
                    body = z3.Implies(z3.And(*fixed), body) if fixed else body
                    self._instances[key] = clause, entity, body
                return self._instances[key][2]

            grounding.forall(clause.sort, instance)
        for fact in self.facts:
            grounding.demand(fact.variables, fact.at)
        return grounding

    def satisfiable(
        self, violations: Mapping[T, z3.BoolRef], grounding: Grounding
    ) -> dict[T, bool | None]:
        """The violations that some model of the constraints admits; None: the solver gave up.

        Violations are ground. What is left out was proven to be excluded. All are asked at once,
        then those that a model shows are set aside, until nothing is left that any model admits.
        """
        left = {key: z3.FreshBool("violation") for key in violations}
        instance = ground_solver(self.seed)
        grounding.assert_into(instance)
        for key, name in left.items():
            instance.add(name == violations[key])
        admitted: dict[T, bool | None] = {}
        while left:
            answer, model = self._check(instance, z3.Or(*left.values()))
            if answer == z3.unsat:
                break
            if model is None:
                for key, name in left.items():
                    single, _ = self._check(instance, name)
                    if single != z3.unsat:
                        admitted[key] = True if single == z3.sat else None
                break
            for key, holds in zip(list(left), truths(model, list(left.values())), strict=True):
                if holds:
                    admitted[key] = True
                    del left[key]
        return admitted

    def _check(
        self, instance: z3.Solver, term: z3.BoolRef
    ) -> tuple[z3.CheckSatResult, z3.ModelRef | None]:
        started = time.perf_counter()
        instance.push()
        instance.add(term)
        answer = check_sat(instance, time_left=self.time_left)
        model = instance.model() if answer == z3.sat else None
        instance.pop()
        self.seconds += time.perf_counter() - started
        self.queries += 1
        return answer, model

    def step_violations(
        self,
        violations: Mapping[T, z3.BoolRef],
        clauses: Sequence[Clause],
        command: Command,
    ) -> dict[T, bool | None]:
        """Which violations some step of an action, from a state of the clauses, admits."""
        return self.violations_after(violations, command, self.grounding(clauses))

    def violations_after(
        self, violations: Mapping[T, z3.BoolRef], command: Command, grounding: Grounding
    ) -> dict[T, bool | None]:
        """Which violations some step of an action admits, from a state of constraints."""
        specialise = self.transitions.specialise
        terms = {key: specialise(term, command) for key, term in violations.items()}
        possible = {key: term for key, term in terms.items() if not z3.is_false(term)}
        if not possible:
            return {}
        assume_taken(grounding, command)
        macros = self.transitions.update_macros(command)
        return self.satisfiable(
            {
                key: both(grounding.suppose(term), grounding.expand(term, macros))
                for key, term in possible.items()
            },
            grounding,
        )

    def state_violations(
        self, violations: Mapping[T, z3.BoolRef], clauses: Sequence[Clause]
    ) -> dict[T, bool | None]:
        """Which violations some state of the clauses admits."""
        grounding = self.grounding(clauses)
        return self.satisfiable(
            {
                key: both(grounding.suppose(term), grounding.ground(term))
                for key, term in violations.items()
            },
            grounding,
        )

    def initial_violations(self, violations: Mapping[T, z3.BoolRef]) -> dict[T, bool | None]:
        """Which violations some initial state admits."""
        grounding = self.grounding(())
        initially = self.transitions.in_initial_state
        first = {
            key: both(grounding.suppose(term), grounding.ground(initially(term)))
            for key, term in violations.items()
        }
        return self.satisfiable(first, grounding)

    def violation(self, clause: Clause) -> z3.BoolRef:
        """The formula by which some entity violates a clause under its variant."""
        x = z3.Const(variable_name(clause.sort, 1), clause.variable.sort())
        fixed = self.transitions.variant_constraints(clause.variant)
        violated: z3.BoolRef = z3.And(*fixed, z3.Not(clause.at(x)))
        return violated

    def is_invariant(self, clauses: Sequence[Clause]) -> bool:
        """Tell whether clauses hold initially and every step keeps them, all together."""
        broken = {}
        for index, clause in enumerate(clauses):
            broken[index] = self.violation(clause)
        primed = {index: self._primed(term) for index, term in broken.items()}
        return not self.initial_violations(broken) and not any(
            self.step_violations(primed, clauses, command) for command in self.transitions.commands
        )

    def _primed(self, term: z3.BoolRef) -> z3.BoolRef:
        primed: z3.BoolRef = self.transitions.primed(term)
        return primed


def assume_taken(grounding: Grounding, command: Command) -> None:
    """Demand that an action is enabled; the entities that it is about exist, even where its guard
    does not ask for them.
    """
    for _, _, parameter in command.parameters:
        if is_entity(parameter):
            grounding.entity(parameter)
    grounding.add(command.guard)


def both(conditions: Sequence[z3.BoolRef], formula: z3.BoolRef) -> z3.BoolRef:
    """A formula, and the conditions on which its entities exist."""
    return conjunction([*conditions, formula]) if conditions else formula
