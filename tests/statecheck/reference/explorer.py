"""Explicit search of an untouched python-statemachine class.

Breadth first over the situations of one plain machine. Between two events the world outside may
set each input to any value of its domain; an event is sent with every combination of arguments
of its domain. What is found is found on the class itself; that nothing is found means something
only where the search is ``exact``: finite, explored to its end, with domains that stand for all
values.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.statecheck.reference.plain import MARK, Endless, PlainMachine, Situation, sendable


@dataclass(frozen=True)
class Parameter:
    """An argument of an event: the values to try, and whether it may be left out."""

    name: str
    values: tuple[Any, ...]
    optional: bool = False


@dataclass(frozen=True)
class World:
    """What may happen to a machine from outside.

    ``parameters`` of each event by its id, ``inputs`` the values that each may be set to;
    ``exact`` where these values stand for all there are.
    """

    parameters: Mapping[str, tuple[Parameter, ...]] = field(default_factory=dict)
    inputs: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    exact: bool = True

    def calls(self, event: str) -> Iterator[dict[str, Any]]:
        """Every combination of arguments that an event is sent with."""
        choices = []
        for parameter in self.parameters.get(event, ()):
            given = [((parameter.name, value),) for value in parameter.values]
            choices.append([(), *given] if parameter.optional else given)
        for combination in itertools.product(*choices):
            yield {name: value for item in combination for name, value in item}

    def settings(self) -> list[dict[str, Any]]:
        """Every combination of inputs."""
        names = list(self.inputs)
        return [
            dict(zip(names, values, strict=True))
            for values in itertools.product(*(self.inputs[name] for name in names))
        ]


@dataclass(frozen=True)
class Move:
    """One event that was sent, with the inputs set before, and what came of it.

    ``enabled``: the event itself made a transition fire; ``fired``: some transition did.
    """

    inputs: Mapping[str, Any]
    event: str
    arguments: Mapping[str, Any]
    raised: str | None
    target: int
    enabled: bool = False
    fired: bool = False

    @property
    def refused(self) -> bool:
        """No transition was allowed, which the library says or keeps to itself."""
        return not self.fired and self.raised in (None, "TransitionNotAllowed")


@dataclass
class Graph:
    """Situations, numbered as they were found, and the moves out of each that was explored.

    A situation stands for itself with every setting of the inputs.
    """

    situations: list[Situation] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    found_by: list[tuple[int, Move] | None] = field(default_factory=list)
    moves: dict[int, list[Move]] = field(default_factory=dict)
    complete: bool = True
    endless: bool = False

    def path(self, number: int) -> list[Move]:
        """A shortest sequence of events from the start to a situation."""
        moves: list[Move] = []
        while (step := self.found_by[number]) is not None:
            number, move = step
            moves.append(move)
        return moves[::-1]


View = Callable[[Mapping[str, Any]], Any]
"""A predicate over the names of a situation: its states (active or not), fields and inputs."""


class Explorer:
    """Everything that a class can do within its world, as far as the limits let one look."""

    def __init__(
        self,
        make: Callable[[], Any],
        world: World,
        *,
        limit: int = 1500,
        sends: int = 30_000,
    ) -> None:
        self.machine = PlainMachine(make)
        cls = type(self.machine.instance)
        self.world = world
        self.events = sendable(cls)
        self.states = [state.id for state in cls.states_map.values()]
        self.fields = class_fields(cls)
        self.settings = world.settings()
        self._numbers: dict[Any, int] = {}
        self.graph = Graph()
        self._search(limit, sends)

    @property
    def exact(self) -> bool:
        """Whether what was not found does not exist."""
        return self.graph.complete and not self.graph.endless and self.world.exact

    def possible(self, predicate: View) -> tuple[int, list[Move]] | None:
        """The length of a shortest run to where a predicate holds, and the run."""
        for number in range(len(self.graph.situations)):
            if any(predicate(view) for view in self.views(number)):
                return self.graph.depths[number], self.graph.path(number)
        return None

    def step_possible(
        self, predicate: Callable[[Mapping[str, Any], Mapping[str, Any], Move], Any]
    ) -> tuple[int, list[Move]] | None:
        """The length of a shortest run whose last step satisfies a predicate, and the run.

        The state before the step is that with the inputs set for it.
        """
        graph = self.graph
        best: tuple[int, list[Move]] | None = None
        for number, moves in graph.moves.items():
            length = graph.depths[number] + 1
            if best is not None and best[0] <= length:
                continue
            for move in moves:
                before = self.view(number, move.inputs)
                if predicate(before, self.view(move.target, move.inputs), move):
                    best = length, [*graph.path(number), move]
                    break
        return best

    def trap(self, predicate: View) -> tuple[int, list[Move]] | None:
        """A nearest situation from which no run leads to where a predicate holds.

        Only the explored part is known: where the search is not complete, what lies beyond it
        counts as leading there.
        """
        graph = self.graph
        sources: dict[int, set[int]] = {}
        for number, moves in graph.moves.items():
            for move in moves:
                sources.setdefault(move.target, set()).add(number)
        good = {
            number
            for number in range(len(graph.situations))
            if number not in graph.moves or any(predicate(view) for view in self.views(number))
        }
        pending = list(good)
        while pending:
            for source in sources.get(pending.pop(), ()):
                if source not in good:
                    good.add(source)
                    pending.append(source)
        for number in range(len(graph.situations)):
            if number not in good:
                return graph.depths[number], graph.path(number)
        return None

    def views(self, number: int) -> Iterator[dict[str, Any]]:
        """What a predicate sees of a situation, with every setting of the inputs."""
        for inputs in self.settings:
            yield self.view(number, inputs)

    def view(self, number: int, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """What a predicate sees of a situation with certain inputs."""
        return {**see(self.graph.situations[number], self.states, self.fields), **inputs}

    def number_of(self, situation: Situation) -> int | None:
        """The number of a situation of another machine of the class; None: it was not met."""
        return self._numbers.get(self._core(situation).key)

    def raised(self) -> set[str]:
        """The classes of exceptions that events end with."""
        return {m.raised for moves in self.graph.moves.values() for m in moves if m.raised}

    def _search(self, limit: int, sends: int) -> None:
        graph = self.graph
        self._add(self._core(self.machine.situation()), 0, None)
        number = 0
        while number < len(graph.situations):
            if len(graph.situations) > limit or sends <= 0:
                graph.complete = False
                return
            start, moves = graph.situations[number], []
            for inputs in self.settings:
                for event in self.events:
                    for arguments in self.world.calls(event):
                        sends -= 1
                        self.machine.restore(start)
                        self.machine.set(inputs)
                        try:
                            raised = self.machine.send(event, arguments)
                        except Endless:
                            graph.endless = True
                            return
                        fired = tuple(self.machine.fired)
                        after = self._core(self.machine.situation())
                        move = self._move(number, inputs, event, arguments, raised, after)
                        moves.append(replace(move, enabled=MARK in fired, fired=bool(fired)))
            graph.moves[number] = moves
            number += 1

    def _move(
        self,
        number: int,
        inputs: Mapping[str, Any],
        event: str,
        arguments: Mapping[str, Any],
        raised: str | None,
        after: Situation,
    ) -> Move:
        known = self._numbers.get(after.key)
        target = len(self.graph.situations) if known is None else known
        move = Move(inputs, event, arguments, raised, target)
        if known is None:
            self._add(after, self.graph.depths[number] + 1, (number, move))
        return move

    def _add(self, situation: Situation, depth: int, found_by: tuple[int, Move] | None) -> None:
        self._numbers[situation.key] = len(self.graph.situations)
        self.graph.situations.append(situation)
        self.graph.depths.append(depth)
        self.graph.found_by.append(found_by)

    def _core(self, situation: Situation) -> Situation:
        """A situation without its inputs, which may be anything at any time."""
        if not self.world.inputs:
            return situation
        self.machine.restore(situation)
        for name in self.world.inputs:
            vars(self.machine.instance).pop(name, None)
        return self.machine.situation()


def class_fields(cls: type[Any]) -> dict[str, Any]:
    """What instances have from their class: plain values that no instance has set yet."""
    plain = (bool, int, str, float, type(None), enum.Enum)
    return {
        name: value
        for base in reversed(cls.__mro__)
        for name, value in vars(base).items()
        if not name.startswith("__") and isinstance(value, plain)
    }


def see(situation: Situation, states: Sequence[str], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The names of a situation: fields of the class, of the model, of the instance, and states."""
    return {
        **fields,
        **situation.model,
        **situation.data,
        **{name: name in situation.active for name in states},
    }
