"""Pools of candidate clauses about the same entities, and the one that a model calls for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import z3

from statecheck.safety.candidates import Literals
from statecheck.smt.evaluation import Compiled, Valuation, of_each_choice


@dataclass(eq=False)
class Pool:
    """Candidates about the same variables: disjunctions of ``atoms`` and their negations.

    ``clauses`` come in the order in which they are preferred. Those that are ``dropped``, by their
    numbers, some step does not keep although all others hold before it.
    """

    number: int
    variables: tuple[z3.ExprRef, ...]
    atoms: Sequence[z3.BoolRef]
    clauses: list[Literals]
    dropped: set[int] = field(default_factory=set)
    _having: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._having = [[0, 0] for _ in self.atoms]
        for k in range(len(self.clauses)):
            self._note(k)

    def add(self, literals: Literals) -> int:
        """Add a candidate; returns its number."""
        self.clauses.append(literals)
        self._note(len(self.clauses) - 1)
        return len(self.clauses) - 1

    def _note(self, k: int) -> None:
        for n, truth in self.clauses[k]:
            self._having[n][truth] |= 1 << k

    @cached_property
    def _test(self) -> Compiled:
        return of_each_choice(self.variables, *self.atoms)

    def truths_in(self, state: Valuation) -> Iterator[int]:
        """For each choice of entities of a state a number whose bit n says whether atom n is true
        of them.
        """
        for values in self._test(state.functions, state.constants, state.sizes):
            yield sum(1 << n for n, truth in enumerate(values) if truth)

    def false_at(self, truths: int) -> Iterator[int]:
        """The candidates that are false where bit n of ``truths`` says whether atom n is true."""
        return (k for k in self._false(truths) if k not in self.dropped)

    def dropped_at(self, truths: int) -> Iterator[int]:
        """Those that are false there and were dropped."""
        return (k for k in self._false(truths) if k in self.dropped)

    def _false(self, truths: int) -> Iterator[int]:
        true = 0
        for n, having in enumerate(self._having):
            true |= having[truths >> n & 1]
        false = ((1 << len(self.clauses)) - 1) & ~true
        while false:
            k = (false & -false).bit_length() - 1
            false &= false - 1
            yield k


@dataclass(frozen=True)
class Candidate:
    """A clause of a pool."""

    pool: Pool
    index: int

    @property
    def literals(self) -> Literals:
        """The clause as pairs: the number of an atom, and its truth."""
        return self.pool.clauses[self.index]

    @cached_property
    def term(self) -> z3.BoolRef:
        """The clause over the variables of its pool."""
        atoms = self.pool.atoms
        formula: z3.BoolRef = z3.Or(
            *(atoms[n] if truth else z3.Not(atoms[n]) for n, truth in self.literals)
        )
        return formula

    @property
    def name(self) -> str:
        """A name that no other candidate has."""
        return f"{self.pool.number}.{self.index}"

    @cached_property
    def assumed(self) -> z3.BoolRef:
        """The Boolean by which it holds of all entities before a step."""
        return z3.Bool(f"assumed {self.name}")

    @cached_property
    def violated(self) -> z3.BoolRef:
        """The Boolean by which it is false of some entities after a step."""
        return z3.Bool(f"violated {self.name}")

    def __lt__(self, other: Candidate) -> bool:
        return (self.pool.number, self.index) < (other.pool.number, other.index)
