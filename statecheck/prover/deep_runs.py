"""Runs of any length, of small instances, for claims that neither proof nor bounded search settles.

A bug that lies deep, or in a system whose unrolling is hard, is found by executing small instances.
Shorter runs, of any number of entities, are then searched for as long as there is patience.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import suppress
from functools import cached_property, partial

import z3

from statecheck.claims.claim import Claim, premise_claim
from statecheck.claims.concrete_run import ConcreteRun
from statecheck.claims.run import Run
from statecheck.clock import LOADED, TimeLeft, Timeout
from statecheck.explicit.small_instances import SmallInstances
from statecheck.prover.context import DEPTH, ProofContext, Question
from statecheck.safety.bounded import shortest
from statecheck.safety.canonical_run import canonical_run
from statecheck.safety.run_decoding import decoded_run
from statecheck.safety.unrolling import Target, Unrolling
from statecheck.smt.grounding import MORE
from statecheck.smt.quantifiers import polarities
from statecheck.smt.terms import has_quantifier

EARLY = 3
"""Runs of more steps are searched for after an induction on several claims has been tried."""

LARGE = 500
"""Likewise where so many constraints are unrolled already."""

FIRST, PATIENCE = 8.0, 30.0
"""So many seconds runs of any number of entities are searched for before small instances are, and
so many in all.
"""

SHORTENING = 12.0
"""So many in all where some run of each claim is known, and only shorter ones are of interest."""

HUGE = 20_000
"""An unrolling of more constraints is not extended: a step might take minutes."""

SOON = 200
"""So many states are looked at for a trap before plans are tried."""

FEW = 2_000
"""So many states are looked at before lemmas are searched for, which takes longer."""


class DeepRuns:
    """Looks for runs; ``execute`` replays one, and gives None where it does not happen."""

    def __init__(
        self, context: ProofContext, execute: Callable[[ConcreteRun, Claim], Run | None]
    ) -> None:
        self.context, self.execute = context, execute
        self._known: dict[Claim, Run | None] = {}
        self._unreal: set[Target] = set()

    @cached_property
    def _instances(self) -> SmallInstances:
        context = self.context
        return SmallInstances(
            context.transitions, context.histories, context.numbers, context.remaining
        )

    @cached_property
    def _nests_quantifiers(self) -> bool:
        return any(
            has_quantifier(part.body())
            for command in self.context.transitions.commands
            for term in (command.guard, *(update.value for update in command.updates.values()))
            for part, _ in polarities(term)
        )

    def run(self, claim: Claim) -> Run | None:
        """A run of a small instance; a shorter one may exist. None if none is found, if only runs
        of few steps are asked for, or if the claim's answer has regions. Raises Timeout.
        """
        if self.context.depth < DEPTH or self.context.regions(claim):
            return None
        if claim not in self._known:
            run = self._instances.run(claim)
            self._known[claim] = None if run is None else self.execute(run, claim)
        return self._known[claim]

    def trap(self, claim: Claim, *, soon: bool = False) -> Run | None:
        """A run of a small instance to where nothing leads to what a claim says is recoverable;
        likewise. It may be asked for only if it is found ``soon``. Raises Timeout.
        """
        if self.context.depth < DEPTH or self.context.regions(claim):
            return None
        if claim not in self._known:
            run = self._instances.trap(claim, *([SOON] if soon else []))
            shown = None if run is None else self.execute(run, claim)
            if shown is None and soon:
                return None
            self._known[claim] = shown
        return self._known[claim]

    def vacuity(self, claim: Claim) -> bool | None:
        """False where a run to the premise of a claim is found without long search; else it is not
        known. Raises Timeout.
        """
        if self.context.depth < DEPTH:
            return None
        return None if self._instances.run(premise_claim(claim), FEW) is None else False

    def soon_met(
        self, sought: Mapping[Target, Question], proven: Container[Question]
    ) -> list[Target]:
        """The targets of proven claims whose premise is met in a small instance; none where no
        quantifier of the model is inside another one, for then it is soon met at any size. Raises
        Timeout.
        """
        if not self._nests_quantifiers:
            return []
        return [
            goal
            for goal, (claim, region) in sought.items()
            if region is None and (claim, region) in proven and self.vacuity(claim) is False
        ]

    def is_soon_refuted(self, claim: Claim) -> bool:
        """Tell whether a run is found without long search. Raises Timeout."""
        if claim not in self._known and self.context.depth >= DEPTH:
            run = self._instances.run(claim, FEW)
            shown = None if run is None else self.execute(run, claim)
            if shown is not None and not self.context.regions(claim):
                self._known[claim] = shown
        return self._known.get(claim) is not None

    def early(self, sought: Mapping[Target, Question]) -> Iterator[tuple[Claim, Run]]:
        """The shortest runs of a few steps to what is sought. Raises Timeout."""
        unrolling = self.context.unrolling()
        for target, said, model in shortest(unrolling, sought, EARLY, most=LARGE):
            claim, region = sought[target]
            if region is None and model is not None:
                run = self.execute(canonical_run(unrolling, target, said, model), claim)
                if run is not None:
                    yield claim, run

    def executed(
        self,
        unrolling: Unrolling,
        goal: Target,
        said: z3.BoolRef,
        model: z3.ModelRef,
        claim: Claim,
    ) -> Run | None:
        """The canonical run of a model; None where it does not happen, as where instances are left
        out.
        """
        if unrolling.grounding.truncated:
            # The canonical one takes long to find, and mostly happens no more than the model's.
            shown = self.execute(decoded_run(unrolling, model, goal), claim)
            if shown is None:
                return None
        return self.execute(canonical_run(unrolling, goal, said, model), claim)

    def known(self, claim: Claim) -> Run | None:
        """The run of a small instance that was found already."""
        return self._known.get(claim)

    def shortened(
        self, sought: Mapping[Target, Question], reasons: dict[Claim, str]
    ) -> Iterator[tuple[Claim, Run, bool]]:
        """The runs that are found of some claims, and whether each is a shortest one.

        Where none was found because there was no patience, ``reasons`` is told. Raises Timeout.
        """
        unmet, unrolling, unreal = dict(sought), self.context.unrolling(), self._unreal
        unreal.clear()
        yield from self._bounded(unrolling, unmet, {}, FIRST)
        runs = {goal: self.run(claim) for goal, (claim, _) in unmet.items()}
        if unmet:
            if unreal:
                unrolling = self.context.unrolling(MORE)
            elif not unrolling.is_whole:
                unrolling = self.context.unrolling()
            most = SHORTENING if all(runs[goal] is not None for goal in unmet) else PATIENCE
            yield from self._bounded(unrolling, unmet, runs, most - FIRST)
        for goal, (claim, _) in unmet.items():
            if (deep := runs[goal]) is not None:
                yield claim, deep, False
            elif unrolling.depth < self.context.depth or not unrolling.is_whole:
                reasons.setdefault(
                    claim,
                    f"no proof, and no run of {max(0, unrolling.depth - 1)} steps; longer ones "
                    "were searched for in small instances, and for a limited time at any size",
                )
        self.context.remaining()  # if more than the patience is over, nothing else is tried

    def _bounded(
        self,
        unrolling: Unrolling,
        unmet: dict[Target, Question],
        runs: Mapping[Target, Run | None],
        seconds: float,
    ) -> Iterator[tuple[Claim, Run, bool]]:
        """The shortest runs that are found in so many seconds; their targets are unmet no more. Of
        targets that have ``runs`` it is only asked whether shorter ones reach them.
        """
        lengths = {goal: len(run.steps) for goal, run in runs.items() if run is not None}
        end = time.thread_time() + seconds
        unrolling.time_left = partial(_sooner, self.context.remaining, end)
        depth = self.context.depth
        with suppress(Timeout):
            for goal, said, model in shortest(unrolling, [*unmet], depth, lengths, HUGE):
                claim, _ = unmet[goal]
                run = runs.get(goal)
                if model is not None:
                    run = self.executed(unrolling, goal, said, model, claim)
                if run is None:
                    self._unreal.add(goal)
                else:
                    del unmet[goal]
                    yield claim, run, True


def _sooner(time_left: TimeLeft, end: float) -> float | None:
    """The seconds until the time is up, or by the clock as this thread has of the processor until
    it has had ``end`` seconds. Raises Timeout.
    """
    left, until = time_left(), LOADED * (end - time.thread_time())
    if until <= 0:
        raise Timeout("there is no more patience")
    return until if left is None else min(left, until)
