"""Hidden state: what a machine's code uses besides its instance, found by reading the code.

Whatever is not known to be without memory is refused. Things outside of the instance that could
change but need not (tables, class attributes, default values) are compared after every run.
"""

from __future__ import annotations

import builtins
import enum
import functools
import logging
import sys
import types
from collections.abc import Sequence
from typing import Any

from statemachine import Event, State, StateChart
from statemachine.states import States
from statemachine.transition_list import TransitionList

from statecheck.modeling import ModelError
from statecheck.repeatable import MODULES
from statecheck.single.reading import purity
from statecheck.single.reading.code import (
    LIBRARY,
    Reach,
    Summary,
    author_classes,
    is_library,
    is_library_class,
    plain_functions,
    summarised,
)
from statecheck.single.reading.foreign.loggers import OWN, own_part
from statecheck.single.reading.foreign.making import asks_the_time
from statecheck.single.reading.foreign.memory import memory_around
from statecheck.single.reading.foreign.plain_sight import hidden_by, unordered
from statecheck.single.reading.foreign.sharing import belongs_to_another
from statecheck.single.reading.formatting import add_text_methods, making_texts, only_prints_to
from statecheck.single.reading.freeze import ATOMS, EXACT, is_plain_class
from statecheck.single.reading.specimen import Specimen
from statecheck.single.reading.surroundings import Foreign, Surroundings
from statecheck.single.reading.watching import CONTAINERS, Watcher, content


class Inspection:
    """A search of the code for whatever could hide state. Raises ModelError for that."""

    def __init__(self, specimen: Specimen, reach: Reach, harmless: Sequence[str] = ()) -> None:
        self.specimen = specimen
        self.surroundings = Surroundings(specimen, harmless)
        self.foreign: dict[Any, Foreign] = {}
        self.name = specimen.cls.__name__
        self.watcher = Watcher(specimen)
        self.check = self.watcher.check
        self.done, self.asks_the_time = set[Any](), False
        self.classes = {base for owner in specimen.owners for base in type(owner).__mro__}
        self.sets = unordered(self.classes)
        self.own = {name for _, name in specimen.data()}
        self.first = specimen.ran - set(reach.functions)  # what is left behind is data
        for owner in specimen.owners:
            for cls in author_classes(type(owner)):
                for member in purity.methods_without_name(cls):
                    reach.add(member)
                self.watcher.watch_class(cls)
        self.reach = reach.with_making()
        self._look_around()
        self.asks_the_time = asks_the_time(self.reach)
        if add_text_methods(self.reach, reach) or self.asks_the_time:
            self.done.clear()
            self._look_around()
        specimen.freezer.passing = specimen.freezer.passing or making_texts(self.reach)
        self.surroundings.settle(self.reach)
        self.memory = memory_around(specimen, self.reach, self.surroundings.all())
        self.watcher.leave_out_logs(self.reach, self.memory.inside)

    def check_memory(self) -> None:
        """Raise ModelError if something around the machine is not what it was."""
        self.memory.check(self.name, self.watcher.logs)

    def _look_around(self) -> None:
        """Look at the data and at all code."""
        for attribute, value in self.specimen.data().items():
            try:
                self._value(value, self.specimen.named(attribute), None, own=True)
            except Foreign as error:
                self.surroundings.add_attribute(attribute, value, str(error))
        for callback in self.reach.callbacks:
            if purity.remembers(callback):
                raise self._hidden("a callback", "remembers its results between calls")
            for function in plain_functions(callback):
                if (function.__module__ or "").startswith("statemachine.contrib.weighted"):
                    self.surroundings.add_chance(function)
        inspected: set[Any] = set()
        while rest := [c for c in self.reach.functions if c not in inspected]:
            for code in rest:
                inspected.add(code)
                self._function(self.reach.functions[code])

    # -- functions --------------------------------------------------------------------------------

    def _function(self, summary: Summary) -> None:
        if summary.goes_through:
            self.specimen.freezer.passing = summary.place
        place, function = summary.place, summary.function
        is_first = function.__code__ in self.first
        if hidden := hidden_by(summary, self.specimen, self.sets, self.own, is_first=is_first):
            raise self._hidden(place, *hidden)
        for name, taken in sorted(summary.loads, key=str):
            self._global(summary, name, taken)
        for module in summary.imports:
            self._module(sys.modules.get(module), module, None, summary)
        self._surroundings(function, place)
        raw = summary.reads & {"__dict__", "__setattr__", "__delattr__"}
        if summary.writes_elsewhere or raw or self.reach.is_dynamic(summary):
            self.watcher.watch_library(summary)
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
            try:
                self._value(value, f"{name}, a variable around {place},", place)
            except Foreign as error:
                self.surroundings.add_cell(name, cell, error)
            self.watcher.watch(
                ("cell", id(cell)),
                f"{name}, a variable around {place},",
                functools.partial(content, cell),
            )
        self.watcher.watch(
            ("marks", id(function)),
            f"an attribute of the function {place}",
            lambda: [
                self.watcher.key(v) for k, v in vars(function).items() if k not in purity.OWN_MARKS
            ],
        )

    def _global(self, summary: Summary, name: str, taken: str | None) -> None:
        try:
            self._known_global(summary, name, taken)
        except Foreign as error:
            self.surroundings.add_global(summary.function.__globals__, name, error)

    def _known_global(self, summary: Summary, name: str, taken: str | None) -> None:
        space = summary.function.__globals__
        place = summary.place
        if name in space:
            value = space[name]
            if isinstance(value, types.ModuleType):
                self._module(value, value.__name__, taken, summary)
                return
            self._value(value, f"the global {name}", place)
            if not isinstance(value, types.FunctionType | type):
                self._rebound(space, name, place)
        elif hasattr(builtins, name):
            found = getattr(builtins, name)
            if isinstance(found, type) and issubclass(found, BaseException):
                return
            if name in ("input", "open"):
                raise self._from_outside(place, f"uses {name}()")
            if name not in purity.BUILTINS:
                raise self._hidden(place, f"uses {name}()", purity.why(name))
        # Any other name raises NameError where it is used, which is behaviour.

    def _rebound(self, space: dict[str, Any], name: str, place: str) -> None:
        """Refuse a global that some function of its module assigns."""
        for function in purity.functions_of_module(space):
            if name in summarised(function).global_writes:
                by = function.__qualname__
                raise self._hidden(place, f"reads the global {name}, which {by} assigns")
        missing = object()
        self.watcher.watch(
            ("global", id(space), name),
            f"the global {name}",
            lambda: id(space.get(name, missing)),
        )

    def _module(
        self, module: types.ModuleType | None, name: str, taken: str | None, summary: Summary
    ) -> None:
        place = summary.place
        root = name.partition(".")[0]
        is_said = name == "sys" and only_prints_to("sys", summary.function)
        if name in MODULES or name.startswith(LIBRARY) or root == "typing" or is_said:
            if unfit := purity.unfit_of(module, taken, summary.reads):
                raise self._hidden(place, f"uses {name}.{unfit}")
            return
        if taken in purity.TAKES.get(name, ()) or (taken is None and name == "asyncio"):
            if name == "datetime":
                self._value(getattr(module, str(taken)), f"{name}.{taken}", place)
            return
        if module is not None and purity.is_own(module, self.specimen.cls) and taken is not None:
            value = getattr(module, taken, None)
            if isinstance(value, types.ModuleType):
                self._module(value, value.__name__, None, summary)
            else:
                self._value(value, f"{name}.{taken}", place)
                self._rebound(vars(module), taken, place)
            return
        raise self._from_outside(
            place, f"uses {f'{name}.{taken}' if taken else f'the module {name}'}"
        )

    def _value(
        self,
        value: Any,
        name: str,
        place: str | None,
        *,
        own: bool = False,
    ) -> None:
        """Look at what the code can get hold of; ``own`` data of the instance may change."""
        if self.asks_the_time and purity.is_date(value):
            raise self._from_outside(place or name, "may look at the clock or its zone")
        if type(value) in (*ATOMS, *EXACT) or isinstance(value, purity.PLAIN):
            if isinstance(value, enum.Enum):
                self._class(type(value), name, place)
            return
        if isinstance(value, logging.Logger):
            if part := own_part(value, self.specimen.cls):
                raise self._hidden(place or name, f"logs to {name}, so to your {part}", OWN)
            return
        if isinstance(value, (State, States, Event, TransitionList, range, slice)):
            if belongs_to_another(value, self.specimen.machine):
                what = f"uses {name}, which" if place else "is an event or a state that"
                raise self._hidden(place or name, f"{what} belongs to another machine")
            return
        seen = ("seen", id(value), own)
        if seen in self.foreign:
            raise self.foreign[seen]
        if seen in self.done or any(value is owner for owner in self.specimen.owners):
            return
        self.done.add(seen)
        try:
            self._looked_into(value, name, place, own=own)
        except Foreign as error:
            self.foreign[seen] = error
            raise

    def _looked_into(self, value: Any, name: str, place: str | None, *, own: bool) -> None:
        match value:
            case functools._lru_cache_wrapper():
                raise self._hidden(place or name, f"calls {name}, which remembers its results")
            case type():
                self._class(value, name, place)
            case functools.partial():
                for part in (value.func, *value.args, *value.keywords.values()):
                    self._value(part, name, place)
            case types.BuiltinFunctionType():
                self._builtin(value, name, place)
            case BaseException() if not own:
                self.watcher.share(value, name)
            case BaseException() | types.GenericAlias():
                return
            case tuple() | frozenset():
                self._class(type(value), name, place)
                for item in value:
                    self._value(item, name, place, own=own)
            case _ if type(value) in CONTAINERS:
                self._container(value, name, place, own=own)
            case _ if any(True for _ in plain_functions(value)):
                for function in plain_functions(value):
                    if not is_library(function) and not purity.is_pure(function.__module__):
                        if not purity.is_own_code(function, self.specimen.cls):
                            called = f"{function.__module__}.{function.__qualname__}"
                            raise self._from_outside(place or name, f"calls {called}")
                        self.reach.add(function)
            case StateChart():
                if not own:
                    raise self._hidden(place or name, f"uses {name}, another machine")
                return  # the key of the data refuses it, and says so
            case _ if is_plain_class(type(value)) and not isinstance(value, types.ModuleType):
                self._class(type(value), name, place)
                for part in getattr(value, "__dict__", {}).values():
                    self._value(part, name, place, own=own)
                if not own:
                    self.watcher.share(value, name)
            case _ if type(value).__module__ in ("typing", "_typing_extensions"):
                return
            case _:
                kind = f"{type(value).__module__}.{type(value).__qualname__}"
                kind = kind.removeprefix("builtins.")
                raise self._from_outside(place or name, f"uses {name}, a {kind}")

    def _container(self, value: Any, name: str, place: str | None, *, own: bool) -> None:
        items = [*value.keys(), *value.values()] if isinstance(value, dict) else [*value]
        for item in items:
            self._value(item, name, place, own=own)
        if not own:
            self.watcher.share(value, name)

    def _builtin(self, value: Any, name: str, place: str | None) -> None:
        module = value.__module__ or ""
        if module == "builtins":
            if value.__name__ not in purity.BUILTINS:
                called = value.__name__
                raise self._hidden(place or name, f"uses {called}()", purity.why(called))
            return
        if purity.is_pure_builtin(value):
            return
        raise self._from_outside(place or name, f"calls {module}.{value.__name__}")

    def _class(self, cls: type, name: str, place: str | None) -> None:
        if ("class", cls) in self.foreign:
            raise self.foreign["class", cls]
        if ("class", cls) in self.done:
            return
        self.done.add(("class", cls))
        try:
            self._known_class(cls, name, place)
        except Foreign as error:
            self.foreign["class", cls] = error
            raise

    def _known_class(self, cls: type, name: str, place: str | None) -> None:
        module = cls.__module__
        if module in ("builtins", "datetime") or is_library_class(cls) or purity.is_pure(module):
            if (
                module == "builtins"
                and cls.__name__ not in purity.BUILTINS
                and not issubclass(cls, BaseException)
            ):
                raise self._hidden(place or name, f"uses {cls.__name__}")
            return
        if issubclass(cls, StateChart):
            if cls not in self.specimen.cls.__mro__:
                raise self._hidden(place or name, f"uses another machine, {cls.__name__}")
            return
        if not (purity.is_own_module(module, self.specimen.cls) or issubclass(cls, enum.Enum)):
            raise self._from_outside(place or name, f"uses {module}.{cls.__name__}")
        if issubclass(cls, enum.Enum):
            self.watcher.watch_members(cls)
        for base in author_classes(cls):
            if base.__module__ == "builtins" or purity.is_pure(base.__module__):
                continue
            self.watcher.watch_class(base)
            for key, member in vars(base).items():
                if any(True for _ in plain_functions(member)):
                    if purity.remembers(member):
                        raise self._hidden(place or name, f"has {key}, which remembers its results")
                    for function in plain_functions(member):
                        if not purity.is_known(key, function, base):
                            self.reach.add(function)
                elif not (
                    key.startswith("__")
                    or issubclass(cls, enum.Enum)
                    or base in self.classes  # looked at where it is asked for
                    or hasattr(type(member), "__get__")
                ):
                    self._value(member, f"{base.__name__}.{key}", place)

    def _class_attribute(self, name: str, place: str) -> None:
        """An attribute that code asks for, where a class has it."""
        for cls in self.reach.classes():
            for base in author_classes(cls):
                if base.__module__ == "builtins" or name not in vars(base):
                    continue
                if ("attribute", base, name) in self.done:
                    continue
                self.done.add(("attribute", base, name))
                member = vars(base)[name]
                if purity.remembers(member):
                    raise self._hidden(
                        f"{base.__name__}.{name}", "remembers its results between calls"
                    )
                if isinstance(member, types.MemberDescriptorType | types.GetSetDescriptorType):
                    continue
                is_followed = any(True for _ in plain_functions(member))
                if is_followed or type(member).__name__ == "_tuplegetter":
                    continue
                try:
                    self._value(member, f"{base.__name__}.{name}", place)
                except Foreign as error:
                    self.surroundings.add_class_attribute(name, member, error)

    def _from_outside(self, place: str, what: str) -> Foreign:
        return Foreign(f"{self.name}: {place} {what}; {purity.REASON}")

    def _hidden(self, place: str, what: str, why: str = purity.REASON) -> ModelError:
        return ModelError(f"{self.name}: {place} {what}; {why}")
