"""The environment's choices in a step: the arguments of an event, and the inputs."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from statecheck.single.reading.kinds import AnyKind, Domain, Kind, MemberKind, kind_of, same
from statecheck.single.reading.parameters import UNLIKE

MOST = 48
"""So many combinations are gone through one by one; more are left to the solver."""

K = TypeVar("K", bound=Hashable)

OMITTED = object()
"""An argument that is not given."""


class Any_:  # noqa: N801  (typing has the other name)
    """Any value of a kind."""

    def __init__(self, kind: AnyKind) -> None:
        self.kind = kind


def _enumerated(domain: Domain) -> list[Any]:
    found: list[Any] = [*domain.values]
    for kind in domain.kinds:
        match kind:
            case Kind.BOOL:
                found += [True, False]
            case MemberKind():
                found += kind.members
            case _:
                found.append(Any_(kind))
    return found


def alternatives(domain: Domain, *, finite: bool) -> list[Any]:
    """The values one by one, or with ``Any_`` for a kind whose values are left to the solver."""
    if finite:
        return _enumerated(domain)
    return [*domain.values, *(Any_(kind) for kind in domain.kinds)]


def combinations(domains: Mapping[K, Sequence[Any]]) -> Iterator[dict[K, Any]]:
    """Every way to choose one value for each."""
    for chosen in itertools.product(*domains.values()):
        yield dict(zip(domains, chosen, strict=True))


def spread(domains: Mapping[K, Domain], extra: Mapping[K, Sequence[Any]]) -> dict[K, list[Any]]:
    """The alternatives for each, finite kinds one by one where that are not too many in all.

    ``extra`` has further values of each, such as not being given.
    """
    finite = {name: alternatives(d, finite=True) for name, d in domains.items()}
    total = 1
    for name, values in finite.items():
        total *= len(values) + len(extra.get(name, ()))
    if total > MOST:
        finite = {name: alternatives(d, finite=False) for name, d in domains.items()}
    return {name: [*extra.get(name, ()), *values] for name, values in finite.items()}


def covers(domain: Domain | None, value: Any) -> bool:
    """Tell whether a value is among those of a domain."""
    if domain is None or value is UNLIKE:
        return False
    return kind_of(value) in domain.kinds or any(same(value, known) for known in domain.values)
