"""Answers to whether a target is reached: by a run, by a proof, or not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from statecheck.claims.run import Run
from statecheck.reports.words import count
from statecheck.single.claims.claims import Claim, Expression
from statecheck.single.claims.remembering import along
from statecheck.single.deciding.certain import choices, is_chosen
from statecheck.single.execution.automaton import Automaton
from statecheck.single.running.reach import Route, Target, find
from statecheck.single.running.replay import Mismatch, Played, play
from statecheck.single.running.subject import Subject


@dataclass(frozen=True)
class Reached:
    """A run that was played on a fresh instance; ``shortest`` whether no shorter one exists."""

    route: Route
    played: Played
    shortest: bool


@dataclass(frozen=True)
class Unreachable:
    """A proof that no run gets there: all states were visited, or an invariant excludes it."""

    how: str
    invariant: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unknown:
    """Neither is known; ``why`` says what is missing, ``suspect`` is as a `Result` has it."""

    why: str
    suspect: Run | None = None


Answer = Reached | Unreachable | Unknown


def target_of(subject: Subject, expression: Expression, claim: Claim) -> Target:
    """The target that is reached where an expression holds."""
    reader = subject.reader
    if claim.on_step:
        return Target(None, lambda edge: reader.on_edge(expression, edge))
    return Target(lambda node: reader.in_node(expression, node, claim.fields), None)


def explicitly(
    subject: Subject, automaton: Automaton, expression: Expression, claim: Claim, target: Target
) -> Answer:
    """An answer by going through plain states, where there is one."""
    route = find(automaton, target)
    if route is not None:
        shortest = automaton.complete or len(route.moves) <= automaton.explored
        return played(subject, automaton, expression, claim, route, shortest=shortest)
    if automaton.complete:
        return Unreachable(f"{count(len(automaton.nodes), 'state')}, all visited")
    if automaton.caveat:
        return Unknown(automaton.caveat)
    return Unknown(f"{too_many(automaton)}; no run of up to {automaton.explored} steps gets there")


def too_many(automaton: Automaton) -> str:
    """The reason why an automaton is not complete, and what would help."""
    if automaton.caveat:
        return automaton.caveat
    if automaton.is_late:
        states = count(len(automaton.nodes), "state")
        why = f"the time to go through its states was over after {states}"
        return f"{why}; give it more with --timeout"
    names = ", ".join(automaton.growing) or "its data"
    hindrance = f" ({automaton.hindrance})" if automaton.hindrance else ""
    return (
        f"there are more than {len(automaton.nodes) - 1} states, for {names} may take ever new "
        f"values{hindrance}, which a guard could bound"
    )


def played(
    subject: Subject,
    automaton: Automaton,
    expression: Expression,
    claim: Claim,
    route: Route,
    *,
    shortest: bool,
) -> Reached | Unknown:
    """A run, once it was played on a fresh instance and ends as it should.

    One that rests on answers from outside is not played, for they may be other ones.
    """
    if is_chosen(route):
        return Unknown(choices(route))
    try:
        seen = play(subject.specimen, subject.reader, automaton, route)
    except Mismatch as mismatch:
        return Unknown(f"the run that was found does not replay: {mismatch}")
    if not holds_at_end(expression, claim, seen):
        return Unknown("the run that was found does not end as it should on the machine itself")
    return Reached(route, seen, shortest)


def holds_at_end(expression: Expression, claim: Claim, seen: Played) -> bool:
    """Tell whether an expression really holds at the end of a run."""
    found: Any
    if claim.on_step and not seen.set_before:
        return False
    memories = along(claim.pasts, seen.moments, seen.set_before, seen.facts)
    if claim.on_step:
        before = replace(seen.set_before[-1], memory=memories[-2])
        found = expression(before, seen.moments[-1], seen.facts[-1])
    else:
        found = expression(replace(seen.end, memory=memories[-1]), None, None)
    return bool(found)
