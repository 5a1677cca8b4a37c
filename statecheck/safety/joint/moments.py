"""One solver for the initial states, and one for the steps of each command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import z3

from statecheck.modeling import Variant
from statecheck.safety.induction import Clause, Induction, assume_taken
from statecheck.safety.joint.model_state import state_in
from statecheck.safety.joint.pools import Candidate, Pool
from statecheck.smt.c_interface import disjunction
from statecheck.smt.grounding import Grounding
from statecheck.smt.solving import ground_solver, is_satisfiable, true_in
from statecheck.symbolic.commands import Command

THIN = 60
"""A core of more candidates is not thinned one by one."""


class Moment:
    """The initial states, where there is no command, or the steps of a command."""

    def __init__(
        self,
        induction: Induction,
        clauses: Sequence[Clause],
        variant: Variant,
        command: Command | None,
    ) -> None:
        induction.time_left()
        self.induction, self.command = induction, command
        self.grounding = induction.grounding(clauses)
        self.grounding.constraints.extend(induction.transitions.fixed_constants(variant))
        self.solver = ground_solver(induction.seed)
        self.known: set[Candidate] = set()
        self._after: dict[tuple[int, int], z3.BoolRef] = {}
        self.asserted = 0
        if command is not None:
            assume_taken(self.grounding, command)

    def admit(self, candidate: Candidate) -> None:
        """Let a candidate be assumed before, and violated after."""
        if candidate in self.known:
            return
        self.known.add(candidate)
        pool = candidate.pool
        exist = [_somebody(self.grounding, v) for v in pool.variables]
        violated = candidate.violated
        self.grounding.constraints.append(z3.Implies(violated, z3.And(*exist)))
        for n, truth in candidate.literals:
            name = self._later(pool, n)
            self.grounding.constraints.append(z3.Implies(violated, z3.Not(name) if truth else name))
        if self.command is not None:
            term = z3.Implies(candidate.assumed, candidate.term)
            self.grounding.demand(
                pool.variables,
                lambda chosen: z3.substitute(term, *zip(pool.variables, chosen, strict=True)),
            )
        self.asserted = self.grounding.assert_into(self.solver, self.asserted)

    def _later(self, pool: Pool, n: int) -> z3.BoolRef:
        """The Boolean that an atom has after the step."""
        key = pool.number, n
        if key not in self._after:
            transitions = self.induction.transitions
            name = self._after[key] = z3.Bool(f"after {pool.number}.{n}")
            atom = pool.atoms[n]
            if self.command is None:
                term = transitions.in_initial_state(atom)
            else:
                term = transitions.after(transitions.primed(atom), self.command)
            self.grounding.add(name == term)
        return self._after[key]

    def counterexample(self, active: Sequence[Candidate]) -> tuple[Candidate, z3.ModelRef] | None:
        """A candidate that is violated although all that are active hold before, and a model;
        None if there is none. Raises Timeout.
        """
        self.solver.push()
        try:
            self.solver.add(disjunction([candidate.violated for candidate in active]))
            if not self._check([candidate.assumed for candidate in active]):
                return None
            model = self.solver.model()
            return next(c for c in active if z3.is_true(model.eval(c.violated))), model
        finally:
            self.solver.pop()

    def excluding(self, model: z3.ModelRef, pools: Sequence[Pool]) -> Iterator[Candidate]:
        """The candidates that are false before the step of a model."""
        vocabulary = self.induction.transitions.vocabulary
        kinds = [entity.name for entity in self.induction.transitions.info.entities]
        state = state_in(model, vocabulary, {kind: self._members(model, kind) for kind in kinds})
        for pool in pools:
            found: set[int] = set()
            for truths in pool.truths_in(state):
                found.update(pool.false_at(truths))
            yield from (Candidate(pool, k) for k in sorted(found))

    def _members(self, model: z3.ModelRef, sort: str) -> list[z3.ExprRef]:
        """The entities of a sort that exist in a model, each under one name."""
        values: dict[int, z3.ExprRef] = {}
        for term in self.grounding.terms.get(sort, {}).values():
            exists_when = self.grounding.exists_when.get(term.get_id())
            if exists_when is None or true_in(model, exists_when):
                value = model.eval(term, model_completion=True)
                values.setdefault(value.get_id(), term)
        return [*values.values()]

    def enough(self, wanted: Sequence[Candidate], active: Sequence[Candidate]) -> set[Candidate]:
        """Few of the active candidates that, with those that are wanted, keep these."""
        by_name = {c.assumed.decl().name(): c for c in active if c not in wanted}
        given = [candidate.assumed for candidate in wanted]
        self.solver.push()
        try:
            self.solver.add(*given, disjunction([candidate.violated for candidate in wanted]))
            possible = self._check([*map(z3.Bool, by_name)])
            assert not possible, "the candidates exclude it"
            core = self._core()
            for name in list(core) if len(core) <= THIN else ():
                rest = [other for other in core if other != name]
                if name in core and not self._check([*map(z3.Bool, rest)]):
                    core = self._core()
            return {by_name[name] for name in core}
        finally:
            self.solver.pop()

    def _core(self) -> list[str]:
        return sorted(literal.decl().name() for literal in self.solver.unsat_core())

    def _check(self, assumptions: Sequence[z3.BoolRef]) -> bool:
        return is_satisfiable(self.solver, assumptions, self.induction.time_left)


def _somebody(grounding: Grounding, entity: z3.ExprRef) -> z3.BoolRef:
    """The condition on which an entity that candidates are violated by exists."""
    if entity.get_id() not in grounding.terms.get(entity.sort().name(), {}):
        grounding.entity(entity, z3.Bool(f"there is {entity}"))
    return grounding.exists_when[entity.get_id()]
