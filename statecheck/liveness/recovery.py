"""Recoverable claims whose plan is to be followed again and again, while a number falls."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import z3

from statecheck.claims.results import Result, Verdict
from statecheck.clock import Stopwatch
from statecheck.liveness.bounds import bounds
from statecheck.liveness.ranks import entities, laps
from statecheck.safety.plans import Recovery, in_words, plans
from statecheck.safety.properties import Property
from statecheck.smt.solving import work_done
from statecheck.symbolic.spelling import spell
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import States

LONGEST = 2
"""Longer plans are not looked for."""

WORK = 5_000_000
"""After so much work, in units of Z3, no further number is looked at."""


def recovered_by_number(asked: Recovery) -> Result | None:
    """The result on a recoverable claim, if from every state of the invariant some plan leads to
    the goal or makes a number less, the greater one of which and 0 counts; or into some state of a
    machine in which plans make it less. Raises Timeout.
    """
    induction, goal = asked.induction, asked.goal
    if not z3.is_true(goal.antecedent):
        return None
    clock, end = Stopwatch(), work_done() + WORK
    clauses = asked.usable
    known = laps(induction.transitions, goal.variables, [goal.holds])
    if known:
        clauses += bounds(induction, clauses, known)
    stages = [*_stages(induction.transitions, goal)] if known else []
    for (where, stage), lap in itertools.product([("", []), *stages], known):
        if work_done() > end:
            break
        falling = [*stage, lap.measure]
        found = plans(replace(asked, invariant=clauses), falling, LONGEST)
        if found is not None:
            words = f"{in_words(found)}, again and again, as {lap.text} falls{where}"
            texts = tuple(clause.text for clause in clauses)
            return Result(
                asked.claim,
                Verdict.PROVED,
                words,
                invariant=texts,
                seconds=clock.lap(),
                left_out="its plan is to be followed again and again, as a number falls",
            )
    return None


def _stages(
    transitions: TransitionSystem, goal: Property
) -> Iterator[tuple[str, list[z3.ArithRef]]]:
    """The states of the machines of what a claim leads to: in words, and a number that is 0 there
    and else 1.
    """
    names = {term.get_id(): name for name, _, term in goal.variables}
    for place in entities(transitions, goal.variables):
        for key, type_ in transitions.vocabulary.types.items():
            if key.entity == place.sort().name() and isinstance(type_, States):
                state = transitions.vocabulary.functions[key](place)
                for member in type_.members if len(type_.members) > 1 else ():
                    term = state == type_.value(member)
                    words = f" where {spell(term, transitions, names)}"
                    yield words, [z3.If(term, z3.IntVal(0), z3.IntVal(1))]
