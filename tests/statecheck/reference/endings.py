"""Runs that go on for ever, in an explored class: the reference for what happens in the end.

A run may change inputs, send events, and rest. It is looked for as a set of states in each of
which it can go on for ever and meet each assumption again (a greatest fixed point, Emerson and
Lei 1986); for strong fairness it is guessed which events are disabled from some time on.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.statecheck.reference.history import Formula, Position, Reading, Remembering, Scene

State = tuple[int, int]
"""A place and a setting of the inputs, by their numbers."""


@dataclass(frozen=True)
class Assumptions:
    """What is assumed of runs, read."""

    weak: Sequence[str] = ()
    strong: Sequence[str] = ()
    never: Sequence[Formula] = ()
    finitely: Sequence[Formula] = ()


class Endings:
    """The pending states of ``premise ~> goal``, and the moves between them."""

    def __init__(
        self, known: Remembering, premise: Formula, goal: Formula, assumed: Assumptions
    ) -> None:
        self.known, self.goal, self.assumed = known, goal, assumed
        self.settings = known.explorer.settings
        self.moves: dict[State, list[tuple[str, bool, State, bool]]] = {}
        """For each state the event, whether a transition fired, the target, and whether the move
        may be made again and again."""
        states = itertools.product(range(len(known.places)), range(len(self.settings)))
        starts = [s for s in states if self._holds(premise, s) and not self._reached(s)]
        self.pending = list(starts)
        for state in self.pending:
            self.moves[state] = list(self._moves(state))
            for *_, target, _ in self.moves[state]:
                if target not in self.moves:
                    self.moves[target] = []
                    self.pending.append(target)

    def _holds(self, formula: Formula, state: State) -> bool:
        return formula.value(Position(self._scene(state)), self.known.places[state[0]].memory)

    def _scene(self, state: State) -> Scene:
        place = self.known.places[state[0]]
        return Scene(self.known.explorer, place.number, self.settings[state[1]])

    def _reached(self, state: State) -> bool:
        return not self.goal.on_step and self._holds(self.goal, state)

    def _moves(self, state: State) -> Iterable[tuple[str, bool, State, bool]]:
        place = self.known.places[state[0]]
        for setting in range(len(self.settings)):
            yield "", False, (state[0], setting), True
        for move, target in place.moves:
            if move.inputs != self.settings[state[1]]:
                continue
            position, memory = self.known.position(place, move), place.memory
            there = (target, state[1])
            if self._reached(there) or (self.goal.on_step and self.goal.value(position, memory)):
                continue
            if any(step.value(position, memory) for step in self.assumed.never):
                continue
            again = not any(step.value(position, memory) for step in self.assumed.finitely)
            yield move.event, move.fired, there, again

    def lasso(self) -> bool:
        """A run exists that is as assumed and stays pending for ever."""
        strong = self.assumed.strong
        for count in range(len(strong) + 1):
            for silent in itertools.combinations(strong, count):
                if self._exists(silent, [e for e in strong if e not in silent]):
                    return True
        return False

    def _exists(self, silent: Sequence[str], loud: Sequence[str]) -> bool:
        inside = {s for s in self.pending if not any(self._scene(s).fires(e) for e in silent)}
        while True:
            smaller = set(inside)
            for event in (*self.assumed.weak, *loud):
                smaller &= self._leading(inside, event, loud)
            if smaller == inside:
                return bool(inside)
            inside = smaller

    def _leading(self, inside: set[State], event: str, loud: Sequence[str]) -> set[State]:
        """States that lead, inside of a set, to where an assumption is met."""
        found = set()
        for state in inside:
            idle = event not in loud and not self._scene(state).fires(event)
            if idle or any(
                again and fired and name == event and target in inside
                for name, fired, target, again in self.moves[state]
            ):
                found.add(state)
        grown = True
        while grown:
            more = {
                s
                for s in inside - found
                if any(again and target in found for _, _, target, again in self.moves[s])
            }
            found |= more
            grown = bool(more)
        return found


def read(known: Remembering, assumed: Sequence[tuple[str, Any]]) -> Assumptions:
    """Assumptions that a claim was asked with."""
    texts = dict(assumed)

    def steps(name: str) -> list[Formula]:
        module, events = known.reading.module, known.reading.events
        return [Reading(text, module, events).formulas()[0] for text in texts.get(name, ())]

    return Assumptions(
        texts.get("fair", ()), texts.get("strongly_fair", ()), steps("never"), steps("finitely")
    )
