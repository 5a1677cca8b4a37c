"""Questions about the states that candidates leave, and about the steps from them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

import z3

from statecheck.modeling import Variant
from statecheck.safety.induction import Clause, Induction, assume_taken, both
from statecheck.safety.joint.pools import Candidate, Pool
from statecheck.safety.joint.quantified import later
from statecheck.smt.c_interface import conjunction, disjunction, truths
from statecheck.smt.solving import ground_solver, is_satisfiable
from statecheck.symbolic.commands import Command

Instance = Callable[[Candidate, z3.ExprRef], z3.BoolRef]
"""A candidate of an entity, where it is assumed."""


class Moment:
    """The states that satisfy ``clauses`` and what is assumed; with a command, its steps from them.

    ``is_first`` for the initial states, of which nothing is assumed.
    """

    def __init__(
        self,
        induction: Induction,
        clauses: Sequence[Clause],
        variant: Variant,
        command: Command | None,
        instance: Instance,
        *,
        is_first: bool = False,
    ) -> None:
        induction.time_left()
        self.induction, self.transitions = induction, induction.transitions
        self.command, self.is_first, self._instance = command, is_first, instance
        self.solver = ground_solver(induction.seed)
        self.grounding = induction.grounding(() if is_first else clauses)
        self.grounding.constraints.extend(self.transitions.fixed_constants(variant))
        if command is not None:
            assume_taken(self.grounding, command)
        self.goals: dict[int, tuple[z3.BoolRef, z3.BoolRef]] = {}
        self._admitted: set[Candidate] = set()
        self._at_stake: set[Candidate] = set()
        self._after: dict[tuple[int, int], z3.BoolRef] = {}
        self._named: dict[tuple[int, int], z3.BoolRef] = {}
        self._asserted = 0

    def aim(self, number: int, goal: z3.BoolRef) -> None:
        """Let a goal be asked for, by its number."""
        name = z3.Bool(f"goal {number}")
        term = both(self.grounding.suppose(goal), self.grounding.ground(goal))
        self.goals[number] = name, term
        self.grounding.constraints.append(z3.Implies(name, term))

    def _admit(self, candidate: Candidate) -> None:
        """Let a candidate be assumed before, and be violated after if anything is written that it
        is about.
        """
        if candidate in self._admitted:
            return
        self._admitted.add(candidate)
        if self.is_first or self.command is not None:
            self._stake(candidate)
        if self.is_first:
            return
        (variable,) = candidate.pool.variables

        def instance(entity: z3.ExprRef) -> z3.BoolRef:
            formula = self._instance(candidate, entity)
            exists_when = self.grounding.exists_when.get(entity.get_id())
            return formula if exists_when is None else z3.Implies(exists_when, formula)

        self.grounding.forall(variable.sort().name(), instance)

    def _stake(self, candidate: Candidate) -> None:
        pool = candidate.pool
        after = [(self._then(pool, n), truth) for n, truth in candidate.literals]
        if not self.is_first and all(
            atom.eq(pool.atoms[n])
            for (atom, _), (n, _) in zip(after, candidate.literals, strict=True)
        ):
            return
        self._at_stake.add(candidate)
        (variable,) = pool.variables
        false = [self.grounding.somebody(variable)]
        for n, truth in candidate.literals:
            name = self._later(pool, n)
            false.append(z3.Not(name) if truth else name)
        self.grounding.constraints.append(z3.Implies(candidate.violated, conjunction(false)))

    def _then(self, pool: Pool, n: int) -> z3.BoolRef:
        """An atom about the state after the step, or about the first state."""
        key = pool.number, n
        if key not in self._after:
            self._after[key] = later(self.transitions, pool.atoms[n], self.command)
        return self._after[key]

    def _later(self, pool: Pool, n: int) -> z3.BoolRef:
        """The Boolean that an atom has after the step."""
        key = pool.number, n
        if key not in self._named:
            name = self._named[key] = z3.Bool(f"after {pool.number}.{n}")
            self.grounding.somebody(pool.variables[0])
            self.grounding.add(name == self._then(pool, n))
        return self._named[key]

    def counterexample(
        self, goals: Sequence[int], active: Sequence[Candidate], asked: Sequence[Candidate]
    ) -> tuple[int | Candidate, z3.ModelRef] | None:
        """A goal that is met, or an ``asked`` candidate that is violated, although all that are
        active hold before; and a model. None if there is none. Raises Timeout.
        """
        for candidate in (*active, *asked):
            self._admit(candidate)
        sought: dict[int | Candidate, z3.BoolRef] = {n: self.goals[n][0] for n in goals}
        sought.update((c, c.violated) for c in asked if c in self._at_stake)
        if not sought or not self._check([*sought.values()], active):
            return None
        model = self.solver.model()
        holds = truths(model, [*sought.values()])
        return next(itertools.compress(sought, holds)), model

    def _check(self, sought: Sequence[z3.BoolRef], active: Sequence[Candidate]) -> bool:
        self._asserted = self.grounding.assert_into(self.solver, self._asserted)
        name = z3.FreshBool("asked")
        self.solver.add(z3.Implies(name, disjunction(sought)))
        assumed = [] if self.is_first else [candidate.assumed for candidate in active]
        return is_satisfiable(self.solver, [name, *assumed], self.induction.time_left)

    def enough(
        self,
        goals: Sequence[int],
        asked: Sequence[Candidate],
        given: Sequence[Candidate],
        active: Sequence[Candidate],
    ) -> set[Candidate]:
        """Few of the active candidates that, with those that are given, exclude the goals and keep
        those that are asked about.
        """
        more: set[Candidate] = set()
        known = set(given)
        others = [candidate for candidate in active if candidate not in known]
        while found := self.counterexample(goals, [*given, *sorted(more)], asked):
            item, _ = found
            goal, kept = ([item], []) if isinstance(item, int) else ([], [item])
            more |= self._core(goal, kept, [*given, *sorted(more)], others)
        return more

    def _core(
        self,
        goals: Sequence[int],
        asked: Sequence[Candidate],
        given: Sequence[Candidate],
        others: Sequence[Candidate],
    ) -> set[Candidate]:
        """Few other candidates that, with those that are given, exclude what is asked for."""
        core = [candidate for candidate in others if candidate not in given]
        for candidate in [None, *core]:
            if candidate is not None and candidate not in core:
                continue
            left = [other for other in core if other is not candidate]
            if self.counterexample(goals, [*given, *left], asked) is None:
                used = {literal.decl().name() for literal in self.solver.unsat_core()}
                core = [other for other in left if other.assumed.decl().name() in used]
            else:
                assert candidate is not None, "the candidates exclude it"
        return set(core)

    def met(self, model: z3.ModelRef, goals: Sequence[int]) -> Iterator[int]:
        """The goals that are met in a model, whether they were asked for or not."""
        terms = [self.goals[number][1] for number in goals]
        return itertools.compress(goals, truths(model, terms))

    def members(self, model: z3.ModelRef) -> Mapping[str, Sequence[z3.ExprRef]]:
        """Terms for the entities of each kind that exist in a model."""
        exists_when = self.grounding.exists_when
        members = {}
        for entity in self.transitions.info.entities:
            known = [*self.grounding.terms.get(entity.name, {}).values()]
            conditions = [exists_when.get(term.get_id(), _ALWAYS) for term in known]
            holds = truths(model, conditions)
            members[entity.name] = [t for t, own in zip(known, holds, strict=True) if own]
        return members


_ALWAYS = z3.BoolVal(True)
