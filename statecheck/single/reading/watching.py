"""Things outside of an instance that could change but must not: compared after every run."""

from __future__ import annotations

import ast
import enum
import functools
import gc
import inspect
import types
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from statemachine import Event, State

from statecheck.modeling import ModelError
from statecheck.repeatable import is_from_elsewhere
from statecheck.single.reading.code import Reach, Summary, is_library_class
from statecheck.single.reading.freeze import DICTIONARIES, Freezer, Unfrozen
from statecheck.single.reading.source.trees import tree_of
from statecheck.single.reading.specimen import Specimen

CONTAINERS = (list, set, deque, bytearray, *DICTIONARIES)
"""Types of values whose content can change."""


@dataclass
class Watched:
    """Something outside of the instance that must not change: how it reads now, and how it did."""

    name: str
    read: Callable[[], Any]
    before: Any
    advice: str


class Watcher:
    """Everything that is watched."""

    def __init__(self, specimen: Specimen) -> None:
        self.specimen = specimen
        self.name = specimen.cls.__name__
        self.watched: dict[Any, Watched] = {}
        self.logs: set[int] = set()
        """The numbers of lists to which code only appends."""

    def check(self) -> None:
        """Raise ModelError if something outside of the instance has changed."""
        for watched in self.watched.values():
            if watched.read() != watched.before:
                raise ModelError(
                    f"{self.name}: {watched.name} changes while it runs; {watched.advice}"
                )

    def share(self, value: Any, name: str) -> None:
        """Watch something mutable that is not the instance's own."""
        self.watch(
            ("value", id(value)),
            f"{name}, a {type(value).__name__} that all instances share,",
            lambda: self.key(value),
            "make it in __init__, so that every instance has its own",
        )
        self.specimen.freezer.shared[id(value)] = (value, name)

    def key(self, value: Any) -> Any:
        """The content of something shared; what is shared inside of it counts as itself."""
        name = self.specimen.freezer.shared.get(id(value))
        own = Freezer(tuple(self.specimen.owners), {})
        own.shared = {k: v for k, v in self.specimen.freezer.shared.items() if v is not name}
        try:
            return own.key(value)
        except Unfrozen as error:
            raise ModelError(f"{self.name}: a shared value cannot be followed: {error}") from None

    def leave_out_logs(self, reach: Reach, inside: Collection[int]) -> None:
        """Watch no list of a module or of a function around to which code only appends.

        Nothing that is read depends on it, however much it grows, unless its number is among those
        ``inside`` of something else.
        """
        if any(map(reach.is_dynamic, reach.functions.values())):
            return
        known = [summary.function for summary in reach.functions.values()]
        data = list(self.specimen.data().values())
        classes = [c for held in (*self.specimen.owners, *data) for c in type(held).__mro__]
        for key, (value, _) in list(self.specimen.freezer.shared.items()):
            others = [v for k, (v, _) in self.specimen.freezer.shared.items() if k != key]
            used = [_names_of(value, function, classes) for function in known]
            if (
                type(value) in (list, deque)
                and key not in inside
                and any(used)
                and not _leads_to(value, [*data, *others])
                and all(
                    only_appended(function, names)
                    for function, names in zip(known, used, strict=True)
                    if names
                )
            ):
                self.watched.pop(("value", key), None)
                self.logs.add(key)

    def watch_library(self, summary: Summary) -> None:
        """The library's own objects, and modules that code names: on these it may write, too."""
        place = summary.place
        for name, value in list(summary.function.__globals__.items()):
            if isinstance(value, types.ModuleType) and any(name == n for n, _ in summary.loads):
                self.watch(
                    ("module", id(value)),
                    f"an attribute of the module {value.__name__} (in {place})",
                    functools.partial(_bound, value),
                )
        for found in _written_on(summary.function):
            self.watch(
                ("written", id(found)),
                f"an attribute of {getattr(found, '__name__', type(found).__name__)} (in {place})",
                functools.partial(_marks, found),
            )
        machine = self.specimen.machine
        states = self.specimen.states
        transitions = [t for state in states.values() for t in state.transitions]
        events = [
            value
            for cls in type(machine).__mro__
            for value in (*vars(cls).get("_events", ()), *vars(cls).values())
            if isinstance(value, Event)
        ]

        proxies = machine._config._instance_states
        classes = {cls for s in states.values() for cls in type(s).__mro__ if cls is not object}
        classes |= {*filter(is_library_class, type(machine).__mro__)} - {object}

        def delegated(key: Any, name: str) -> Any:
            found = vars(states[key]).get(name)
            return proxies.get(found.value, found) if isinstance(found, State) else found

        def read() -> list[Any]:
            kept = [
                (name, id(value))
                for found in (*states.values(), *transitions, *events, machine._callbacks)
                for name, value in vars(found).items()
            ]
            kept += [(name, id(value)) for cls in classes for name, value in vars(cls).items()]
            # An instance's states remember what they have been asked for.
            kept += [
                (name, id(value))
                for key, own in proxies.items()
                for name, value in vars(own).items()
                if value is not delegated(key, name)
            ]
            return kept

        self.watch(
            ("library",),
            f"an object of the library (a state, an event or a transition, in {place})",
            read,
        )

    def watch_class(self, cls: type) -> None:
        """Watch what a class's attributes are bound to."""
        if is_library_class(cls) or cls.__module__ == "builtins":
            return

        def read() -> Any:
            return {k: id(v) for k, v in vars(cls).items() if k != "__annotations__"}

        self.watch(
            ("attributes", cls),
            f"an attribute of the class {cls.__name__}",
            read,
            "assign to self, so that every instance has its own",
        )

    def watch_members(self, cls: type[enum.Enum]) -> None:
        """The members of an enumeration, on which code may write, and values that can change."""
        members = list(cls)
        self.watch(
            ("members", cls),
            f"a member of {cls.__name__}",
            # A Flag remembers by itself what ~ makes of a member.
            lambda: [(k, id(v)) for m in members for k, v in vars(m).items() if k != "_inverted_"],
        )
        for member in members:
            if type(member.value) in CONTAINERS:
                self.share(member.value, f"the value of {member}")

    def watch(
        self,
        key: Any,
        name: str,
        read: Callable[[], Any],
        advice: str = "keep it in an attribute of the machine",
    ) -> None:
        """Watch something by how it reads."""
        if key not in self.watched:
            self.watched[key] = Watched(name, read, read(), advice)


def _names_of(value: Any, function: types.FunctionType, classes: list[type]) -> set[str]:
    """The names under which a function may know a value, attributes of modules and classes too."""
    names = {n for n, v in function.__globals__.items() if v is value}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):
            if cell.cell_contents is value:
                names.add(name)
    for held in (*classes, *function.__globals__.values()):
        if isinstance(held, types.ModuleType | type):
            names |= {n for n, v in vars(held).items() if v is value}
    return names & (set(_all_names(function.__code__)) | set(function.__code__.co_freevars))


def _all_names(code: types.CodeType) -> Iterator[str]:
    yield from (*code.co_names, *code.co_freevars)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _all_names(constant)


def _leads_to(value: Any, roots: list[Any]) -> bool:
    """Tell whether a value is within others."""
    todo, seen = list(roots), set(map(id, roots))
    while todo:
        found = todo.pop()
        if found is value:
            return True
        if isinstance(found, types.ModuleType | type | types.FunctionType):
            continue
        for part in gc.get_referents(found) if len(seen) < 5000 else [value]:
            if id(part) not in seen:
                seen.add(id(part))
                todo.append(part)
    return False


def only_appended(function: types.FunctionType, names: set[str]) -> bool:
    """Tell whether a function does nothing with what has these names but append to it."""
    tree = tree_of(function)
    if tree is None:
        return False
    appended = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name() as on, attr="append"))
            ):
                appended.add(on)
            case ast.Lambda(
                body=ast.Call(func=ast.Attribute(value=ast.Name() as on, attr="append"))
            ):
                appended.add(on)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names and node not in appended:
            return False
        if isinstance(node, ast.Attribute) and node.attr in names:
            return False
    return True


def content(cell: types.CellType) -> int:
    """The number of what a variable of a function around is bound to."""
    return id(cell.cell_contents)


def _bound(module: types.ModuleType) -> dict[str, int]:
    """The names of a module and their values; of one that others wrote the names alone, for
    its own work may bind them anew.
    """
    is_own = not is_from_elsewhere(module.__name__)
    return {name: id(value) if is_own else 0 for name, value in vars(module).items()}


def _marks(found: Any) -> dict[str, int]:
    """The attributes of a function or a class."""
    return {name: id(value) for name, value in vars(found).items()}


def _written_on(function: types.FunctionType) -> Iterator[Any]:
    """The functions and classes that are known by name and on which a function may write."""
    tree = tree_of(function)
    for node in ast.walk(tree) if tree is not None else ():
        match node:
            case ast.Attribute(value=on, ctx=ast.Store() | ast.Del()):
                found = _resolved(on, function)
            case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[on, *_]):
                found = _resolved(on, function)
            case _:
                continue
        if isinstance(found, types.FunctionType | type):
            yield found


def _resolved(node: ast.expr, function: types.FunctionType) -> Any:
    """The value of a global name, or of an attribute of one; None where it is not known."""
    match node:
        case ast.Name(id=name) if name not in function.__code__.co_varnames:
            return function.__globals__.get(name)
        case ast.Attribute(value=on, attr=name):
            return inspect.getattr_static(_resolved(on, function), name, None)
    return None
