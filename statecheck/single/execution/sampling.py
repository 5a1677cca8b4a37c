"""Some values of each kind, where not every one of them can be followed at once.

They show runs and prove nothing. Those are tried that the code compares with, and their neighbours.
"""

from __future__ import annotations

import enum
import itertools
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from statecheck.single.execution.choices import OMITTED, combinations
from statecheck.single.reading.code import Reach, all_specs
from statecheck.single.reading.fields import candidates
from statecheck.single.reading.kinds import Domain, Kind, MemberKind, same
from statecheck.single.reading.specimen import Data

MOST, COMBINATIONS = 6, 100
"""So many values of a kind are tried, and so many combinations."""

DIGITS = "7"
"""A text that can be read as a number."""

HELD = 3
"""So many more of a kind are tried that collections hold which the code looks into, or that are
values of members of enumerations.
"""


class Samples:
    """The values to try, by what the code of a machine says, and by its ``first`` data."""

    def __init__(self, reach: Reach, first: Data) -> None:
        self.constants: list[Any] = []
        self.held = list(_held(reach))
        self.own: dict[Any, Any] = {**dict(candidates(reach.specimen)), **first}
        for code in reach.functions:
            self._add(code)
        self.constants += (value for _, value in candidates(reach.specimen))
        for spec in (s for specs in all_specs(reach.specimen) for s in specs):
            if isinstance(spec.func, str):
                self.constants += map(float, re.findall(r"\d+(?:\.\d+)?", spec.func))

    def _add(self, code: types.CodeType) -> None:
        documentation = code.co_consts[:1] if code.co_flags & 2 else ()
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                self._add(constant)
            elif constant not in documentation or type(constant) is not str or len(constant) < 20:
                self.constants.append(constant)

    def combinations(
        self, domains: Mapping[Any, Domain], extra: Mapping[Any, Sequence[Any]]
    ) -> Iterator[dict[Any, Any]]:
        """Some of the combinations of some of the values; ``extra`` has further ones of each."""
        values: dict[Any, list[Any]] = {}
        for name, domain in domains.items():
            is_unknown = not domain.kinds and not domain.values
            found = self.of(None if is_unknown else domain)
            if type(self.own.get(name)) in (int, str):  # of an input: what it is by itself
                own = self.own[name]
                found = [own, *(value for value in found if not same(value, own))]
            values[name] = [v for v in extra.get(name, ()) if v is OMITTED] + found
        yield from itertools.islice(combinations(values), COMBINATIONS)

    def of(self, domain: Domain | None) -> list[Any]:
        """Values of a domain; of anything where it is None."""
        if domain is None:
            domain = Domain((None,), (Kind.BOOL, Kind.INT, Kind.TEXT))
        found = list(domain.values)
        for kind in domain.kinds:
            found += [v for v in self._of_kind(kind) if not any(same(v, f) for f in found)]
        return found

    def _of_kind(self, kind: Any) -> list[Any]:
        match kind:
            case Kind.BOOL:
                return [True, False]
            case MemberKind():
                return list(kind.members)
            case Kind.TEXT:
                texts = dict.fromkeys(c for c in self.constants if type(c) is str)
                found = [*[*texts][: MOST - 1], *self._held(str)]
                return [*dict.fromkeys([*found, "another text", DIGITS])]
            case _:
                numbers = [*list(dict.fromkeys(self._near()))[:MOST], *self._held(int, float)]
                made: type[int | float] = float if kind is Kind.FLOAT else int
                return list(dict.fromkeys(map(made, numbers)))

    def _held(self, *types_: type) -> list[Any]:
        return list(dict.fromkeys(value for value in self.held if type(value) in types_))[:HELD]

    def _near(self) -> Iterator[float]:
        yield from (1, 0)
        for constant in self.constants:
            if type(constant) in (int, float) and abs(constant) < 1e9:
                yield from (constant, constant + 1, constant - 1)


def _held(reach: Reach) -> Iterator[Any]:
    """The keys and elements of collections that the code reads, and the values of enumerations."""
    known = {name: value for (_, name), value in candidates(reach.specimen)}
    read = [value for name, value in known.items() if name in reach.reads]
    for summary in reach.functions.values():
        space = summary.function.__globals__
        read += [space.get(name) for name, _ in sorted(summary.loads, key=str)]
    for collection in read:
        if isinstance(collection, set | frozenset):
            held = sorted(collection, key=repr)[:HELD]  # in the same order in each process
        elif isinstance(collection, Mapping | list | tuple):
            held = [*itertools.islice(collection, HELD)]
        elif isinstance(collection, type) and issubclass(collection, enum.Enum):
            held = [member.value for member in itertools.islice(collection, HELD)]
        else:
            continue
        yield from map(_without_name, held)


def _without_name(value: Any) -> Any:
    """The text or number that a member of an enumeration is as well."""
    match value:
        case enum.Enum() if isinstance(value, str):
            return str.__str__(value)
        case enum.Enum() if isinstance(value, int):
            return int(value)
    return value
