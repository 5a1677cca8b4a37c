"""Recoverable claims that any number of entities have to make way for, one after the other.

A writer gets in once every reader has left: however many there are, each step that lets one of them
leave makes the set of those who are there smaller, and there are finitely many.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import z3

from statecheck.claims.results import Result, Verdict
from statecheck.clock import Stopwatch
from statecheck.safety.plans import (
    LENGTH,
    Cover,
    Move,
    Recovery,
    before,
    helpers_of,
    in_words,
    moves_of,
    named,
    recovered_with_help,
    steps_of,
)
from statecheck.smt.solving import work_done
from statecheck.symbolic.spelling import spell
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import States

LONGEST = 2
"""Longer plans that make a set smaller are not looked for, and longer ones with helpers last."""


@dataclass(frozen=True)
class _Crowd:
    """The entities of a kind of which a condition holds, which is about the kind's `helper`."""

    helper: z3.ExprRef
    condition: z3.BoolRef
    words: str

    def at(self, entity: z3.ExprRef) -> z3.BoolRef:
        """The condition for another entity."""
        return z3.substitute(self.condition, (self.helper, entity))


@dataclass(frozen=True)
class _Stage:
    """A plan that makes a crowd smaller ``where`` no plan before it works."""

    crowd: _Crowd
    plan: tuple[Move, ...]
    where: z3.BoolRef


def recovered_by_others(asked: Recovery) -> Result | None:
    """The result on a recoverable claim by plans that name other entities than it does: one of a
    kind, or one after the other. Those that take longest to look for come last. Raises Timeout.
    """
    return (
        recovered_with_help(asked, longest=LONGEST)
        or recovered_by_clearing(asked)
        or recovered_with_help(asked)
    )


def recovered_by_clearing(asked: Recovery) -> Result | None:
    """The result on a recoverable claim, if from every state of the invariant a plan leads to the
    goal, or one makes a set of entities smaller and those no larger that come before it. Raises
    Timeout.
    """
    clock = Stopwatch()
    search = _Search(replace(asked, invariant=asked.usable))
    if not search.covers_all():
        return None
    return Result(
        asked.claim,
        Verdict.PROVED,
        "; else ".join(search.ways),
        invariant=tuple(clause.text for clause in asked.usable),
        seconds=clock.lap(),
        left_out="its plan is to be followed again and again, as fewer and fewer are in the way",
    )


class _Search:
    """The search for plans; ``ways`` are those that were found in words, each to be tried where the
    former ones do not work. ``stages`` are those that do not lead to the goal, ordered so that no
    crowd becomes larger by those that follow.
    """

    def __init__(self, asked: Recovery) -> None:
        self.asked = asked
        self.induction, self.goal = asked.induction, asked.goal
        self.cover = Cover(asked, z3.simplify(asked.goal.unmet))
        self.helpers = helpers_of(asked.induction.transitions)
        self.moves = [*moves_of(asked, self.helpers)]
        self.ways: list[str] = []
        self.stages: list[_Stage] = []
        self._end = work_done() + asked.work

    def covers_all(self) -> bool:
        """Tell whether plans are found that suffice; short ones are looked for first."""
        own = [move for move in self.moves if not named(self.helpers, [move])]
        crowds = [*self._crowds()]
        for length in range(1, LENGTH + 1):
            if self._leads_there(itertools.product(own, repeat=length)) and self.cover.is_whole:
                return True
            if length > LONGEST:
                continue
            for crowd in crowds:
                plans = itertools.product(self.moves, repeat=length)
                if self._makes_way(crowd, plans) and self.cover.is_whole:
                    return True
        return False

    def _leads_there(self, plans: Iterable[tuple[Move, ...]]) -> bool:
        """Take the plans that lead to the goal; tell whether some do that are needed."""
        count = len(self.ways)
        for plan in plans:
            if work_done() > self._end:
                break
            if self.cover.takes(before(self.induction, plan, self.goal.holds)):
                self.ways.append(in_words([steps_of(plan)]))
        return len(self.ways) > count

    def _makes_way(self, crowd: _Crowd, plans: Iterable[tuple[Move, ...]]) -> bool:
        """Take the plans that make a crowd smaller; tell whether some do that are needed."""
        count = len(self.stages)
        for plan in plans:
            if work_done() > self._end:
                break
            helpers = named(self.helpers, plan)
            if not any(crowd.helper.eq(helper) for helper in helpers):
                continue
            # An action may do nothing, as one does that returns early.
            leaves = z3.And(self.goal.antecedent, z3.Not(crowd.condition))
            leaves = before(self.induction, plan, leaves)
            works = z3.simplify(z3.And(crowd.condition, leaves))
            if z3.is_false(works) or self.cover.excludes(works):
                continue
            stage = _Stage(crowd, plan, z3.And(*self.cover.uncovered, works))
            never: list[z3.BoolRef] = []
            place = self._place_of(stage, never) if self._keeps(stage, crowd, never) else None
            if place is not None and self.cover.takes(works, helpers):
                self.asked.never.extend(never)
                self.stages.insert(place, stage)
                words = in_words([steps_of(plan)])
                self.ways.append(f"{words}, again and again, as fewer and fewer {crowd.words}")
        return len(self.stages) > count

    def _place_of(self, stage: _Stage, never: list[z3.BoolRef]) -> int | None:
        """The place among the stages, the last one first, at which one may stand."""
        for place in range(len(self.stages), -1, -1):
            if all(self._keeps(later, stage.crowd, never) for later in self.stages[place:]) and all(
                self._keeps(stage, earlier.crowd, never) for earlier in self.stages[:place]
            ):
                return place
        return None

    def _keeps(self, stage: _Stage, crowd: _Crowd, never: list[z3.BoolRef]) -> bool:
        """Tell whether nobody joins a crowd by the plan of a stage, wherever it is followed; if so
        add that somebody does to what ``never`` happens.
        """
        somebody = z3.Const("joining", crowd.helper.sort())
        joins = before(self.induction, stage.plan, crowd.at(somebody))
        happens = z3.And(stage.where, z3.Not(crowd.at(somebody)), joins)
        is_kept = self.asked.excludes(happens)
        if is_kept:
            never.append(happens)
        return is_kept

    def _crowds(self) -> Iterator[_Crowd]:
        """For each state of a machine those that are in it, and those that are not; likewise for
        each truth.
        """
        transitions = self.induction.transitions
        for helper in self.helpers.values():
            for condition in _conditions(transitions, helper):
                term = z3.simplify(condition)
                name = helper.sort().name().lower()
                words = spell(term, transitions, {helper.get_id(): name})
                yield _Crowd(helper, term, f"have {words}")


def _conditions(transitions: TransitionSystem, entity: z3.ExprRef) -> Iterator[z3.BoolRef]:
    for key, type_ in transitions.vocabulary.types.items():
        if key.entity != entity.sort().name():
            continue
        value = transitions.vocabulary.functions[key](entity)
        if isinstance(type_, States):
            some = type_.members if len(type_.members) > 1 else ()
            yield from (value != type_.value(member) for member in some)
            yield from (value == type_.value(member) for member in some if len(some) > 2)
        elif type_ is bool:
            yield from (value, z3.Not(value))
