"""Code that shows the order of a set, which is another one in each process."""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterator
from functools import cache
from types import CodeType, FunctionType

from statecheck.code_text import codes_in, tree_of
from statecheck.repeatable import is_unordered
from statecheck.symbolic.surroundings.names import named_values

_BUILDS = frozenset((dis.opmap["BUILD_SET"], dis.opmap["SET_ADD"]))
_SETS = frozenset(("set", "frozenset"))

_BLIND = frozenset(("all", "any", "sum", "len", "min", "max", "sorted", "set", "frozenset", "bool"))
"""Functions that come to the same in whichever order they are given something."""

_OF_SETS = frozenset(("union", "intersection", "difference", "symmetric_difference", "copy"))
"""Methods that give another set."""

_OF_ANY = frozenset(("issubset", "issuperset", "isdisjoint", "add", "discard", "remove", "update"))
"""Methods of sets that show no order."""


def shown_orders(function: FunctionType) -> Iterator[tuple[int, str]]:
    """The expressions of a function whose values are known to be sets and that are used otherwise
    than to ask what is in them, so that their order might be seen; each with its line.
    """
    sets = {text for text, value in named_values(function) if is_unordered(value)}
    if not sets and not _has_set(function.__code__):
        return
    if (found := tree_of(function)) is None:
        return
    tree, first = found
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _is_set(node.value, sets):
            sets |= {ast.unparse(t) for t in node.targets if isinstance(t, ast.Name)}
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.expr)
            and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
            and _is_set(node, sets)
            and not _hides_order(node, above)
        ):
            yield first + node.lineno - 1, ast.unparse(node)


def _hides_order(node: ast.expr, above: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether what is around a set asks nothing that depends on its order."""
    match around := above[node]:
        case ast.Call(func=func):
            return func is not node and _is_blind(around)
        case ast.comprehension():
            owner = above[around]
            asks = above.get(owner)
            return isinstance(owner, ast.SetComp) or (
                isinstance(owner, ast.GeneratorExp)
                and isinstance(asks, ast.Call)
                and _is_blind(asks)
            )
        case ast.Attribute(attr=name):
            return name in _OF_SETS | _OF_ANY
        case ast.Assign(targets=targets):
            return all(isinstance(target, ast.Name) for target in targets)
        case ast.Compare() | ast.BinOp() | ast.BoolOp() | ast.UnaryOp() | ast.NamedExpr():
            return True
        case ast.If() | ast.While() | ast.IfExp() | ast.Expr() | ast.AugAssign() | ast.AnnAssign():
            return True
    return False


def _is_blind(call: ast.Call) -> bool:
    """Tell whether a call comes to the same in whichever order it is given something: what chooses
    or sorts by a key does not, for of those that are alike the first one is taken.
    """
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in _OF_SETS | _OF_ANY
    by_key = any(word.arg == "key" for word in call.keywords)
    return isinstance(call.func, ast.Name) and call.func.id in _BLIND and not by_key


def _is_set(node: ast.expr, sets: set[str]) -> bool:
    match node:
        case ast.Set(elts=parts):
            is_number = [isinstance(p, ast.Constant) and isinstance(p.value, int) for p in parts]
            return len(parts) > 1 and not all(is_number)
        case ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset"), args=[_]):
            return True
        case ast.Call(func=ast.Attribute(value=value, attr=name)):
            return name in _OF_SETS and _is_set(value, sets)
        case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor()):
            return _is_set(left, sets)
        case ast.Name() | ast.Attribute():
            return ast.unparse(node) in sets
    return False


@cache
def _has_set(code: CodeType) -> bool:
    """False where code makes no set; true where it may."""
    return any(
        not _BUILDS.isdisjoint(part.co_code[::2])
        or not _SETS.isdisjoint(part.co_names)
        or any(isinstance(constant, frozenset) for constant in part.co_consts)
        for part in codes_in(code)
    )
