"""Reachability of what a claim says, by the simplest means that decide it."""

from __future__ import annotations

from dataclasses import replace

from statecheck.single.claims.claims import Claim, Expression
from statecheck.single.deciding.answers import Answer, Reached, Unknown, explicitly, target_of
from statecheck.single.deciding.certain import certain
from statecheck.single.execution.plain_values import NO_PLAIN_VALUES
from statecheck.single.running.reach import Target
from statecheck.single.running.subject import Subject


def reachable(
    subject: Subject,
    expression: Expression,
    claim: Claim,
    depth: int | None = None,
    target: Target | None = None,
) -> Answer:
    """Tell whether some run gets to where an expression holds.

    A ``target`` that is narrower than where the expression holds takes its place in the automaton.
    """
    target = target or target_of(subject, expression, claim)
    automaton = subject.automaton
    if automaton.is_abstract:
        return _with_answers(subject, expression, claim, depth, target)
    return _exactly(subject, expression, claim, depth, target)


def _with_answers(
    subject: Subject, expression: Expression, claim: Claim, depth: int | None, target: Target
) -> Answer:
    """Look for a run that rests on no answer from outside, then for a proof against any answers."""
    for automaton in (subject.plain.near, subject.automaton):
        if automaton is not None:
            part = replace(subject, automaton=certain(automaton), plain=NO_PLAIN_VALUES)
            answer = _exactly(part, expression, claim, depth, target)
            if isinstance(answer, Reached):
                return answer
    return _exactly(subject, expression, claim, depth, target)


def _exactly(
    subject: Subject, expression: Expression, claim: Claim, depth: int | None, target: Target
) -> Answer:
    automaton = subject.automaton
    if not automaton.variables:
        return explicitly(subject, automaton, expression, claim, target)
    if subject.plain.near is not None:
        answer = explicitly(subject, subject.plain.near, expression, claim, target)
        if not isinstance(answer, Unknown):
            return answer
    from statecheck.single.deciding import symbolic

    return symbolic.reachable(subject, expression, claim, target, depth)
