"""Edits of a module's source, and the meaning of the names in it."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from statecheck.modeling import Machine, System, signature
from statecheck.mutation.changes.entity_scope import Kinds


class Text:
    """A module's source, with places in it as offsets of bytes."""

    def __init__(self, source: str, name: str) -> None:
        self.name = name
        self.code = source.encode()
        self.tree = ast.parse(source)
        self._lines = [0]
        for line in self.code.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def span(self, node: ast.stmt | ast.expr | ast.keyword) -> tuple[int, int]:
        """Where a node begins and ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._lines[node.lineno - 1] + node.col_offset
        return start, self._lines[node.end_lineno - 1] + node.end_col_offset

    def of(self, node: ast.stmt | ast.expr | ast.keyword) -> str:
        """A node as it is written."""
        return self.between(*self.span(node))

    def between(self, start: int, end: int) -> str:
        """The text between two places."""
        return self.code[start:end].decode()

    def line(self, place: int) -> int:
        """The line of a place, from 1."""
        return self.code.count(b"\n", 0, place) + 1


@dataclass(frozen=True)
class Edit:
    """A change: new text between two places. ``before`` and ``after`` show it where they are given,
    ``detail`` tells it from others of its operator, ``at`` is the place that it is about, where
    that is not its beginning.
    """

    start: int
    end: int
    text: str
    operator: str
    detail: str = ""
    before: str | None = None
    after: str | None = None
    at: int | None = None

    @classmethod
    def replace(
        cls,
        text: Text,
        node: ast.stmt | ast.expr | ast.keyword,
        operator: str,
        new: str,
        detail: str = "",
        before: str | None = None,
        after: str | None = None,
        at: int | None = None,
    ) -> Edit:
        """Replace a node."""
        return cls(*text.span(node), new, operator, detail, before, after, at)


def with_keyword(text: Text, call: ast.Call, name: str, value: str | None) -> str:
    """A call's text with a keyword argument set, or removed."""
    parts = [text.of(argument) for argument in call.args]
    parts += [f"{k.arg}={text.of(k.value)}" for k in call.keywords if k.arg != name]
    parts += [] if value is None else [f"{name}={value}"]
    return f"{text.of(call.func)}({', '.join(parts)})"


def strings(node: ast.expr) -> list[str]:
    """The strings of an expression that is one, or a list of them."""
    written = ast.literal_eval(node)
    return [written] if isinstance(written, str) else list(written)


def called(statement: ast.stmt) -> str:
    """The subject of a statement, in a word."""
    match statement:
        case ast.Expr(value=ast.Call(func=function)):
            return last_word(function)
        case ast.Assign(targets=[target]):
            return last_word(target)
        case ast.For(iter=iterable):
            return last_word(iterable)
    return ""


def last_word(node: ast.expr) -> str:
    """The last name or attribute of an expression."""
    words = [
        n.attr if isinstance(n, ast.Attribute) else n.id
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute | ast.Name)
    ]
    return next((word for word in words if word != "is_active"), "")


@dataclass(frozen=True)
class Words:
    """The meaning of the names of a model, as far as changes need it.

    ``fields`` and ``events`` go by machine, ``slots`` says which machines an attribute may hold,
    ``states`` are the state names of each machine,
    ``enums`` the enumerations of a module by name, ``kinds`` what leads to which entities.
    """

    fields: dict[str, dict[str, Any]]
    events: dict[str, tuple[str, ...]]
    slots: dict[str, set[str]]
    states: tuple[tuple[str, ...], ...]
    enums: dict[str, type[enum.Enum]]
    kinds: Kinds

    @classmethod
    def of(cls, system: type[System], module: ModuleType) -> Words:
        """The words of a system, and of one of its modules."""
        info = signature(system)
        machines = {m.cls: m for entity in info.entities for m in entity.machines}
        slots: dict[str, set[str]] = {}
        for entity in info.entities:
            for machine in entity.machines:
                slots.setdefault(machine.slot, set()).add(machine.cls.__name__)
        return cls(
            {m.cls.__name__: {f.name: f.type for f in m.fields} for m in machines.values()},
            {m.cls.__name__: events(m.cls) for m in machines.values()},
            slots,
            tuple(m.states for m in machines.values()),
            {
                name: value
                for name, value in vars(module).items()
                if isinstance(value, type) and issubclass(value, enum.Enum)
            },
            Kinds.of(info),
        )

    def like_state(self, name: str) -> list[str]:
        """The other states of the machines that have a state of this name."""
        found = {s for states in self.states if name in states for s in states if s != name}
        return sorted(found)

    def like_field(self, name: str) -> list[str]:
        """The other fields of the same type."""
        return sorted(
            {
                other
                for fields in self.fields.values()
                if name in fields
                for other, type_ in fields.items()
                if other != name and type_ == fields[name]
            }
        )

    def like_event(self, slot: str, name: str) -> list[str]:
        """The other events of the machines in a slot that have an event of this name."""
        owners = (self.events[machine] for machine in self.slots.get(slot, ()))
        return sorted({e for events in owners if name in events for e in events} - {name})


def events(machine: type[Machine]) -> tuple[str, ...]:
    """The names of a machine's events."""
    declared: Any = machine.events
    return tuple(event.id for event in declared)
