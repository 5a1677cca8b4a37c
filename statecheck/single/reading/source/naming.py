"""Attributes that code reads or writes without their names standing there as attributes: by texts,
by patterns, or all at once.
"""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Collection, Iterator

from statecheck.single.reading.source.trees import tree_of

ALL = "*"
"""Stands for every attribute: a name is computed, or all are read at once."""

_BY_TEXT = {"getattr": 1, "hasattr": 1, "getattr_static": 1}
"""Functions that read an attribute, and at which place its name is."""

_ANY_TEXT = ("attrgetter", "methodcaller")
"""Functions whose arguments are all names."""

BY_TEXT = frozenset((*_BY_TEXT, *_ANY_TEXT, "setattr", "delattr"))
"""Functions that get names of attributes as texts."""

_WHOLE = frozenset(
    (
        *("__dict__", "__getattribute__", "__getstate__", "__reduce__", "__reduce_ex__"),
        *("getmembers", "getmembers_static", "asdict", "astuple", "vars", "dir"),
    )
)
"""Names of what reads attributes without naming them."""


def reads_by_text(function: types.FunctionType, used: Collection[str]) -> set[str]:
    """The attributes that a function reads so; ALL among them where they are not known.

    ``used`` are the names of globals and attributes that its code has.
    """
    suspicious = {*_BY_TEXT, *_ANY_TEXT, *_WHOLE, "format", "format_map"}
    others = _other_names(function, used, suspicious)
    if not suspicious & set(used) and not others and not _has_patterns(function.__code__):
        return set()
    tree = tree_of(function)
    return {ALL} if tree is None or others else set(_read(tree, function))


def _other_names(
    function: types.FunctionType, used: Collection[str], suspicious: Collection[str]
) -> set[str]:
    """The names under which code has such a function by another one: imported so, or assigned."""
    around = function.__globals__
    return {
        name
        for name in used
        if name not in suspicious and getattr(around.get(name), "__name__", None) in suspicious
    }


def _has_patterns(code: types.CodeType) -> bool:
    import dis

    return any(i.opname == "MATCH_CLASS" for i in dis.get_instructions(code)) or any(
        _has_patterns(inner) for inner in code.co_consts if isinstance(inner, types.CodeType)
    )


def _read(tree: ast.AST, function: types.FunctionType) -> Iterator[str]:
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args):
                if name in _BY_TEXT:
                    yield from _names(args[_BY_TEXT[name] :][:1])
                elif name in _ANY_TEXT:
                    yield from _names(args)
            case ast.MatchClass(patterns=patterns, kwd_attrs=names):
                yield from names
                yield from _by_position(node, function) if patterns else ()
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _WHOLE:
                yield ALL
            case ast.Name(id=name) | ast.Attribute(attr=name) if node not in called:
                # Handed on, and called by somebody else.
                if name in _BY_TEXT or name in _ANY_TEXT:
                    yield ALL
            case ast.Attribute(value=ast.Constant(value=str() as text), attr="format"):
                yield from re.findall(r"[.\[](\w+)", text)
            case ast.Attribute(attr="format" | "format_map"):
                yield ALL


def _names(args: list[ast.expr]) -> Iterator[str]:
    for argument in args:
        match argument:
            case ast.Constant(value=str() as text):
                yield from text.split(".")
            case _:
                yield ALL


def _by_position(node: ast.MatchClass, function: types.FunctionType) -> Iterator[str]:
    """The attributes that a class's pattern reads by their places."""
    found = function.__globals__.get(node.cls.id) if isinstance(node.cls, ast.Name) else None
    if not isinstance(found, type):
        yield ALL
        return
    yield from getattr(found, "__match_args__", ())


def writes_by_text(function: types.FunctionType, used: Collection[str]) -> set[str]:
    """The attributes that a function writes so; ALL among them where they are not known.

    ``used`` are the names of globals and attributes that its code has.
    """
    suspicious = {"setattr", "delattr", *_WRITING}
    others = _other_names(function, used, suspicious)
    if not suspicious & set(used) and not others:
        return set()
    tree = tree_of(function)
    return {ALL} if tree is None or others else set(_written(tree))


_WRITING = ("__dict__", "__setattr__", "__delattr__")


def _written(tree: ast.AST) -> Iterator[str]:
    known: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="setattr" | "delattr") as called, args=args):
                known.add(called)
                yield from _names(args[1:2])
            case ast.Call(func=ast.Attribute(attr="__setattr__" | "__delattr__") as called):
                known.add(called)
                texts = [a for a in node.args[:-1] or node.args if isinstance(a, ast.Constant)]
                yield from _names([texts[-1]] if texts else node.args)
            case ast.Subscript(value=ast.Attribute(attr="__dict__") as space, slice=key):
                known.add(space)
                if not isinstance(node.ctx, ast.Load):
                    yield from _names([key])
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="__dict__") as space, attr=method)
            ) if method in ("get", "items", "keys", "values", "copy"):
                known.add(space)
    for node in ast.walk(tree):
        match node:
            case ast.Name(id="setattr" | "delattr") if node not in known:
                yield ALL
            case ast.Attribute(attr=name) if name in _WRITING and node not in known:
                yield ALL
