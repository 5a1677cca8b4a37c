"""The names of events that tell of the end of invoked work: each has a random number in it.

A name as a whole, how it begins, and what is only said of it decide nothing by that number.
Whatever else code does with a name is refused, by reading the code.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator

from statecheck.modeling import ModelError
from statecheck.single.reading.code import Reach, Summary
from statecheck.single.reading.foreign.work import Ending
from statecheck.single.reading.formatting import SAYING
from statecheck.single.reading.source.trees import tree_of

NUMBER = "_invokeid"
"""The argument by which the library tells the number to callbacks."""

_HEX = frozenset("0123456789abcdef")


def check_no_decision(reach: Reach, machine: str, endings: Iterable[Ending]) -> None:
    """Raise ModelError for code that could tell one number from another."""
    prefixes = tuple(f"done.invoke.{ending.state}." for ending in endings)
    for summary in reach.functions.values():
        given = _given(summary)
        if not given:
            continue
        tree = tree_of(summary.function)
        what = "" if tree is None else _Use(tree, given, prefixes).objection()
        if tree is None or what:
            raise ModelError(
                f"{machine}: {summary.place} {what or 'is given the name of its event'}, and the "
                "end of invoked work has a random number in that; compare the name as a whole, or "
                "ask how it begins"
            )


def _given(summary: Summary) -> set[str]:
    """The parameters of a function by which it may learn the name of its event."""
    found = set()
    for parameter in inspect.signature(summary.function).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD or parameter.name in (
            *("event", "event_data", "trigger_data", NUMBER),
        ):
            found.add(parameter.name)
    return found


class _Use:
    """The uses that a function makes of what it is given."""

    def __init__(self, tree: ast.AST, given: set[str], prefixes: tuple[str, ...]) -> None:
        self.tree, self.given, self.prefixes = tree, given, prefixes
        self.parents = {c: node for node in ast.walk(tree) for c in ast.iter_child_nodes(node)}

    def objection(self) -> str:
        """The code that could depend on the number; empty for nothing."""
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Name) or node.id not in self.given:
                continue
            if node.id == NUMBER or isinstance(node.ctx, ast.Store):
                return f"uses {node.id}"
            for name in self._names(node):
                if not self._is_safe(name):
                    return "takes the name of its event apart"
        return ""

    def _names(self, node: ast.Name) -> Iterator[ast.expr]:
        """The expressions that may be, or hold, the name of an event, by a use of a parameter."""
        above = self.parents.get(node)
        if node.id == "event":
            yield node
        elif node.id in ("event_data", "trigger_data"):
            if not isinstance(above, ast.Attribute):
                yield node
            elif above.attr in ("event", "trigger_data", "kwargs", "extended_kwargs"):
                yield above
        elif not self._is_other_key(node):
            yield node

    def _is_other_key(self, node: ast.expr) -> bool:
        """Tell whether keyword arguments are asked for another one, or handed on as they are."""
        match self.parents.get(node):
            case ast.keyword(arg=None):
                return True
            case ast.Compare(left=ast.Constant(), ops=[ast.In() | ast.NotIn()]):
                return True
        key = self._key(node)
        return key is not None and key not in ("event", "event_data", "trigger_data", NUMBER)

    def _key(self, node: ast.expr) -> object:
        """The key that is asked of keyword arguments; None where it is not known."""
        match self.parents.get(node):
            case ast.Subscript(slice=ast.Constant(value=key)):
                return key
            case ast.Attribute(attr="get") as method:
                match self.parents.get(method):
                    case ast.Call(args=[ast.Constant(value=key), *_]):
                        return key
        return None

    def _is_safe(self, name: ast.expr) -> bool:
        above = self.parents.get(name)
        match above:
            case ast.Attribute(attr="id" | "name"):
                return self._is_safe(above)
            case ast.Call(func=ast.Name(id="str"), args=[_]):
                return self._is_safe(above)
            case ast.Attribute(attr="startswith"):
                call = self.parents.get(above)
                return isinstance(call, ast.Call) and all(map(self._is_beginning, call.args))
            case ast.Compare(ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(value=None)]):
                return True
            case ast.Call(func=ast.Attribute(attr="append"), args=[_]):
                return True  # kept, or in a log that nothing reads; other lists may not change
            case ast.Compare(left=left, ops=ops, comparators=others):
                if not all(isinstance(o, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for o in ops):
                    return False
                if left is name:
                    return all(map(_is_plain, others))
                is_asked = any(isinstance(o, ast.In | ast.NotIn) for o in ops)
                return _is_plain(left) and not (is_asked and _may_be_digits(left))
            case ast.Assign(targets=targets):
                return all(isinstance(target, ast.Attribute) for target in targets)
            case ast.AnnAssign(target=ast.Attribute()):
                return True  # kept, which is seen where it happens
            case ast.If() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                return True
        return self._is_said(name)

    def _is_beginning(self, argument: ast.expr) -> bool:
        match argument:
            case ast.Constant(value=str() as text):
                return not any(text.startswith(p) and text != p for p in self.prefixes)
            case ast.Tuple(elts=parts):
                return all(map(self._is_beginning, parts))
        return False

    def _is_said(self, node: ast.AST) -> bool:
        """Tell whether something is only printed, logged, or raised."""
        while node in self.parents:
            node = self.parents[node]
            match node:
                case ast.Raise() | ast.Assert():
                    return True
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in SAYING:
                    return True
        return False


def _is_plain(value: ast.expr) -> bool:
    """Tell whether something that a name is compared with is written down, or another name."""
    match value:
        case ast.Constant() | ast.Attribute():
            return True
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return all(map(_is_plain, parts))
    return False


def _may_be_digits(value: ast.expr) -> bool:
    """Tell whether a text that is looked for in a name could be found in the number."""
    match value:
        case ast.Constant(value=str() as text):
            return set(text) <= _HEX
    return True
