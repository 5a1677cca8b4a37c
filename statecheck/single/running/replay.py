"""A run on a fresh, untouched instance: every step has to go as the automaton says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from statecheck.modeling import ModelError
from statecheck.single.claims.claims import Moment, StepFacts
from statecheck.single.claims.predicates import Reader
from statecheck.single.execution.automaton import Automaton, Edge, Node, Variable
from statecheck.single.reading.foreign.answers import Asked
from statecheck.single.reading.foreign.work import Ending
from statecheck.single.reading.freeze import Unfrozen
from statecheck.single.reading.observing import Observer, callback_of
from statecheck.single.reading.specimen import (
    Attribute,
    Specimen,
    attributes,
    control_of,
    is_refusal,
    sent,
)
from statecheck.single.running.reach import Move, Route


class Mismatch(Exception):  # noqa: N818  (the model is not wrong; the automaton may be)
    """An instance that really runs goes another way than the automaton."""


@dataclass(frozen=True)
class Played:
    """A run as it was seen: the moment before each step and after the last, and what each raised.

    ``set_before`` are the moments once the inputs of each step were set, ``end`` the one once those
    at the end were.
    """

    moments: tuple[Moment, ...]
    set_before: tuple[Moment, ...]
    facts: tuple[StepFacts, ...]
    end: Moment


class Instance:
    """A fresh instance that is driven from outside."""

    def __init__(self, specimen: Specimen, reader: Reader) -> None:
        self.specimen, self.reader = specimen, reader
        self.machine = specimen.fresh()
        self.observer = Observer(self.machine)
        self.owners = [self.machine, self.machine.model, *self.machine._listeners.values()]
        if self.machine.model is self.machine:
            self.owners[1] = object()
        specimen.stand_in(self.owners)

    def moment(self, node: Node, values: dict[Variable, Any]) -> Moment:
        """The moment that it is in, which is in a node with values for its variables; what happens
        to a list afterwards does not change it.
        """
        now = self.reader.actual(self.owners, node, values)
        memo: dict[int, Any] = {}
        with self._known_to_freezer():
            fields = {name: self._copied(value, memo) for name, value in now.fields.items()}
        views = None if now.views is None else now.views.kept()
        return replace(now, fields=fields, views=views)

    def _copied(self, value: Any, memo: dict[int, Any]) -> Any:
        try:
            return self.specimen.freezer.copy(value, memo)
        except Unfrozen:
            return value

    @contextmanager
    def _known_to_freezer(self) -> Iterator[None]:
        """Let data refer to this machine as it may to the specimen's own."""
        freezer = self.specimen.freezer
        own, freezer.own = freezer.own, {**freezer.own}
        freezer.own.update({id(o): place for place, o in enumerate(self.owners)})
        try:
            yield
        finally:
            freezer.own = own

    def set(self, inputs: Sequence[tuple[Attribute, Any]]) -> None:
        """Set inputs, as an application does."""
        for (owner, name), value in inputs:
            setattr(self.owners[owner], name, value)

    def send(self, event: str, arguments: Sequence[tuple[str, Any]]) -> Exception | None:
        """Send an event, return what it raised."""
        self.observer.begin()
        try:
            with self.specimen.playing():
                return sent(self.machine, event, dict(arguments), self.specimen.cls.__name__)
        except Asked as error:
            raise ModelError(
                f"{self.specimen.cls.__name__}: {error} is asked for an answer in {event}, and "
                "was not when this was read; keep what matters in attributes of the machine"
            ) from None

    def facts(self, event: str, error: Exception | None) -> StepFacts:
        """Tell the facts about the event that was just sent."""
        raised = "" if error is None else type(error).__name__
        refused = not self.observer.microsteps and (error is None or is_refusal(error))
        return StepFacts(event, raised, callback_of(error), self.observer.seen, refused)

    def differs(self, edge: Edge, error: Exception | None, values: dict[Variable, Any]) -> str:
        """How the instance differs from what an edge says; empty where it does not."""
        raised = "" if error is None else type(error).__name__
        if raised != edge.raised:
            return f"it raises {raised or 'nothing'} in place of {edge.raised or 'nothing'}"
        return self.unlike(edge.target, values)

    def unlike(self, node: Any, values: dict[Variable, Any]) -> str:
        """How the instance differs from a node with values for its variables."""
        control = control_of(self.machine)
        if control != node.control:
            return f"it is in {control.states} in place of {node.control.states}"
        data = dict(attributes(self.owners))
        wanted = dict(node.data)
        wanted.update({variable.attribute: value for variable, value in values.items()})
        freezer = self.specimen.freezer
        with self._known_to_freezer():
            for attribute in sorted({*data, *wanted}):
                freezer.size = 0
                if attribute in self.reader.world.inputs:
                    continue
                default = self.specimen.default(attribute)
                is_, should = data.get(attribute, default), wanted.get(attribute, default)
                freezer.begin()
                one = freezer.key(is_)
                freezer.begin()
                if one != freezer.key(should):
                    name = self.specimen.named(attribute)
                    return f"{name} is {is_!r} in place of {should!r}"
        return ""


def play(
    specimen: Specimen,
    reader: Reader,
    automaton: Automaton,
    route: Route,
    times: int = 1,
    loop: int = 0,
) -> Played:
    """Play a run, its steps from ``loop`` on several times. Raises Mismatch."""
    instance = Instance(specimen, reader)
    values: dict[Variable, Any] = {}
    if automaton.start:
        from statecheck.single.execution.terms import plain

        values = {v: plain(term, v.kind) for v, term in automaton.start.items()}
    problem = instance.unlike(automaton.nodes[0], values)
    if problem:
        raise Mismatch(f"a fresh instance differs: {problem}")
    steps = [*zip(route.moves, route.edges, route.choices, strict=True)]
    steps += steps[loop:] * (times - 1)
    node = automaton.nodes[0]
    moments, set_before, facts = [instance.moment(node, values)], [], []
    for number, (step, edge, chosen) in enumerate(steps, 1):
        instance.set(step.inputs)
        set_before.append(instance.moment(node, values))
        error = instance.send(step.event, step.arguments)
        if edge.updates:
            from statecheck.single.claims.conditions import valuation

            values = valuation(edge, values, {k: v for k, v in chosen.items() if k in edge.locals})
        else:
            values = {}
        problem = instance.differs(edge, error, values)
        if problem:
            raise Mismatch(f"step {number}, {shown(step)}: {problem}")
        node = edge.target
        moments.append(instance.moment(node, values))
        facts.append(instance.facts(step.event, error))
    instance.set(route.last)
    end = instance.moment(node, values)
    return Played(tuple(moments), tuple(set_before), tuple(facts), end)


def shown(step: Move) -> str:
    """A step as a caller writes it."""
    if isinstance(step.event, Ending):
        return str(step.event)
    return f"{step.event}({', '.join(f'{n}={v!r}' for n, v in step.arguments)})"
