"""The values that a function names: globals and what their attributes lead to, and cells."""

from __future__ import annotations

import builtins
import dis
import sysconfig
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

from statecheck.symbolic.paths import is_library

_INSTALLED = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib"))
"""Where Python and the packages are whose code is taken as it is."""


def is_own(file: str) -> bool:
    """Tell whether a file is of the model, and not of Python, a package or the tool."""
    return not is_library(file) and not file.startswith(_INSTALLED)


def is_given(cls: type) -> bool:
    """Tell whether a class is one of Python or of the libraries that run a model."""
    return cls.__module__.partition(".")[0] in _GIVEN


_GIVEN = ("builtins", "enum", "statecheck", "statemachine", "z3")


def is_own_class(value: object) -> bool:
    """Tell whether something is a class that a file of the model has."""
    if not isinstance(value, type) or is_given(value):
        return False
    functions = [part for member in vars(value).values() for part in functions_in(member)]
    return not functions or any(is_own(function.__code__.co_filename) for function in functions)


def functions_in(member: Any) -> Iterator[FunctionType]:
    """The functions of a member of a class: its own, those of a property, what an action wraps."""
    if type(member) in _PLAIN:
        return
    function = getattr(member, "__action__", member)
    for part in (
        function,
        *(getattr(function, name, None) for name in ("fget", "func", "__func__", "__wrapped__")),
    ):
        if isinstance(part, FunctionType) and not _is_generated(part):
            yield part


_PLAIN = frozenset((type(None), bool, int, float, str, bytes, tuple, list, dict))
"""Types of most members that have no function."""


def _is_generated(function: FunctionType) -> bool:
    """Tell whether a function was made by a dataclass or the like."""
    return function.__code__.co_filename == "<string>" and function.__name__.startswith("__")


def named_values(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The values that a function names, each with its text: globals, attributes of modules, of
    classes and of dates that it asks for, and the variables around it.
    """
    for chain in _chains(function.__code__):
        name, *rest = chain
        if name not in function.__globals__ and not hasattr(builtins, name):
            continue
        value = function.__globals__.get(name, getattr(builtins, name, None))
        yield name, value
        for attribute in rest:
            if not isinstance(value, ModuleType | type | datetime):
                break
            try:
                value = getattr(value, attribute)
            except AttributeError:
                break
            name = f"{name}.{attribute}"
            yield name, value
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not bound yet
            continue


_ASKING = frozenset(dis.opmap[name] for name in ("LOAD_GLOBAL", "LOAD_NAME"))


@cache
def _chains(code: CodeType) -> tuple[tuple[str, ...], ...]:
    """The names of globals that code asks for, each with the attributes that follow at once."""
    found: dict[tuple[str, ...], None] = {}
    chain: list[str] = []
    asks = not _ASKING.isdisjoint(code.co_code[::2])
    for instruction in dis.get_instructions(code) if asks else ():
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            found[tuple(chain)] = None
            chain = [instruction.argval]
        elif chain and instruction.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            chain.append(instruction.argval)
        elif instruction.opname not in ("CACHE", "EXTENDED_ARG", "PRECALL", "PUSH_NULL"):
            found[tuple(chain)] = None
            chain = []
    found[tuple(chain)] = None
    found.pop((), None)
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    return (*found, *(chain for one in inner for chain in _chains(one)))
