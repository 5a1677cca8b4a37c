"""Why a machine does not take an event: the guards of its transitions that say no."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from statecheck.errors import ModelError
from statecheck.explorer.javascript import Code
from statecheck.single.execution.attempt import ANYTHING
from statecheck.single.execution.automaton import Local, Node
from statecheck.single.execution.choices import OMITTED, Any_
from statecheck.single.execution.terms import symbol, wrapped
from statecheck.single.questions.guards import in_node, is_guarded
from statecheck.single.reading.probe import Probe
from statecheck.single.running.subject import Subject

MOST = 4_000
"""So many guards are asked; of further ones a page says that they are asked, not what they say."""


class Event(Protocol):
    """An event, as it is asked about: its name, its place, and what it may be sent with."""

    name: str
    number: int
    chosen: list[dict[Any, Any]]


class Refusals:
    """The guards that say no, as conditions in JavaScript; ``texts`` are what guards are called."""

    def __init__(self, subject: Subject, code: Code) -> None:
        self.subject, self.code = subject, code
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}
        self._asked = 0

    def of(self, node: Node, events: Mapping[str, Event]) -> list[list[Any]]:
        """For a node: event, alternative, condition and text of each guard that may say no.

        A condition is True, the number of a function, or None where it was not worked out.
        """
        found: list[list[Any]] = []
        for event in events.values():
            for transition in self._guarded(node, event.name):
                number = self._number(_text(transition))
                for place, chosen in enumerate(event.chosen):
                    condition = self._condition(node, event.name, chosen, transition)
                    if condition is not False:
                        found.append([event.number, place, condition, number])
        return found

    def _guarded(self, node: Node, event: str) -> Iterator[Any]:
        active = [self.subject.specimen.states[value] for value in node.control.states]
        asked = {id(s): s for state in active for s in (state, *state.ancestors())}
        for state in asked.values():
            for transition in state.transitions:
                if not transition.initial and transition.match(event) and is_guarded(transition):
                    yield transition

    def _number(self, text: str) -> int:
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return self._numbers[text]

    def _condition(
        self, node: Node, event: str, chosen: Mapping[Any, Any], transition: Any
    ) -> bool | int | None:
        self._asked += 1
        if self._asked > MOST:
            return None
        locals_, values = _values(chosen)
        arguments = {n: v for n, v in values.items() if isinstance(n, str)}
        inputs = {n: v for n, v in values.items() if not isinstance(n, str)}
        try:
            condition = in_node(
                self.subject.specimen,
                node,
                event,
                arguments,
                inputs,
                locals_,
                lambda guard: not guard(transition),
            )
        except ModelError:
            return None
        return condition if isinstance(condition, bool) else self.code.add(condition)


def _values(chosen: Mapping[Any, Any]) -> tuple[tuple[Local, ...], dict[Any, Any]]:
    """The values of an alternative, symbols where any would do, under the automaton's names."""
    locals_: list[Local] = []
    values: dict[Any, Any] = {}
    for name, value in chosen.items():
        if isinstance(value, Any_):
            label = f"arg!{name}" if isinstance(name, str) else f"set!{name[1]}.{name[0]}"
            locals_.append(Local(label, value.kind))
            values[name] = wrapped(symbol(label, value.kind), value.kind)
        elif value is not OMITTED:
            values[name] = ANYTHING if type(value) is Probe else value
    return tuple(locals_), values


def _text(transition: Any) -> str:
    """A transition with guards in words: where it leads, and what it needs."""
    guards = " and ".join(str(spec) for spec in transition.cond)
    targets = " and ".join(target.id for target in transition.targets)
    way = f"{transition.source.id} to {targets}" if targets else f"within {transition.source.id}"
    return f"{way} needs {guards}"
