"""Terms and the values that they stand for, by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import z3

from statecheck.single.execution.giving_up import UnknownError
from statecheck.single.execution.texts import Texts
from statecheck.single.execution.values import Bool, Int, Member, Text, Value
from statecheck.single.reading.freeze import NotAnyValue
from statecheck.single.reading.kinds import AnyKind, Kind, MemberKind


def symbol(name: str, kind: AnyKind) -> z3.ExprRef:
    """A variable for values of a kind."""
    return z3.Bool(name) if kind is Kind.BOOL else z3.Int(name)


def wrapped(term: z3.ExprRef, kind: AnyKind) -> Value:
    """The symbolic value of a term."""
    match kind:
        case Kind.BOOL:
            return Bool(term)
        case Kind.INT:
            return Int(term)
        case Kind.TEXT:
            return Text(term)
        case MemberKind():
            return Member(term, kind)
        case Kind.FLOAT:
            raise NotAnyValue("no term stands for a float")


def unchanged(updates: Mapping[Any, z3.ExprRef]) -> bool:
    """Tell whether every variable keeps its value."""
    return all(term.eq(symbol(v.name, v.kind)) for v, term in updates.items())


def in_data(term: z3.ExprRef, data: Mapping[Any, z3.ExprRef]) -> Any:
    """A term about variables as it is in some data, which has a term for each of them."""
    return z3.substitute(term, *((symbol(v.name, v.kind), own) for v, own in data.items()))


def range_of(term: z3.ExprRef, kind: AnyKind) -> z3.BoolRef | None:
    """The condition under which a term stands for a value of its kind; None for every term."""
    if isinstance(kind, MemberKind):
        return z3.And(term >= 0, term < len(kind.members))
    return None


def plain(term: z3.ExprRef, kind: AnyKind) -> Any:
    """The plain value of a term that is a numeral or a truth value."""
    match kind:
        case Kind.BOOL:
            return z3.is_true(term)
        case Kind.INT:
            try:
                return term.as_long()
            except ValueError:
                raise UnknownError("a number of thousands of digits") from None
        case Kind.TEXT:
            return Texts.text(term.as_long())
        case MemberKind():
            return kind.members[term.as_long()]
