"""Symbolic values of one machine: truths, integers, members of enumerations and texts.

They behave as Python's own do. One of finitely many values that is asked for what no term can say
(its hash, its text, an attribute) is decided upon first; an integer or a text then refuses.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable
from typing import Any

import z3

from statecheck.single.execution.arithmetic import BINARY, BITS, against_float, with_bits
from statecheck.single.execution.texts import Texts, narrowing
from statecheck.single.reading.freeze import MARK, OPAQUE, SYMBOLIC
from statecheck.single.reading.kinds import (
    AnyKind,
    Kind,
    MemberKind,
    base_of,
    has_own_equality,
    is_integer,
    is_plain,
    kind_of,
)
from statecheck.symbolic.paths import Explorer
from statecheck.symbolic.values import Collected, Inner, Symbolic

_TYPES = {Kind.BOOL: bool, Kind.INT: int, Kind.TEXT: str}


class Value(Symbolic):
    """A symbolic value; ``kind`` says of what."""

    __slots__ = ("_kind",)
    kind = Inner("_kind")
    __merge__ = None  # type: ignore[assignment]  # helpers simply run

    def __init__(self, term: z3.ExprRef, kind: AnyKind) -> None:
        type_ = kind.type if isinstance(kind, MemberKind) else _TYPES[kind]
        Symbolic.__init__(self, term, type_, None)  # type: ignore[arg-type]
        self._kind = kind

    # So that isinstance is right. (A body with this name in it cannot call super().)
    __class__ = property(lambda self: self.type)

    def __eq__(self, other: object) -> Any:
        return NotImplemented if type(other) in OPAQUE else equal(self, other)

    def __ne__(self, other: object) -> Any:
        if type(other) in OPAQUE:
            return NotImplemented
        found = equal(self, other)
        return (not found) if isinstance(found, bool) else Bool(z3.Not(found.term))

    def __hash__(self) -> int:
        return hash(self.decided("hashed (as a dictionary key or a set's member)", "=="))

    def __str__(self) -> str:
        return MARK if _Formatting.allowed else str(self.decided("made a text", "the comparison"))

    def __repr__(self) -> str:
        if Explorer.active is None:
            return f"<any {self.kind}: {self.term}>"
        return MARK if _Formatting.allowed else repr(self.decided("made a text", "the comparison"))

    def __format__(self, spec: str) -> str:
        if _Formatting.allowed:
            return MARK
        return format(self.decided("made a text", "the comparison"), spec)

    def __deepcopy__(self, _: object) -> Value:
        return self

    def __copy__(self) -> Value:
        return self

    def decided(self, what: str, instead: str) -> Any:
        """The plain value, where there are finitely many. Raises ModelError for others."""
        raise self._refuse(what, instead + narrowing(self.term))


class _Formatting:
    """Tell whether texts that are made of values have no influence on what happens."""

    allowed = False


def allow_formatting(allowed: bool) -> None:
    """Let symbolic values be made texts, because no such text becomes data."""
    _Formatting.allowed = allowed


class Bool(Value):
    """A symbolic truth."""

    __slots__ = ()

    def __init__(self, term: z3.ExprRef) -> None:
        super().__init__(term, Kind.BOOL)

    def __bool__(self) -> bool:
        return Explorer.current().decide(self.term)

    def decided(self, what: str, instead: str) -> bool:
        """Decide upon its truth."""
        return bool(self)

    def __int__(self) -> int:
        return int(bool(self))

    __index__ = __int__

    def __float__(self) -> float:  # type: ignore[override]
        return float(bool(self))

    def __and__(self, other: object) -> Any:
        return self._connect(other, z3.And)

    def __or__(self, other: object) -> Any:
        return self._connect(other, z3.Or)

    def __xor__(self, other: object) -> Any:
        return self._connect(other, z3.Xor)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def _connect(self, other: object, connective: Callable[..., Any]) -> Any:
        if isinstance(other, bool):
            return Bool(connective(self.term, _bool_term(other)))
        return _no_number(self, other)


class Int(Value):
    """A symbolic integer of any size."""

    __slots__ = ()

    def __init__(self, term: z3.ExprRef) -> None:
        super().__init__(term, Kind.INT)

    def __bool__(self) -> bool:
        return Explorer.current().decide(self.term != 0)

    def __invert__(self) -> Int:
        return Int(-self.term - 1)


class Member(Value):
    """A symbolic member of an enumeration; its term is the member's place in it."""

    __slots__ = ()

    def decided(self, what: str, instead: str) -> Any:
        """Decide upon the member."""
        members = self.kind.members
        for place, member in enumerate(members[:-1]):
            if Explorer.current().decide(self.term == place):
                return member
        return members[-1]

    def __bool__(self) -> bool:
        return bool(self.decided("asked for its truth", "=="))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.decided(f"asked for its {name}", "=="), name)


class Text(Value, Collected):
    """A symbolic text; its term is a number that stands for the text."""

    __slots__ = ()

    def __init__(self, term: z3.ExprRef) -> None:
        super().__init__(term, Kind.TEXT)

    def __bool__(self) -> bool:
        return Explorer.current().decide(self.term != Texts.code(""))


def _bool_term(value: Any) -> z3.BoolRef:
    return value.term if isinstance(value, Symbolic) else z3.BoolVal(value)


def number(value: Any) -> z3.ArithRef | None:
    """The term of what counts as an integer in Python: integers, truths, members of an IntEnum."""
    if isinstance(value, Symbolic):
        match value:
            case Symbolic(term=term) if type(value) is Int:
                return term
            case Symbolic(term=term) if type(value) is Bool:
                return z3.If(term, z3.IntVal(1), z3.IntVal(0))
            case Symbolic(term=term, type=type_) if type(value) is Member and is_integer(type_):
                rank: z3.ArithRef = z3.IntVal(int(list(type_)[-1]))
                for place, member in reversed(list(enumerate(list(type_)[:-1]))):
                    rank = z3.If(term == place, z3.IntVal(int(member)), rank)
                return rank
            case _:
                return None
    return z3.IntVal(int(value)) if is_integer(type(value)) else None


def equal(one: Any, other: Any) -> Any:
    """Python's ``==`` of two values, one of them symbolic."""
    if has_own_equality(_type(one)) or has_own_equality(_type(other)):
        one, other = _member_or_value(one), _member_or_value(other)
        if isinstance(one, Symbolic) or isinstance(other, Symbolic):
            return _foreign(one, other)
        return one == other
    if kind_of_any(one) != kind_of_any(other):
        one, other = _without_name(one), _without_name(other)
    if not isinstance(one, Symbolic) and not isinstance(other, Symbolic):
        return one == other
    first, second = number(one), number(other)
    if first is not None and second is not None:
        both = type(one) in (Bool, bool) and type(other) in (Bool, bool)
        return Bool(_bool_term(one) == _bool_term(other) if both else first == second)
    if first is not None or second is not None:
        rest = other if first is not None else one
        if type(rest) is float:
            whole = math.isfinite(rest) and rest.is_integer()
            return equal(one if first is not None else other, int(rest)) if whole else False
        return _foreign(one, other)
    left, right = term_of(one), term_of(other)
    if left is None or right is None or kind_of_any(one) != kind_of_any(other):
        return _foreign(one, other)
    return Bool(left == right)


def _type(value: Any) -> type:
    return value.type if type(value) is Member else type(value)


def _member_or_value(value: Any) -> Any:
    return value.decided("compared", "==") if type(value) is Member else value


def _without_name(value: Any) -> Any:
    """The plain text, number or tuple that a value of a derived type equals."""
    made = base_of(_type(value))
    if made is None:
        return value
    plain: Any = _member_or_value(value)
    return made(str.__str__(plain) if made is str else plain)


def _foreign(one: Any, other: Any) -> Any:
    """Values of unlike types: different, unless they are of a type with an ``==`` of its own."""
    for value in (one, other):
        if not isinstance(value, Symbolic) and not is_plain(value):
            if isinstance(value, enum.Enum) and type(value).__eq__ in (object.__eq__, int.__eq__):
                continue
            symbol = one if value is other else other
            raise symbol._refuse(f"compared with a {type(value).__name__}", "a plain value")
    return False


def kind_of_any(value: object) -> AnyKind | None:
    """The kind of a plain or symbolic value."""
    return value.kind if isinstance(value, Value) else kind_of(value)


def term_of(value: object) -> z3.ExprRef | None:
    """The term of a plain or symbolic value; None where it has none."""
    if isinstance(value, Symbolic):
        return value.term
    match kind_of_any(value):
        case Kind.BOOL:
            return z3.BoolVal(value)
        case Kind.INT:
            return z3.IntVal(value)
        case Kind.TEXT:
            return z3.IntVal(Texts.code(str(value)))
        case MemberKind() as kind:
            return z3.IntVal(kind.members.index(value))
    return None


SYMBOLIC.extend((Bool, Int, Member, Text))


def _comparison(operator: str, compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def method(self: Value, other: object) -> Any:
        first = number(self)
        if first is not None and type(other) is float:
            found = against_float(operator, first, other)
            return found if isinstance(found, bool) else Bool(found)
        second = number(other)
        if first is None or second is None:
            if type(self) is Member or (type(self) is Text and isinstance(other, str | enum.Enum)):
                left = self.decided("put in order", "==")
                right = other.decided("put in order", "==") if isinstance(other, Value) else other
                return getattr(left, operator)(right)
            return _no_number(self, other)
        return Bool(compare(first, second))

    return method


_STRANGE = (str, bytes, list, tuple, dict, set, frozenset, type(None))
"""Types that Python itself refuses to combine with numbers."""


def _no_number(value: Value, other: object, *, repeats: bool = False) -> Any:
    """Leave it to Python to refuse another type, or refuse what it would not."""
    if type(other) in (*SYMBOLIC, *OPAQUE) or (type(other) in _STRANGE and not repeats):
        return NotImplemented
    raise value._refuse(f"combined with a {type(other).__name__}", "integers")


def _binary(name: str, swapped: bool) -> Callable[[Any, Any], Any]:
    def method(self: Value, other: object) -> Any:
        first, second = number(self), number(other)
        if first is None or second is None:
            if isinstance(self, str) and (isinstance(other, str) or name in ("mod", "mul")):
                raise self._refuse(
                    "made part of a text", "it into an f-string that is only printed"
                )
            return _no_number(self, other, repeats=name == "mul")
        return Int(BINARY[name](second, first) if swapped else BINARY[name](first, second))

    return method


def _bits(name: str) -> Callable[[Any, Any], Any]:
    def method(self: Int, other: object) -> Any:
        if number(other) is None:
            return _no_number(self, other)
        term = with_bits(name, self.term, other)
        if term is None:
            raise self._refuse(f"asked for {name}", "comparisons, or bits of a plain number")
        return Int(term)

    return method


def _power(self: Value, exponent: object, modulus: object = None) -> Any:
    base = number(self)
    is_plain = isinstance(exponent, int) and type(exponent) not in SYMBOLIC
    if base is None or modulus is not None or not is_plain or exponent not in range(9):
        raise self._refuse("raised to a power", "a product")
    power: Any = z3.IntVal(1)
    for _ in range(exponent):  # type: ignore[call-overload]
        power = power * base
    return Int(power)


def _divmod(self: Value, other: object) -> Any:
    return self // other, self % other  # type: ignore[operator]


def _negative(self: Value) -> Any:
    return Int(-_checked_number(self))


def _absolute(self: Value) -> Any:
    term = _checked_number(self)
    return Int(z3.If(term < 0, -term, term))


def _rounded(self: Value, digits: object = None) -> Any:
    if digits is not None:
        raise self._refuse("rounded", "whole numbers")
    return Int(_checked_number(self))


def _checked_number(value: Value) -> z3.ArithRef:
    term = number(value)
    if term is None:
        raise TypeError(f"bad operand type: {value.kind}")
    return term


for _class in (Bool, Int, Member, Text):
    for _operator, _function in (
        ("__lt__", lambda a, b: a < b),
        ("__le__", lambda a, b: a <= b),
        ("__gt__", lambda a, b: a > b),
        ("__ge__", lambda a, b: a >= b),
    ):
        setattr(_class, _operator, _comparison(_operator, _function))
    for _name in BINARY:
        setattr(_class, f"__{_name}__", _binary(_name, swapped=False))
        setattr(_class, f"__r{_name}__", _binary(_name, swapped=True))
    for _special, _method in (
        ("__pow__", _power),
        ("__divmod__", _divmod),
        ("__neg__", _negative),
        ("__pos__", _rounded),
        ("__abs__", _absolute),
        ("__round__", _rounded),
    ):
        setattr(_class, _special, _method)
for _name in BITS:
    setattr(Int, f"__{_name}__", _bits(_name))
    if not _name.endswith("shift"):
        setattr(Int, f"__r{_name}__", _bits(_name))
