"""Houdini: the largest inductive set of candidate clauses, for any number of entities.

Z3 looks for a state that satisfies all candidates and a step after which one is violated, and
drops those that are violated, until there is none: what remains is inductive. (Flanagan and Leino,
Houdini, FME 2001.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import z3

from statecheck.modeling import Variant
from statecheck.safety.candidates import Candidates
from statecheck.safety.induction import Clause, Induction, both
from statecheck.safety.inferring.goal_search import ProofGoal
from statecheck.smt.c_interface import assert_all, disjunction, truths
from statecheck.smt.roles import whichever
from statecheck.smt.solving import ground_solver, is_satisfiable
from statecheck.symbolic.commands import Command


class _Step:
    """One command's solver: the candidates before the step, guarded, and the atoms after it."""

    def __init__(self, houdini: Houdini, command: Command) -> None:
        houdini.induction.time_left()
        transitions = houdini.induction.transitions
        self.houdini = houdini
        self.command = command
        self.grounding = houdini.induction.grounding(())
        self.solver = ground_solver(houdini.induction.seed)
        # Guess that candidates are violated: a model then rules out many of them at once.
        self.solver.set("phase_selection", 1)
        self.solver.add(*transitions.variant_constraints(houdini.variant))
        self.asserted = 0
        self.done: set[int] = set()
        self.grounding.add(command.guard)
        for pool in houdini.pools:
            x = whichever(pool.variable.sort())
            # Of another kind than a candidate is about there need be no entity.
            exists_when = z3.Bool(f"there is {pool.sort}")
            self.grounding.entity(x, exists_when)
            self.solver.add(z3.Implies(disjunction(pool.violated), exists_when))
            for name, atom in zip(pool.after, pool.atoms, strict=True):
                term = z3.substitute(atom.term, (atom.variable, x))
                term = self.grounding.ground(transitions.after(transitions.primed(term), command))
                self.solver.add(name == term)
            self.solver.add(pool.broken)
        self.flush()

    def flush(self) -> None:
        """Assert what the grounding has gained, and the candidates at its new terms."""
        pools = {pool.sort: pool for pool in self.houdini.pools}
        for sort, terms in self.grounding.terms.items():
            for key, term in terms.items():
                if sort in pools and key not in self.done:
                    self.done.add(key)
                    pool = pools[sort]
                    self.solver.add(z3.substitute(pool.assumed, (pool.variable, term)))
        self.asserted = self.grounding.assert_into(self.solver, self.asserted)

    def goal(self, term: z3.BoolRef) -> z3.BoolRef:
        """A goal, ground; its entities need not exist where others are asked about."""
        return both(self.grounding.suppose(term), self.grounding.ground(term))

    def check(self, assumptions: Sequence[z3.BoolRef]) -> bool:
        """Tell whether a model exists. Raises Timeout."""
        return is_satisfiable(self.solver, assumptions, self.houdini.induction.time_left)

    def excluded(
        self, terms: Mapping[int, z3.BoolRef], candidates: Sequence[z3.BoolRef]
    ) -> set[int]:
        """The terms that no step from a state of all these candidates makes true."""
        left = dict(terms)
        self.flush()
        self.solver.push()
        try:
            assert_all(self.solver, candidates)
            while left:
                self.solver.add(disjunction(list(left.values())))
                if not self.check(()):
                    break
                true = truths(self.solver.model(), list(left.values()))
                left = {key: left[key] for key, holds in zip(left, true, strict=True) if not holds}
            return set(left)
        finally:
            self.solver.pop()

    def enough(
        self, terms: Sequence[z3.BoolRef], chosen: set[str], candidates: Iterable[str]
    ) -> set[str]:
        """Candidates, few of them not chosen yet, that together exclude terms which all exclude."""
        more: set[str] = set()
        everything = sorted(set(candidates) - chosen)
        self.flush()
        self.solver.push()
        try:
            self.solver.add(disjunction(list(terms)), *map(z3.Bool, sorted(chosen)))
            while self.check([z3.Bool(name) for name in sorted(more)]):
                true = truths(self.solver.model(), terms).index(True)
                more |= self._core(terms[true], more, everything)
            return more
        finally:
            self.solver.pop()

    def _core(self, term: z3.BoolRef, old: Iterable[str], candidates: Sequence[str]) -> set[str]:
        """Few candidates that exclude a term together with old ones."""
        self.solver.push()
        try:
            self.solver.add(term, *map(z3.Bool, sorted(old)))
            possible = self.check([z3.Bool(name) for name in candidates])
            assert not possible, "the candidates exclude it"
            core = self._names()
            for name in list(core):
                rest = [other for other in core if other != name]
                if name in core and not self.check([z3.Bool(other) for other in rest]):
                    core = self._names()
            return set(core)
        finally:
            self.solver.pop()

    def _names(self) -> list[str]:
        return sorted(literal.decl().name() for literal in self.solver.unsat_core())


class Houdini:
    """One run of the algorithm for one variant."""

    def __init__(self, induction: Induction, pools: Sequence[Candidates], variant: Variant) -> None:
        self.induction = induction
        self.pools = pools
        self.variant = variant
        for index, pool in enumerate(pools):
            pool.name(index)
        self.steps = [_Step(self, command) for command in induction.transitions.commands]

    def run(self) -> None:
        """Reduce the candidates to the largest inductive set of them. Raises Timeout."""
        self._initially()
        changed = True
        while changed:
            changed = False
            for step in self.steps:
                changed |= self._kept(step)

    def _initially(self) -> None:
        transitions = self.induction.transitions
        for pool in self.pools:
            x = whichever(pool.variable.sort())
            instance = ground_solver(self.induction.seed)
            instance.add(*transitions.variant_constraints(self.variant))
            for name, atom in zip(pool.after, pool.atoms, strict=True):
                term = z3.substitute(atom.term, (atom.variable, x))
                instance.add(name == transitions.in_initial_state(term))
            instance.add(pool.broken)
            instance.add(disjunction(pool.violated))
            while is_satisfiable(instance, time_left=self.induction.time_left):
                model = instance.model()
                for k in pool.violations(truths(model, pool.after)):
                    pool.alive.discard(k)
                    instance.add(pool.violated_not[k])

    def _kept(self, step: _Step) -> bool:
        """Drop what a step from a state that satisfies all candidates violates."""
        changed = False
        step.solver.push()
        try:
            # What a state that satisfies more than it must violates, one that satisfies less does.
            assert_all(step.solver, self.alive())
            step.solver.add(
                disjunction(
                    [
                        pool.violated[k]
                        for pool in self.pools
                        for k in sorted(pool.alive)
                        if k >= pool.general
                    ]
                )
            )
            while step.check(()):
                changed = True
                model = step.solver.model()
                for pool in self.pools:
                    lost = pool.violations(truths(model, pool.after))
                    pool.alive.difference_update(lost)
                    assert_all(step.solver, [pool.violated_not[k] for k in lost])
            return changed
        finally:
            step.solver.pop()

    def alive(self) -> list[z3.BoolRef]:
        """The candidates that are left, as assumptions."""
        return [pool.assume[k] for pool in self.pools for k in sorted(pool.alive)]

    def clauses(self) -> list[Clause]:
        """The candidates that are left."""
        return [pool.clause(pool.clauses[k]) for pool in self.pools for k in sorted(pool.alive)]

    def needed(self, goals: Iterable[ProofGoal]) -> list[Clause]:
        """An inductive subset of the candidates that excludes every goal that can be excluded."""
        forbidden = [
            {index: step.goal(goal(step.command)) for index, goal in enumerate(goals)}
            for step in self.steps
        ]
        everything = {
            pool.assume[k].decl().name(): (pool, k) for pool in self.pools for k in pool.alive
        }
        excluded = set(forbidden[0])
        for step, terms in zip(self.steps, forbidden, strict=True):
            left = {index: terms[index] for index in sorted(excluded)}
            excluded = step.excluded(left, self.alive())
        chosen: set[str] = set()
        for step, terms in zip(self.steps, forbidden, strict=True):
            chosen |= step.enough([terms[index] for index in sorted(excluded)], chosen, everything)
        settled: set[str] = set()
        named: list[tuple[Candidates, int]] = []
        while settled != chosen:
            settled = set(chosen)
            for step in self.steps:
                named = [everything[name] for name in sorted(chosen)]
                broken = [pool.violated[k] for pool, k in named]
                chosen |= step.enough(broken, chosen, everything)
        return [pool.clause(pool.clauses[k]) for pool, k in named]
