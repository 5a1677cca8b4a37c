"""Typed fields of a machine, and the record that holds their values.

A machine's fields live on its python-statemachine *model* object, as the library intends, together
with its state. The machine class reads and writes them through descriptors, so a guard is written
``self.format <= native(self.version)`` whatever the record behind it holds: plain values when the
system runs, terms when it is proven.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

STATE = "state"
"""The record's attribute that python-statemachine keeps a machine's state in."""


class Start(enum.Enum):
    """The values that a field may hold in an initial state."""

    CONSTANT = "constant"
    ANYTHING = "anything"
    DERIVED = "derived"


@dataclass(eq=False)
class Field:
    """A descriptor that forwards to the machine's record.

    ``value`` is the constant (CONSTANT), the value a plain system starts with where any would do
    (ANYTHING), or a function of the machine (DERIVED).
    """

    start: Start
    value: Any
    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, machine: Any, owner: type) -> Any:
        return self if machine is None else getattr(machine.model, self.name)

    def __set__(self, machine: Any, value: Any) -> None:
        setattr(machine.model, self.name, value)


def anything(like: Any = None) -> Any:
    """A field that may hold any value of its type initially.

    A plain system starts with ``like``; without it, with the first entity of the field's kind.
    """
    return Field(Start.ANYTHING, like)


def derived(function: Callable[[Any], Any]) -> Any:
    """A field whose initial value is a function of the machine's other fields."""
    return Field(Start.DERIVED, function)


@dataclass(frozen=True)
class Range:
    """All that is known of a constant of a system: it lies between two numbers, both included."""

    low: Any
    high: Any

    def __contains__(self, value: Any) -> bool:
        return bool(self.low <= value <= self.high)


def within(low: Any, high: Any) -> Any:
    """A constant of a system of which only its range is known, both ends included.

    A proof is about every value in the range; a plain system that is not told another has ``high``.
    """
    return Range(low, high)


Journal = list[tuple["Record", str, Any]]


class Record:
    """The memory of one machine: its state and its fields.

    Every write is entered in the system's journal with the value that it replaced, so that an
    action that turns out to be disabled half-way leaves no trace.
    """

    def __init__(self, journal: Journal, values: dict[str, Any]) -> None:
        self.__dict__.update(values)
        self.__dict__["_journal"] = journal

    def __setattr__(self, name: str, value: Any) -> None:
        values = self.__dict__
        values["_journal"].append((self, name, values.get(name)))
        values[name] = value

    # Underscored, because python-statemachine looks for callbacks on the record too.
    def _restore(self, name: str, value: Any) -> None:
        """Put a value back without entering it in the journal."""
        self.__dict__[name] = value


class Forgotten:
    """Stands for a value that nothing may read any more (see ``Machine.dead_fields``)."""

    def __repr__(self) -> str:
        return "forgotten"


FORGOTTEN = Forgotten()
