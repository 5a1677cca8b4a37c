"""The sorts and functions that a system's states are made of.

========================  ==================================================================
a kind of entity          an uninterpreted sort: any number of them
a state of a machine      a function from the entity to an enumeration
a field of a machine      a function from the entity to Bool, Int, an enumeration or a sort
a reference               a function from the entity to a sort; it never changes
a constant of the system  a constant; it never changes
a history                 a function like a field's, kept by the claims
========================  ==================================================================

Versions and other whole numbers are unbounded integers.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

import z3

from statecheck.modeling import STATE, Entity, ModelError, SystemInfo


@dataclass(frozen=True)
class Key:
    """A function of the state: entity kind, machine slot (or ``history``), name of the field."""

    entity: str
    slot: str
    name: str

    def __str__(self) -> str:
        return f"{self.entity}.{self.slot}.{self.name}"


HISTORY = "history"


_OF_LIBRARY = ("statemachine.", "statecheck.symbolic.records")
"""The modules of what python-statemachine gives callbacks, its model among it, begin so."""

_NAMES: dict[str, int] = {}


@cache
def enumeration(name: str, members: tuple[str, ...]) -> tuple[z3.DatatypeSortRef, dict[str, Any]]:
    """An enumeration sort and its values by member name.

    Z3 knows one sort of a name for good; a second enumeration of that name gets another one, also
    where the first came with a text that was read.
    """
    while True:
        taken = _NAMES[name] = _NAMES.get(name, 0) + 1
        own = name if taken == 1 else f"{name}~{taken}"
        try:
            sort, values = z3.EnumSort(own, [f"{own}.{member}" for member in members])
        except z3.Z3Exception as error:
            if "already declared" not in str(error):
                raise
        else:
            return sort, dict(zip(members, values, strict=True))


class Vocabulary:
    """The sorts and functions of one system. ``prime`` marks those of the state after a step."""

    def __init__(self, info: SystemInfo, prime: str = "") -> None:
        self.info = info
        self.prime = prime
        self.functions: dict[Key, z3.FuncDeclRef] = {}
        self.types: dict[Key, Any] = {}
        self.references: dict[tuple[str, str], z3.FuncDeclRef] = {}
        self.constants: dict[str, z3.ExprRef] = {}
        self._keys: dict[int, Key] = {}
        self._enumerations: dict[tuple[str, tuple[str, ...]], type[enum.Enum]] = {}
        self._applied: dict[tuple[int, int], tuple[z3.FuncDeclRef, z3.ExprRef, z3.ExprRef]] = {}
        for entity, machine, name, type_ in info.functions():
            states = States(machine.cls.__name__, machine.states)
            self.declare(Key(entity.name, machine.slot, name), states if name == STATE else type_)
        for entity in info.entities:
            for name, target in entity.references:
                decl = z3.Function(
                    f"{entity.name}.{name}", self.sort(entity.cls), self.sort(target)
                )
                self.references[entity.name, name] = decl
        for name, type_, _ in info.constants:
            self.constants[name] = z3.Const(f"{info.cls.__name__}.{name}", self.sort(type_))

    def apply(self, decl: z3.FuncDeclRef, entity: z3.ExprRef) -> z3.ExprRef:
        """A function at an entity; kept, for the model's code asks for the same again and again."""
        asked = id(decl), entity.get_id()
        if asked not in self._applied:
            self._applied[asked] = decl, entity, decl(entity)
        return self._applied[asked][2]

    def declare(self, key: Key, type_: Any) -> None:
        """Add a function of the state."""
        domain = z3.DeclareSort(key.entity)
        self.types[key] = type_
        self.functions[key] = z3.Function(f"{key}{self.prime}", domain, self.sort(type_))
        self._keys[self.functions[key].get_id()] = key

    def key_of(self, decl: z3.FuncDeclRef) -> Key | None:
        """The key of a function of the state; None for any other function."""
        return self._keys.get(decl.get_id())

    def sort(self, type_: Any) -> Any:
        """The sort of a type. Raises ModelError for one that has none."""
        if isinstance(type_, States):
            return enumeration(type_.name, type_.members)[0]
        if isinstance(type_, type):
            if issubclass(type_, Entity):
                return z3.DeclareSort(self.info.entity(type_).name)
            _check_order(type_)
            if issubclass(type_, enum.Enum):
                return self._members(type_)[0]
            if issubclass(type_, bool):
                return z3.BoolSort()
            if issubclass(type_, int):
                return z3.IntSort()
        if type(None) in get_args(type_):
            raise ModelError(
                f"{self.info.cls.__name__} has a value of type {type_!r}; a field may be None, "
                "a parameter, a history or a constant may not; make two actions, or keep it in a "
                "field"
            )
        raise ModelError(
            f"{self.info.cls.__name__} has a value of type {type_!r}, which has no sort; "
            "use bool, int, an Enum or an entity"
        )

    def entity_sorts(self) -> Iterator[tuple[type, Any]]:
        """Each kind of entity with its sort."""
        for entity in self.info.entities:
            yield entity.cls, self.sort(entity.cls)

    def _members(self, type_: type[enum.Enum]) -> tuple[Any, dict[str, Any]]:
        """The sort of an enumeration, and the terms of its members by name."""
        if issubclass(type_, enum.Flag):
            raise ModelError(
                f"{self.info.cls.__name__} has a value of type {type_.__name__}, a Flag, whose "
                "members combine; use an Enum that lists the combinations"
            )
        names = tuple(member.name for member in type_)
        # Their members are never equal, and would be the same terms.
        if self._enumerations.setdefault((type_.__name__, names), type_) is not type_:
            raise ModelError(
                f"{self.info.cls.__name__} has two enumerations called {type_.__name__}; "
                "one of them needs another name"
            )
        return enumeration(type_.__name__, names)

    def literal(self, value: Any) -> z3.ExprRef:
        """The term of a plain value."""
        if isinstance(value, bool):
            return z3.BoolVal(value)
        if isinstance(value, enum.Enum):
            members = self._members(type(value))[1]
            if value.name not in members:
                raise ModelError(f"{value!r} is no member of {type(value).__name__} by itself")
            return members[value.name]
        if isinstance(value, int):
            return z3.IntVal(int(value))
        if type(value).__module__.startswith(_OF_LIBRARY):
            raise ModelError(
                f"a {type(value).__name__} is kept as a value; python-statemachine gives a "
                "callback its own `source`, `target`, `state`, `event`, `transition` and `model`, "
                "so call an argument of an event otherwise"
            )
        raise ModelError(f"{value!r} is no value of {self.info.cls.__name__}")


_COMPARED = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__add__", "__sub__")

_COMPUTED = (
    *("__radd__", "__rsub__", "__mul__", "__rmul__", "__floordiv__", "__mod__"),
    *("__neg__", "__abs__", "__bool__", "__int__"),
)
"""More that is asked of numbers."""


def _check_order(type_: type) -> None:
    """Refuse a type that compares or computes in a way of its own, which no solver would know."""
    if issubclass(type_, str):
        raise ModelError(
            f"{type_.__name__} is an enumeration of texts, and a proof knows none; in a system "
            "make it an enum.Enum, and compare members"
        )
    plain = int if issubclass(type_, int) else enum.Enum
    for name in (*_COMPARED, *(_COMPUTED if plain is int else ())):
        if getattr(type_, name, None) is not getattr(plain, name, None):
            raise ModelError(
                f"{type_.__name__} has {name} of its own; a proof takes the one of {plain.__name__}"
            )


@dataclass(frozen=True)
class States:
    """The type of a machine's state."""

    name: str
    members: tuple[str, ...]

    def value(self, member: str) -> z3.ExprRef:
        """The term of a state."""
        return enumeration(self.name, self.members)[1][member]
