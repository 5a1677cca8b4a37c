"""Where in the source text something is declared: what a report for machines can point at."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Place:
    """A line of a file. ``path`` is relative to the folder of the topmost package, with slashes."""

    path: str
    line: int


def of_class(cls: type) -> Place:
    """The line of a class statement."""
    return Place(_path(cls.__module__), _class(cls).lineno)


def of_member(cls: type, name: str) -> Place:
    """The line that declares an attribute of a class or of its nearest base that has one.

    Where no class statement does, the class itself.
    """
    for base in cls.__mro__:
        declared = None if base.__module__ == "builtins" else _statement(base)
        for statement in () if declared is None else declared.body:
            if name in _names(statement):
                return Place(_path(base.__module__), statement.lineno)
    return of_class(cls)


def of_function(function: Callable[..., Any]) -> Place:
    """The line of a function's ``def``, below its decorators."""
    first: int = function.__code__.co_firstlineno
    for node in ast.walk(_tree(function.__module__)):
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            decorators = [decorator.lineno for decorator in node.decorator_list]
            if min([node.lineno, *decorators]) == first:
                return Place(_path(function.__module__), node.lineno)
    return Place(_path(function.__module__), first)


def _names(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _class(cls: type) -> ast.ClassDef:
    statement = _statement(cls)
    if statement is None:
        raise LookupError(f"{cls.__module__} has no class statement for {cls.__qualname__}")
    return statement


def _statement(cls: type) -> ast.ClassDef | None:
    """The class statement; None for a class that is made without one, such as typing.Generic."""
    for node in ast.walk(_tree(cls.__module__)):
        if isinstance(node, ast.ClassDef) and node.name == cls.__name__:
            return node
    return None


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_file(module).read_text(encoding="utf-8"))


def _file(module: str) -> Path:
    return Path(str(sys.modules[module].__file__))


def _path(module: str) -> str:
    file = _file(module)
    depth = module.count(".") + (file.name == "__init__.py")
    return file.relative_to(file.parents[depth]).as_posix()
