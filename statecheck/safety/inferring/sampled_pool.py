"""Candidates with the samples that they hold in, and weaker ones in place of those dropped."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from statecheck.safety.candidates import LONGEST, Literals, by_support
from statecheck.safety.joint.pools import Pool


def _completions(missing: int, lacking: Sequence[int], most: int) -> list[tuple[int, ...]]:
    """The literals, by their numbers, that hold in all samples that are missing; where there may be
    two, also the pairs that do so together and not alone. ``lacking`` has for each literal the
    samples that it does not hold in.
    """
    if most < 1:
        return []
    left = [missing & rest for rest in lacking]
    found: list[tuple[int, ...]] = [(n,) for n, rest in enumerate(left) if not rest]
    if most > 1:
        helping = [(n, rest) for n, rest in enumerate(left) if 0 != rest != missing]
        for (n, rest), (m, other) in itertools.combinations(helping, 2):
            if not rest & other:
                found.append((n, m))
    return found


@dataclass(eq=False)
class SampledPool(Pool):
    """Candidates that hold in samples.

    A clause that is not ``is_own`` to the kind of entity is a candidate about another kind: here it
    is dropped from the beginning, and longer ones may take its place.
    """

    is_own: Callable[[Literals], bool] = bool
    _noted: set[int] = field(default_factory=set)
    _hopeless: set[int] = field(default_factory=set)
    _growing: int = 0
    """Bit k says whether candidate k may be given more literals."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._known = {frozenset(clause) for clause in self.clauses}
        self._foreign = {k for k, clause in enumerate(self.clauses) if not self.is_own(clause)}
        for k in self._foreign:
            self.drop(k)
            self._growing |= 1 << k

    def _note(self, k: int) -> None:
        super()._note(k)
        if len(self.clauses[k]) < LONGEST:
            self._growing |= 1 << k

    def refuted_by(self, truths: int) -> Iterator[int]:
        """The candidates that are false in a further sample, where bit n of ``truths`` says whether
        atom n is true.
        """
        if truths in self._noted:
            return
        self._noted.add(truths)
        self.learn(truths)
        yield from self.false_at(truths)

    def weaker(self, truths: int) -> list[int]:
        """Further candidates that are false there: what was dropped, with literals more, so that it
        holds in all samples. Those first that are best.
        """
        if truths in self._hopeless:
            return []
        columns, every = self.seen
        literals = [(n, not truths >> n & 1) for n in range(len(self.atoms))]
        lacking = [every & ~self._where(literal) for literal in literals]
        completions: dict[tuple[int, int], list[tuple[int, ...]]] = {}
        found: dict[frozenset[tuple[int, bool]], Literals] = {}
        for k in self.dropped_at(truths, self._growing):
            clause = self.clauses[k]
            missing = every
            for n, _ in clause:
                missing &= lacking[n]
            if not missing and k not in self._foreign:
                continue  # no sample tells what it lacks
            most = LONGEST - len(clause) if missing else 1
            if (missing, most) not in completions:
                completions[missing, most] = _completions(missing, lacking, most)
            for chosen in completions[missing, most]:
                if all(literals[n] not in clause for n in chosen):
                    longer = tuple(sorted((*clause, *(literals[n] for n in chosen))))
                    found[frozenset(longer)] = longer
        own = [c for key, c in found.items() if key not in self._known and self.is_own(c)]
        if not own:
            # Samples become more, and candidates fewer: it stays so.
            self._hopeless.add(truths)
        self._known.update(map(frozenset, own))
        return [self.add(clause) for clause in by_support(own, columns, every)]

    def _where(self, literal: tuple[int, bool]) -> int:
        (n, truth), (columns, every) = literal, self.seen
        return columns[n] if truth else every & ~columns[n]
