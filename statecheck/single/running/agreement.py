"""The automaton against the class itself: random walks on fresh, untouched instances."""

from __future__ import annotations

import random
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from statecheck.clock import heed
from statecheck.modeling import ModelError
from statecheck.single.claims.predicates import Reader
from statecheck.single.execution.automaton import Automaton, Edge, Node, Variable
from statecheck.single.execution.giving_up import OutOfTime, UnknownError
from statecheck.single.reading.specimen import Specimen
from statecheck.single.running.reach import Move, move
from statecheck.single.running.replay import Instance, shown

if TYPE_CHECKING:
    from statecheck.single.running.draws import Draws

WALKS, STEPS = 6, 20
"""So many walks of so many steps."""


def check_agreement(
    specimen: Specimen, reader: Reader, automaton: Automaton, clock: Any, seed: int
) -> None:
    """Walk at random. Raises ModelError where an instance goes another way than the automaton."""
    walker = _Walker(automaton, seed)
    for _ in range(WALKS):
        clock.left(1)
        heed()
        with suppress(UnknownError):  # the walk ends where the solver cannot go on
            _walk(Instance(specimen, reader), walker)


def _walk(instance: Instance, walker: _Walker) -> None:
    node = walker.automaton.nodes[0]
    values: dict[Variable, Any] = {}
    if walker.automaton.start:
        from statecheck.single.execution.terms import plain

        values = {v: plain(term, v.kind) for v, term in walker.automaton.start.items()}
    trail: list[str] = []
    _agree(instance, trail, instance.unlike(node, values))
    for _ in range(STEPS):
        choice = walker.step(node, values)
        if choice is None:
            return
        edge, step, after = choice
        trail.append(shown(step))
        instance.set(step.inputs)
        error = instance.send(step.event, step.arguments)
        _agree(instance, trail, instance.differs(edge, error, after))
        node, values = edge.target, after


def _agree(instance: Instance, trail: list[str], problem: str) -> None:
    if problem:
        steps = ", ".join(trail[-4:]) or "it was made"
        raise ModelError(
            f"{instance.specimen.cls.__name__} has state that cannot be seen: after {steps} "
            f"{problem}; keep whatever matters in attributes of the machine"
        )


class _Walker:
    """Chooses steps of an automaton at random, none of those that are too hard for the solver."""

    def __init__(self, automaton: Automaton, seed: int) -> None:
        self.automaton = automaton
        self.chance = random.Random(seed)
        self._hard: set[Edge] = set()

    @cached_property
    def _draws(self) -> Draws:
        from statecheck.single.running.draws import Draws

        return Draws(self.chance)

    def step(
        self, node: Node, values: dict[Variable, Any]
    ) -> tuple[Edge, Move, dict[Variable, Any]] | None:
        """One of the steps that are possible, and the values after it; None if there is none."""
        edges = [edge for edge in node.edges if not edge.chosen and edge not in self._hard]
        self.chance.shuffle(edges)
        for edge in edges:
            chosen: dict[Any, Any] | None = {}
            if edge.guard is not None or edge.locals:
                try:
                    chosen = self._draws.chosen(edge, values)
                except (UnknownError, OutOfTime):
                    self._hard.add(edge)
                    continue
            if chosen is None:
                continue
            after: dict[Variable, Any] = {}
            if edge.updates:
                from statecheck.single.claims.conditions import valuation

                after = valuation(edge, values, chosen)
            return edge, move(edge, chosen), after
        return None
