"""Pools of candidate clauses about the same entities, and the one that a model calls for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import z3

from statecheck.safety.candidates import Literals, packed
from statecheck.smt.evaluation import Compiled, Valuation, of_each_choice
from statecheck.smt.terms import has_quantifier, subterms
from statecheck.symbolic.vocabulary import Key

LONGEST, MOST = 7, 200
"""A candidate that a model calls for has so many literals, at most; a pool makes so many."""

Columns = tuple[Sequence[int], int]
"""Bit k of an atom's number says whether it is true in sample k; and every bit."""


def _without_need(agreeing: Sequence[int], every: int) -> list[int] | None:
    """Of some columns, of which no bit is in all, those that are left where each is left out in
    turn, if the others have none in common either; None if all have one in common.
    """
    later = [every]
    for column in reversed(agreeing):
        later.append(later[-1] & column)
    if later[-1]:
        return None
    kept, chosen = every, []
    for n, column in enumerate(agreeing):
        if kept & later[len(agreeing) - n - 1]:
            chosen.append(n)
            kept &= column
    return chosen


def _ones(bits: int) -> Iterator[int]:
    """The places of a number's ones, the lowest first."""
    text = f"{bits:b}"[::-1]
    k = text.find("1")
    while k >= 0:
        yield k
        k = text.find("1", k + 1)


@dataclass(eq=False)
class Pool:
    """Candidates about the same variables: disjunctions of ``atoms`` and their negations.

    ``clauses`` come in the order in which they are preferred. Those that are dropped some step does
    not keep although all others hold before it. ``seen`` says which atoms are true together in
    samples, ``mentions`` which functions of the state each is about; where it is left out, none.
    """

    number: int
    variables: tuple[z3.ExprRef, ...]
    atoms: Sequence[z3.BoolRef]
    clauses: list[Literals]
    seen: Columns = ([], 0)
    mentions: Sequence[frozenset[Key]] = ()
    _dropped: int = 0
    _denied: int = 0
    _having: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._having = [[0, 0] for _ in self.atoms]
        for k in range(len(self.clauses)):
            self._note(k)
        self._mined = len(self.clauses)

    def add(self, literals: Literals) -> int:
        """Add a candidate; returns its number."""
        self.clauses.append(literals)
        self._note(len(self.clauses) - 1)
        return len(self.clauses) - 1

    def drop(self, k: int) -> None:
        """Leave out a candidate."""
        self._dropped |= 1 << k

    def is_dropped(self, k: int) -> bool:
        """Tell whether a candidate is left out."""
        return bool(self._dropped >> k & 1)

    def restore(self) -> None:
        """Take all candidates that were dropped again, but for those that are denied."""
        self._dropped = self._denied

    def _note(self, k: int) -> None:
        for n, truth in self.clauses[k]:
            self._having[n][truth] |= 1 << k

    def learn(self, truths: int) -> None:
        """Take another sample, where bit n of ``truths`` says whether atom n is true."""
        columns, every = self.seen
        own = every + 1
        columns = [column | own if truths >> n & 1 else column for n, column in enumerate(columns)]
        self.seen = columns, every | own

    def deny(self, truths: int) -> None:
        """Take another sample, and leave out for good the candidates that are false in it."""
        self.learn(truths)
        self._denied |= self._false(truths)
        self._dropped |= self._denied

    def _outside(self, cone: frozenset[Key]) -> list[bool]:
        """For each atom whether it is about a function outside a cone."""
        return [not keys <= cone for keys in self.mentions or [frozenset()] * len(self.atoms)]

    def beyond(self, cone: frozenset[Key]) -> int:
        """Bit k says whether candidate k is about a function outside a cone."""
        found = 0
        for (false, true), outside in zip(self._having, self._outside(cone), strict=True):
            if outside:
                found |= false | true
        return found

    def longer(self, truths: int, cone: frozenset[Key] = frozenset()) -> int | None:
        """A candidate of more literals than others, made to be false where bit n of ``truths`` says
        whether atom n is true; None if a sample is so, or if it would have too many. It is about
        functions outside a cone only if it has to be.
        """
        columns, every = self.seen
        if not columns or len(self.clauses) - self._mined == MOST:
            return None
        outside = self._outside(cone)
        order = sorted(self._plain_last, key=outside.__getitem__, reverse=True)
        agreeing = [columns[n] if truths >> n & 1 else every & ~columns[n] for n in order]
        chosen = _without_need(agreeing, every)
        if chosen is None or len(chosen) > LONGEST:
            return None
        numbers = sorted(order[n] for n in chosen)
        literals = tuple((n, not truths >> n & 1) for n in numbers)
        if literals in self.clauses:
            return None
        return self.add(literals)

    @cached_property
    def _plain_last(self) -> list[int]:
        """The numbers of the atoms, those first that say the most."""

        def size(n: int) -> tuple[bool, int]:
            return has_quantifier(self.atoms[n]), len({*subterms(self.atoms[n])})

        return sorted(range(len(self.atoms)), key=size, reverse=True)

    @cached_property
    def _test(self) -> Compiled:
        return of_each_choice(self.variables, *self.atoms)

    def truths_in(self, state: Valuation) -> Iterator[int]:
        """For each choice of entities of a state a number whose bit n says whether atom n is true
        of them.
        """
        for values in self._test(state.functions, state.constants, state.sizes):
            yield packed(values)

    def false_at(self, truths: int) -> Iterator[int]:
        """The candidates that are false where bit n of ``truths`` says whether atom n is true."""
        return _ones(self._false(truths) & ~self._dropped)

    def dropped_at(self, truths: int, among: int = -1) -> Iterator[int]:
        """Those that are false there and were dropped, as far as they have a bit in ``among``."""
        return _ones(self._false(truths) & self._dropped & among)

    def _false(self, truths: int) -> int:
        """Bit k says whether candidate k is false."""
        true = 0
        for n, having in enumerate(self._having):
            true |= having[truths >> n & 1]
        return ((1 << len(self.clauses)) - 1) & ~true


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
