"""Hidden state: what a machine's code uses besides its instance, found by reading the code.

Whatever is not known to be without memory is refused. Things outside of the instance that could
change but need not (tables, class attributes, default values) are compared after every run.
"""

from __future__ import annotations

import builtins
import enum
import functools
import logging
import re
import sys
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from statemachine import Event, State, StateChart
from statemachine.states import States
from statemachine.transition_list import TransitionList

from statecheck.modeling import ModelError
from statecheck.single.code import (
    LIBRARY,
    Reach,
    Summary,
    author_classes,
    is_library,
    is_library_class,
    plain_functions,
    summarised,
)
from statecheck.single.freeze import ATOMS, Freezer, Unfrozen, is_plain_class
from statecheck.single.purity import BUILTINS, CLOCKS, DOORS, MODULES, REASON, TAKES
from statecheck.single.specimen import Specimen

_CONTAINERS = (list, dict, set, deque, OrderedDict, defaultdict, bytearray)

_OWN_MARKS = frozenset(
    ("attr_name", "is_event", "_transitions", "__wrapped__", "is_coroutine", "unique_key")
)
"""What the library and functools write on functions."""


_NOT_WHILE_IT_RUNS = frozenset(
    ("__init__", "__repr__", "__str__", "__init_subclass__", "__class_getitem__", "__new__")
)
"""Methods of Python's own names that no event leads to, unless they are named."""


@dataclass
class Watched:
    """Something outside of the instance that must not change: how it reads now, and how it did."""

    name: str
    read: Callable[[], Any]
    before: Any
    advice: str


class Inspection:
    """What the code uses besides the instance. Raises ModelError for what could hide state."""

    def __init__(self, specimen: Specimen, reach: Reach) -> None:
        self.specimen = specimen
        self.name = specimen.cls.__name__
        self.assumptions: list[str] = []
        self.watched: dict[Any, Watched] = {}
        self.done: set[Any] = set()
        self.own = {name for _, name in specimen.data()}
        self.reach = reach.with_making()
        for owner in specimen.owners:
            for cls in author_classes(type(owner)):
                self._methods_without_name(cls)
                self._watch_class(cls)
        for attribute, value in specimen.data().items():
            self._value(value, specimen.named(attribute), None, own=True)
        for callback in self.reach.callbacks:
            for function in plain_functions(callback):
                if (function.__module__ or "").startswith("statemachine.contrib.weighted"):
                    raise self._hidden("a weighted transition", "is taken by chance")
        inspected: set[Any] = set()
        while len(inspected) < len(self.reach.functions):
            for code, summary in list(self.reach.functions.items()):
                if code not in inspected:
                    inspected.add(code)
                    self._function(summary)

    def check(self) -> None:
        """Raise ModelError if something outside of the instance has changed."""
        for watched in self.watched.values():
            if watched.read() != watched.before:
                raise ModelError(
                    f"{self.name}: {watched.name} changes while it runs; {watched.advice}"
                )

    # -- functions --------------------------------------------------------------------------------

    def _function(self, summary: Summary) -> None:
        place = summary.place
        function = summary.function
        if summary.global_writes:
            name = min(summary.global_writes)
            raise self._hidden(place, f"writes the global {name}, which is no attribute")
        if summary.outer_writes:
            name = min(summary.outer_writes)
            raise self._hidden(place, f"writes {name} of the function around it")
        doors = (summary.reads & DOORS) - self.own
        if doors:
            raise self._hidden(place, f"uses {min(doors)}")
        for name, taken in sorted(summary.loads, key=str):
            self._global(summary, name, taken)
        for module in summary.imports:
            self._module(sys.modules.get(module), module, None, summary)
        self._surroundings(function, place)
        raw = summary.reads & {"__dict__", "__setattr__", "__delattr__"}
        if summary.writes_elsewhere or raw or self.reach.is_dynamic(summary):
            self._watch_library(place)
        for name in (
            summary.reads
            | summary.writes
            | (summary.texts if self.reach.is_dynamic(summary) else set())
        ):
            self._class_attribute(name, place)

    def _surroundings(self, function: types.FunctionType, place: str) -> None:
        """Default values, the variables of functions around it, and attributes of the function."""
        defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        for value in defaults:
            self._value(value, f"a default value of {place}", place)
        for name, cell in zip(
            function.__code__.co_freevars, function.__closure__ or (), strict=True
        ):
            if name == "__class__":
                continue
            try:
                value = cell.cell_contents
            except ValueError:
                continue
            self._value(value, f"{name}, a variable around {place},", place)
            self._watch(
                ("cell", id(cell)),
                f"{name}, a variable around {place},",
                partial(_content, cell),
            )
        self._watch(
            ("marks", id(function)),
            f"an attribute of the function {place}",
            lambda: [self._key(v) for k, v in vars(function).items() if k not in _OWN_MARKS],
        )

    def _global(self, summary: Summary, name: str, taken: str | None) -> None:
        space = summary.function.__globals__
        place = summary.place
        if name in space:
            value = space[name]
            if isinstance(value, types.ModuleType):
                self._module(value, value.__name__, taken, summary)
                return
            self._value(value, f"the global {name}", place, summary)
            if not isinstance(value, types.FunctionType | type):
                self._rebound(space, name, place)
        elif hasattr(builtins, name):
            found = getattr(builtins, name)
            if isinstance(found, type) and issubclass(found, BaseException):
                return
            if name not in BUILTINS:
                raise self._hidden(place, f"uses {name}()")
        # Any other name raises NameError where it is used, which is behaviour.

    def _rebound(self, space: dict[str, Any], name: str, place: str) -> None:
        """Refuse a global that some function of its module assigns."""
        for found in list(space.values()):
            for function in _functions_in(found, space.get("__name__")):
                if name in summarised(function).global_writes:
                    raise self._hidden(
                        place, f"reads the global {name}, which {function.__qualname__} assigns"
                    )
        missing = object()
        self._watch(
            ("global", id(space), name),
            f"the global {name}",
            lambda: id(space.get(name, missing)),
        )

    def _module(
        self, module: types.ModuleType | None, name: str, taken: str | None, summary: Summary
    ) -> None:
        place = summary.place
        root = name.partition(".")[0]
        if name in MODULES or name.startswith(LIBRARY) or root == "typing":
            return
        allowed = TAKES.get(name)
        if allowed is not None and (taken in allowed or (taken is None and name == "asyncio")):
            return
        if module is not None and _is_own(module, self.specimen.cls) and taken is not None:
            value = getattr(module, taken, None)
            if isinstance(value, types.ModuleType):
                self._module(value, value.__name__, None, summary)
            else:
                self._value(value, f"{name}.{taken}", place, summary)
                self._rebound(vars(module), taken, place)
            return
        what = f"{name}.{taken}" if taken else f"the module {name}"
        raise self._hidden(place, f"uses {what}")

    # -- values -----------------------------------------------------------------------------------

    def _value(
        self,
        value: Any,
        name: str,
        place: str | None,
        summary: Summary | None = None,
        *,
        own: bool = False,
    ) -> None:
        """Look at what the code can get hold of; ``own`` data of the instance may change."""
        if type(value) in ATOMS or isinstance(value, (enum.Enum, Decimal, Fraction, re.Pattern)):
            if isinstance(value, enum.Enum):
                self._class(type(value), name, place, summary)
            return
        if isinstance(value, (State, States, Event, TransitionList, logging.Logger, range, slice)):
            return
        seen = ("seen", id(value), own)
        if seen in self.done or any(value is owner for owner in self.specimen.owners):
            return
        self.done.add(seen)
        match value:
            case functools._lru_cache_wrapper():
                raise self._hidden(place or name, f"calls {name}, which remembers its results")
            case type():
                self._class(value, name, place, summary)
            case functools.partial():
                for part in (value.func, *value.args, *value.keywords.values()):
                    self._value(part, name, place, summary)
            case types.BuiltinFunctionType():
                self._builtin(value, name, place)
            case types.GenericAlias():
                return
            case tuple() | frozenset():
                for item in value:
                    self._value(item, name, place, summary, own=own)
            case _ if type(value) in _CONTAINERS:
                self._container(value, name, place, own=own)
            case _ if any(True for _ in plain_functions(value)):
                for function in plain_functions(value):
                    if not is_library(function) and not _is_pure(function.__module__):
                        if not _is_own_code(function, self.specimen.cls):
                            raise self._hidden(
                                place or name,
                                f"calls {function.__module__}.{function.__qualname__}",
                            )
                        self.reach.add(function)
            case _ if own and isinstance(value, StateChart):
                return  # the key of the data refuses it, and says so
            case _ if is_plain_class(type(value)) and not isinstance(value, types.ModuleType):
                self._class(type(value), name, place, summary)
                for part in getattr(value, "__dict__", {}).values():
                    self._value(part, name, place, summary, own=own)
                if not own:
                    self._share(value, name)
            case _ if type(value).__module__ in ("typing", "_typing_extensions"):
                return
            case _ if own:
                return  # likewise
            case _:
                kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix(
                    "builtins."
                )
                raise self._hidden(place or name, f"uses {name}, a {kind}")

    def _container(self, value: Any, name: str, place: str | None, *, own: bool) -> None:
        items = [*value.keys(), *value.values()] if isinstance(value, dict) else [*value]
        for item in items:
            self._value(item, name, place, own=own)
        if not own:
            self._share(value, name)

    def _share(self, value: Any, name: str) -> None:
        """Watch something mutable that is not the instance's own."""
        self._watch(
            ("value", id(value)),
            f"{name}, a {type(value).__name__} that all instances share,",
            lambda: self._key(value),
            "make it in __init__, so that every instance has its own",
        )
        self.specimen.freezer.shared[id(value)] = (value, name)

    def _key(self, value: Any) -> Any:
        """The content of something shared; what is shared inside of it counts as itself."""
        name = self.specimen.freezer.shared.get(id(value))
        own = Freezer(tuple(self.specimen.owners), {})
        own.shared = {k: v for k, v in self.specimen.freezer.shared.items() if v is not name}
        try:
            return own.key(value)
        except Unfrozen as error:
            raise ModelError(f"{self.name}: a shared value cannot be followed: {error}") from None

    def _builtin(self, value: Any, name: str, place: str | None) -> None:
        module = value.__module__ or ""
        if module == "builtins":
            if value.__name__ not in BUILTINS:
                raise self._hidden(place or name, f"uses {value.__name__}()")
            return
        owner = getattr(value, "__self__", None)
        if module in MODULES or (isinstance(owner, types.ModuleType) and owner.__name__ in MODULES):
            return
        if module.startswith("_") and module[1:] in MODULES:
            return
        raise self._hidden(place or name, f"calls {module}.{value.__name__}")

    def _class(
        self, cls: type, name: str, place: str | None, summary: Summary | None = None
    ) -> None:
        if ("class", cls) in self.done:
            return
        self.done.add(("class", cls))
        module = cls.__module__
        if module == "builtins" or is_library_class(cls) or _is_pure(module):
            if (
                module == "builtins"
                and cls.__name__ not in BUILTINS
                and not issubclass(cls, BaseException)
            ):
                raise self._hidden(place or name, f"uses {cls.__name__}")
            return
        if module == "datetime":
            reads = summary.reads if summary is not None else CLOCKS
            taken = {t for n, t in summary.loads if t} if summary is not None else set()
            if (reads | taken) & CLOCKS:
                raise self._hidden(place or name, f"looks at the clock with {cls.__name__}")
            return
        if issubclass(cls, StateChart):
            if cls not in self.specimen.cls.__mro__:
                raise self._hidden(place or name, f"uses another machine, {cls.__name__}")
            return
        if not (_is_own_module(module, self.specimen.cls) or issubclass(cls, enum.Enum)):
            raise self._hidden(place or name, f"uses {module}.{cls.__name__}")
        if issubclass(cls, enum.Enum):
            self._watch_members(cls)
        for base in author_classes(cls):
            if base.__module__ == "builtins" or _is_pure(base.__module__):
                continue
            self._watch_class(base)
            for key, member in vars(base).items():
                if any(True for _ in plain_functions(member)):
                    if isinstance(member, functools._lru_cache_wrapper):
                        raise self._hidden(place or name, f"has {key}, which remembers its results")
                    if not all(_is_pure(f.__module__) for f in plain_functions(member)):
                        self.reach.add(member)
                elif not (
                    key.startswith("__")
                    or issubclass(cls, enum.Enum)
                    or hasattr(type(member), "__get__")
                ):
                    self._value(member, f"{base.__name__}.{key}", place)

    def _class_attribute(self, name: str, place: str) -> None:
        """An attribute that code asks for, where a class has it."""
        for cls in self.reach.classes():
            for base in author_classes(cls):
                if name not in vars(base) or ("attribute", base, name) in self.done:
                    continue
                self.done.add(("attribute", base, name))
                member = vars(base)[name]
                if isinstance(member, functools._lru_cache_wrapper):
                    raise self._hidden(
                        f"{base.__name__}.{name}", "remembers its results between calls"
                    )
                if isinstance(member, types.MemberDescriptorType | types.GetSetDescriptorType):
                    continue
                if any(True for _ in plain_functions(member)):
                    continue  # followed already
                self._value(member, f"{base.__name__}.{name}", place)

    def _methods_without_name(self, cls: type) -> None:
        """Methods that Python calls without their name being written."""
        for name, member in vars(cls).items():
            is_special = name.startswith("__") and name.endswith("__")
            if is_special and name not in _NOT_WHILE_IT_RUNS:
                self.reach.add(member)

    def _watch_library(self, place: str) -> None:
        """The library's own objects, on which code may write by mistake."""
        machine = self.specimen.machine
        states = self.specimen.states
        transitions = [t for state in states.values() for t in state.transitions]
        events = [
            value
            for cls in type(machine).__mro__
            for value in (*vars(cls).get("_events", ()), *vars(cls).values())
            if isinstance(value, Event)
        ]

        def read() -> list[Any]:
            kept = [
                (name, id(value))
                for found in (*states.values(), *transitions, *events, machine._callbacks)
                for name, value in vars(found).items()
            ]
            # An instance's states remember what they have been asked for.
            kept += [
                (name, id(value))
                for key, own in machine._config._instance_states.items()
                for name, value in vars(own).items()
                if value is not vars(states[key]).get(name)
            ]
            return kept

        self._watch(
            ("library",),
            f"an object of the library (a state, an event or a transition, in {place})",
            read,
        )

    # -- watching ---------------------------------------------------------------------------------

    def _watch_class(self, cls: type) -> None:
        if is_library_class(cls) or cls.__module__ == "builtins":
            return

        def read() -> Any:
            return {k: id(v) for k, v in vars(cls).items() if k != "__annotations__"}

        self._watch(
            ("attributes", cls),
            f"an attribute of the class {cls.__name__}",
            read,
            "assign to self, so that every instance has its own",
        )

    def _watch_members(self, cls: type[enum.Enum]) -> None:
        """The members of an enumeration, on which code may write, and values that can change."""
        members = list(cls)
        self._watch(
            ("members", cls),
            f"a member of {cls.__name__}",
            lambda: [(k, id(v)) for m in members for k, v in vars(m).items()],
        )
        for member in members:
            if type(member.value) in _CONTAINERS:
                self._share(member.value, f"the value of {member}")

    def _watch(
        self,
        key: Any,
        name: str,
        read: Callable[[], Any],
        advice: str = "keep it in an attribute of the machine",
    ) -> None:
        if key not in self.watched:
            self.watched[key] = Watched(name, read, read(), advice)

    def _hidden(self, place: str, what: str) -> ModelError:
        return ModelError(f"{self.name}: {place} {what}; {REASON}")


def _content(cell: types.CellType) -> int:
    return id(cell.cell_contents)


def _is_pure(module: str | None) -> bool:
    name = module or ""
    return (
        name in MODULES
        or name.startswith(LIBRARY)
        or name.partition(".")[0] in ("typing", "statemachine", "collections")
    )


def _is_own(module: types.ModuleType, cls: type) -> bool:
    return _is_own_module(module.__name__, cls)


def _is_own_module(name: str, cls: type) -> bool:
    """Whether a module was written by the author of a class, and is no library of Python's."""
    root = name.partition(".")[0]
    roots = {base.__module__.partition(".")[0] for base in author_classes(cls)}
    if root in roots:
        return True
    if root in sys.stdlib_module_names:
        return False
    file = getattr(sys.modules.get(root), "__file__", None) or ""
    return "site-packages" not in file and "dist-packages" not in file


def _is_own_code(function: types.FunctionType, cls: type) -> bool:
    return _is_own_module(function.__module__ or "", cls)


def _functions_in(found: Any, module: str | None) -> Iterator[types.FunctionType]:
    """The functions and methods that a module defines."""
    if isinstance(found, type):
        if found.__module__ == module:
            for member in vars(found).values():
                yield from plain_functions(member)
        return
    for function in plain_functions(found):
        if function.__module__ == module:
            yield function
