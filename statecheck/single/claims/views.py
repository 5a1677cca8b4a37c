"""Objects that a claim comes to by an attribute: the model, listeners, and what holds these.

There is one of each while states are explored, put into one state after the other. So a claim that
asks it, as in ``order.paid``, is answered by what it holds in the state that the claim is about.
"""

from __future__ import annotations

import enum
import inspect
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from statemachine import State

from statecheck.modeling import ModelError
from statecheck.single.claims.meanings import in_words
from statecheck.single.reading.freeze import (
    ATOMS,
    OPAQUE,
    SYMBOLIC,
    Freezer,
    Unfrozen,
    is_plain_class,
    parts,
)
from statecheck.single.reading.specimen import ABSENT, Attribute, class_value


class NotSeen(ModelError):  # noqa: N818  (says what the claim asks)
    """Something of an object that a claim cannot use."""


class Unseen:
    """The value of an input that a claim does not name."""


UNSEEN = Unseen()


class Views:
    """The attributes in one state of the machine, its model and its listeners.

    A claim sees copies: what it asks may write, as a defaultdict does for a key that it lacks.
    ``shared`` are the objects outside of the instance that are not copied.
    """

    def __init__(
        self,
        owners: Sequence[Any],
        held: Mapping[Attribute, Any],
        shared: dict[int, tuple[Any, str]],
    ) -> None:
        self.owners, self.held = owners, held
        self.freezer = Freezer(tuple(owners), shared)
        self.places = {id(owner): place for place, owner in enumerate(owners)}
        self._plain = {*ATOMS, *SYMBOLIC, *OPAQUE}

    def kept(self) -> Views:
        """The same, which stays as it is when the machine goes on."""
        memo: dict[int, Any] = {}
        held: dict[Attribute, Any] = {}
        for attribute, value in self.held.items():
            try:
                held[attribute] = self.freezer.copy(value, memo)
            except Unfrozen:
                held[attribute] = value
        return Views(self.owners, held, self.freezer.shared)

    def seen(self, value: Any) -> Any:
        """A value as a claim is to see it."""
        if type(value) in self._plain:
            return value
        return self._shown(self.freezer.copy(value, {}))

    def _shown(self, value: Any) -> Any:
        """A copy in which objects that lead to an owner are as they are in this state."""
        cls = type(value)
        if cls in self._plain or not self._leads_to_owner(value):
            return value
        if cls in (list, tuple):
            return cls(self._shown(item) for item in value)
        if cls is dict:
            return {key: self._shown(item) for key, item in value.items()}
        return View(self, value)

    def _leads_to_owner(self, value: Any) -> bool:
        todo, known = [value], {id(value)}
        while todo:
            found = todo.pop()
            if id(found) in self.places:
                return True
            cls = type(found)  # what is from outside may not be asked
            inside: list[Any] = []
            if issubclass(cls, list | tuple | set | frozenset | deque):
                inside = [*found]
            elif issubclass(cls, dict):
                inside = [*found, *found.values()]
            elif not issubclass(cls, State | enum.Enum) and is_plain_class(cls):
                inside = [part for _, part in parts(found)]
            for part in inside:
                if type(part) not in self._plain and id(part) not in known:
                    known.add(id(part))
                    todo.append(part)
        return False

    def attribute(self, value: Any, name: str) -> Any:
        """An attribute of an object in this state. Raises NotSeen where it is not known."""
        place = self.places.get(id(value))
        if place is None:
            found = dict(parts(value)).get(name, ABSENT)
        else:
            found = self.held.get((place, name), ABSENT)
        if found is UNSEEN:
            raise NotSeen(f"{name} may be set at any time; name it by itself")
        if found is ABSENT:
            found = self._of_class(value, name)
        return self.seen(found)

    def _of_class(self, value: Any, name: str) -> Any:
        """The value that a class gives an attribute. Raises NotSeen where that is no value."""
        found = class_value(type(value), name)
        if found is not ABSENT and not callable(found):
            return found
        member = inspect.getattr_static(type(value), name, ABSENT)
        what = in_words(type(value))
        if member is ABSENT:
            raise NotSeen(f"{what} has no attribute {name}")
        kind = "a property" if isinstance(member, property) else "no value"
        raise NotSeen(f"{name} of {what} is {kind}, which a claim cannot use")


class View:
    """An object as it is in one state."""

    __slots__ = ("_object", "_views")

    def __init__(self, views: Views, seen: Any) -> None:
        object.__setattr__(self, "_views", views)
        object.__setattr__(self, "_object", seen)

    # So that isinstance is right.
    __class__ = property(lambda self: type(self._object))

    def __getattr__(self, name: str) -> Any:
        return self._views.attribute(self._object, name)

    def _refused(self, *_: object) -> Any:
        raise NotSeen(
            f"{in_words(type(self._object))} cannot be compared or gone through; name its "
            "attributes"
        )

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refused
    __contains__ = __len__ = __iter__ = __getitem__ = __hash__ = _refused
