"""Proof by induction for any number of entities."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import z3

from proofs.engine.ask import ask
from proofs.engine.claims import Reading
from proofs.engine.extract import Command
from proofs.engine.ground import Grounding, entity_functions, solver
from proofs.engine.transitions import Transitions

T = TypeVar("T")


@dataclass(frozen=True)
class Clause:
    """A disjunction that holds of every entity of a sort, under a reading.

    ``literals`` name it in the model's terms; ``term`` is over ``variable``.
    """

    sort: str
    reading: Reading
    literals: tuple[str, ...]
    variable: z3.ExprRef
    term: z3.BoolRef

    def at(self, entity: z3.ExprRef) -> z3.BoolRef:
        """The clause for one entity, whatever the reading."""
        return z3.substitute(self.term, (self.variable, entity))

    def __str__(self) -> str:
        under = f"[{self.reading.name}] " if self.reading.name else ""
        return f"{under}every {self.sort}: {' or '.join(self.literals)}"


class Timeout(Exception):  # noqa: N818  (an answer of the solver, not an error)
    """The solver gave up."""


def left(end: float | None) -> float | None:
    """The seconds until a time of the monotonic clock. Raises Timeout when there are none."""
    if end is None:
        return None
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise Timeout("the time is up")
    return seconds


class Induction:
    """The rules of induction over the commands of a transition system.

    A *violation* is a term over a state (or, primed, a step) that must not come true. What no step
    from a state of the invariant makes true, and no initial state, never comes true.
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
        self._instances: dict[tuple[int, int], tuple[Clause, z3.ExprRef, z3.BoolRef]] = {}
        self.queries = 0
        self.seconds = 0.0

    def grounding(self, clauses: Iterable[Clause]) -> Grounding:
        """Constraints with the clauses as hypotheses."""
        grounding = Grounding(self.functions)
        grounding.constraints.extend(self.transitions.ranges)
        for clause in clauses:
            fixed = self.transitions.fixed(clause.reading)

            def instance(
                entity: z3.ExprRef,
                clause: Clause = clause,
                fixed: list[z3.BoolRef] = fixed,
            ) -> z3.BoolRef:
                # Most instances come again: the solver is asked about the same entities.
                key = id(clause), entity.get_id()
                if key not in self._instances:
                    said = clause.at(entity)
                    said = z3.Implies(z3.And(*fixed), said) if fixed else said
                    self._instances[key] = clause, entity, said
                return self._instances[key][2]

            grounding.forall(clause.sort, instance)
        return grounding

    def admitted(
        self, violations: Mapping[T, z3.BoolRef], grounding: Grounding
    ) -> dict[T, bool | None]:
        """Those violations that some model of the constraints admits; None: the solver gave up.

        Violations are ground. What is left out was proven to be excluded. All are asked at once,
        then those that a model shows are set aside, until nothing is left that any model admits.
        """
        left = {key: z3.FreshBool("violation") for key in violations}
        instance = solver(self.seed)
        grounding.tell(instance)
        for key, name in left.items():
            instance.add(name == violations[key])
        found: dict[T, bool | None] = {}
        while left:
            answer, model = self._check(instance, z3.Or(*left.values()))
            if answer == z3.unsat:
                break
            if model is None:
                for key, name in left.items():
                    single, _ = self._check(instance, name)
                    if single != z3.unsat:
                        found[key] = True if single == z3.sat else None
                break
            for key, name in list(left.items()):
                if z3.is_true(model.eval(name, model_completion=True)):
                    found[key] = True
                    del left[key]
        return found

    def _check(
        self, instance: z3.Solver, term: z3.BoolRef
    ) -> tuple[z3.CheckSatResult, z3.ModelRef | None]:
        started = time.perf_counter()
        instance.push()
        instance.add(term)
        answer = ask(instance, deadline=self.deadline)
        model = instance.model() if answer == z3.sat else None
        instance.pop()
        self.seconds += time.perf_counter() - started
        self.queries += 1
        return answer, model

    def of_steps(
        self,
        violations: Mapping[T, z3.BoolRef],
        clauses: Sequence[Clause],
        command: Command,
    ) -> dict[T, bool | None]:
        """Which violations some step of an action, from a state of the clauses, admits."""
        said = {key: self.transitions.of_action(term, command) for key, term in violations.items()}
        possible = {key: term for key, term in said.items() if not z3.is_false(term)}
        if not possible:
            return {}
        grounding = self.grounding(clauses)
        grounding.add(command.guard)
        macros = self.transitions.written(command)
        return self.admitted(
            {key: grounding.expand(term, macros) for key, term in possible.items()}, grounding
        )

    def of_states(
        self, violations: Mapping[T, z3.BoolRef], clauses: Sequence[Clause]
    ) -> dict[T, bool | None]:
        """Which violations some state of the clauses admits."""
        grounding = self.grounding(clauses)
        return self.admitted(
            {key: grounding.ground(term) for key, term in violations.items()}, grounding
        )

    def of_starts(self, violations: Mapping[T, z3.BoolRef]) -> dict[T, bool | None]:
        """Which violations some initial state admits."""
        grounding = self.grounding(())
        first = {
            key: grounding.ground(self.transitions.at_start(term))
            for key, term in violations.items()
        }
        return self.admitted(first, grounding)

    def violation(self, clause: Clause) -> z3.BoolRef:
        """That some entity violates a clause under its reading."""
        x = z3.Const(f"any:{clause.sort}1", clause.variable.sort())
        fixed = self.transitions.under(clause.reading)
        violated: z3.BoolRef = z3.And(*fixed, z3.Not(clause.at(x)))
        return violated

    def is_invariant(self, clauses: Sequence[Clause]) -> bool:
        """Whether clauses hold initially and every step keeps them, all together."""
        broken = {}
        for index, clause in enumerate(clauses):
            broken[index] = self.violation(clause)
        primed = {index: self._primed(term) for index, term in broken.items()}
        return not self.of_starts(broken) and not any(
            self.of_steps(primed, clauses, command) for command in self.transitions.commands
        )

    def surviving(
        self, clauses: Sequence[Clause], suspicious: Sequence[Command] | None = None
    ) -> list[Clause]:
        """The largest set of these clauses that is inductive.

        ``suspicious`` are the only commands that may break them, and only they may, if given.
        """
        if suspicious is not None and not self._broken(clauses, suspicious):
            return list(clauses)
        kept = list(clauses)
        while True:
            gone = set(self.of_starts({clause: self.violation(clause) for clause in kept}))
            left = [clause for clause in kept if clause not in gone]
            gone |= self._broken(kept, self.transitions.commands, left)
            if not gone:
                return kept
            kept = [clause for clause in kept if clause not in gone]

    def _broken(
        self,
        known: Sequence[Clause],
        commands: Sequence[Command],
        asked: Sequence[Clause] | None = None,
    ) -> set[Clause]:
        """Those clauses that some step of these commands from the known ones breaks."""
        primed = {
            clause: self._primed(self.violation(clause))
            for clause in (known if asked is None else asked)
        }
        gone: set[Clause] = set()
        for command in commands:
            left = {clause: said for clause, said in primed.items() if clause not in gone}
            gone |= set(self.of_steps(left, known, command)) if left else set()
        return gone

    def _primed(self, term: z3.BoolRef) -> z3.BoolRef:
        primed: z3.BoolRef = self.transitions.primed(term)
        return primed
