"""Candidate clauses: disjunctions of up to three literals that no sampled run violates.

A literal is an atom or its negation, about one entity and those that it leads to. Samples are the
states of random runs; of the clauses that hold in every sample only the subset-minimal ones are
candidates.
"""

from __future__ import annotations

import functools
import itertools
import operator
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import z3

from statecheck.clock import TimeLeft
from statecheck.modeling import NO_VARIANT, Variant
from statecheck.safety.atoms import Atom
from statecheck.safety.induction import Clause, either
from statecheck.smt.c_interface import disjunction
from statecheck.smt.evaluation import of_each_choice
from statecheck.symbolic.simulate import Simulator

LONGEST = 3
"""Candidates have so many literals at most."""

Literals = tuple[tuple[int, bool], ...]
"""A clause as (index of the atom, wanted truth) pairs."""


def survivors(columns: Sequence[int], full: int, longest: int = LONGEST) -> list[Literals]:
    """The subset-minimal clauses of up to so many literals, of three at most, that hold in every
    sample.

    ``columns[i]`` has bit k where atom i is true in sample k; ``full`` has every bit.
    """
    literals = [(i, truth) for i in range(len(columns)) for truth in (True, False)]
    bits = [columns[i] if truth else full & ~columns[i] for i, truth in literals]
    count = len(literals)
    clauses: list[Literals] = [(literals[i],) for i in range(count) if bits[i] == full]
    alone = {i for i in range(count) if bits[i] == full}
    live = [i for i in range(count) if i not in alone and bits[i] != 0]
    pairs = {
        (i, j)
        for i, j in itertools.combinations(live, 2)
        if bits[i] | bits[j] == full and literals[i][0] != literals[j][0]
    }
    clauses += [(literals[i], literals[j]) for i, j in sorted(pairs)]
    for position, i in enumerate(live if longest == LONGEST else ()):
        for offset, j in enumerate(live[position + 1 :], position + 2):
            if literals[i][0] == literals[j][0] or (i, j) in pairs:
                continue
            missing = full & ~(bits[i] | bits[j])
            for k in live[offset:]:
                if (
                    missing & ~bits[k] == 0
                    and literals[k][0] not in (literals[i][0], literals[j][0])
                    and (i, k) not in pairs
                    and (j, k) not in pairs
                ):
                    clauses.append((literals[i], literals[j], literals[k]))
    return clauses


def by_support(clauses: Iterable[Literals], columns: Sequence[int], full: int) -> list[Literals]:
    """Clauses, the shorter first; of those that are as long, the one first that would lose most
    samples if it had a literal less.
    """

    def order(clause: Literals) -> tuple[int, int, Literals]:
        bits = [columns[i] if truth else full & ~columns[i] for i, truth in clause]
        rest = [
            functools.reduce(operator.or_, (b for n, b in enumerate(bits) if n != left), 0)
            for left in range(len(bits))
        ]
        return len(clause), -min((full & ~other).bit_count() for other in rest), clause

    return sorted(clauses, key=order)


@dataclass
class Candidates:
    """The candidates about one kind of entity; the first ``general`` hold under any variant."""

    sort: str
    variant: Variant
    atoms: list[Atom]
    clauses: list[Literals]
    general: int = 0

    def name(self, index: int) -> None:
        """Make a Boolean for each candidate: that it is assumed, and that it is violated.

        ``assumed`` says of ``variable`` what those that are assumed say; ``broken`` says that those
        that are violated are false under the truths ``after``.
        """
        numbers = range(len(self.clauses))
        self.alive = set(numbers)
        self.assume = [z3.Bool(f"alive!{index}!{k}") for k in numbers]
        self.alive_not = [z3.Not(name) for name in self.assume]
        self.violated = [z3.Bool(f"violated!{index}!{k}") for k in numbers]
        self.violated_not = [z3.Not(name) for name in self.violated]
        terms = {True: [a.term for a in self.atoms], False: [z3.Not(a.term) for a in self.atoms]}
        self.variable = self.atoms[0].variable
        self.after = [z3.Bool(f"after!{index}!{i}") for i in range(len(self.atoms))]
        wrong = {True: [z3.Not(name) for name in self.after], False: self.after}
        self.broken = z3.And(
            *(
                disjunction([self.violated_not[k], wrong[truth][i]])
                for k, literals in enumerate(self.clauses)
                for i, truth in literals
            )
        )
        self.assumed = z3.And(
            *(
                disjunction([self.alive_not[k], *(terms[truth][i] for i, truth in literals)])
                for k, literals in enumerate(self.clauses)
            )
        )

    def violations(self, values: Sequence[bool]) -> list[int]:
        """The candidates that are left and false under these truths of the atoms."""
        return [
            k for k in sorted(self.alive) if all(values[i] != truth for i, truth in self.clauses[k])
        ]

    def clause(self, literals: Literals) -> Clause:
        """A candidate as a clause."""
        chosen = [(self.atoms[i], truth) for i, truth in literals]
        terms = [atom.term if truth else z3.Not(atom.term) for atom, truth in chosen]
        is_general = literals in self.clauses[: self.general]
        return Clause(
            self.sort,
            NO_VARIANT if is_general else self.variant,
            tuple(atom.literal(truth) for atom, truth in chosen),
            chosen[0][0].variable,
            either(terms),
        )

    def is_own(self, literals: Literals) -> bool:
        """Tell whether a clause is not really one about an entity that this one leads to."""
        hops = {self.atoms[i].place[:1] for i, _ in literals}
        return len(hops) > 1 or hops == {()}


WALKS, STEPS, NOTHING_NEW = 400, 25, 200
"""So many random runs of so many steps, at most: there are no more after so many in turn whose
states had nothing new about them.
"""


_SIZES = (3, 2, 2)


Columns = dict[str, tuple[list[int], int]]
"""For each sort: bit k of an atom's number says whether it is true in sample k; and every bit."""


def sample(
    simulator: Simulator,
    vocabulary: Mapping[str, Sequence[Atom]],
    variants: Sequence[Variant],
    seed: int,
    time_left: TimeLeft,
) -> dict[Variant, Columns]:
    """For each variant the truths of the atoms in the distinct samples of random runs under it.

    Raises Timeout.
    """
    transitions = simulator.transitions
    pick = random.Random(seed)
    sizes = {
        entity.name: size
        for entity, size in zip(transitions.info.entities, itertools.cycle(_SIZES), strict=False)
    }
    tests = {
        sort: of_each_choice([items[0].variable], *(atom.term for atom in items))
        for sort, items in vocabulary.items()
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
    idle = 0
    turns = itertools.cycle(fixed.values())
    for _, wanted in zip(range(WALKS), turns, strict=False):
        time_left()
        idle += 1
        if idle > NOTHING_NEW:
            break
        for state in simulator.walk(sizes, STEPS, pick, wanted):
            constants = state.constants.items()
            under = [seen[variant] for variant, own in fixed.items() if own.items() <= constants]
            for sort, test in tests.items():
                vectors = test(state.functions, state.constants, state.sizes)
                for known in under:
                    before = len(known[sort])
                    known[sort].update(dict.fromkeys(vectors))
                    if len(known[sort]) > before:
                        idle = 0
    return {
        variant: {sort: _columns(vectors) for sort, vectors in by_sort.items()}
        for variant, by_sort in seen.items()
    }


def _columns(vectors: Iterable[tuple[bool, ...]]) -> tuple[list[int], int]:
    rows = [*vectors]
    return [*map(packed, zip(*rows, strict=True))], (1 << len(rows)) - 1


def packed(truths: Sequence[bool]) -> int:
    """The number of which bit k says truth k."""
    return int(bytes(truths)[::-1].translate(_DIGITS) or b"0", 2)


_DIGITS = bytes.maketrans(b"\0\1", b"01")
