"""What the verdicts on a system rest on: violations that never happen, and runs that do."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

import z3

from proofs.engine.bounded import Found, Goal, Unrolling, shortest
from proofs.engine.claims import Claim, Inapplicable, Kind
from proofs.engine.extract import Command
from proofs.engine.grounds import DEPTH
from proofs.engine.induction import Clause
from proofs.engine.prove import Prover
from proofs.engine.regions import Cell, at_least, at_most
from proofs.engine.replay import Player, ReplayError, Stage
from proofs.engine.verdict import Verdict


class Event(enum.Enum):
    """What may happen about a claim."""

    VIOLATION = "is violated"
    REACHED = "is reached"
    PREMISE = "applies"
    ANSWER = "has another answer"


@dataclass(frozen=True)
class Stake:
    """Something that a verdict rests on: ``run`` shows that it happens; None: it never does.

    ``cell`` are the numbers of a derived claim, or the values of a constant, that it is about.
    """

    title: str
    event: Event
    cell: Cell | None = None
    run: Found | None = field(default=None, compare=False)

    @property
    def lost(self) -> str:
        """What is said of the claim when the stake is lost."""
        if self.cell is not None:
            return Event.ANSWER.value
        if self.run is None:
            return self.event.value
        return {
            Event.VIOLATION: "is no longer violated",
            Event.REACHED: "is no longer reached",
            Event.PREMISE: "no longer applies to anything",
        }[self.event]


class Original:
    """The model as it is: the stakes of its claims, and the invariant.

    ``questions`` are claims that are asked only where no other one sees a mutant. Raises ValueError
    where a verdict is not the expected one, for then nothing can be said about mutants; Timeout.
    """

    def __init__(
        self, prover: Prover, claims: Sequence[Claim], questions: Sequence[Claim] = ()
    ) -> None:
        self.prover = prover
        self.claims = {c.title: c for c in (*claims, *questions) if c.kind is not Kind.EVENTUALLY}
        self.clauses = prover.invariant()
        wanted = list(self._wanted())
        never = [stake for stake in wanted if stake[1] is False]
        open_ = admitted(prover, [stake for stake, _ in never], self.clauses)
        if open_:
            raise ValueError(f"{open_[0].title} is not proven of the model itself")
        happens = [stake for stake, truth in wanted if truth]
        found = {stake: replace(stake, run=run) for stake, run in runs(prover, happens, DEPTH)}
        missing = [stake.title for stake in happens if stake not in found]
        if missing:
            raise ValueError(f"no run of the model itself was found for {missing[0]}")
        self.stakes = tuple(found.get(stake, stake) for stake, _ in wanted)
        self.terms = {stake: term(prover, stake) for stake in self.stakes}
        self.others = {
            claim.title: said(prover, claim)
            for claim in claims
            if claim.kind in (Kind.RECOVERABLE, Kind.EVENTUALLY)
        }
        later = {question.title for question in questions}
        self.groups = tuple(
            [stake for stake in self.stakes if (stake.title in later) is asked]
            for asked in (False, True)
        )

    def _wanted(self) -> Iterator[tuple[Stake, bool]]:
        """The stakes without their runs, and whether they happen."""
        for title, claim in self.claims.items():
            if claim.kind is Kind.DERIVED:
                yield from self._answer(claim)
            elif claim.kind is Kind.POSSIBLE:
                yield Stake(title, Event.REACHED), True
            elif claim.kind is not Kind.RECOVERABLE:
                yield Stake(title, Event.VIOLATION), claim.expected == Verdict.REFUTED.value
                if claim.expected == Verdict.PROVED.value:
                    yield Stake(title, Event.PREMISE), True
                if claim.across:
                    yield from self._answer(claim)

    def _answer(self, claim: Claim) -> Iterator[tuple[Stake, bool]]:
        """That the ends of what has a run are reached, and nothing in the other cells is."""
        (result,) = self.prover.settle([claim])
        if result.verdict.value != claim.expected:
            raise ValueError(f"{claim.title} is {result.verdict}: {result.detail}")
        event = Event.VIOLATION if claim.across else Event.REACHED
        numbers = [cell.numbers for cell, _ in result.cells]
        low, high = min(first for first, _ in numbers), max(last for _, last in numbers)
        most = at_most(cell for cell, run in result.cells if run is not None)
        least = at_least((cell for cell, run in result.cells if run is None), low, high)
        ends = {end for range_ in (*most, *least) for end in range_}
        for cell, run in result.cells:
            if run is None:
                yield Stake(claim.title, event, cell), False
                continue
            for corner in cell.corners():
                if corner.low in ends or (cell.part is not None and cell.part.order is not None):
                    yield Stake(claim.title, event, corner), True


def claim_of(prover: Prover, stake: Stake) -> Claim:
    """The claim that a stake is about, as a prover's catalogue has it."""
    return next(claim for claim in prover.catalogue if claim.title == stake.title)


def term(prover: Prover, stake: Stake) -> z3.BoolRef:
    """What a stake says, about a state or a step of a prover's system."""
    claim = claim_of(prover, stake)
    formula = prover.property(claim)
    event = {
        Event.VIOLATION: z3.Not(formula.holds),
        Event.REACHED: formula.holds,
        Event.PREMISE: formula.antecedent,
    }[stake.event]
    parts = [*prover.transitions.under(claim.reading), event]
    if stake.cell is not None:
        parts.append(stake.cell.holds(prover.number(claim), prover.transitions))
    return z3.And(*parts)


def admitted(
    prover: Prover,
    stakes: Iterable[Stake],
    clauses: Sequence[Clause],
    commands: Sequence[Command] | None = None,
) -> list[Stake]:
    """The stakes that some state, or some step of these commands, from the clauses admits."""
    asked = {stake: term(prover, stake) for stake in stakes}
    steps = {stake: said for stake, said in asked.items() if claim_of(prover, stake).on_step}
    states = {stake: said for stake, said in asked.items() if stake not in steps}
    found = set(prover.induction.of_states(states, clauses)) if states else set()
    for command in prover.transitions.commands if commands is None else commands:
        left = {stake: said for stake, said in steps.items() if stake not in found}
        found |= set(prover.induction.of_steps(left, clauses, command)) if left else set()
    return [stake for stake in asked if stake in found]


def runs(prover: Prover, stakes: Sequence[Stake], limit: int) -> Iterator[tuple[Stake, Found]]:
    """A shortest run for each stake that has one of so many steps, replayed."""
    goals = {}
    for stake in stakes:
        claim = claim_of(prover, stake)
        variables = prover.property(claim).variables
        name = f"{stake.title} {stake.event.name}"
        goal = Goal(name, term(prover, stake), claim.on_step, variables, claim.reading)
        goals[goal] = stake
    unrolling = Unrolling(
        prover.transitions, seed=prover.seed, deadline=prover.remaining, numbers=prover.numbers
    )
    for goal, _, model in shortest(unrolling, goals, limit):
        for whole in (False, True):
            found = unrolling.decode(model, goal, whole=whole)
            if happens(prover, goals[goal], found):
                yield goals[goal], found
                break
        else:
            raise ReplayError(f"the run of {goal.name} replays, but does not end as it should")


def happens(prover: Prover, stake: Stake, run: Found) -> bool:
    """Whether a run, played on the plain machines, ends with what a stake is about."""
    claim = claim_of(prover, stake)
    types = tuple(type_ for _, type_ in claim.variables)
    # Without entities that the run does not name; where a claim asks for all of them, with them.
    for trim in (True, False):
        own = replace(run, types=types)
        player = Player(prover.system, prover.histories, own, trim=trim, stage=_stage(prover))
        try:
            player.play()
        except ReplayError:
            if trim:
                continue
            raise
        said = player.judge(claim)
        if (
            said is not None
            if stake.event is Event.PREMISE
            else said is (stake.event is Event.REACHED)
        ):
            return True
    return False


def _stage(prover: Prover) -> Stage:
    if prover not in _STAGES:
        _STAGES[prover] = Stage(prover.system)
    return _STAGES[prover]


_STAGES: WeakKeyDictionary[Prover, Stage] = WeakKeyDictionary()
"""Runs of one model are played on the same machines, one after the other."""


def kept(prover: Prover, stake: Stake) -> bool:
    """Whether the original's run still shows what a stake says."""
    assert stake.run is not None
    try:
        return happens(prover, stake, stake.run)
    except (ReplayError, Inapplicable, KeyError, IndexError):
        return False


def said(prover: Prover, claim: Claim) -> list[z3.ExprRef]:
    """What a claim that is none of one state or step says, as terms."""
    if claim.kind is Kind.RECOVERABLE:
        return [prover.property(claim).antecedent, prover.property(claim).holds]
    terms = prover.endings.terms(claim)
    return [terms.premise, terms.there, terms.goal, *terms.never, *terms.finitely]
