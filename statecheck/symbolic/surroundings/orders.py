"""Code that shows the order of a set, which is another one in each process."""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterator
from functools import cache
from types import CodeType, FunctionType

from statecheck.code_text import tree_of
from statecheck.symbolic.surroundings.names import named_values

_BUILDS = frozenset((dis.opmap["BUILD_SET"], dis.opmap["SET_ADD"]))
_SETS = frozenset(("set", "frozenset"))

_BLIND = frozenset(("all", "any", "sum", "len", "min", "max", "sorted", "set", "frozenset"))
"""Functions that come to the same in whichever order they are given something."""

_SHOWS = frozenset(("list", "tuple", "iter", "enumerate", "zip", "map", "filter", "reversed"))


def shown_orders(function: FunctionType) -> Iterator[tuple[int, str]]:
    """The expressions by which a function goes through a set in its order, each with its line."""
    sets = {text for text, value in named_values(function) if isinstance(value, set | frozenset)}
    if not sets and not _has_set(function.__code__):
        return
    if (found := tree_of(function)) is None:
        return
    tree, first = found
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _is_set(node.value, sets):
            sets |= {ast.unparse(target) for target in node.targets}
    blind = {
        argument
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _name(node.func) in _BLIND and not _has_key(node)
        for argument in node.args
    }
    for node in ast.walk(tree):
        for shown in _gone_through(node, blind):
            if _is_set(shown, sets):
                yield first + shown.lineno - 1, ast.unparse(shown)


def _gone_through(node: ast.AST, blind: set[ast.expr]) -> Iterator[ast.expr]:
    """The expressions that a node goes through in their order."""
    match node:
        case ast.For():
            yield node.iter
        case ast.GeneratorExp() | ast.ListComp() | ast.DictComp() if node not in blind:
            yield from (part.iter for part in node.generators)
        case ast.Call() if _name(node.func) in _SHOWS and node not in blind:
            yield from node.args
        case ast.Call() if _has_key(node):  # of those that are alike the first one is taken
            yield from node.args
        case ast.Starred():
            yield node.value


def _has_key(node: ast.Call) -> bool:
    """Tell whether a call is of what chooses or sorts by a key."""
    by_key = any(word.arg == "key" for word in node.keywords)
    return by_key and _name(node.func) in ("min", "max", "sorted")


def _is_set(node: ast.expr, sets: set[str]) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call():
            return _name(node.func) in _SETS
        case ast.BinOp():
            return _is_set(node.left, sets) or _is_set(node.right, sets)
    return ast.unparse(node) in sets


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


@cache
def _has_set(code: CodeType) -> bool:
    """False where code makes no set; true where it may."""
    return (
        not _BUILDS.isdisjoint(code.co_code[::2])
        or not _SETS.isdisjoint(code.co_names)
        or any(isinstance(constant, frozenset) for constant in code.co_consts)
        or any(_has_set(part) for part in code.co_consts if isinstance(part, CodeType))
    )
