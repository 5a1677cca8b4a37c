"""The data of a random class: its fields and the parameters of its events."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ORDINARY = ("flag", "armed", "n", "count", "level", "mode", "colour", "last", "_hidden", "total")
KERNEL = ("owner", "fields", "members", "system", "machine", "entity", "slot", "info", "observed")
"""Names that a modelling library might use for itself."""

TEXTS = ("slow", "fast", "off")
COLOURS = ("RED", "GREEN", "BLUE")
LOW, HIGH = -2, 4
"""Range that most numbers stay in."""

MARKS = (0, 2)
"""Constants that numbers from outside are compared with."""

AROUND = tuple(range(MARKS[0] - 1, MARKS[-1] + 2))
"""Numbers that stand for all where only MARKS are asked about."""


@dataclass(frozen=True)
class Colour:
    """A member of the random class's own enumeration, by name."""

    member: str


Value = bool | int | str | Colour | None


def written(value: Value) -> str:
    """A value as source."""
    return f"Colour.{value.member}" if isinstance(value, Colour) else repr(value)


@dataclass(frozen=True)
class Field:
    """A field: its kind, the value it starts with, and where that is said (class or init)."""

    name: str
    kind: str
    initial: Value
    place: str = "class"
    outside: bool = False

    @property
    def annotation(self) -> str:
        """The type as one writes it."""
        return ANNOTATIONS[self.kind]


@dataclass(frozen=True)
class Argument:
    """A parameter of events: the same wherever it is asked for. ``default`` is source or empty."""

    name: str
    kind: str
    default: str
    annotated: bool = True

    def __str__(self) -> str:
        annotation = f": {ANNOTATIONS[self.kind]}" if self.annotated else ""
        equals = " = " if self.annotated else "="
        return f"{self.name}{annotation}{equals if self.default else ''}{self.default}"


ANNOTATIONS = {
    "bool": "bool",
    "int": "int",
    "text": "str",
    "enum": "Colour",
    "optional": "int | None",
}
KINDS = ("bool", "bool", "int", "int", "enum", "text", "optional")
NAMES = {
    "bool": ("quick", "force"),
    "int": ("amount", "size"),
    "text": ("word",),
    "enum": ("paint",),
    "optional": ("maybe",),
}


def starting_value(kind: str, chance: random.Random) -> Value:
    """A value that a field of a kind may start with."""
    match kind:
        case "bool":
            return chance.random() < 0.3
        case "int":
            return chance.choice((0, 0, 0, 1, -1, 3))
        case "enum":
            return Colour(chance.choice(COLOURS))
        case "text":
            return chance.choice(TEXTS)
    return None


def random_fields(chance: random.Random) -> list[Field]:
    """Some fields; few of them set in ``__init__``, few named as a library might name its own."""
    names = [*ORDINARY, *chance.sample(KERNEL, 2)] if chance.random() < 0.3 else list(ORDINARY)
    chance.shuffle(names)
    own_init = chance.random() < 0.25
    fields = []
    for name in names[: chance.randint(1, 4)]:
        kind = chance.choice(KINDS)
        place = "init" if own_init and chance.random() < 0.7 else "class"
        fields.append(Field(name, kind, starting_value(kind, chance), place))
    return fields


def random_inputs(chance: random.Random, taken: Sequence[str]) -> list[Field]:
    """Fields that only the world outside sets."""
    names = [name for name in ("paid", "ready", "speed", "choice") if name not in taken]
    number = chance.choice((0, 0, 0, 1, 1, 2))
    kinds = ("bool", "bool", "bool", "int", "enum", "text")
    return [
        Field(name, kind := chance.choice(kinds), starting_value(kind, chance), outside=True)
        for name in chance.sample(names, number)
    ]


def random_arguments(chance: random.Random) -> list[Argument]:
    """At most two parameters."""
    arguments: list[Argument] = []
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        kind = chance.choice(KINDS)
        name = chance.choice(NAMES[kind])
        if any(other.name == name for other in arguments):
            continue
        required = chance.random() < 0.35
        start = written(starting_value(kind, chance))
        annotated = required or kind == "optional" or chance.random() < 0.8
        arguments.append(Argument(name, kind, "" if required else start, annotated))
    return arguments


def domain(kind: str) -> tuple[Value, ...]:
    """Values from outside that stand for all of a kind, where only MARKS are asked about."""
    match kind:
        case "bool":
            return (False, True)
        case "int":
            return AROUND
        case "enum":
            return tuple(map(Colour, COLOURS))
        case "text":
            return (*TEXTS, "something else")
    return (None, *AROUND)


def actual(value: Value, colours: Any) -> Any:
    """A value as the class's module has it."""
    return colours[value.member] if isinstance(value, Colour) else value
