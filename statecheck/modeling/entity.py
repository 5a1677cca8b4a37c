"""Entities, of which a system has any number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeVar

from statecheck.errors import assigned

E = TypeVar("E", bound="Entity")


def entity_name(kind: str, index: int) -> str:
    """The name of an entity: its kind in lower case, and its number from 1."""
    return f"{kind.lower()}{index + 1}"


class Entity:
    """Something that there is any number of. Its annotations name its machines and references.

    A reference to another entity is fixed for good; what changes is a field of a machine.
    """

    system: Any
    index: int

    @property
    def name(self) -> str:
        """The kind in lower case and the number, from 1: ``server2``."""
        return entity_name(type(self).__name__, self.index)

    def __repr__(self) -> str:
        return self.name

    def __setattr__(self, name: str, value: object) -> None:
        """Raise ModelError in an action: what changes belongs on a machine."""
        if "system" in self.__dict__ and self.system.firing:
            raise assigned(type(self), name)
        super().__setattr__(name, value)

    def __eq__(self, other: object) -> Any:
        """The same one, be it in another state of the system."""
        return isinstance(other, Entity) and (type(self), self.index) == (type(other), other.index)

    def __hash__(self) -> int:
        return hash((type(self), self.index))


class Many(Sequence[E], Generic[E]):
    """All entities of a kind."""

    def __init__(self, members: Sequence[E] = ()) -> None:
        self._members = tuple(members)

    def __iter__(self) -> Iterator[E]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __getitem__(self, index: Any) -> Any:
        return self._members[index]

    def where(self, **attributes: object) -> Many[E]:
        """The entities with these attributes: ``calls.where(lift=lift)``."""
        wanted = attributes.items()
        return Many([e for e in self._members if all(getattr(e, n) == v for n, v in wanted)])
