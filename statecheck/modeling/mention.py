"""Terms in the model's names, and as data the parts of the model that they mention."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mention:
    """A function of the state, by entity kind, machine and field, that an expression mentions.

    There is no machine where the entity itself has the field, or the system has it as a constant.
    ``values`` are the members of an enumeration, or the states, that it is compared with.
    """

    entity: str
    machine: str
    field: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """A choice of cases, as the solver spells it out, that looks at one value of the state alone.

    ``text`` is its place in the expression, ``path`` the value, of a ``field``. ``is_rank`` where
    the choice is nothing but the place of that value in the order of its enumeration.
    """

    text: str
    path: str
    field: str
    is_rank: bool


@dataclass(frozen=True)
class Expression:
    """A term in the model's names, and as data what it mentions."""

    text: str
    mentions: tuple[Mention, ...] = ()
    choices: tuple[Choice, ...] = ()

    def __str__(self) -> str:
        return self.text
