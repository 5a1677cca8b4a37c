"""Code that would be silently wrong with symbolic values, found in its source."""

from __future__ import annotations

import ast
import dis
import inspect
import sysconfig
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from statecheck.modeling import ModelError, SystemInfo
from statecheck.symbolic.paths import is_library

_INSTALLED = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib"))
"""Where Python and the packages are whose code is taken as it is."""

_ASKING = frozenset(dis.opmap[name] for name in ("IS_OP", "MATCH_CLASS"))

_TYPE_TESTS = ("isinstance", "type", "id", "hasattr", "issubclass", "callable")


def code_of(info: SystemInfo) -> tuple[FunctionType, ...]:
    """Every function in the classes of a system, for `check_identity`."""
    machines = [machine.cls for entity in info.entities for machine in entity.machines]
    classes = (info.cls, *(entity.cls for entity in info.entities), *machines)
    members = (member for cls in classes for base in cls.__mro__ for member in vars(base).values())
    return tuple(
        dict.fromkeys(function for member in members for function in _functions_in(member))
    )


def check_identity(*roots: Callable[..., Any]) -> None:
    """Refuse what asks a value what it is rather than what it equals: ``is``, ``case True``,
    ``isinstance``. Python never asks a symbolic value; it answers for the symbol.

    Looks into the functions that are given and into those that they name, wherever they are.
    Raises ModelError with the line. ``is None`` is allowed, for no value of a system is None.
    """
    seen: set[FunctionType] = set()
    left = [function for root in roots for function in _functions_in(root)]
    while left:
        function = left.pop()
        file = function.__code__.co_filename
        if function in seen or is_library(file) or file.startswith(_INSTALLED):
            continue
        seen.add(function)
        for line, text, instead in _faults(function):
            raise ModelError(f"{Path(file).name}:{line}: `{text}` {instead}")
        left += _named(function)


def _functions_in(member: Any) -> Iterator[FunctionType]:
    """The functions of a member of a class: its own, those of a property, what an action wraps."""
    function = getattr(member, "__action__", member)
    for part in (
        function,
        *(getattr(function, name, None) for name in ("fget", "func", "__func__")),
    ):
        if isinstance(part, FunctionType):
            yield part


def _named(function: FunctionType) -> Iterator[FunctionType]:
    """The functions that a function names: globals of its module, and what it closes over."""
    codes = [function.__code__]
    names: set[str] = set()
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        codes += [const for const in code.co_consts if isinstance(const, CodeType)]
    for name in sorted(names):
        yield from _functions_in(function.__globals__.get(name))
    for cell in function.__closure__ or ():
        try:
            yield from _functions_in(cell.cell_contents)
        except ValueError:  # not bound yet
            continue


@cache
def _faults(function: FunctionType) -> tuple[tuple[int, str, str], ...]:
    if not _may_ask(function.__code__):
        return ()  # which is most, and to find the source takes long
    try:
        lines, first = inspect.getsourcelines(function.__code__)  # not of what it wraps
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):
        return tuple(_compiled_faults(function.__code__))
    return tuple(
        (first + node.lineno - 1, ast.unparse(node), instead)
        for node in ast.walk(tree)
        if (instead := _fault(node)) and isinstance(node, ast.expr | ast.pattern)
    )


def _may_ask(code: CodeType) -> bool:
    """False where no instruction asks a value what it is; true where one may."""
    names = {*code.co_names, *code.co_varnames, *code.co_freevars, *code.co_cellvars}
    return (
        not names.isdisjoint(_TYPE_TESTS)
        or not _ASKING.isdisjoint(code.co_code[::2])
        or any(_may_ask(part) for part in code.co_consts if isinstance(part, CodeType))
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
        elif instruction.opname.startswith("LOAD_") and instruction.argval in _TYPE_TESTS:
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
