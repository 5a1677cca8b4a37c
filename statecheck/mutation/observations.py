"""The observations that verdicts on a system rest on: violations that never happen, and runs."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

import z3

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.concrete_run import ConcreteRun
from statecheck.claims.regions import Region
from statecheck.errors import ModelError
from statecheck.modeling import Inapplicable
from statecheck.prover.prover import Prover
from statecheck.runs.replay import Player, ReplayError
from statecheck.runs.stage import Stage
from statecheck.safety.bounded import shortest
from statecheck.safety.induction import Clause
from statecheck.safety.regions import membership
from statecheck.safety.run_decoding import decoded_run
from statecheck.safety.unrolling import Target, Unrolling
from statecheck.symbolic.commands import Command


class Event(enum.Enum):
    """An event that a claim is about."""

    VIOLATION = "is violated"
    REACHED = "is reached"
    PREMISE = "applies"
    ANSWER = "has another answer"


@dataclass(frozen=True)
class Observation:
    """Something that a verdict rests on: ``run`` shows that it happens; None: it never does.

    ``region`` are the numbers of a derived claim, or the values of a constant, that it is about.
    """

    title: str
    event: Event
    region: Region | None = None
    run: ConcreteRun | None = field(default=None, compare=False)

    def describe_loss(self) -> str:
        """How the claim fares once the observation no longer holds: a predicate for a sentence."""
        if self.region is not None:
            return Event.ANSWER.value
        if self.run is None:
            return self.event.value
        return {
            Event.VIOLATION: "is no longer violated",
            Event.REACHED: "is no longer reached",
            Event.PREMISE: "no longer applies to anything",
        }[self.event]


def claim_of(prover: Prover, observation: Observation) -> Claim:
    """The claim that an observation is about, as a prover's catalogue has it.

    Raises ModelError where it has none of that title: claims may be made from the model.
    """
    for claim in prover.context.catalogue:
        if claim.title == observation.title:
            return claim
    raise ModelError(f"nothing makes the claim {observation.title} any more")


def formula(prover: Prover, observation: Observation) -> z3.BoolRef:
    """An observation as a term about a state or a step of a prover's system."""
    claim = claim_of(prover, observation)
    formula = prover.context.property(claim)
    event = {
        Event.VIOLATION: z3.Not(formula.holds),
        Event.REACHED: formula.holds,
        Event.PREMISE: formula.antecedent,
    }[observation.event]
    parts = [*prover.context.transitions.variant_constraints(claim.variant), event]
    if observation.region is not None:
        number = prover.context.number(claim)
        parts.append(membership(observation.region, number, prover.context.transitions))
    return z3.And(*parts)


def admitted(
    prover: Prover,
    observations: Iterable[Observation],
    clauses: Sequence[Clause],
    commands: Sequence[Command] | None = None,
) -> list[Observation]:
    """The observations that some state, or some step of these commands, from the clauses admits."""
    asked = {o: formula(prover, o) for o in observations}
    steps = {o: term for o, term in asked.items() if claim_of(prover, o).on_step}
    states = {o: term for o, term in asked.items() if o not in steps}
    found = set(prover.context.induction.state_violations(states, clauses)) if states else set()
    for command in prover.context.transitions.commands if commands is None else commands:
        left = {o: term for o, term in steps.items() if o not in found}
        found |= (
            set(prover.context.induction.step_violations(left, clauses, command)) if left else set()
        )
    return [o for o in asked if o in found]


def find_runs(
    prover: Prover, observations: Sequence[Observation], limit: int
) -> Iterator[tuple[Observation, ConcreteRun]]:
    """A shortest run for each observation that has one of so many steps, replayed.

    One that the solver proposes and that does not happen shows nothing and is left out.
    """
    goals = {}
    for observation in observations:
        claim = claim_of(prover, observation)
        variables = prover.context.property(claim).variables
        name = f"{observation.title} {observation.event.name}"
        goal = Target(name, formula(prover, observation), claim.on_step, variables, claim.variant)
        goals[goal] = observation
    unrolling = Unrolling(
        prover.context.transitions,
        seed=prover.context.seed,
        time_left=prover.context.remaining,
        numbers=prover.context.numbers,
    )
    for goal, _, model in shortest(unrolling, goals, limit):
        for whole in (False, True):
            found = decoded_run(unrolling, model, goal, whole=whole)
            if happens(prover, goals[goal], found):
                yield goals[goal], found
                break


def happens(prover: Prover, observation: Observation, run: ConcreteRun) -> bool:
    """True where a run, played on the plain machines, ends with the event of an observation."""
    claim = claim_of(prover, observation)
    types = tuple(type_ for _, type_ in claim.variables)
    # Without entities that the run does not name; where a claim asks for all of them, with them.
    for trim in (True, False):
        own = replace(run, types=types)
        player = Player(
            prover.context.system, prover.context.histories, own, trim=trim, stage=_stage(prover)
        )
        try:
            player.play()
        except ReplayError:
            if trim:
                continue
            raise
        answer = player.judge(claim)
        if (
            answer is not None
            if observation.event is Event.PREMISE
            else answer is (observation.event is Event.REACHED)
        ):
            return True
    return False


def _stage(prover: Prover) -> Stage:
    if prover not in _STAGES:
        _STAGES[prover] = Stage(prover.context.system)
    return _STAGES[prover]


_STAGES: WeakKeyDictionary[Prover, Stage] = WeakKeyDictionary()
"""Runs of one model are played on the same machines, one after the other."""


def still_holds(prover: Prover, observation: Observation) -> bool:
    """True where the model's own run still shows an observation."""
    assert observation.run is not None
    try:
        return happens(prover, observation, observation.run)
    except (ReplayError, Inapplicable, KeyError, IndexError):
        return False


def claim_terms(prover: Prover, claim: Claim) -> list[z3.ExprRef]:
    """The terms of a claim that is not about a single state or step."""
    if claim.kind is Kind.RECOVERABLE:
        return [prover.context.property(claim).antecedent, prover.context.property(claim).holds]
    terms = prover.context.liveness.terms(claim)
    return [terms.premise, terms.goal_holds, terms.goal, *terms.never, *terms.finitely]
