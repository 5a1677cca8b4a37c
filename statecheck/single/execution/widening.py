"""Which attributes to keep as terms, where plain values of them have no end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from statecheck.single.reading.kinds import Kind, MemberKind, kind_of
from statecheck.single.reading.specimen import Attribute

Values = Mapping[Attribute, Mapping[Any, Any]]
"""The values that each attribute took, by their keys."""

MANY = 16
"""An attribute with more values is named as one that may have no end."""


def growing(values: Values) -> list[Attribute]:
    """The attributes that took the most values."""
    many = {attribute: len(found) for attribute, found in values.items() if len(found) > MANY}
    return sorted(many, key=many.__getitem__)[-3:]


def endless(values: Values) -> set[Attribute]:
    """The integers that took the most values, and many."""
    counts = {
        a: len(found) for a, found in values.items() if len(found) > MANY and _has(found, Kind.INT)
    }
    most = max(counts.values(), default=0)
    return {a for a, count in counts.items() if count * 4 >= most}


def to_widen(values: Values, widened: set[Attribute]) -> set[Attribute]:
    """The attributes to keep as terms next: integers, then texts, then what has few values."""
    rest = {attribute: found for attribute, found in values.items() if attribute not in widened}
    for kind in (Kind.INT, Kind.TEXT):
        chosen = {
            a: len(found) for a, found in rest.items() if len(found) > 1 and _has(found, kind)
        }
        if chosen:
            most = max(chosen.values())
            return {a for a, count in chosen.items() if count * 4 >= most}
    return {a for a, found in rest.items() if len(found) > 1 and _has(found, None)}


def _has(found: Mapping[Any, Any], kind: Kind | None) -> bool:
    """Tell whether some value is of a kind; None: a truth or a member of an enumeration."""
    kinds = [kind_of(value) for value in found.values()]
    if kind is not None:
        return kind in kinds
    return any(k is Kind.BOOL or isinstance(k, MemberKind) for k in kinds)
