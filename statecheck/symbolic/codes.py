"""Codes: the plain values in which terms are evaluated and models of the solver are read.

========================  ====================================================================
an entity                 its number among those of its kind, from 0
a state of a machine      the name of its constructor: ``Cabin.moving``
an enumeration's member   likewise
a truth, a number         itself
========================  ====================================================================
"""

from __future__ import annotations

import enum
from functools import cache
from typing import Any

import z3

from statecheck.modeling import Entity, System
from statecheck.symbolic.vocabulary import States, enumeration

Code = bool | int | str


@cache
def finite_codes(type_: Any) -> tuple[Code, ...] | None:
    """The codes of a type, in order; None for entities and numbers."""
    if isinstance(type_, States):
        return tuple(_constructors(type_.name, type_.members).values())
    if issubclass(type_, enum.Enum):
        members = tuple(member.name for member in type_)
        return tuple(_constructors(type_.__name__, members).values())
    return (False, True) if issubclass(type_, bool) else None


def encoded(value: Any, type_: Any) -> Code:
    """The code of a plain value: of a state's name, where the type is that of a machine's state."""
    if isinstance(type_, States):
        return _constructors(type_.name, type_.members)[value]
    if isinstance(value, enum.Enum):
        members = tuple(member.name for member in type(value))
        return _constructors(type(value).__name__, members)[value.name]
    if isinstance(value, Entity):
        return value.index
    return value if isinstance(value, bool) else int(value)


def decoded(code: Any, type_: Any, system: System) -> Any:
    """The plain value of a code in a system; of a machine's state, its name."""
    if isinstance(type_, States):
        return member_name(code)
    if issubclass(type_, Entity):
        return system.entities_of(system.info.entity(type_))[code]
    if issubclass(type_, enum.Enum):
        return type_[member_name(code)]
    return type_(code)


def member_name(code: str) -> str:
    """The name of a state or of an enumeration's member, without that of its type."""
    return code.split(".", 1)[1]


def code_of_term(value: z3.ExprRef) -> Code:
    """The code of a value of the solver that is no entity."""
    if z3.is_int_value(value):
        return int(value.as_long())
    if z3.is_bool(value):
        return bool(z3.is_true(value))
    return str(value.decl().name())


@cache
def _constructors(name: str, members: tuple[str, ...]) -> dict[str, str]:
    """The names of an enumeration's constructors by its members."""
    return {
        member: str(value.decl().name()) for member, value in enumeration(name, members)[1].items()
    }
