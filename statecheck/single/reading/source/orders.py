"""Code that may show in which order a set has its members, which nobody chooses."""

from __future__ import annotations

import ast
import builtins
import dis
import itertools
import types
from collections.abc import Collection, Iterator

from statecheck.code_text import codes_in
from statecheck.repeatable import is_unordered
from statecheck.single.reading.source.trees import tree_of

PASSES = frozenset(
    (
        *("GET_ITER", "GET_YIELD_FROM_ITER", "LIST_EXTEND", "UNPACK_SEQUENCE", "UNPACK_EX"),
        *("CALL_FUNCTION_EX", "STORE_SLICE", "BUILD_SLICE", "BINARY_OP"),
    )
)
"""Instructions that may."""

SHOWING = frozenset(
    (
        *("list", "tuple", "next", "iter", "min", "max", "enumerate", "zip", "map", "filter"),
        *("reversed", "str", "repr", "pop", "popitem", "join", "extend", "extendleft", "fromkeys"),
        *("sorted", "bytes", "bytearray", "__iter__", "__next__", "__str__", "__repr__"),
        *("__format__", "most_common"),
    )
)
"""Functions and methods that may."""

OF_MODULES = frozenset(
    (
        *("deque", "Counter", "OrderedDict", "reduce", "nsmallest", "nlargest", "heapify", "merge"),
        *("mode", "multimode", "chain", "islice", "accumulate", "cycle", "product", "tee", "fsum"),
        *("permutations", "combinations", "combinations_with_replacement", "starmap", "dumps"),
        *("takewhile", "dropwhile", "groupby", "zip_longest", "pairwise", "compress", "fmean"),
        *("filterfalse", "batched", "itemgetter", "Template", "from_iterable"),
    )
)
"""Functions of Python's modules that may."""

TEXTS = frozenset(
    (
        *("FORMAT_VALUE", "FORMAT_SIMPLE", "FORMAT_WITH_SPEC", "BUILD_TEMPLATE"),
        *("%", "ascii", "format", "format_map"),
    )
)
"""Instructions, functions and methods that make texts, which may show it unless they are said."""

_EASED = frozenset(("min", "max", "sorted", "BINARY_OP", "BUILD_SLICE", *PASSES))
"""What need not be, as the source tells."""

_NO_SET = frozenset(("range", "sorted", "len", "divmod", "abs", "int", "float", "bool", "sum"))
"""Functions that return no set."""


def keeps_orders(function: types.FunctionType, found: set[str]) -> bool:
    """Tell whether code that has what was found shows the order of no set nevertheless."""
    if found <= {"BINARY_OP"}:
        return not _adds_to_a_list(function)
    if not found <= _EASED:
        return False
    tree = tree_of(function)
    if tree is None:
        return False
    space = function.__globals__
    if any(space.get(n, getattr(builtins, n)) is not getattr(builtins, n) for n in _NO_SET):
        return False
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="min" | "max"), args=[_], keywords=_):
                return False
            case ast.Call(func=ast.Name(id="min" | "max" | "sorted"), args=args, keywords=named):
                by_key = node.func.id == "sorted" and any(word.arg != "reverse" for word in named)  # type: ignore[attr-defined]
                if by_key or any(isinstance(argument, ast.Starred) for argument in args):
                    return False
            case ast.Name(id="min" | "max" | "sorted") if node not in called:
                return False
            case ast.Attribute(attr="min" | "max" | "sorted"):
                return False
    return all(map(_is_no_set, _gone_through(tree))) and not _adds_to_a_list(function)


def _gone_through(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions whose values are gone through."""
    for node in ast.walk(tree):
        match node:
            case ast.For(iter=found) | ast.AsyncFor(iter=found) | ast.comprehension(iter=found):
                yield found
            case ast.Starred(value=found, ctx=ast.Load()) | ast.YieldFrom(value=found):
                yield found
            case ast.Assign(targets=targets, value=found):
                for target in targets:
                    match target:
                        case ast.Tuple() | ast.List() | ast.Subscript(slice=ast.Slice()):
                            yield found


def _is_no_set(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Name(id=name)):
            return name in _NO_SET
        case ast.Constant() | ast.Tuple() | ast.List() | ast.ListComp() | ast.JoinedStr():
            return True
    return False


def _adds_to_a_list(function: types.FunctionType) -> bool:
    """Tell whether what may be a set is added to a list that is made here."""
    if not _has_binary(function.__code__):
        return False
    tree = tree_of(function)
    if tree is None:
        return True
    nodes = list(ast.walk(tree))
    has_list = any(isinstance(node, ast.List | ast.ListComp) for node in nodes)
    for node in nodes:
        match node:
            case ast.AugAssign(op=ast.Add(), value=ast.Name() | ast.Attribute()) if has_list:
                return True
    return False


def _has_binary(code: types.CodeType) -> bool:
    """Tell whether code adds something in place, other than a constant."""
    own = (dis.get_instructions(part) for part in codes_in(code))
    read = ([i for i in instructions if i.opname not in _BETWEEN] for instructions in own)
    return any(
        i.opname == "BINARY_OP" and i.argrepr == "+=" and before.opname not in _CONSTANTS
        for instructions in read
        for before, i in itertools.pairwise(instructions)
    )


_BETWEEN = ("CACHE", "EXTENDED_ARG", "NOP")
_CONSTANTS = ("LOAD_CONST", "LOAD_SMALL_INT")


def set_gone_through(function: types.FunctionType, attributes: Collection[str]) -> str:
    """An expression of a function whose value is known to be a set, and of which it shows the
    order; empty where there is none. ``attributes`` are the names of those that classes have.
    """
    tree = tree_of(function)
    if tree is None:
        return ""
    local: set[str] = set()

    def is_set(value: ast.expr) -> bool:
        match value:
            case ast.Set(elts=parts):
                return len(parts) > 1 and not all(map(_is_number, parts))
            case ast.SetComp() | ast.Call(func=ast.Name(id="set" | "frozenset"), args=[_]):
                return True
            case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor()):
                return is_set(left)
            case ast.Name(id=name):
                return name in local or is_unordered(function.__globals__.get(name))
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                around = function.__globals__.get(module)
                is_known = isinstance(around, types.ModuleType | type)
                return name in attributes or (is_known and is_unordered(vars(around).get(name)))
            case ast.Attribute(attr=name):
                return name in attributes
        return False

    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_set(value):
                local.add(name)
    found = [*_gone_through(tree), *_shown(tree)]
    return next((ast.unparse(value) for value in found if is_set(value)), "")


def _is_number(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, int)


def _shown(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions whose values are given to what may show an order."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args):
                by_key = any(word.arg == "key" for word in node.keywords)
                if name in ("min", "max", "sorted") and not by_key:
                    continue
                if name in SHOWING | OF_MODULES:
                    yield from args
                if name in ("pop", "__iter__") and isinstance(node.func, ast.Attribute):
                    yield node.func.value
