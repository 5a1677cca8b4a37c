"""The kinds of values that a symbolic value can stand for, and the values that a type allows."""

from __future__ import annotations

import enum
import functools
import operator
import types
import typing
from dataclasses import dataclass
from typing import Any

from statecheck.modeling import ModelError


class Kind(enum.Enum):
    """The kinds that need no further data."""

    BOOL = "bool"
    INT = "int"
    TEXT = "str"
    FLOAT = "float"
    """No term stands for a floating-point number; single ones are tried."""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class MemberKind:
    """The members of one enumeration."""

    type: type[enum.Enum]

    def __str__(self) -> str:
        return self.type.__name__

    @property
    def members(self) -> list[Any]:
        """The members in the order of their declaration, without aliases."""
        return list(self.type)


AnyKind = Kind | MemberKind


def kind_of(value: object) -> AnyKind | None:
    """The kind of a plain value, None where no symbolic value can stand for it."""
    match value:
        case bool():
            return Kind.BOOL
        case enum.Flag():
            return None
        case enum.Enum():
            return MemberKind(type(value))
        case int() if type(value) is int:
            return Kind.INT
        case str() if type(value) is str:
            return Kind.TEXT
        case _:
            return None


@dataclass(frozen=True)
class Domain:
    """The values that an argument or an input may have: some values one by one, and every value of
    some kinds.
    """

    values: tuple[Any, ...] = ()
    kinds: tuple[AnyKind, ...] = ()

    def __or__(self, other: Domain) -> Domain:
        kinds = tuple(dict.fromkeys((*self.kinds, *other.kinds)))
        values = list(self.values)
        for value in other.values:
            if not any(same(value, known) for known in values):
                values.append(value)
        return Domain(tuple(v for v in values if kind_of(v) not in kinds), kinds)

    def __str__(self) -> str:
        flags = [type(value) for value in self.values if isinstance(value, enum.Flag)]
        names = [str(kind) for kind in self.kinds]
        names += [f"combination of {flag.__name__}" for flag in dict.fromkeys(flags)]
        names += [repr(value) for value in self.values if not isinstance(value, enum.Flag)]
        return " or ".join(names)


def same(one: object, other: object) -> bool:
    """Tell whether two plain values are of one type and equal."""
    return type(one) is type(other) and one == other


def domain_of_annotation(annotation: Any, what: str) -> Domain | None:
    """The values that an annotation allows; None where it allows everything.

    Raises ModelError for a type that is not supported, naming ``what`` has it.
    """
    if annotation is None or annotation is type(None):
        return Domain((None,))
    if annotation is Any or annotation is object:
        return None
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        whole = Domain()
        for part in typing.get_args(annotation):
            domain = domain_of_annotation(part, what)
            if domain is None:
                return None
            whole |= domain
        return whole
    if origin is typing.Literal:
        return Domain(typing.get_args(annotation))
    if origin in (typing.Annotated, typing.Final, typing.ClassVar):
        return domain_of_annotation(typing.get_args(annotation)[0], what)
    if isinstance(annotation, typing.NewType):
        return domain_of_annotation(annotation.__supertype__, what)
    plain = {bool: Kind.BOOL, int: Kind.INT, str: Kind.TEXT, float: Kind.FLOAT}
    if isinstance(annotation, type):
        if annotation in plain:
            return Domain((), (plain[annotation],))
        if issubclass(annotation, enum.Flag):
            return Domain(_combinations(annotation, what))
        if issubclass(annotation, enum.Enum):
            return Domain((), (MemberKind(annotation),))
    name = getattr(annotation, "__name__", annotation)
    raise ModelError(
        f"{what} is a {name}, a type whose values cannot be gone through; annotate it with bool, "
        "int, str, an enumeration, Literal or Optional of these"
    )


MOST_FLAGS = 64
"""A Flag of more combinations is not gone through."""


def _combinations(flag: type[enum.Flag], what: str) -> tuple[enum.Flag, ...]:
    """Every combination of the bits that the members of a Flag have, none of them among these; a
    member may have several that none has alone.
    """
    every = functools.reduce(operator.or_, (m.value for m in flag.__members__.values()), 0)
    bits = [1 << n for n in range(every.bit_length()) if every >> n & 1]
    if every < 0 or 1 << len(bits) > MOST_FLAGS:
        raise ModelError(
            f"{what} is a {flag.__name__}, a Flag of more than {MOST_FLAGS} combinations; "
            "annotate it with Literal and those that matter"
        )
    found = [0]
    for bit in bits:
        found += [other | bit for other in found]
    return tuple(map(flag, found))


# -- types whose values are equal to those of others -----------------------------------------------

_COMPUTED = (
    *("eq", "ne", "lt", "le", "gt", "ge", "add", "radd", "sub", "rsub", "mul", "rmul", "neg"),
    *("floordiv", "rfloordiv", "mod", "rmod", "abs", "pow", "divmod"),
)
"""What is computed of integers."""

_BASES: tuple[Any, ...] = (str, float, bytes, tuple)
"""Types that members of an enumeration, and values of other derived types, may be of as well."""

_PLAIN = (bool, int, float, str, bytes, tuple, list, dict, set, frozenset, type(None), type)

_EQUALITIES = (object.__eq__, int.__eq__, *(base.__eq__ for base in _BASES))


def is_integer(type_: type) -> bool:
    """Tell whether values of a type are integers that are computed with as all integers are."""
    return type_ in (int, bool) or (
        issubclass(type_, int)
        and all(getattr(type_, f"__{name}__") is getattr(int, f"__{name}__") for name in _COMPUTED)
    )


def has_own_equality(type_: type) -> bool:
    """Tell whether a type is an enumeration whose author wrote the ``==`` of its members."""
    return issubclass(type_, enum.Enum) and type_.__eq__ not in _EQUALITIES


def base_of(type_: type) -> Any:
    """The type of texts, numbers or tuples that values of a derived type are compared as, such as
    members of a StrEnum; None for other types.
    """
    for base in _BASES:
        if issubclass(type_, base) and type_ is not base and type_.__eq__ is base.__eq__:
            return base
    return None


def is_plain(value: object) -> bool:
    """Tell whether a value is of one of Python's own types, by which it is compared."""
    return isinstance(value, _PLAIN) and type(value).__eq__ in {t.__eq__ for t in _PLAIN}
