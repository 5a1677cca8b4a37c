"""Code that would be silently wrong with symbolic values, found in its source."""

from __future__ import annotations

import ast
import dis
import enum
import operator
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from statecheck.code_text import codes_in, tree_of
from statecheck.modeling import ModelError, SystemInfo
from statecheck.symbolic.surroundings.memory import Memory
from statecheck.symbolic.surroundings.names import (
    functions_in,
    is_given,
    is_own,
    is_own_class,
    named_values,
)
from statecheck.symbolic.surroundings.orders import shown_orders
from statecheck.symbolic.surroundings.outside import outside_of

_ASSIGNING = dis.opmap["STORE_GLOBAL"]

_TYPE_TESTS = ("isinstance", "type", "id", "hasattr", "issubclass", "callable", "vars", "dir")

_ASKING = frozenset(dis.opmap[name] for name in ("IS_OP", "MATCH_CLASS"))

_VALUES = (int, float, str, enum.Enum, BaseException)
"""Bases of classes whose methods no symbolic value has."""

_ON_ITS_WAY = "is an iterator, which remembers how far it is; write a tuple"

_ORDERED = "is a set, and goes in another order in each process; write a tuple"

_ASSIGNED = "is assigned, so no proof would see it; what changes belongs on a machine, as a field"

_TYPES = ("__class__", "__dict__")
"""Attributes that tell what a value is."""

_BY_NAME = (*_TYPE_TESTS, *_TYPES)


def classes_of(info: SystemInfo) -> tuple[type, ...]:
    """The classes of a system, its entities and their machines."""
    machines = [machine.cls for entity in info.entities for machine in entity.machines]
    return (info.cls, *(entity.cls for entity in info.entities), *machines)


def code_of(info: SystemInfo) -> tuple[FunctionType, ...]:
    """Every function of a system, for `check_identity`: in its classes, and what machines call."""
    bases = (base for cls in classes_of(info) for base in cls.__mro__ if not is_given(base))
    members = [member for base in bases for member in vars(base).values()]
    for value in called_by_machines(info):
        members += [value, *(vars(type(value)).values() if is_own_class(type(value)) else ())]
    return tuple(dict.fromkeys(function for member in members for function in functions_in(member)))


def called_by_machines(info: SystemInfo) -> Iterator[Any]:
    """The functions that states and transitions of machines were given, their listeners, and the
    functions of derived fields.
    """
    for machine in (machine for entity in info.entities for machine in entity.machines):
        for state in machine.cls.states:
            for holder in (state, *state.transitions):
                yield from (spec.func for spec in holder._specs if not isinstance(spec.func, str))
        yield from machine.cls._class_listeners
        yield from (info.field.value for info in machine.fields if callable(info.field.value))


def memory_of(
    info: SystemInfo, code: Iterable[FunctionType], updates: Iterable[Callable[..., Any]]
) -> Memory:
    """The memory that the code of a system, and of updates of histories, could have."""
    functions = dict.fromkeys((*code, *reachable(*updates)))
    return Memory(functions, classes_of(info), called_by_machines(info))


def check_identity(*roots: Callable[..., Any]) -> list[FunctionType]:
    """Refuse what asks a value what it is rather than what it equals: ``is``, ``case True``,
    ``isinstance``. Python never asks a symbolic value; it answers for the symbol. Refuse as well
    what asks a clock, chance or the like, and what assigns a global.

    Looks into the functions that are given and into those that they name, wherever they are, and
    returns them. ``is None`` is allowed, for no value of a system is None. Raises ModelError with
    the line.
    """
    functions = [*reachable(*roots)]
    for function in functions:
        file = Path(function.__code__.co_filename).name
        for line, text, instead in (*_faults(function), *_named_faults(function)):
            raise ModelError(f"{file}:{line}: `{text}` {instead}")
    return functions


def reachable(*roots: Callable[..., Any]) -> Iterator[FunctionType]:
    """The functions of a model that are given, and those that they name, each once."""
    seen: set[FunctionType] = set()
    classes: set[type] = set()
    left = [function for root in roots for function in functions_in(root)]
    while left:
        function = left.pop()
        if function in seen or not is_own(function.__code__.co_filename):
            continue
        seen.add(function)
        yield function
        for _, value in named_values(function):
            left += functions_in(value)
            for cls in (value, type(value)):
                if isinstance(cls, type) and cls not in classes:
                    classes.add(cls)
                    left += _methods(cls)


def _methods(cls: type) -> Iterator[FunctionType]:
    """The functions of a class of the model."""
    if is_own_class(cls) and not issubclass(cls, _VALUES):
        for member in vars(cls).values():
            yield from functions_in(member)


def _named_faults(function: FunctionType) -> Iterator[tuple[int, str, str]]:
    """The names of a function that no proof can be about, with the reason."""
    line = function.__code__.co_firstlineno
    for text, why in outside_of(named_values(function)):
        if text not in _FOR_TRUTH or _calls(function.__code__, text):
            yield line, text, why
    for text, value in named_values(function):
        if hasattr(type(value), "__next__"):
            yield line, text, _ON_ITS_WAY
        if value is object.__setattr__:
            yield line, text, _ASSIGNED
        if value is operator.is_ or value is operator.is_not:
            yield line, text, "compares by identity; write == or !="
    for name in _assigned_globals(function.__code__):
        yield line, f"global {name}", _ASSIGNED
    for at, text in shown_orders(function):
        yield at, text, _ORDERED


_FOR_TRUTH = ("open", "input")
"""Functions that somebody may name who means a state or a field, which is said if no call is."""


def _calls(code: CodeType, name: str) -> bool:
    """Tell whether code calls a global; the instruction that gets it says so."""
    return any(
        i.opname == "LOAD_GLOBAL" and i.argval == name and i.arg is not None and i.arg & 1
        for part in codes_in(code)
        for i in dis.get_instructions(part)
    )


@cache
def _assigned_globals(code: CodeType) -> tuple[str, ...]:
    """The globals that code assigns."""
    assigning = (part for part in codes_in(code) if _ASSIGNING in part.co_code[::2])
    read = (i for part in assigning for i in dis.get_instructions(part))
    return tuple(i.argval for i in read if i.opname == "STORE_GLOBAL")


@cache
def _faults(function: FunctionType) -> tuple[tuple[int, str, str], ...]:
    if not _may_ask(function.__code__):
        return ()  # which is most, and to find the source takes long
    if (found := tree_of(function)) is None:
        return tuple(_compiled_faults(function.__code__))
    tree, first = found
    return tuple(
        (first + node.lineno - 1, ast.unparse(node), instead)
        for node in ast.walk(tree)
        if (instead := _fault(node)) and isinstance(node, ast.expr | ast.pattern)
    )


def _may_ask(code: CodeType) -> bool:
    """False where no instruction asks a value what it is; true where one may."""
    return any(
        not {*part.co_names, *part.co_varnames, *part.co_freevars}.isdisjoint(_BY_NAME)
        or not _ASKING.isdisjoint(part.co_code[::2])
        for part in codes_in(code)
    )


def _compiled_faults(code: CodeType) -> Iterator[tuple[int, str, str]]:
    """The faults of a function without source text, as at a prompt, by its instructions."""
    before: dis.Instruction | None = None
    for instruction in dis.get_instructions(code):
        fault = ""
        if instruction.opname == "IS_OP" and not _is_none(before):
            fault = "compares by identity; write == or !="
        elif instruction.opname == "MATCH_CLASS":
            fault = "asks for the type of a value that may be any; write if and =="
        elif instruction.opname.startswith("LOAD_") and instruction.argval in _BY_NAME:
            fault = "asks what a value is, and it may be any; write a comparison"
        if fault:
            yield code.co_firstlineno, code.co_name, fault
        before = instruction
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _compiled_faults(constant)


def _is_none(instruction: dis.Instruction | None) -> bool:
    """True for the instruction that puts None on the stack."""
    return (
        instruction is not None
        and instruction.opname.startswith("LOAD_")
        and instruction.argval is None
    )


def _fault(node: ast.AST) -> str:
    """The text to write instead of a node; empty where it is fine."""
    if isinstance(node, ast.Compare):
        for operator, operand in zip(node.ops, node.comparators, strict=True):
            none = isinstance(operand, ast.Constant) and operand.value is None
            if isinstance(operator, ast.Is | ast.IsNot) and not none:
                return "compares by identity; write == or !="
    if isinstance(node, ast.Attribute) and node.attr in _TYPES:
        return "asks what a value is, and it may be any; write a comparison"
    if isinstance(node, ast.MatchSingleton) and node.value is not None:
        return "compares by identity; write if and not"
    if isinstance(node, ast.MatchClass):
        return "asks for the type of a value that may be any; write if and =="
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _TYPE_TESTS
        and node.args
    ):
        return "asks what a value is, and it may be any; write a comparison"
    return ""
