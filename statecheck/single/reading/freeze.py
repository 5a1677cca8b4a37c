"""The state of an instance as a value: copied, compared, and put back.

Data may be anything that is a value: truths, numbers, texts, dates, members of enumerations, and
tuples, lists, dictionaries, sets and plain objects of these. What is shared is shared in the copy,
too.
"""

from __future__ import annotations

import dis
import enum
import logging
import re
import struct
import types
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Hashable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, cast

from statemachine import Event, State, StateChart

from statecheck.modeling import ModelError

ATOMS = (bool, int, float, complex, str, bytes, type(None), type(...), type(NotImplemented))
"""Types of values that never change."""

EXACT = (Decimal, Fraction, date, datetime, time, timedelta, timezone)
"""Types of values that never change and that their representation tells from all others."""

DICTIONARIES = (dict, OrderedDict, defaultdict, Counter)
"""Types of dictionaries."""

_IDENTITIES = (
    type,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.ModuleType,
    logging.Logger,
    re.Pattern,
    property,
)
"""Types of objects that stand for themselves and that the state is not in."""


_MADE = (type, types.ModuleType, logging.Logger, property, State, Event)
"""Those of them that code can make anew."""

MARK = "\ue000"
"""Stands in a text for a value that may be any; such a text must not become data."""

SYMBOLIC: list[type] = []
"""Types of values that stand for any value; they may be attributes and nothing deeper."""

OPAQUE: list[type] = []
"""Types of values of which nothing is known, so that one is as good as another."""


class NotAnyValue(ModelError):  # noqa: N818  (says what the code is)
    """Code that does with a value what cannot be said of any; of single ones it can."""


class Unfrozen(ModelError):  # noqa: N818  (says what the data is)
    """Data that is no value; ``found`` is what it is, ``may_be_any`` that it is made of one that
    may be any.
    """

    def __init__(self, found: object, why: str, *, may_be_any: bool = False) -> None:
        super().__init__(why)
        self.found, self.may_be_any = found, may_be_any


class TooLarge(Exception):  # noqa: N818  (no error: the data has no end that is near)
    """The data of all states together is too large to be gone through."""


class TimeToDecide(TooLarge):
    """The share of the time for going through states is over."""


LARGEST = 600_000
"""So many values, and characters of texts, all keys of one freezer may be made of."""


class Freezer:
    """Makes data a hashable key, and copies it.

    ``own`` is the machine itself, which data may refer to; ``shared`` are objects outside of the
    instance by number, with their names: they are not copied, and somebody watches that they do not
    change.
    """

    def __init__(self, own: tuple[Any, ...], shared: dict[int, tuple[Any, str]]) -> None:
        self.own = {id(value): place for place, value in enumerate(own)}
        self.shared = shared
        self._seen: dict[int, int] = {}
        self.size = 0
        self.passing = ""
        """A function that may go through a set."""
        self.asks_identity = False
        """Code asks ``is`` of values, so that it matters which of them are one object."""
        self.is_known: Callable[[Any], bool] = lambda _: True
        """Tells whether a class or a module was there before any event."""

    def begin(self) -> None:
        """Begin the key of another state."""
        self._seen = {}

    def key(self, value: Any) -> Any:
        """A hashable key: equal for two values just when no code could tell them apart.

        Raises Unfrozen where the value is none that can be copied.
        """
        cls = type(value)
        self.size += 1 + (len(value) // 16 if cls in (str, bytes) else 0)
        if self.size > LARGEST:
            raise TooLarge
        if cls in ATOMS:
            if cls is str and MARK in value:
                raise Unfrozen(
                    value, "it is a text made of a value that may be any", may_be_any=True
                )
            kept = repr(value) if cls in (float, complex) else value
            is_number = cls is not float or value == value  # noqa: PLR0124
            if not is_number or (self.asks_identity and not _is_single(value)):
                return (cls.__name__, kept, self._number(value))
            return (cls.__name__, kept)
        if cls is State or cls is Event:
            self._check_known(value)
        if isinstance(value, State):
            return ("state", value.id)
        if isinstance(value, Event):
            return ("event", str(value.id))
        if id(value) in self.own:
            return ("own", self.own[id(value)])
        if cls in OPAQUE:
            return ("anything", value._key)
        if cls in SYMBOLIC:
            raise Unfrozen(value, "inside it is a value that may be any", may_be_any=True)
        self._check_known(value)
        if isinstance(value, enum.Enum):
            return (cls, value.name or value.value)
        if cls is types.FunctionType:
            return self._function(value)
        if isinstance(value, _IDENTITIES):
            return ("is", id(value))
        if cls in EXACT:
            return (cls, repr(_in_known_zone(value)))
        if id(value) in self.shared:
            return ("is", id(value))
        if self.asks_identity or (cls is not frozenset and not issubclass(cls, tuple)):
            count = len(self._seen)
            if self._number(value) < count:
                return ("again", self._number(value))
        if cls is tuple or cls is list or cls is deque:
            extra = (value.maxlen,) if cls is deque else ()
            return (cls.__name__, *extra, *(self.key(item) for item in value))
        if cls in DICTIONARIES:
            made = (self.key(value.default_factory),) if cls is defaultdict else ()
            return (cls.__name__, *made, *((self.key(k), self.key(v)) for k, v in value.items()))
        if cls is set or cls is frozenset:
            if len(value) > 1 and self.passing:
                raise Unfrozen(
                    value,
                    f"it is a set, whose order nobody chooses, and {self.passing} may go through "
                    "it; keep a list or a dictionary",
                )
            return (cls.__name__, *sorted((self.key(item) for item in value), key=repr))
        if _is_named_tuple(cls):
            return (cls, *(self.key(item) for item in value))
        if isinstance(value, StateChart):
            raise Unfrozen(value, f"it is another state machine, a {cls.__name__}")
        if isinstance(value, BaseException) and is_plain_exception(cls):
            return (cls, self.key(value.args), *((n, self.key(v)) for n, v in parts(value)))
        if isinstance(value, types.MethodType):
            return ("method", self.key(value.__self__), self.key(value.__func__))
        return self._object(value)

    def _check_known(self, value: Any) -> None:
        """Raise Unfrozen for what stands for itself, or an object of a class, that was made by an
        event: nobody watches what it holds.
        """
        found = value if isinstance(value, _MADE) else type(value)
        is_pythons = found is not value and found.__module__ in ("builtins", "collections")
        if not is_pythons and not self.is_known(found):
            raise Unfrozen(value, f"it is or has a {type(found).__name__} that an event made")

    def _number(self, value: Any) -> int:
        """The number of an object among those of a state."""
        return self._seen.setdefault(id(value), len(self._seen))

    def _function(self, value: types.FunctionType) -> Any:
        """A function counts as its code with its default values and the variables around it, which
        must not change.
        """
        if "<locals>" in value.__qualname__ and vars(value).keys() - {"__wrapped__"}:
            raise Unfrozen(value, "it is a function with attributes")
        writes = (i for i in dis.get_instructions(value.__code__) if i.opname == "STORE_DEREF")
        if value.__closure__ and any(i.argval in value.__code__.co_freevars for i in writes):
            raise Unfrozen(value, "it is a function that writes a variable around it")
        held = [cell.cell_contents for cell in value.__closure__ or ()]
        held += [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
        for item in held:
            if type(item) not in ATOMS and id(item) not in self.own and id(item) not in self.shared:
                raise Unfrozen(value, "it is a function that remembers a " + type(item).__name__)
        return ("function", value.__code__, *(self.key(item) for item in held))

    def _object(self, value: Any) -> Any:
        cls = type(value)
        if not is_plain_class(cls):
            raise Unfrozen(value, f"it is a {cls.__module__}.{cls.__qualname__}")
        return (cls, *((name, self.key(part)) for name, part in parts(value)))

    def copy(self, value: Any, memo: dict[int, Any]) -> Any:
        """A copy that shares nothing that could change, but what is shared inside."""
        cls = type(value)
        if cls in ATOMS or cls in SYMBOLIC or cls in OPAQUE:
            return value
        if id(value) in self.own or id(value) in self.shared:
            return value
        if isinstance(value, (enum.Enum, *_IDENTITIES)):
            return value
        if isinstance(value, State | Event) or cls in EXACT:
            return value
        if id(value) in memo:
            return memo[id(value)][0]
        if cls in (tuple, set, frozenset):
            items = [self.copy(item, memo) for item in value]
            copied: Any = cls(items)
            memo[id(value)] = (copied, value)
            return copied
        if _is_named_tuple(cls):
            return cls._make(self.copy(item, memo) for item in value)
        if isinstance(value, StateChart):
            raise Unfrozen(value, f"it is another state machine, a {cls.__name__}")
        if isinstance(value, types.MethodType):
            return types.MethodType(value.__func__, self.copy(value.__self__, memo))
        fresh: Any
        if isinstance(value, BaseException) and is_plain_exception(cls):
            fresh = cls.__new__(cls, *value.args)
            memo[id(value)] = (fresh, value)
            fresh.args = self.copy(value.args, memo)
            for name, part in parts(value):
                object.__setattr__(fresh, name, self.copy(part, memo))
            return fresh
        if cls is list or cls is deque:
            fresh = [] if cls is list else deque(maxlen=value.maxlen)
            memo[id(value)] = (fresh, value)
            fresh.extend(self.copy(item, memo) for item in value)
        elif cls in DICTIONARIES:
            fresh = defaultdict(value.default_factory) if cls is defaultdict else cls()
            memo[id(value)] = (fresh, value)
            for key, item in value.items():
                fresh[self.copy(key, memo)] = self.copy(item, memo)
        else:
            if not is_plain_class(cls):
                raise Unfrozen(value, f"it is a {cls.__module__}.{cls.__qualname__}")
            fresh = object.__new__(cls)
            memo[id(value)] = (fresh, value)
            for name, part in parts(value):
                object.__setattr__(fresh, name, self.copy(part, memo))
        return fresh


def _in_known_zone(value: Any) -> Any:
    """The same value. Raises Unfrozen for a time of a zone that may be any object."""
    zone = getattr(value, "tzinfo", None)
    if zone is not None and type(zone) is not timezone:
        found = f"{type(value).__module__}.{type(value).__qualname__}"
        raise Unfrozen(value, f"it is a {found} of a zone that is no datetime.timezone")
    return value


def _is_single(value: Any) -> bool:
    """Tell whether equal values are one object wherever they come from."""
    if type(value) is int:
        return -5 <= value <= 256
    return isinstance(value, bool | None) or value is ... or value is NotImplemented or value == ""


def _is_named_tuple(cls: type) -> bool:
    return issubclass(cls, tuple) and hasattr(cls, "_fields") and hasattr(cls, "_make")


def is_plain_class(cls: type) -> bool:
    """Tell whether the state of an instance is in its attributes: a class written in Python."""
    if isinstance(cls.__new__, types.BuiltinFunctionType) and cls.__new__ is not object.__new__:
        return False  # functools.partial, which object.__new__ cannot make
    return all(
        base is object or (_shows_its_memory(base) and base.__module__ not in _OPAQUE)
        for base in cls.__mro__
    ) and not issubclass(cls, BaseException | type)


def _shows_its_memory(cls: type) -> bool:
    """Tell whether what a class adds to its base is a dictionary, weak references and slots alone.

    A class written in C, such as array.array or itertools.count, has memory that no attribute
    shows; whether it is a heap type depends on the version of Python.
    """
    if not cls.__flags__ & _HEAP_TYPE:
        return False
    base: Any = cls.__base__
    slots = sum(isinstance(member, types.MemberDescriptorType) for member in vars(cls).values())
    offsets = ("__dictoffset__", "__weakrefoffset__")
    known = slots + sum(getattr(cls, name) != getattr(base, name) for name in offsets)
    return bool(cls.__basicsize__ - base.__basicsize__ <= known * _POINTER)


_HEAP_TYPE = 1 << 9
_POINTER = struct.calcsize("P")


def is_plain_exception(cls: type) -> bool:
    """Tell whether all that an exception says is in its arguments and its attributes."""
    return all(
        base.__module__ != "builtins" or base.__basicsize__ <= Exception.__basicsize__
        for base in cls.__mro__
    ) and not any("__new__" in vars(b) and b.__module__ != "builtins" for b in cls.__mro__)


_OPAQUE = (
    "statemachine.event_data",
    "threading",
    "queue",
    "socket",
    "random",
    "_io",
    "subprocess",
    "asyncio",
    "weakref",
)
"""Modules whose objects are more than values."""


def parts(value: Any) -> Iterator[tuple[str, Any]]:
    """The attributes of an object by name, those in slots too."""
    yield from sorted(getattr(value, "__dict__", {}).items())
    for name, member in _slots(cast("Hashable", type(value))):
        try:
            yield name, member.__get__(value)
        except AttributeError:
            continue


@lru_cache(maxsize=512)
def _slots(cls: Any) -> tuple[tuple[str, types.MemberDescriptorType], ...]:
    """The slots of a class and those it inherits: it has them since it was made."""
    return tuple(
        (name, member)
        for base in cls.__mro__
        for name, member in vars(base).items()
        if isinstance(member, types.MemberDescriptorType)
    )
