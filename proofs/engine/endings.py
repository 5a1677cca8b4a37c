"""Verdicts on claims about the end of a run: phases that prove one, or a lasso that refutes it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import z3

from model.kernel import System
from proofs.engine.bounded import Goal, Numbers
from proofs.engine.claims import Claim, History
from proofs.engine.core import Obligation
from proofs.engine.extract import Command
from proofs.engine.fairness import Assumption
from proofs.engine.induction import Clause, Induction
from proofs.engine.lasso import lassos
from proofs.engine.ledger import replay_lasso
from proofs.engine.liveness import Eventuality, Premise, broken, eventuality, find, premises
from proofs.engine.verdict import Dropped, Result, Run, Verdict

LENGTH = 8
"""Lassos of more steps, stem and loop together, are not searched for."""

T = TypeVar("T")


class Clock:
    """Wall time since the last lap, in seconds."""

    def __init__(self) -> None:
        self.last = time.perf_counter()

    def lap(self) -> float:
        """The seconds since the last lap, or since the beginning."""
        now = time.perf_counter()
        passed, self.last = now - self.last, now
        return passed


class Endings:
    """Settles claims about the end of a run. With ``explain`` each of a claim's assumptions is
    dropped in turn.
    """

    def __init__(
        self,
        system: type[System],
        histories: Iterable[History[Any]],
        induction: Induction,
        numbers: Mapping[Any, Numbers],
        *,
        explain: bool,
    ) -> None:
        self.system, self.histories = system, tuple(histories)
        self.induction, self.transitions = induction, induction.transitions
        self.numbers, self.explain = numbers, explain
        self._terms: dict[Claim, Eventuality] = {}

    def terms(self, claim: Claim) -> Eventuality:
        """A claim as terms."""
        if claim not in self._terms:
            self._terms[claim] = eventuality(self.transitions, claim, claim.fairness)
        return self._terms[claim]

    def premise(self, claim: Claim) -> Goal:
        """What has to be reached for a claim not to be vacuous."""
        terms = self.terms(claim)
        return Goal(claim.title, terms.owed, False, terms.variables, claim.reading)

    def obligations(self, claim: Claim, clauses: Sequence[Clause]) -> list[Obligation]:
        """The premises of a proof, as what has to be excluded."""
        phases = find(self.induction, self.terms(claim), clauses)
        asked = premises(self.transitions, self.terms(claim), phases or ())
        return [Obligation(premise.violation, premise.on_step) for premise in asked]

    def goals(self, claim: Claim, clauses: Sequence[Clause]) -> list[Any] | None:
        """What has to be excluded of a step of each command, so that a claim is proven as some
        clauses suggest; None where they suggest nothing.
        """
        phases = find(self.induction, self.terms(claim), clauses)
        if phases is None:
            return None
        asked = premises(self.transitions, self.terms(claim), phases)
        return [partial(self._excluded_by, premise) for premise in asked]

    def _excluded_by(self, premise: Premise, command: Command) -> z3.BoolRef:
        term = premise.violation
        said: z3.BoolRef = self.transitions.after(term, command) if premise.on_step else term
        return said

    def settle(self, claim: Claim, clauses: Sequence[Clause], *, reached: bool) -> Result:
        """The verdict on a claim. ``reached`` says that a run leads to its premise.

        Raises Timeout.
        """
        clock, terms = Clock(), self.terms(claim)
        phases = find(self.induction, terms, clauses)
        asked = list(premises(self.transitions, terms, phases or ()))
        if phases is None or broken(self.induction, terms, asked, clauses):
            return self._endless(claim, clock)
        detail = "every fair run gets there, for any finite number of entities"
        vacuous: bool | None = False
        if not reached:
            vacuous = None if self.induction.of_states({0: terms.owed}, clauses) else True
            detail = (
                "holds because nothing ever gets there" if vacuous else "its premise is not met"
            )
        seconds = clock.lap()
        return Result(
            claim,
            Verdict.PROVED,
            detail,
            invariant=tuple(map(str, clauses)),
            vacuous=vacuous,
            seconds=seconds,
            argument=tuple(map(str, phases)),
            ledger=self._ledger(claim, clauses) if self.explain else None,
        )

    def _endless(self, claim: Claim, clock: Clock) -> Result:
        run = self._lassos(claim, {0: claim.fairness}).get(0)
        if run is None:
            detail = f"no argument found, and no fair lasso of up to {LENGTH} steps"
            return Result(claim, Verdict.UNDETERMINED, detail, seconds=clock.lap())
        steps = len(run.steps)
        detail = f"the shortest fair lasso, at any size, has {steps} steps"
        return Result(claim, Verdict.REFUTED, detail, steps, run, seconds=clock.lap())

    def _ledger(self, claim: Claim, clauses: Sequence[Clause]) -> tuple[Dropped, ...]:
        """What becomes of a claim that holds without each of its assumptions."""
        without = {
            item: tuple(other for other in claim.fairness if other is not item)
            for item in claim.fairness
        }
        found = self._lassos(claim, without)
        ledger = []
        for item, rest in without.items():
            run = found.get(item)
            if run is not None:
                steps = len(run.steps)
                detail = f"refuted by a lasso of {steps} step{'s' * (steps > 1)}"
            else:
                terms = eventuality(self.transitions, claim, rest)
                holds = find(self.induction, terms, clauses) is not None
                detail = "not needed" if holds else f"no fair lasso of up to {LENGTH} steps"
            ledger.append(Dropped(str(item), detail, run))
        return tuple(ledger)

    def _lassos(self, claim: Claim, variants: Mapping[T, Sequence[Assumption]]) -> dict[T, Run]:
        """For each choice of assumptions the shortest lasso that refutes a claim, replayed."""
        asked = {
            eventuality(self.transitions, claim, assumptions): key
            for key, assumptions in variants.items()
        }
        found = lassos(
            self.transitions,
            asked,
            LENGTH,
            seed=self.induction.seed,
            deadline=self.induction.deadline,
            numbers=self.numbers,
        )
        return {
            asked[terms]: replay_lasso(
                self.system, self.histories, lasso, claim, variants[asked[terms]]
            )
            for terms, lasso in found
        }
