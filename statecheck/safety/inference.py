"""Inductive invariants are inferred, not typed in.

Random runs rule out most candidates; of the others those are looked at that exclude goals, or keep
one that does. Sampling decides nothing: a candidate that it fails to rule out is ruled out by Z3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

import z3

from statecheck.modeling import NO_VARIANT, Variant
from statecheck.safety.atoms import Atom, atoms
from statecheck.safety.candidates import Candidates, Columns, by_support, sample, survivors
from statecheck.safety.induction import Clause, Induction
from statecheck.safety.inferring.goal_search import GoalSearch, ProofGoal
from statecheck.safety.inferring.houdini import Houdini
from statecheck.safety.inferring.sampled_pool import SampledPool
from statecheck.smt.roles import whichever
from statecheck.symbolic.simulate import Simulator

Argument = Callable[[Sequence[Clause]], Sequence[ProofGoal] | None]
"""The further goals that clauses give rise to; None where they do not suffice to tell."""


def infer(
    induction: Induction,
    extra: Iterable[z3.ExprRef],
    goals: Mapping[Variant, Sequence[ProofGoal]],
    arguments: Mapping[Variant, Sequence[Argument]],
    *,
    log: Callable[[str], None] = lambda _: None,
) -> list[Clause]:
    """Find inductive clauses that exclude the goals: first those under any variant, which serve
    all, then those under each variant on top. Arguments that need more clauses get them.

    Raises Timeout.
    """
    material = _Material(induction, list(extra), list(goals))
    general: list[Clause] = []
    inferred: dict[tuple[str, tuple[str, ...]], Clause] = {}
    for variant in sorted(goals, key=lambda variant: variant.name):
        clauses = _Inference(material, variant, general).clauses(
            goals[variant], arguments.get(variant, ())
        )
        log(f"{variant.name or 'any reading'}: {len(clauses)} clauses")
        if variant == NO_VARIANT:
            general = clauses
        for clause in clauses:
            inferred[clause.sort, clause.literals] = clause
    return irredundant(induction, list(inferred.values()))


def all_inductive(induction: Induction) -> Houdini:
    """All clauses about one entity that are inductive together, whatever they are good for; run,
    and ready to tell which some goals need. Raises Timeout.
    """
    material = _Material(induction, [], [NO_VARIANT])
    return _Inference(material, NO_VARIANT, []).all_inductive()


class _Material:
    """Atoms and samples that candidates under all variants are made of, once some are needed."""

    def __init__(
        self, induction: Induction, extra: Sequence[z3.ExprRef], variants: Sequence[Variant]
    ) -> None:
        self.induction, self.transitions = induction, induction.transitions
        self._extra, self._variants = extra, variants

    @cached_property
    def vocabulary(self) -> dict[str, list[Atom]]:
        """The atoms about each kind of entity that there are any about."""
        return {sort: own for sort, own in atoms(self.transitions, self._extra).items() if own}

    @cached_property
    def simulator(self) -> Simulator:
        """The commands, to be executed."""
        return Simulator(self.transitions)

    @cached_property
    def samples(self) -> Mapping[Variant, Columns]:
        """The truths of the atoms in random runs under each variant. Raises Timeout."""
        seed, time_left = self.induction.seed, self.induction.time_left
        return sample(self.simulator, self.vocabulary, self._variants, seed, time_left)

    def candidates(self, variant: Variant) -> list[Candidates]:
        """The candidates under a variant, the best of each kind first. Raises Timeout."""
        pools = []
        for sort, items in self.vocabulary.items():
            pool = Candidates(sort, variant, items, [])
            columns, full = self.samples[variant][sort]
            pool.clauses = by_support(survivors(columns, full), columns, full)
            pools.append(pool)
        return pools


class _Inference:
    """The inference under one variant, beside clauses that hold under any."""

    def __init__(self, material: _Material, variant: Variant, general: Sequence[Clause]) -> None:
        self.material, self.variant, self.general = material, variant, general

    @cached_property
    def _candidates(self) -> list[Candidates]:
        return self.material.candidates(self.variant)

    @cached_property
    def _pools(self) -> list[SampledPool]:
        pools = []
        for number, own in enumerate(self._candidates):
            x = whichever(own.atoms[0].variable.sort())
            terms = [z3.substitute(atom.term, (atom.variable, x)) for atom in own.atoms]
            columns, every = self.material.samples[self.variant][own.sort]
            seen = columns or [0] * len(terms), every  # there may be no samples
            pools.append(SampledPool(number, (x,), terms, [*own.clauses], seen, is_own=own.is_own))
        return pools

    def clauses(self, goals: Sequence[ProofGoal], arguments: Sequence[Argument]) -> list[Clause]:
        """Clauses for some goals, and for those of arguments. Raises Timeout."""
        search = GoalSearch(
            self.material.induction,
            self.general,
            self.variant,
            lambda: self._pools,
            lambda: self.material.simulator,
        )
        search.run(goals)
        found = self._of(search)
        wanted = list(goals)
        houdini: Houdini | None = None
        for argument in arguments:
            if argument([*self.general, *found]) is None:
                if houdini is None:
                    houdini = self.all_inductive()
                wanted += argument([*self.general, *houdini.clauses()]) or ()
                found = houdini.needed(wanted)
        return found

    def _of(self, search: GoalSearch) -> list[Clause]:
        return [self._candidates[c.pool.number].clause(c.literals) for c in search.needed()]

    def all_inductive(self) -> Houdini:
        """All candidates that are inductive together."""
        for own, pool in zip(self._candidates, self._pools, strict=True):
            own.clauses = [c for k, c in enumerate(pool.clauses) if not pool.is_dropped(k)]
        houdini = Houdini(self.material.induction, self._candidates, self.variant)
        houdini.run()
        return houdini


def irredundant(induction: Induction, clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses without those that follow from the others."""
    kept = list(clauses)
    for clause in clauses:
        others = [other for other in kept if other is not clause]
        if not induction.state_violations({clause: induction.violation(clause)}, others):
            kept = others
    return kept
