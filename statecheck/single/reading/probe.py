"""Finding out by use what an argument without annotation is."""

from __future__ import annotations

import enum
import sys
import types
from typing import Any

from statecheck.single.reading.code import LIBRARY
from statecheck.single.reading.freeze import SYMBOLIC
from statecheck.single.reading.kinds import AnyKind, Kind, MemberKind


class Used(BaseException):
    """A probe was used, which tells the kind of the argument; None: in a way that tells nothing."""

    def __init__(self, name: str, kind: AnyKind | None, how: str) -> None:
        super().__init__(name)
        self.name, self.kind, self.how = name, kind, how


_OWN = (*LIBRARY, "inspect", "asyncio", __name__.partition(".")[0])
"""Modules whose asking for a type tells nothing."""


def asked_by_library(frame: types.FrameType) -> bool:
    """Tell whether those who run a machine ask, and not its author's code."""
    return str(frame.f_globals.get("__name__", "")).startswith(_OWN)


def _class(probe: Any) -> type:
    """The type, as ``isinstance`` asks for it; that the library asks tells nothing."""
    if asked_by_library(sys._getframe(1)):
        return type(probe)
    raise probe._used(None, "asked for its type")


class Probe:
    """Stands for an argument of an unknown kind; its first use interrupts the run."""

    __slots__ = ("name", "use")

    def __init__(self, name: str) -> None:
        self.name = name
        self.use: Used | None = None

    __class__ = property(_class)

    def _used(self, kind: AnyKind | None, how: str) -> Used:
        self.use = self.use or Used(self.name, kind, how)
        return self.use

    def _beside(self, other: object) -> Any:
        kind: AnyKind | None
        match other:
            case _ if type(other) in SYMBOLIC:
                kind = getattr(other, "kind", None)
            case bool():
                kind = Kind.BOOL
            case enum.Enum():
                kind = MemberKind(type(other))
            case int():
                kind = Kind.INT
            case str():
                kind = Kind.TEXT
            case None:
                return NotImplemented
            case _:
                kind = None
        raise self._used(kind, f"compared or combined with a {type(other).__name__}")

    def __eq__(self, other: object) -> Any:
        return self._beside(other)

    def __ne__(self, other: object) -> Any:
        return self._beside(other)

    def __bool__(self) -> bool:
        raise self._used(Kind.BOOL, "asked for its truth")

    def __hash__(self) -> int:
        raise self._used(None, "hashed")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self._used(None, f"asked for its {name}")

    def __neg__(self) -> Any:
        raise self._used(Kind.INT, "negated")

    __abs__ = __neg__

    def __deepcopy__(self, _: object) -> Probe:
        return self


def _combined(self: Probe, other: object) -> Any:
    return self._beside(other)


for _name in ("lt", "le", "gt", "ge", "add", "sub", "mul", "floordiv", "mod", "pow", "divmod"):
    for _full in (f"__{_name}__", f"__r{_name}__"):
        setattr(Probe, _full, _combined)


def _opaque(how: str) -> Any:
    def method(self: Probe, *_: object) -> Any:
        raise self._used(None, how)

    return method


for _name in ("iter", "len", "getitem", "contains", "call", "int", "float", "index", "truediv"):
    setattr(Probe, f"__{_name}__", _opaque(f"asked for {_name}"))

SYMBOLIC.append(Probe)
