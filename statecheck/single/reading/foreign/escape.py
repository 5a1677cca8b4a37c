"""The code of invoked work, read for whatever could change the machine.

Such work runs beside the machine, at any time. It may do what it likes outside; it must not write
the machine's data, send it events of its own, or share with it what can change.
"""

from __future__ import annotations

import dis
import inspect
import types
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from statemachine import StateChart
from statemachine.contrib.timeout import _Timeout
from statemachine.invoke import InvokeGroup, StateChartInvoker, _InvokeCallableWrapper

from statecheck.modeling import ModelError
from statecheck.single.reading.code import (
    Reach,
    Summary,
    author_classes,
    is_library,
    is_library_class,
    plain_functions,
    summarised,
)
from statecheck.single.reading.foreign.answers import HARMLESS
from statecheck.single.reading.foreign.sharing import changeable
from statecheck.single.reading.foreign.work import handler_of
from statecheck.single.reading.freeze import ATOMS
from statecheck.single.reading.outside import is_harmless_value
from statecheck.single.reading.purity import (
    DOORS,
    WAYS_BACK_BUILT_IN,
    is_own_code,
    is_own_module,
    leads_back,
)
from statecheck.single.reading.specimen import Specimen
from statecheck.single.reading.watching import only_appended

CONTEXT = frozenset(("cancelled", "kwargs", "state_id", "invokeid"))
"""Attributes of the context of an invocation that do not lead to the machine."""

LISTENS = frozenset(("on_finalize", "on_event", "autoforward", "invoke_id"))
"""Attributes by which a handler takes part in the machine's own steps."""

LOADS_LOCAL = ("LOAD_FAST", "LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_NAME")
"""Instructions that load a variable of a function."""


class Work:
    """The code of one invocation of a machine, which ``named`` is invoked."""

    def __init__(self, specimen: Specimen, reach: Reach, named: str, callback: Any) -> None:
        self.specimen, self.reach, self.named = specimen, reach, named
        self.machine = specimen.cls.__name__
        self.child: set[types.CodeType] = set()
        """Functions of a machine that is invoked, which sends events to itself."""
        self.values: list[Any] = []
        self.summaries: dict[types.CodeType, Summary] = {}
        self._enter(callback)

    # -- the code ---------------------------------------------------------------------------------

    def _enter(self, callback: Any) -> None:
        handler = handler_of(callback)
        if handler is None:
            functions = list(self._functions(callback.meta.func))
            if not functions:
                raise self._no(f"is {callback.meta.func!r}, whose code cannot be read")
            for function in functions:
                names = function.__code__.co_varnames
                machine = {"machine", *(names[:1] if self._is_method_of_machine(function) else ())}
                self._add(function, frozenset(machine), frozenset(("ctx",)))
        else:
            self._enter_handler(handler)

    def _functions(self, found: Any) -> Iterator[types.FunctionType]:
        """The functions that a callback stands for, which may be named."""
        if not isinstance(found, str):
            yield from plain_functions(found)
            return
        for owner in self.specimen.owners:
            held = getattr(owner, "__dict__", {}).get(found)
            yield from plain_functions(held or inspect.getattr_static(type(owner), found, None))

    def _enter_handler(self, handler: Any) -> None:
        match handler:
            case _Timeout():
                return
            case StateChartInvoker():
                self._add_machine(handler._child_class)
                return
            case InvokeGroup():
                for callable_ in handler._callables:
                    if isinstance(callable_, types.BuiltinFunctionType):
                        continue
                    functions = list(plain_functions(callable_))
                    if not functions:
                        raise self._no(f"calls {callable_!r}, whose code cannot be read")
                    for function in functions:
                        self._add(function)
                return
            case _InvokeCallableWrapper():
                handler = handler._invoke_handler
        cls = handler if isinstance(handler, type) else type(handler)
        listens = sorted(name for name in LISTENS if hasattr(handler, name))
        if listens:
            raise self._no(f"has {listens[0]}, by which it takes part in the steps of the machine")
        if not isinstance(handler, type):
            self.values.append(handler)
        self._add_class(cls)

    def _is_method_of_machine(self, function: types.FunctionType) -> bool:
        return any(
            f.__code__ is function.__code__
            for owner in self.specimen.owners
            for base in type(owner).__mro__
            for member in vars(base).values()
            for f in plain_functions(member)
        )

    def _add(
        self,
        function: types.FunctionType,
        machine: frozenset[str] = frozenset(),
        context: frozenset[str] = frozenset(),
    ) -> None:
        """Follow a function, which knows the machine and the context by some names."""
        if is_library(function) or function.__code__ in self.summaries:
            return
        summary = self.summaries[function.__code__] = summarised(function)
        self._look(summary)
        machine |= self._keywords(function.__code__)
        self._check_held(function.__code__, machine, context, summary.place)

    def _add_class(self, cls: type) -> None:
        """Follow the methods of a class; the first argument of ``run`` is the context."""
        for base in author_classes(cls):
            if base.__module__ == "builtins":
                continue
            for name, member in vars(base).items():
                for function in plain_functions(member):
                    second = function.__code__.co_varnames[1:2] if name == "run" else ()
                    self._add(function, context=frozenset(second))
            self.values += _data_of(base)

    def _add_machine(self, cls: type[StateChart[Any]]) -> None:
        specs = [*cls._specs]
        for state in cls.states_map.values():
            specs += state._specs
            specs += [s for transition in state.transitions for s in transition._specs]
        members = [m for base in author_classes(cls) for m in vars(base).values()]
        for found in (*members, *(spec.func for spec in specs)):
            for function in plain_functions(found):
                self.child.add(function.__code__)
                self._add(function)
        for base in author_classes(cls):
            self.values += _data_of(base)

    # -- one function -----------------------------------------------------------------------------

    def _look(self, summary: Summary) -> None:
        function = summary.function
        code = function.__code__
        place = summary.place
        if summary.global_writes or summary.outer_writes:
            name = min(summary.global_writes | summary.outer_writes)
            raise self._no(f"writes {name}, which is around {place}")
        doors = (summary.reads & DOORS) | {n for n, _ in summary.loads if n in WAYS_BACK_BUILT_IN}
        if doors or self.reach.is_dynamic(summary):
            named = min(doors) if doors else "attributes by texts"
            raise self._no(f"uses {named} in {place}")
        forbidden = {"machine", "raise_"} | (set() if code in self.child else {"send"})
        if summary.reads & forbidden:
            raise self._no(f"uses {min(summary.reads & forbidden)} in {place}")
        known = self.reach.reads | self.reach.writes
        if summary.writes & known:
            raise self._no(f"writes {min(summary.writes & known)} in {place}, as the machine does")
        for name, taken in sorted(summary.loads, key=str):
            if name in function.__globals__:
                self._value(function.__globals__[name], taken, place)
        for cell in function.__closure__ or ():
            with suppress(ValueError):
                self._value(cell.cell_contents, None, place)
        for value in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
            self._value(value, None, place)

    @staticmethod
    def _keywords(code: types.CodeType) -> frozenset[str]:
        """The name of ``**kwargs``, which has the machine in it."""
        if not code.co_flags & 0x08:
            return frozenset()
        place = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 0x04)
        return frozenset((code.co_varnames[place],))

    def _check_held(
        self, code: types.CodeType, machine: frozenset[str], context: frozenset[str], place: str
    ) -> None:
        """Raise ModelError where what leads to the machine is used for more than plain data."""
        instructions = [i for i in dis.get_instructions(code) if i.opname != "CACHE"]
        for number, instruction in enumerate(instructions):
            argument = instruction.argval
            names = set(argument) if isinstance(argument, tuple) else {argument}
            if not instruction.opname.startswith(LOADS_LOCAL) or not names & (machine | context):
                continue
            name = next(iter(names & (machine | context)))
            after = instructions[number + 1]
            if after.opname.startswith("POP_JUMP"):
                continue
            if after.opname == "LOAD_CONST" and instructions[number + 2].opname == "IS_OP":
                continue
            if not after.opname.startswith(("LOAD_ATTR", "LOAD_METHOD")):
                raise self._no(f"gets hold of {name} in {place}")
            asked = str(after.argval)
            is_plain = asked in CONTEXT if name in context else self._is_plain(asked)
            if not is_plain:
                raise self._no(f"uses {name}.{asked} in {place}")
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                self._check_held(constant, machine, context, place)

    def _is_plain(self, attribute: str) -> bool:
        """Tell whether an attribute of the machine, its model or a listener is plain data."""
        found = [v for (_, name), v in self.specimen.data().items() if name == attribute]
        for owner in self.specimen.owners:
            found += [vars(b)[attribute] for b in type(owner).__mro__ if attribute in vars(b)]
        return bool(found) and all(
            is_harmless_value(value) and not hasattr(type(value), "__get__") for value in found
        )

    def _value(self, value: Any, taken: str | None, place: str) -> None:
        """Look at what a function gets hold of."""
        if type(value) in ATOMS:
            return
        if leads_back(value):
            raise self._no(f"uses what leads back into the program in {place}")
        if isinstance(value, types.ModuleType):
            if is_own_module(value.__name__, self.specimen.cls):
                if taken is None:
                    raise self._no(f"gets hold of a module in {place}")
                self._value(getattr(value, taken, None), None, place)
            return
        if isinstance(value, type):
            if issubclass(value, StateChart):
                if value in self.specimen.cls.__mro__ and not is_library_class(value):
                    raise self._no(f"uses {value.__name__} in {place}")
                self._add_machine(value)
            elif is_own_module(value.__module__, self.specimen.cls):
                self._add_class(value)
            return
        functions = list(plain_functions(value))
        for function in functions:
            if is_own_code(function, self.specimen.cls):
                held = value.__self__ if isinstance(value, types.MethodType) else None
                self.values += [] if held is None else [held]
                self._add(function)
        if not functions:
            self.values.append(value)
            if is_own_module(type(value).__module__, self.specimen.cls):
                self._add_class(type(value))

    def _no(self, what: str) -> ModelError:
        return ModelError(
            f"{self.machine}: {self.named} runs beside the machine and {what}, so it could change "
            f"the machine at any time; let it return what matters, or say {HARMLESS} {self.named} "
            "if it changes nothing"
        )

    # -- what both get hold of --------------------------------------------------------------------

    def check_apart(self, machines: Iterable[Any]) -> None:
        """Raise ModelError where the work gets hold of something that can change and that the
        machine's code, which knows ``machines``, uses; unless both only append to it.
        """
        own = {id(owner) for owner in self.specimen.owners}
        known = {id(value) for value in changeable(machines, own)}
        functions = [s.function for s in (*self.summaries.values(), *self.reach.functions.values())]
        for value in changeable(self.values, own):
            if id(value) not in known:
                continue
            names = {
                name
                for function in functions
                for name, other in (*function.__globals__.items(), *_cells(function))
                if other is value
            }
            if (
                type(value) is list
                and all(is_harmless_value(item) for item in value)
                and all(only_appended(f, names) for f in functions if _mentions(f, names))
            ):
                continue
            raise self._no(f"shares {' or '.join(sorted(names)) or 'a value'} with it")


def known_to(reach: Reach) -> Iterator[Any]:
    """The values that the machine's own code gets hold of besides the instance's."""
    for summary in reach.functions.values():
        function = summary.function
        for name, taken in summary.loads:
            value = function.__globals__.get(name)
            is_module = isinstance(value, types.ModuleType)
            yield getattr(value, taken or "", None) if is_module else value
        for found in (*function.__globals__.values(), *(v for _, v in _cells(function))):
            if isinstance(found, type) and not is_library_class(found):
                yield from _data_of(found)
        yield from (value for _, value in _cells(function))
        yield from (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())


def _data_of(cls: type) -> list[Any]:
    """The attributes of a class that are no functions."""
    return [value for value in vars(cls).values() if not hasattr(type(value), "__get__")]


def _cells(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):
            yield name, cell.cell_contents


def _mentions(function: types.FunctionType, names: set[str]) -> bool:
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        if names & {*code.co_names, *code.co_freevars}:
            return True
        codes += [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return False
