"""Inductive invariants are inferred, not typed in.

Random runs rule out most candidates, Houdini those that are not inductive; of the others the
clauses that proofs need are kept. Sampling decides nothing: a candidate that it fails to rule out
is ruled out by Z3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import z3

from statecheck.modeling import NO_VARIANT, Variant
from statecheck.safety.atoms import atoms
from statecheck.safety.candidates import Candidates, Literals, sample, survivors
from statecheck.safety.houdini import Houdini, ProofGoal
from statecheck.safety.induction import Clause, Induction

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
    transitions = induction.transitions
    vocabulary = atoms(transitions, extra)
    general: dict[str, list[Literals]] = {}
    inferred: dict[tuple[str, tuple[str, ...]], Clause] = {}
    samples = sample(transitions, vocabulary, goals, induction.seed, induction.time_left)
    for variant in sorted(goals, key=lambda variant: variant.name):
        columns = samples[variant]
        pools = []
        for sort, items in vocabulary.items():
            if not items:
                continue
            pool = Candidates(sort, variant, items, [])
            known = general.get(sort, [])
            fresh = [
                c
                for c in survivors(*columns[sort])
                if not pool.belongs_elsewhere(c) and c not in set(known)
            ]
            pool.clauses = [*known, *fresh]
            pool.general = len(known)
            pools.append(pool)
        houdini = Houdini(induction, pools, variant)
        asked = len(houdini.alive())
        houdini.run()
        wanted = list(goals[variant])
        clauses = houdini.needed(wanted)
        for argument in arguments.get(variant, ()):
            if argument(clauses) is None:
                wanted += argument(houdini.clauses()) or ()
                clauses = houdini.needed(wanted)
        log(
            f"{variant.name or 'any reading'}: {asked} candidates, "
            f"{len(houdini.alive())} inductive, {len(clauses)} needed"
        )
        if variant == NO_VARIANT:
            general = {pool.sort: [pool.clauses[k] for k in sorted(pool.alive)] for pool in pools}
        for clause in clauses:
            inferred[clause.sort, clause.literals] = clause
    return irredundant(induction, list(inferred.values()))


def irredundant(induction: Induction, clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses without those that follow from the others."""
    kept = list(clauses)
    for clause in clauses:
        others = [other for other in kept if other is not clause]
        if not induction.state_violations({clause: induction.violation(clause)}, others):
            kept = others
    return kept
