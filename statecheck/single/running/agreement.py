"""The automaton against the class itself: random walks on fresh, untouched instances."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

from statecheck.clock import heed
from statecheck.modeling import ModelError
from statecheck.single.claims.predicates import Reader
from statecheck.single.execution.automaton import Automaton, Edge, Node, Variable
from statecheck.single.execution.giving_up import OutOfTime, UnknownError
from statecheck.single.reading.kinds import AnyKind, Kind, MemberKind
from statecheck.single.reading.specimen import Specimen
from statecheck.single.running.reach import Move, solved
from statecheck.single.running.replay import Instance, shown

WALKS, STEPS = 6, 20
"""So many walks of so many steps."""

DRAWS = 4
"""So often values are drawn for an edge before the solver is asked for some."""


def check_agreement(
    specimen: Specimen, reader: Reader, automaton: Automaton, clock: Any, seed: int
) -> None:
    """Walk at random. Raises ModelError where an instance goes another way than the automaton."""
    chance = random.Random(seed)
    hard: set[Edge] = set()
    for _ in range(WALKS):
        clock.left(1)
        heed()
        with suppress(UnknownError):  # the walk ends where the solver cannot go on
            _walk(specimen, reader, automaton, chance, hard)


def _walk(
    specimen: Specimen,
    reader: Reader,
    automaton: Automaton,
    chance: random.Random,
    hard: set[Edge],
) -> None:
    instance = Instance(specimen, reader)
    node = automaton.nodes[0]
    values: dict[Variable, Any] = {}
    if automaton.start:
        from statecheck.single.execution.terms import plain

        values = {v: plain(term, v.kind) for v, term in automaton.start.items()}
    trail: list[str] = []
    _agree(specimen, trail, instance.unlike(node, values))
    for _ in range(STEPS):
        choice = _step(node, values, chance, hard)
        if choice is None:
            return
        edge, step, after = choice
        trail.append(shown(step))
        instance.set(step.inputs)
        error = instance.send(step.event, step.arguments)
        _agree(specimen, trail, instance.differs(edge, error, after))
        node, values = edge.target, after


def _agree(specimen: Specimen, trail: list[str], problem: str) -> None:
    if problem:
        steps = ", ".join(trail[-4:]) or "it was made"
        raise ModelError(
            f"{specimen.cls.__name__} has state that cannot be seen: after {steps} {problem}; keep "
            "whatever matters in attributes of the machine"
        )


def _step(
    node: Node, values: dict[Variable, Any], chance: random.Random, hard: set[Edge]
) -> tuple[Edge, Move, dict[Variable, Any]] | None:
    """One of the steps that are possible, with plain values; none of those that are too ``hard``
    for the solver, to which others are added.
    """
    from statecheck.single.running.reach import move

    edges = [edge for edge in node.edges if not edge.chosen and edge not in hard]
    chance.shuffle(edges)
    for edge in edges:
        try:
            chosen = _chosen(edge, values, chance)
        except (UnknownError, OutOfTime):
            hard.add(edge)
            continue
        if chosen is None:
            continue
        after: dict[Variable, Any] = {}
        if edge.updates:
            from statecheck.single.claims.conditions import valuation

            after = valuation(edge, values, chosen)
        return edge, move(edge, chosen), after
    return None


def _chosen(
    edge: Edge, values: dict[Variable, Any], chance: random.Random
) -> dict[Any, Any] | None:
    """Values with which an edge is taken from a state of plain values; None where there are none.

    Raises UnknownError and OutOfTime.
    """
    if edge.guard is None and not edge.locals:
        return {}
    from statecheck.single.claims.conditions import hold

    wanted = [] if edge.guard is None else [edge.guard]
    for _ in range(DRAWS):
        drawn = {local: _drawn(local.kind, chance) for local in edge.locals}
        both: dict[Any, Any] = {**values, **drawn}
        match hold(wanted, both):
            case True:
                return drawn
            case False if not drawn:
                return None
    from statecheck.single.execution.terms import in_data
    from statecheck.single.execution.values import term_of

    known = {variable: term_of(value) for variable, value in values.items()}
    return solved([in_data(term, known) for term in wanted], edge.locals)


def _drawn(kind: AnyKind, chance: random.Random) -> Any:
    """Any value of a kind, so that not always the same ones are tried."""
    from statecheck.single.execution.texts import Texts

    match kind:
        case Kind.BOOL:
            return chance.random() < 0.5
        case MemberKind():
            return chance.choice(kind.members)
        case Kind.TEXT:
            return Texts.text(chance.randint(-1, len(Texts.codes)))
        case _:
            return chance.randint(-1000, 1000) if chance.random() < 0.5 else chance.randint(-8, 8)
