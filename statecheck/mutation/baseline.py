"""The model that mutants are compared with: its invariant, and the observations of its claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.derived_answers import at_least, at_most
from statecheck.claims.results import Verdict
from statecheck.liveness.recovery import recovered_by_number
from statecheck.mutation.observations import (
    Event,
    Observation,
    admitted,
    claim_terms,
    find_runs,
    formula,
)
from statecheck.prover.context import DEPTH, ProofContext
from statecheck.prover.induction_results import recovery_of
from statecheck.prover.prover import Prover
from statecheck.safety.induction import Clause
from statecheck.safety.plans import plans


class Baseline:
    """The model as it is: the observations of its claims, and the invariant.

    ``questions`` are claims that are asked only where no other one sees a mutant. Raises ValueError
    where a verdict is not the expected one, for then nothing can be said about mutants; Timeout.
    """

    def __init__(
        self, prover: Prover, claims: Sequence[Claim], questions: Sequence[Claim] = ()
    ) -> None:
        self.prover = prover
        self.claims = {c.title: c for c in (*claims, *questions) if c.kind is not Kind.EVENTUALLY}
        self.clauses = prover.context.invariant()
        wanted = list(self._wanted())
        never = [o for o in wanted if o[1] is False]
        self.joint = self._joint(admitted(prover, [o for o, _ in never], self.clauses))
        happens = [o for o, truth in wanted if truth]
        found = {o: replace(o, run=run) for o, run in find_runs(prover, happens, DEPTH)}
        missing = [o.title for o in happens if o not in found]
        if missing:
            raise ValueError(f"no run of the model itself was found for {missing[0]}")
        self.observations = tuple(found.get(o, o) for o, _ in wanted)
        self.terms = {o: formula(prover, o) for o in self.observations}
        self.others = {
            claim.title: claim_terms(prover, claim)
            for claim in claims
            if claim.kind in (Kind.RECOVERABLE, Kind.EVENTUALLY)
        }
        later = {question.title for question in questions}
        self.groups = tuple(
            [o for o in self.observations if (o.title in later) is asked] for asked in (False, True)
        )

    @cached_property
    def helped(self) -> set[str]:
        """The titles of recoverable claims whose plans name entities that the claims do not."""
        context = self.prover.context
        return {
            claim.title
            for claim in context.catalogue
            if claim.kind is Kind.RECOVERABLE and not has_plan(context, claim, self.clauses)
        }

    def _joint(self, open_: Sequence[Observation]) -> set[str]:
        """The titles of claims that the invariant leaves open, which are proven with others."""
        titles = dict.fromkeys(o.title for o in open_)
        for result in self.prover.prove([self.claims[title] for title in titles]):
            if result.verdict is not Verdict.PROVED:
                raise ValueError(f"{result.claim.title} is not proven of the model itself")
        return set(titles)

    def _wanted(self) -> Iterator[tuple[Observation, bool]]:
        """The observations without their runs, and whether they happen."""
        for title, claim in self.claims.items():
            if claim.kind is Kind.DERIVED:
                yield from self._answer(claim)
            elif claim.kind is Kind.POSSIBLE:
                yield Observation(title, Event.REACHED), True
            elif claim.kind is not Kind.RECOVERABLE:
                yield Observation(title, Event.VIOLATION), claim.expected == Verdict.REFUTED.value
                if claim.expected == Verdict.PROVED.value:
                    yield Observation(title, Event.PREMISE), True
                if claim.across:
                    yield from self._answer(claim)

    def _answer(self, claim: Claim) -> Iterator[tuple[Observation, bool]]:
        """The ends of what has a run are reached, and nothing in the other regions is."""
        (result,) = self.prover.prove([claim])
        if result.verdict.value != claim.expected:
            raise ValueError(f"{claim.title} is {result.verdict}: {result.detail}")
        event = Event.VIOLATION if claim.across else Event.REACHED
        numbers = [region.numbers for region, _ in result.regions]
        low, high = min(first for first, _ in numbers), max(last for _, last in numbers)
        most = at_most(region for region, run in result.regions if run is not None)
        least = at_least((region for region, run in result.regions if run is None), low, high)
        ends = {end for bounds in (*most, *least) for end in bounds}
        for region, run in result.regions:
            if run is None:
                yield Observation(claim.title, event, region), False
                continue
            for corner in region.corners():
                if corner.low in ends or region.order is not None:
                    yield Observation(claim.title, event, corner), True


def has_plan(context: ProofContext, claim: Claim, clauses: Sequence[Clause]) -> bool:
    """Tell whether plans, or a number that falls, lead to what a claim says is recoverable, and
    name no other entities than it does.
    """
    asked = recovery_of(context, claim, clauses)
    return plans(asked) is not None or recovered_by_number(asked) is not None
