"""Tell whether texts that code makes of values matter, or are only said."""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
import types
from collections.abc import Iterator
from typing import Any

from statecheck.single.reading.code import (
    Reach,
    Summary,
    author_classes,
    plain_functions,
    summarised,
)
from statecheck.single.reading.freeze import is_plain_exception
from statecheck.single.reading.source.trees import parents_of, tree_of

SAYING = frozenset(
    (
        *("print", "debug", "info", "warning", "warn", "error", "exception", "critical", "log"),
        *("fatal", "secho", "echo"),
    )
)
"""Functions that only say something."""

_SHOWING = ("str", "repr", "format", "ascii")


def only_said(reach: Reach) -> bool:
    """Tell whether every text made of values is printed, logged, or in an exception's message."""
    asks_args = "args" in reach.reads
    own = {summary.function.__name__ for summary in reach.functions.values()}
    for summary in reach.functions.values():
        tree = tree_of(summary.function)
        if tree is None:
            return False
        parents = parents_of(tree)
        if not all(_is_said(node, parents, summary, asks_args, own) for node in _made(tree)):
            return False
    return True


def making_texts(reach: Reach) -> str:
    """A function that makes texts of values which are more than said; empty for none."""
    making = [summary.place for summary in reach.functions.values() if summary.makes_texts]
    return making[0] if making and not only_said(reach) else ""


def add_text_methods(reach: Reach, *others: Reach) -> bool:
    """Follow the methods by which a machine, its model or a listener is made a text, where code
    does so and does more with the text than to say it. Tell whether there are any.
    """
    making = [summary for summary in reach.functions.values() if _makes_text_of_all(summary)]
    if not making or only_said(reach):
        return False
    found = [
        vars(cls)[name]
        for owner in reach.specimen.owners
        for cls in author_classes(type(owner))
        for name in ("__str__", "__repr__", "__format__")
        if name in vars(cls)
    ]
    for way in (reach, *others):
        for member in found:
            way.add(member)
    return bool(found)


_ALL = ("self", "machine", "model", "sm")
"""Names that code has for a machine or its model."""


def _makes_text_of_all(summary: Summary) -> bool:
    """Tell whether a function makes a text of a machine or its model as a whole."""
    tree = tree_of(summary.function)
    for node in ast.walk(tree) if tree is not None else ():
        match node:
            case ast.FormattedValue(value=value):
                values = [value]
            case ast.Call(func=ast.Name() | ast.Attribute(attr="format" | "join"), args=values):
                pass
            case ast.BinOp(op=ast.Mod(), right=ast.Tuple(elts=values)):
                pass
            case ast.BinOp(op=ast.Mod(), right=value):
                values = [value]
            case _:
                continue
        for value in values:
            match value:
                case ast.Name(id=name) | ast.Attribute(attr=name) if name in _ALL:
                    return True
    return False


def _made(tree: ast.AST) -> Iterator[ast.AST]:
    """The places where texts are made of values."""
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=values) if any(
                isinstance(value, ast.FormattedValue) for value in values
            ):
                yield node
            case ast.Call(func=ast.Name(id="str" | "repr" | "format" | "ascii")):
                yield node
            case ast.Call(func=ast.Attribute(attr="format" | "format_map" | "join")):
                yield node
            case ast.BinOp(op=ast.Mod(), left=ast.Constant(value=str())):
                yield node


def _is_said(
    node: ast.AST,
    parents: dict[ast.AST, ast.AST],
    summary: Summary,
    asks_args: bool,
    own: set[str],
) -> bool:
    space = summary.function.__globals__
    while node in parents:
        node = parents[node]
        match node:
            case ast.Raise(exc=ast.Call(func=ast.Name(id=name))):
                return not asks_args and _keeps_nothing(
                    space.get(name, getattr(builtins, name, None))
                )
            case ast.Assert():
                return not asks_args
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in SAYING:
                return name not in own
            case ast.Call(func=ast.Name(id=name)) if name in _SHOWING or isinstance(
                parents.get(node), ast.Raise
            ):
                continue
            case ast.Call(func=ast.Attribute(attr="format" | "join")):
                continue
            case ast.Call() | ast.NamedExpr() | ast.Compare() | ast.BoolOp() | ast.Subscript():
                return False  # somebody else gets it, or looks into it
    return False


def only_prints_to(name: str, function: types.FunctionType) -> bool:
    """Tell whether a function uses a module for nothing but ``print(..., file=NAME.stderr)``."""
    tree = tree_of(function)
    if tree is None:
        return False
    files = {
        keyword.value.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "print"
        for keyword in call.keywords
        if keyword.arg == "file"
        and isinstance(keyword.value, ast.Attribute)
        and keyword.value.attr in ("stderr", "stdout")
    }
    around = dict(inspect.getclosurevars(function).nonlocals)
    aliases = {n for n, v in {**function.__globals__, **around}.items() if v is sys.modules[name]}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                aliases |= {n.asname for n in names if n.name == name and n.asname}
            case ast.ImportFrom(module=module) if module == name:
                return False
    return not aliases - {name} and all(
        node in files for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name
    )


def _keeps_nothing(error: Any) -> bool:
    """Tell whether exceptions of a type keep what they say nowhere but in their arguments."""
    if not (isinstance(error, type) and issubclass(error, Exception)):
        return False
    own = [base for base in error.__mro__ if base.__module__ != "builtins"]
    made = [f for base in own for f in plain_functions(vars(base).get("__init__"))]
    return is_plain_exception(error) and not any(summarised(f).writes for f in made)
