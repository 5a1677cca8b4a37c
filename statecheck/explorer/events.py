"""An event of one machine as a page has it: the options of its arguments and of the inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from statecheck.claims.script import Call
from statecheck.single.execution.attempt import ANYTHING
from statecheck.single.execution.automaton import Edge
from statecheck.single.execution.choices import OMITTED, Any_
from statecheck.single.execution.texts import Texts
from statecheck.single.reading.freeze import SYMBOLIC
from statecheck.single.reading.kinds import AnyKind, Kind, MemberKind, kind_of, same
from statecheck.single.reading.parameters import UNLIKE
from statecheck.single.reading.probe import Probe
from statecheck.single.running.runs import text
from statecheck.single.running.subject import Subject

Choice = tuple[int, ...]
"""An alternative of an event: for each of its parameters the place of the option."""


class Event:
    """An event and its alternatives: for each argument and input the options that it has."""

    def __init__(self, subject: Subject, name: str, type_name: Callable[[AnyKind], str]) -> None:
        self.subject, self.name, self.type_name = subject, name, type_name
        self.chosen = chosen = subject.automaton.alternatives[name]
        self.number = list(subject.automaton.alternatives).index(name)
        self.usual = {
            parameter.name: parameter.default
            for parameter in subject.world.events.parameters[name]
            if parameter.default is not UNLIKE
        }
        self.names: list[Any] = list(chosen[0]) if chosen else []
        self.options: list[list[Any]] = [[] for _ in self.names]
        for alternative in chosen:
            for place, name_ in enumerate(self.names):
                if _option(self.options[place], alternative[name_]) is None:
                    self.options[place].append(alternative[name_])
        self.places = {self.key(alternative): n for n, alternative in enumerate(chosen)}

    def key(self, alternative: Mapping[Any, Any]) -> Choice:
        """An alternative by the places of its options."""
        found = []
        for place, name in enumerate(self.names):
            option = _option(self.options[place], alternative.get(name, OMITTED))
            assert option is not None, (self.name, name)
            found.append(option)
        return tuple(found)

    def place_of(self, edge: Edge) -> int:
        """The number of the alternative that an edge was made for."""
        given: dict[Any, Any] = {**dict(edge.arguments), **dict(edge.inputs)}
        return self.places[self.key({name: given.get(name, OMITTED) for name in self.names})]

    def data(self) -> dict[str, Any]:
        """The event as JSON."""
        return {
            "name": self.name,
            "about": "",
            "parameters": [
                {
                    "name": name if isinstance(name, str) else self._named(name),
                    "key": self._symbol(name),
                    "input": not isinstance(name, str),
                    "options": [self._option_data(option) for option in options],
                }
                for name, options in zip(self.names, self.options, strict=True)
            ],
            "alternatives": [list(self.key(alternative)) for alternative in self.chosen],
        }

    def _named(self, attribute: Any) -> str:
        known = self.subject.reader.names.get(attribute)
        return known or self.subject.specimen.named(attribute)

    @staticmethod
    def _symbol(name: Any) -> str:
        return f"arg!{name}" if isinstance(name, str) else f"set!{name[1]}.{name[0]}"

    def _option_data(self, option: Any) -> dict[str, Any]:
        if option is OMITTED:
            return {"text": "left out"}
        if isinstance(option, Any_):
            return {"type": self.type_name(option.kind)}
        if type(option) is Probe:
            return {"text": "anything"}
        return {"text": text(option)}

    def chosen_by(self, call: Call) -> list[list[Any]]:
        """The options of a step of a run, each with the value where it may be any of a kind.

        A local that was left at its usual value is not among what the run gives.
        """
        given: dict[str, Any] = dict(call.arguments)
        given |= {path.rpartition(".")[2]: value for path, value in call.inputs}
        found: list[list[Any]] = []
        for name, options in zip(self.names, self.options, strict=True):
            value = given.get(name if isinstance(name, str) else name[1], OMITTED)
            if value is OMITTED and OMITTED not in options:
                value = self.usual.get(name, value)
            found.append(_value_choice(options, value))
        return found


def _value_choice(options: Sequence[Any], value: Any) -> list[Any]:
    """The option that a plain value falls under, and its code where the option has many values."""
    kind = kind_of(value)
    for place, option in enumerate(options):
        if isinstance(option, Any_) and kind is not None and kind == option.kind:
            return [place, _code(value, kind)]
    found = _option(options, value)
    if found is None and any(type(option) is Probe for option in options):
        found = next(n for n, option in enumerate(options) if type(option) is Probe)
    assert found is not None, value
    return [found]


def _code(value: Any, kind: AnyKind) -> bool | str:
    """A plain value as the page's functions take it."""
    match kind:
        case Kind.BOOL:
            return bool(value)
        case Kind.TEXT:
            return str(Texts.code(value))
        case MemberKind():
            return str(kind.members.index(value))
        case _:
            return str(value)


def _option(options: Sequence[Any], value: Any) -> int | None:
    """The place of an option; a symbol and a kind stand for any value of the kind."""
    for place, option in enumerate(options):
        if isinstance(option, Any_):
            is_open = isinstance(value, Any_) or type(value) in SYMBOLIC
            if is_open and value.kind == option.kind:
                return place
        elif option is OMITTED or value is OMITTED:
            if option is value:
                return place
        elif type(option) is Probe:
            if type(value) is Probe or (type(value) is str and value == ANYTHING):
                return place
        elif same(option, value):
            return place
    return None
