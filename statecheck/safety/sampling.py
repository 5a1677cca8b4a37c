"""Samples: the truths of atoms in the states of random runs."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable

from statecheck.clock import TimeLeft
from statecheck.modeling import Variant
from statecheck.safety.atoms import Atom
from statecheck.smt.evaluation import compiled
from statecheck.smt.roles import subject_name
from statecheck.symbolic.simulate import Simulator
from statecheck.symbolic.transition_system import TransitionSystem

WALKS, STEPS = 2000, 25


_SIZES = (3, 2, 2)


Columns = dict[str, tuple[list[int], int]]
"""For each sort: bit k of an atom's number says whether it is true in sample k; and every bit."""


def sample(
    transitions: TransitionSystem,
    vocabulary: dict[str, list[Atom]],
    variants: Iterable[Variant],
    seed: int,
    time_left: TimeLeft,
) -> dict[Variant, Columns]:
    """For each variant the truths of the atoms in the distinct samples of random runs under it.

    Raises Timeout.
    """
    simulator = Simulator(transitions)
    pick = random.Random(seed)
    sizes = {
        entity.name: size
        for entity, size in zip(transitions.info.entities, itertools.cycle(_SIZES), strict=False)
    }
    tests = {
        sort: (subject_name(sort), compiled(*(atom.term for atom in items)))
        for sort, items in vocabulary.items()
        if items
    }
    fixed = {
        variant: {
            transitions.vocabulary.constants[name].decl().name(): value
            for name, value in variant.constants
        }
        for variant in variants
    }
    seen: dict[Variant, dict[str, dict[tuple[bool, ...], None]]] = {
        variant: {sort: {} for sort in tests} for variant in fixed
    }
    for _ in range(WALKS):
        time_left()
        for state in simulator.walk(sizes, STEPS, pick):
            constants = dict(state.constants)
            under = [seen[r] for r, values in fixed.items() if values.items() <= constants.items()]
            for sort, (variable, test) in tests.items():
                for index in range(sizes[sort]):
                    constants[variable] = index
                    vector = test(state.functions, constants, sizes)
                    for vectors in under:
                        vectors[sort][vector] = None
    return {
        variant: {sort: _columns(vectors) for sort, vectors in by_sort.items()}
        for variant, by_sort in seen.items()
    }


def _columns(vectors: Iterable[tuple[bool, ...]]) -> tuple[list[int], int]:
    count = 0
    columns: list[int] = []
    for vector in vectors:
        columns = columns or [0] * len(vector)
        for i, truth in enumerate(vector):
            if truth:
                columns[i] |= 1 << count
        count += 1
    return columns, (1 << count) - 1
