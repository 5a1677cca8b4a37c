"""The exceptions that code tells apart, and what it asks of values that may come from outside."""

from __future__ import annotations

import ast
import builtins
import dis
import inspect
import types
from collections.abc import Iterator
from typing import Any

from statecheck.modeling import ModelError
from statecheck.single.reading.code import Reach, Summary
from statecheck.single.reading.source.trees import tree_of
from statecheck.single.reading.specimen import Specimen


def check_followed(reach: Reach, machine: str, outside: str) -> None:
    """Raise ModelError for code that asks of a value what no stand-in can answer; ``outside`` is
    the name of something that it may be an answer of.
    """
    for summary in reach.functions.values():
        asks = ""
        if summary.matches:
            asks = "takes values apart by patterns"
        elif _asks_for_class(summary) or ("callable", None) in summary.loads:
            asks = "asks what kind of thing a value is"
        if asks:
            raise ModelError(
                f"{machine}: {summary.place} {asks}, while answers of {outside} may be any; "
                "compare values with =="
            )


def _asks_for_class(summary: Summary) -> bool:
    """Tell whether code reads the class of anything but of what its method belongs to."""
    if "__class__" not in summary.reads:
        return False
    tree = tree_of(summary.function)
    if tree is None:
        return True
    code = summary.function.__code__
    own = code.co_varnames[:1] if _is_only_read(summary) else ()
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == "__class__"
        and not (isinstance(node.value, ast.Name) and node.value.id in own)
        for node in ast.walk(tree)
    )


def _is_only_read(summary: Summary) -> bool:
    """Tell whether a function keeps its first parameter, ``self`` of a method, as it is."""
    code = summary.function.__code__
    if not code.co_argcount or "." not in summary.function.__qualname__:
        return False
    return not any(
        instruction.argval == code.co_varnames[0]
        and instruction.opname in ("STORE_FAST", "DELETE_FAST", "STORE_DEREF", "DELETE_DEREF")
        for instruction in dis.get_instructions(code)
    )


def told_apart(reach: Reach, machine: str, outside: str) -> tuple[type[Exception], ...]:
    """The exceptions that the code could tell from others. Raises ModelError where not all of them
    are known, or one is that is no Exception.
    """
    found: dict[type[BaseException], Summary] = {}
    for summary in reach.functions.values():
        for handler in _handlers(summary):
            if any(isinstance(node, ast.Call | ast.Subscript) for node in ast.walk(handler)):
                raise ModelError(
                    f"{machine}: {summary.place} computes which exceptions it catches, while "
                    f"{outside} may raise any; name them"
                )
        for error in _named_errors(summary, reach.specimen):
            found.setdefault(error, summary)
    for error, summary in found.items():
        if summary.catches and not issubclass(error, Exception):
            raise ModelError(
                f"{machine}: {summary.place} knows {error.__name__}, which {outside} may raise at "
                "any time; catch an Exception instead"
            )
    return tuple(error for error in found if issubclass(error, Exception))


def _handlers(summary: Summary) -> Iterator[ast.expr]:
    """The expressions that say which exceptions a function catches."""
    tree = tree_of(summary.function) if summary.catches else None
    for node in () if tree is None else ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            yield node.type


def _named_errors(summary: Summary, specimen: Specimen) -> Iterator[type[BaseException]]:
    """The exceptions that a function may name, but for Exception and BaseException."""
    function = summary.function
    roots = [function.__globals__.get(n, getattr(builtins, n, None)) for n, _ in summary.loads]
    roots += inspect.getclosurevars(function).nonlocals.values()
    roots += [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    roots += [getattr(type(o), n, None) for o in specimen.owners for n in summary.reads]
    roots += [value for (_, name), value in specimen.data().items() if name in summary.reads]
    for root in roots:
        for error in _errors_in(root, summary.reads, 3):
            if error not in (Exception, BaseException):
                yield error


def _errors_in(found: Any, names: set[str], depth: int) -> Iterator[type[BaseException]]:
    """The exceptions among a value and what it holds, by attributes with these names."""
    parts: list[Any] = []
    if isinstance(found, type) and issubclass(found, BaseException):
        yield found
    elif isinstance(found, tuple | list | set | frozenset):
        parts = [*found]
    elif isinstance(found, dict):
        parts = [*found.values(), *found]
    elif isinstance(found, types.ModuleType | type):
        parts = [vars(found)[name] for name in names if name in vars(found)]
    for part in parts if depth else ():
        yield from _errors_in(part, names, depth - 1)
