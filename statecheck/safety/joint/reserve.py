"""Further random runs, for candidates that are false and that no sample denies.

Of a search that takes on many candidates most are false, and each leads to others. So after some of
them more runs are made, of other numbers of entities and with other numbers in them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cached_property

import z3

from statecheck.clock import TimeLeft
from statecheck.modeling import Variant
from statecheck.safety.joint.pair_candidates import LARGER, SIZES, linked, starting
from statecheck.safety.joint.pools import Candidate
from statecheck.smt.evaluation import Valuation, of_each_choice
from statecheck.smt.terms import subterms
from statecheck.symbolic.simulate import Simulator
from statecheck.symbolic.transition_system import TransitionSystem

WALKS, STEPS = 600, 40
"""So many runs of so many steps are made, at most."""

LARGEST, COUNTS = 4, 12
"""No run has more entities of a kind, where these refer to nothing; so many numbers of entities are
tried beside those of the samples.
"""

WIDE = (-3, 17)
"""Numbers that every other run has, beside those of all."""


class Reserve:
    """Distinct states of further random runs under a variant, made when they are first needed."""

    def __init__(
        self, transitions: TransitionSystem, variant: Variant, seed: int, time_left: TimeLeft
    ) -> None:
        self.transitions, self.variant = transitions, variant
        self.seed, self.time_left = seed, time_left
        self._parts: dict[tuple[str, ...], list[Valuation]] = {}

    def denial(self, candidate: Candidate) -> Valuation | None:
        """A state in which a candidate is false of some entities. Raises Timeout."""
        self.time_left()
        term, variables = candidate.term, candidate.pool.variables
        test = of_each_choice(variables, term)
        return next(
            (
                state
                for state in self._differing(term)
                if any(
                    not holds for (holds,) in test(state.functions, state.constants, state.sizes)
                )
            ),
            None,
        )

    def _differing(self, term: z3.BoolRef) -> list[Valuation]:
        """States that differ in what a term is about, one for each way."""
        names = {part.decl().name() for part in subterms(term) if z3.is_app(part)}
        key = tuple(sorted(names & {*self._states[0].functions})) if self._states else ()
        if key not in self._parts:
            own = {
                (number, *(numbers[name] for name in key)): state
                for state, (number, numbers) in zip(self._states, self._numbers, strict=True)
            }
            self._parts[key] = list(own.values())
        return self._parts[key]

    @cached_property
    def _numbers(self) -> list[tuple[int, dict[str, int]]]:
        """For each state a number of its sizes and constants, and of each of its functions: equal
        ones have the same.
        """
        known: dict[object, int] = {}

        def number(value: object) -> int:
            return known.setdefault(value, len(known))

        return [
            (
                number((*state.sizes.values(), *state.constants.items())),
                {name: number(tuple(own)) for name, own in state.functions.items()},
            )
            for state in self._states
        ]

    @cached_property
    def _states(self) -> list[Valuation]:
        return list(self._walked())

    def _walked(self) -> Iterator[Valuation]:
        simulators = [Simulator(self.transitions), Simulator(self.transitions)]
        for simulator, further in zip(simulators, ((), WIDE), strict=True):
            simulator.numbers = tuple(sorted({*simulator.numbers, 0, 1, 2, *further}))
        fixed = starting(self.transitions, self.variant)
        pick = random.Random(f"{self.seed} in reserve")
        kinds = [entity.name for entity in self.transitions.info.entities]
        sizes = simulators[0].allowed([*self._sizes(kinds, pick)])
        for n in range(WALKS):
            self.time_left()
            own = sizes[n // 2 % len(sizes)]
            for state in simulators[n % 2].walk(own, STEPS, pick, fixed):
                if fixed.items() <= state.constants.items():
                    yield state

    def _sizes(self, kinds: list[str], pick: random.Random) -> Iterator[dict[str, int]]:
        for own in (*SIZES, *(LARGER if self.transitions.axioms else ())):
            plain = {kind: own[n % len(own)] for n, kind in enumerate(kinds)}
            yield plain
            yield linked(self.transitions, plain, pick)
        for _ in range(COUNTS):
            plain = {kind: pick.randint(1, LARGEST) for kind in kinds}
            yield linked(self.transitions, plain, pick)
