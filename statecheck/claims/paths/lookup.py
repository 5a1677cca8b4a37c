"""The names that lead from an entity to its machines, their states and fields."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from statemachine.state import InstanceState

from statecheck.errors import ModelError
from statecheck.modeling.entity import Entity
from statecheck.modeling.optional import value_cell
from statecheck.modeling.signature import EntityInfo, MachineInfo, SystemInfo

ACTIVE = object()
"""Stands for the type of a state, which stands for being active."""


def type_at(info: SystemInfo, entity: type, shown: str, names: Sequence[str]) -> Any:
    """The type of what names lead to from an entity: a class, `ACTIVE`, or None if that is not
    known.

    ``shown`` is how the entity is written. Raises ModelError for a name that leads nowhere.
    """
    kind = info.entity(entity)
    for number, name in enumerate(names):
        references = dict(kind.references)
        machine = next((m for m in kind.machines if m.slot == name), None)
        if machine is not None:
            return _type_of_machine(info, kind, machine, shown, names[number:])
        if name not in references:
            if hasattr(kind.cls, name) or name in ("index", "system"):
                return None
            raise ModelError(f"{shown} has no {name}{_meant(kind, shown, name)}")
        kind, shown = info.entity(references[name]), f"{shown}.{name}"
    return kind.cls


def _type_of_machine(
    info: SystemInfo, kind: EntityInfo, machine: MachineInfo, shown: str, names: Sequence[str]
) -> Any:
    """The type of what names lead to, of which the first is a machine's."""
    at = f"{shown}.{machine.slot}"
    if len(names) == 1:
        return machine.cls
    name, rest = names[1], names[2:]
    if name in machine.states:
        if rest and not hasattr(InstanceState, rest[0]):
            raise ModelError(
                f"{at}.{name} is a state, and has no {rest[0]}; it stands for being active"
            )
        return ACTIVE if not rest or rest == ["is_active"] else None
    fields = {field.name: field.type for field in machine.fields}
    if name in fields:
        type_ = fields[name]
        if not rest:
            return type_
        is_entity = isinstance(type_, type) and issubclass(type_, Entity)
        return type_at(info, type_, f"{at}.{name}", rest) if is_entity else None
    if hasattr(machine.cls, name):
        return None
    own = _names_of(machine)
    near = [f"{at}.{other}" for other in difflib.get_close_matches(name, own, 1, 0.5)]
    near += [f"{shown}.{m.slot}.{name}" for m in kind.machines if name in _names_of(m)]
    meant = f"did you mean {near[0]}?" if near else f"it has {', '.join(own)}"
    raise ModelError(f"{at} has no {name}; {meant}")


def _meant(kind: EntityInfo, shown: str, name: str) -> str:
    """The path that was probably meant by a name of an entity that leads nowhere."""
    for machine in kind.machines:
        if name in _names_of(machine):
            return f"; did you mean {shown}.{machine.slot}.{name}?"
    known = [*(m.slot for m in kind.machines), *(reference for reference, _ in kind.references)]
    near = difflib.get_close_matches(name, known, 1, 0.5)
    return f"; did you mean {shown}.{near[0]}?" if near else f"; it has {', '.join(known)}"


def _names_of(machine: MachineInfo) -> tuple[str, ...]:
    return (*machine.states, *dict.fromkeys(value_cell(field.name) for field in machine.fields))


def paths_to(info: SystemInfo, name: str) -> Iterator[str]:
    """The paths from entities, by the names of their kinds, to what has a name of its own."""
    for kind in info.entities:
        at = kind.name.lower()
        for machine in kind.machines:
            if machine.slot == name:
                yield f"{at}.{name}"
            if name in _names_of(machine):
                yield f"{at}.{machine.slot}.{name}"
        if name in dict(kind.references):
            yield f"{at}.{name}"
