"""A run of a report, played again on the plain machines: who took part in each step, and why.

What the run says that it changes has to be what changes now, or the run is of another model.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from statecheck.claims.run import Change
from statecheck.drawing.machine import names_asked
from statecheck.modeling import (
    STATE,
    ActionDisabled,
    Entity,
    ModelError,
    Start,
    System,
    shown,
    signature,
)


@dataclass(frozen=True)
class Lane:
    """One machine of one entity of a kind: ``server1.store``, and the class of the machine."""

    entity: str
    kind: str
    slot: str
    machine: str

    @property
    def name(self) -> str:
        """The entity and the machine."""
        return f"{self.entity}.{self.slot}"


@dataclass(frozen=True)
class Part:
    """A machine's part in a step: its event, its states before and after, and what its guards said
    when they were asked: the identifiers that held and those that did not.
    """

    lane: Lane
    event: str
    before: str
    after: str
    held: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True)
class Moment:
    """One step: the action, who took part, and every value that changed."""

    action: str
    arguments: tuple[str, ...]
    parts: tuple[Part, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Played:
    """A run: its machines, their first states, the data that the run chose, and its steps."""

    lanes: tuple[Lane, ...]
    states: tuple[str, ...]
    data: tuple[tuple[str, str], ...]
    moments: tuple[Moment, ...]


def play(system: type[System], run: Iterable[Any], setting: Mapping[str, Any]) -> Played:
    """Play a run from its JSON form. Raises ModelError where the model does something else."""
    plain = _built(system, setting)
    lanes: dict[tuple[str, str], Lane] = {}
    parts: list[Part] = []
    for entity in plain.info.entities:
        for member in plain.entities_of(entity):
            for machine in entity.machines:
                lane = Lane(member.name, entity.name, machine.slot, machine.cls.__name__)
                lanes[member.name, machine.slot] = lane
                getattr(member, machine.slot).add_listener(_Witness(lane, parts))
    states = tuple(getattr(_member(plain, e), slot).model.state for e, slot in lanes)
    moments = []
    for number, step in enumerate(run, 1):
        parts.clear()
        changes = _fire(plain, number, step)
        if changes != tuple(Change(**change) for change in step["changes"]):
            raise ModelError(
                f"step {number}, {step['action']}, does something else than the report says; "
                "prove anew: rm diagrams/gallery/verdicts.json"
            )
        arguments = tuple(step["arguments"].values())
        moments.append(Moment(step["action"], arguments, tuple(parts), changes))
    data = tuple((name, value) for name, value in setting["start"].items())
    return Played(tuple(lanes.values()), states, data, tuple(moments))


class _Witness:
    """Listens to one machine and writes down its part in a step."""

    def __init__(self, lane: Lane, parts: list[Part]) -> None:
        self.lane, self.parts = lane, parts

    def before_transition(
        self, event: Any, source: Any, target: Any, machine: Any, transition: Any, **kwargs: Any
    ) -> None:
        """The library calls this when the guards were asked and nothing was done yet."""
        answers: dict[str, bool] = {}
        for candidate in source.transitions:
            if candidate.match(str(event)):
                for spec in candidate.cond:
                    for name in names_asked(str(spec)):
                        answers[name] = _answer(machine, name, kwargs)
            if candidate is transition or str(candidate) == str(transition):
                break
        self.parts.append(
            Part(
                self.lane,
                str(event),
                source.id,
                target.id,
                tuple(name for name, value in answers.items() if value),
                tuple(name for name, value in answers.items() if not value),
            )
        )


def _answer(machine: Any, name: str, given: Mapping[str, Any]) -> bool:
    """The answer of a guard of a machine."""
    guard = getattr(machine, name)
    if not callable(guard):
        return bool(guard)
    wanted = inspect.signature(guard).parameters
    return bool(guard(**{key: value for key, value in given.items() if key in wanted}))


def _fire(plain: System, number: int, step: Mapping[str, Any]) -> tuple[Change, ...]:
    before = shown(plain)
    info = plain.info.action(step["action"])
    values = [_value(plain, type_, step["arguments"][name]) for name, type_ in info.parameters]
    try:
        getattr(plain, info.name)(*values)
    except ActionDisabled as error:
        raise ModelError(f"step {number} of a run cannot be taken: {error}") from None
    changes = []
    for (member, machine, name, old), (*_, new) in zip(before, shown(plain), strict=True):
        if old != new:
            what = machine.slot if name == STATE else f"{machine.slot}.{name}"
            changes.append(Change(member.name, what, str(old), str(new)))
    return tuple(changes)


# -- the system at the start --------------------------------------------------------------------


def _built(system: type[System], setting: Mapping[str, Any]) -> System:
    """The system in the run's initial state."""
    info = signature(system)
    start: Mapping[str, str] = setting["start"]
    sizes: Mapping[str, int] = setting["sizes"]
    numbers = {
        f"{entity.name.lower()}{number + 1}": number
        for entity in info.entities
        for number in range(sizes[entity.plural])
    }
    tables: dict[str, Any] = {}
    for entity in info.entities:
        tables[entity.plural] = [
            {
                name: numbers[start[f"{entity.name.lower()}{i + 1}.{name}"]]
                for name, _ in entity.references
            }
            for i in range(sizes[entity.plural])
        ]
    bare = system.before_its_start()
    constants = {name: _value(bare, type_, start[name]) for name, type_, _ in info.constants}
    plain = system.before_its_start(**tables, **constants)
    for entity in info.entities:
        for member in plain.entities_of(entity):
            for machine in entity.machines:
                record = getattr(member, machine.slot).model
                where = f"{member.name}.{machine.slot}"
                if where in start:
                    record._restore(STATE, start[where])
                for field in machine.fields:
                    if f"{where}.{field.name}" in start:
                        value = _value(plain, field.type, start[f"{where}.{field.name}"])
                        record._restore(field.name, value)
            for machine in entity.machines:
                instance = getattr(member, machine.slot)
                for field in machine.fields:
                    if field.field.start is Start.DERIVED:
                        instance.model._restore(field.name, field.field.value(instance))
    return plain


def _member(system: System, name: str) -> Any:
    for entity in system.info.entities:
        for member in system.entities_of(entity):
            if member.name == name:
                return member
    raise ModelError(f"a run names {name}, which it does not have")


def _value(system: System, type_: Any, words: str) -> Any:
    """The value that a report writes like this."""
    if issubclass(type_, Entity):
        return _member(system, words)
    if issubclass(type_, bool):
        return words == "True"
    if issubclass(type_, enum.Enum):
        return next(member for member in type_ if str(member) == words)
    return type_.parse(words) if hasattr(type_, "parse") else type_(words)
