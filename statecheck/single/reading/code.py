"""The code that a machine's callbacks can reach, and what it reads, writes and loads.

Bytecode is read, since every function has it, wherever its source is. Names are followed on the
safe side: an attribute of any object whose name is that of a method of the machine, its model or a
listener counts as that method.
"""

from __future__ import annotations

import dis
import enum
import functools
import inspect
import re
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import statemachine
from statemachine.callbacks import CallbackGroup, SpecReference

from statecheck.modeling import Machine, Maker
from statecheck.repeatable import is_from_elsewhere
from statecheck.single.reading.source.naming import ALL, BY_TEXT, reads_by_text, writes_by_text
from statecheck.single.reading.source.orders import OF_MODULES, PASSES, SHOWING, TEXTS, keeps_orders
from statecheck.single.reading.specimen import ABSENT, Specimen

LIBRARY = (statemachine.__name__, Machine.__module__.rpartition(".")[0])
"""Packages whose code is the meaning of a machine and is not inspected."""


class Identity(enum.IntEnum):
    """Of which values code asks ``is``, or for the type, where only plain values answer rightly."""

    NOT_ASKED = 0
    MEMBERS = 1
    """Of members of enumerations alone, which no other values become."""
    ANY = 2


@dataclass
class Summary:
    """The effects and needs of one function's code, its inner functions included.

    ``loads`` are global names, each with the attribute that is taken of it at once, if one is;
    ``goes_through`` says that it may see the order of a set, ``asks_none`` that it asks whether
    something is None, ``makes_texts`` that it makes texts of values, ``matches`` that it takes
    values apart by patterns, ``matches_types`` that it tells their types so, ``catches`` that it
    catches exceptions by their types.
    """

    function: types.FunctionType
    loads: set[tuple[str, str | None]] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    global_writes: set[str] = field(default_factory=set)
    outer_writes: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    writes_elsewhere: bool = False
    goes_through: bool = False
    makes_texts: bool = False
    asks_none: bool = False
    matches: bool = False
    matches_types: bool = False
    catches: bool = False
    identity: Identity = field(default_factory=lambda: Identity.NOT_ASKED)

    @property
    def used(self) -> set[str]:
        """The names of globals and attributes that the code has."""
        return {name for pair in self.loads for name in pair if name} | self.reads

    @property
    def place(self) -> str:
        """The function as a message names it."""
        return self.function.__qualname__.replace("<locals>.", "")


def summarised(function: types.FunctionType) -> Summary:
    """Read one function's bytecode."""
    summary = Summary(function)
    outer = set(function.__code__.co_freevars)
    passing = _read(function.__code__, summary, outer, _receiver(function))
    if passing and not keeps_orders(function, passing):
        summary.goes_through = True
    return summary


def _receiver(function: types.FunctionType) -> str:
    """The variable that holds what a method belongs to, and never anything else."""
    code, around = function.__code__, function.__qualname__.rpartition(".")[0]
    is_method = bool(around) and not around.endswith("<locals>")
    again = any(i.opname[:6] == "STORE_" and i.argval == "self" for i in dis.get_instructions(code))
    first = code.co_varnames[: code.co_argcount][:1]
    return "self" if is_method and first == ("self",) and not again else ""


_WRITES = ("STORE_ATTR", "DELETE_ATTR")
_LOADS = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_GLOBALS")

_TAKES = ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR")


def _read(code: types.CodeType, summary: Summary, outer: set[str], first: str) -> set[str]:
    """Note what code has; return what in it may show the order of a set. ``first`` is the variable
    that holds the machine, or another object that a method belongs to.
    """
    instructions = [i for i in dis.get_instructions(code) if i.opname not in ("CACHE", "PUSH_NULL")]
    for place, instruction in enumerate(instructions):
        name, argument = instruction.opname, instruction.argval
        following = instructions[place + 1] if place + 1 < len(instructions) else None
        if name in _LOADS:
            taken = following is not None and following.opname in _TAKES
            summary.loads.add((argument, following.argval if taken and following else None))
            if argument == "type" and not _asked_of(first, instructions[place + 1 : place + 3]):
                summary.identity = Identity.ANY
        elif name in _TAKES:
            summary.reads.add(argument)
        elif name in _WRITES:
            summary.writes.add(argument)
            before = _written_on(instructions[:place])
            if not (first and before.argval == first and before.opname not in _TAKES):
                summary.writes_elsewhere = True
        elif name in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            summary.global_writes.add(argument)
        elif name in ("STORE_DEREF", "DELETE_DEREF") and argument in outer:
            summary.outer_writes.add(argument)
        elif name == "IMPORT_NAME":
            summary.imports.add(argument)
        elif name in ("CHECK_EXC_MATCH", "CHECK_EG_MATCH"):
            summary.catches = True
        elif name in ("MATCH_MAPPING", "MATCH_SEQUENCE"):
            summary.matches = True
        elif name == "MATCH_CLASS":
            summary.matches_types = True
        elif name.startswith("POP_JUMP") and name.endswith("NONE"):
            summary.asks_none = True
        elif name == "IS_OP":
            summary.asks_none |= instructions[place - 1].argval is None
            space = summary.function.__globals__
            summary.identity = max(summary.identity, _asked(instructions[:place], space))
    if {"is_", "is_not"} & set(code.co_names):
        summary.identity = Identity.ANY
    loaded = {what for pair in summary.loads for what in pair if what}
    done = {i.opname for i in instructions} | {"%" for i in instructions if i.argrepr == "%"}
    summary.makes_texts |= bool(TEXTS & (done | set(code.co_names)))
    passing = (set(code.co_names) & SHOWING) | (loaded & OF_MODULES) | (done & PASSES)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            inner = "" if first in constant.co_varnames else first
            passing |= _read(constant, summary, outer, inner)
        elif isinstance(constant, str):
            summary.texts.add(constant)
    return passing


def _written_on(before: list[dis.Instruction]) -> dis.Instruction:
    """The load of the object whose attribute is written; ``x.n += 1`` copies it first."""
    if before[-1].opname == "SWAP":
        for place in range(len(before) - 1, 0, -1):
            if before[place].opname in ("COPY", "DUP_TOP"):
                return before[place - 1]
    return before[-1]


def _asked_of(name: str, following: list[dis.Instruction]) -> bool:
    """Tell whether a function is called with a variable itself, and not with what it holds."""
    match following:
        case [loaded, call]:
            return bool(name) and loaded.argval == name and call.opname in ("CALL", "PRECALL")
    return False


def _asked(before: list[dis.Instruction], space: dict[str, Any]) -> Identity:
    """Of what ``is`` is asked, by what was loaded last."""
    match before[-2:]:
        case [*_, dis.Instruction(opname="LOAD_CONST", argval=None)]:
            return Identity.NOT_ASKED
        case [dis.Instruction(argval=str() as name), dis.Instruction(opname="LOAD_ATTR")]:
            found = space.get(name)
            if isinstance(found, type) and issubclass(found, enum.Enum):
                return Identity.MEMBERS
    return Identity.ANY


class Reach:
    """The functions that callbacks lead to.

    ``functions`` has a summary for each, ``callbacks`` those that the library calls by itself,
    ``named`` the attributes that guards written as texts read.
    """

    def __init__(self, specimen: Specimen) -> None:
        self.specimen = specimen
        self.functions: dict[types.CodeType, Summary] = {}
        self.callbacks: list[Any] = []
        self.named: set[str] = set()
        for specs in all_specs(specimen):
            self.callbacks += functions_of(specimen, specs, self.named)
        for callback in self.callbacks:
            self.add(callback)
        for name in self.named:
            self._follow(name)

    def add(self, found: Any) -> None:
        """Follow what is or wraps a function."""
        for function in plain_functions(found):
            if is_library(function) or function.__code__ in self.functions:
                continue
            summary = summarised(function)
            self.functions[function.__code__] = summary
            for name in summary.reads | summary.writes:
                self._follow(name)
            for text in summary.texts if self.is_dynamic(summary) else ():
                for name in text.split("."):
                    self._follow(name)
            if ALL in reads_by_text(function, summary.used):
                for name in self._all_names():
                    self._follow(name)

    def with_making(self) -> Reach:
        """The same, and what makes an instance besides."""
        whole = object.__new__(Reach)
        whole.specimen, whole.functions = self.specimen, dict(self.functions)
        whole.callbacks, whole.named = self.callbacks, self.named
        for owner in self.specimen.owners:
            for cls in author_classes(type(owner)):
                whole.add(vars(cls).get("__init__"))
        if isinstance(self.specimen.made, Maker):
            whole.add(self.specimen.made.function)
        return whole

    @staticmethod
    def is_dynamic(summary: Summary) -> bool:
        """Tell whether a function names attributes by texts."""
        return bool(BY_TEXT & summary.used)

    def _all_names(self) -> set[str]:
        """The names of all attributes of the machine, its model and its listeners."""
        return {
            name
            for owner in self.specimen.owners
            for space in (owner, *author_classes(type(owner)))
            for name in getattr(space, "__dict__", {})
            if not name.startswith("__")
        }

    def _follow(self, name: str) -> None:
        """Follow a method or property of that name of anything that belongs to the instance."""
        for cls in self.classes():
            for base in cls.__mro__:
                if name in vars(base) and not is_library_class(base):
                    self.add(vars(base)[name])
        for owner in self.specimen.owners:
            self.add(getattr(owner, "__dict__", {}).get(name))

    def classes(self) -> Iterator[type]:
        """The classes of the machine, its model, its listeners and the objects that they have."""
        roots = set()
        for owner in self.specimen.owners:
            yield type(owner)
            roots |= {c.__module__.partition(".")[0] for c in author_classes(type(owner))}
        for value in self.specimen.data().values():
            found = type(value)
            own = found.__module__.partition(".")[0] in roots
            if not is_library_class(found) and (own or not is_from_elsewhere(found.__module__)):
                yield found

    @property
    def reads(self) -> set[str]:
        """The names of attributes that are read; of all that there are where a name is computed."""
        found = set(self.named)
        for summary in self.functions.values():
            found |= summary.reads
            if self.is_dynamic(summary):
                found |= summary.texts
            found |= reads_by_text(summary.function, summary.used)
            for owner in self.specimen.owners:
                if _knows(summary, type(owner)):  # and may compare instances as wholes
                    found |= set(getattr(type(owner), "__dataclass_fields__", ()))
        return found | (self._all_names() if ALL in found else set())

    @property
    def writes(self) -> set[str]:
        """The names of attributes that are written once the instance is made; ALL among them where
        a name is computed.
        """
        found: set[str] = set()
        for summary in self.functions.values():
            if summary.function.__name__ == "__init__":
                continue
            found |= summary.writes
            found |= writes_by_text(summary.function, summary.used)
        return found

    @property
    def identity(self) -> Identity:
        """Of which values some code asks ``is`` or for the type."""
        return max((s.identity for s in self.functions.values()), default=Identity.NOT_ASKED)

    def asking(self) -> str:
        """A function that does so."""
        return next(s.place for s in self.functions.values() if s.identity is self.identity)


def _knows(summary: Summary, cls: type) -> bool:
    """Tell whether a function's code names a class."""
    space = summary.function.__globals__
    return any(space.get(name) is cls for name, _ in summary.loads)


def all_specs(specimen: Specimen) -> Iterator[Any]:
    """The lists of callbacks of a class, its states and its transitions."""
    yield specimen.cls._specs
    for state in specimen.states.values():
        yield state._specs
        for transition in state.transitions:
            yield transition._specs


def functions_of(specimen: Specimen, specs: Iterable[Any], named: set[str]) -> Iterator[Any]:
    """The functions that callbacks stand for, invoked work left out; names of plain attributes go
    to ``named``.
    """
    for spec in specs:
        if spec.group is CallbackGroup.INVOKE:
            continue
        if spec.reference is SpecReference.PROPERTY or spec.reference is SpecReference.CALLABLE:
            yield spec.func
        else:
            text = str(spec.func)
            names = (
                re.findall(r"[^\W\d]\w*", text) if spec.may_contain_boolean_expression else [text]
            )
            for name in names:
                for owner in specimen.owners:
                    held = getattr(owner, "__dict__", {}).get(name, ABSENT)
                    if held is ABSENT:
                        held = inspect.getattr_static(type(owner), name, ABSENT)
                    if held is ABSENT:
                        continue
                    if any(True for _ in plain_functions(held)):
                        yield held
                    else:
                        named.add(name)


def plain_functions(found: Any) -> Iterator[types.FunctionType]:
    """The functions inside methods, properties, partial functions and wrappers."""
    match found:
        case types.FunctionType():
            yield found
            wrapped = getattr(found, "__wrapped__", None)
            if wrapped is not None:
                yield from plain_functions(wrapped)
        case types.MethodType():
            yield from plain_functions(found.__func__)
        case property():
            for part in (found.fget, found.fset, found.fdel):
                yield from plain_functions(part)
        case staticmethod() | classmethod():
            yield from plain_functions(found.__func__)
        case functools.partial():
            yield from plain_functions(found.func)
        case functools.partialmethod():
            yield from plain_functions(found.func)
        case functools.cached_property():
            yield from plain_functions(found.func)
        case functools._lru_cache_wrapper():
            yield from plain_functions(found.__wrapped__)
        case _:
            return


def is_library(function: types.FunctionType) -> bool:
    """Tell whether a function belongs to what gives a machine its meaning."""
    module = function.__module__ or ""
    return any(module == name or module.startswith(f"{name}.") for name in LIBRARY)


def is_library_class(cls: type) -> bool:
    """Tell whether a class is the library's or Python's own root."""
    module = cls.__module__
    return cls is object or any(module == name or module.startswith(f"{name}.") for name in LIBRARY)


def author_classes(cls: type) -> list[type]:
    """The classes of a machine that its author wrote, the machine's own first."""
    return [
        base for base in cls.__mro__ if not is_library_class(base) and base.__name__ != "Generic"
    ]
