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
from statecheck.single.reading.specimen import Specimen
from statecheck.single.running.reach import Move, solved
from statecheck.single.running.replay import Instance, shown

WALKS, STEPS = 6, 20
"""So many walks of so many steps."""


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
        fixed = []
        if values and (edge.guard is not None or edge.updates):
            from statecheck.single.execution.terms import symbol
            from statecheck.single.execution.values import term_of

            fixed = [symbol(v.name, v.kind) == term_of(value) for v, value in values.items()]
        if edge.guard is None and not edge.locals:
            chosen: dict[Any, Any] | None = {}
        else:
            wishes = [edge.guard, *fixed, *_spice(edge, chance)]
            try:
                chosen = solved(wishes, edge.locals) or solved([edge.guard, *fixed], edge.locals)
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


def _spice(edge: Edge, chance: random.Random) -> list[Any]:
    """Wishes for values, so that not always the same ones are tried."""
    from statecheck.single.execution.terms import symbol

    wishes = []
    for local in edge.locals:
        term = symbol(local.name, local.kind)
        if str(term.sort()) == "Bool":
            wishes.append(term if chance.random() < 0.5 else term == False)  # noqa: E712
        else:
            wishes.append(term % 7 == chance.randrange(7))
    return wishes
