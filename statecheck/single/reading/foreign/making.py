"""The flow of what is from outside while an instance is made."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from statemachine import StateChart
from statemachine.callbacks import CallbackGroup

from statecheck.modeling import ModelError
from statecheck.single.reading.code import (
    Reach,
    Summary,
    all_specs,
    functions_of,
    is_library_class,
    plain_functions,
)
from statecheck.single.reading.foreign.answers import HARMLESS
from statecheck.single.reading.observing import ERROR
from statecheck.single.reading.purity import CLOCKS, is_dataclass_init
from statecheck.single.reading.source.trees import tree_of
from statecheck.single.reading.specimen import Specimen


@dataclass(frozen=True)
class Taint:
    """The flow of what is from outside through a function that runs while an instance is made.

    ``mutable`` are attributes whose values could change, ``own`` the functions that run then.
    ``entered`` has the parameters of each function that it flows into, and grows.
    """

    summary: Summary
    specimen: Specimen
    mutable: set[str]
    own: dict[str, list[types.FunctionType]]
    entered: dict[types.CodeType, set[str]]

    def spread(self, names: set[str]) -> set[str]:
        """The attributes, variables and functions that names from outside flow into.

        Raises ModelError where they decide anything.
        """
        function = self.summary.function
        given = self.entered.get(function.__code__, set())
        mentioned = {name for name, _ in self.summary.loads} | self.summary.reads
        if not given and not (mentioned | set(function.__code__.co_freevars)) & names:
            return set()
        names = names | given
        tree = tree_of(function)
        classes = [cls for owner in self.specimen.owners for cls in type(owner).__mro__]
        if tree is None and is_dataclass_init(function, classes):
            return set(given)  # a dataclass has attributes by the names of its arguments
        if tree is None:
            raise ModelError(
                f"{self.specimen.cls.__name__}: the source of {self.summary.place} is not there to "
                "be read"
            )
        found = {function.__name__} - {"__init__"}
        variables = set(function.__code__.co_varnames) - {"self"}

        def is_from_outside(test: ast.expr) -> bool:
            return bool(_mentioned(test) & (names | found))

        for statement in _statements(tree, is_from_outside):
            used = {
                node.id if isinstance(node, ast.Name) else node.attr
                for node in ast.walk(statement)
                if isinstance(node, ast.Name | ast.Attribute)
            }
            reason = used & (names | found)
            if not reason:
                continue
            entering = [self._enters(call, names | found) for call in _calls(statement)]
            passed = {name for call in entering if call for name in call}
            if reason - self.own.keys() and self._runs(statement) - passed:
                raise self._decides()
            met = used - self._told(statement)
            found |= met & (self.mutable | variables) - _only_identified(statement)
            match statement:
                case ast.Expr() | ast.Return() | ast.Global():
                    continue
                case ast.Assign(targets=targets):
                    found |= {self._target(target) for target in targets}
                case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
                    found.add(self._target(target))
                case _:
                    raise self._decides()
        return found

    def _told(self, statement: ast.stmt) -> set[str]:
        """The names of what an own method is called of, and nothing else: it is followed."""
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=value) as callee) as call):
                if self._called(callee) is not None:
                    given = [*call.args, *(keyword.value for keyword in call.keywords)]
                    return _mentioned(value) - {n for part in given for n in _mentioned(part)}
        return set()

    def _runs(self, statement: ast.stmt) -> set[str]:
        """The names in a statement by which own functions may run: no attribute is a plain one."""
        nodes = list(ast.walk(statement))
        names = {node.id for node in nodes if isinstance(node, ast.Name)} & self.own.keys()
        attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        return names | {
            name
            for name in attributes & self.own.keys()
            if any("." in function.__qualname__ for function in self.own[name])
        }

    def _enters(self, call: ast.Call, names: set[str]) -> set[str]:
        """Note the parameters that names flow into by a call of an own function or class.

        The name that is called is returned, where it is known what it calls.
        """
        tainted = [bool(_mentioned(value) & names) for value in call.args]
        named = [bool(_mentioned(keyword.value) & names) for keyword in call.keywords]
        callee = self._called(call.func)
        if callee is None:
            values = [*call.args, *(keyword.value for keyword in call.keywords)]
            flows = zip(values, (*tainted, *named), strict=True)
            if self._makes_machine(call.func) and any(
                is_tainted and not self._makes_object(value) for value, is_tainted in flows
            ):
                raise self._decides()
            return set()
        function, is_bound = callee
        code = function.__code__
        parameters = code.co_varnames[is_bound : code.co_argcount]
        entered = self.entered.setdefault(code, set())
        for place, value in enumerate(call.args):
            if not tainted[place]:
                continue
            if isinstance(value, ast.Starred) or place >= len(parameters):
                raise self._decides()
            entered.add(parameters[place])
        for keyword, is_tainted in zip(call.keywords, named, strict=True):
            if is_tainted:
                entered.add(self._parameter(code, keyword.arg))
        return {call.func.attr, "super"} if isinstance(call.func, ast.Attribute) else set()

    def _parameter(self, code: types.CodeType, name: str | None) -> str:
        """The parameter that takes an argument of a name."""
        count = code.co_argcount + code.co_kwonlyargcount
        if name in code.co_varnames[:count]:
            return str(name)
        if name is None or not code.co_flags & inspect.CO_VARKEYWORDS:
            raise self._decides()
        return code.co_varnames[count + bool(code.co_flags & inspect.CO_VARARGS)]

    def _makes_machine(self, callee: ast.expr) -> bool:
        """Tell whether a call makes a machine in the library's own way, so that what it is given
        becomes a part of it.
        """
        known = self._known(callee)
        return isinstance(known, type) and issubclass(known, StateChart)

    def _makes_object(self, value: ast.expr) -> bool:
        """Tell whether an expression makes an object of an own class: a model, whose attributes are
        looked at one by one.
        """
        return (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and self._called(value.func) is not None
        )

    def _known(self, callee: ast.expr) -> Any:
        """The object that a name stands for; None for none, and for other expressions."""
        if not isinstance(callee, ast.Name):
            return None
        found = inspect.getclosurevars(self.summary.function)
        return {**found.builtins, **found.globals, **found.nonlocals}.get(callee.id)

    def _called(self, callee: ast.expr) -> tuple[types.FunctionType, bool] | None:
        """The own function that a call runs, and whether it is given what it belongs to."""
        match callee:
            case ast.Name(id=name):
                known = self._known(callee)
                if isinstance(known, type):
                    known = next((_own_init(c) for c in known.__mro__ if _own_init(c)), None)
                    return None if known is None else (known, True)
                is_own = isinstance(known, types.FunctionType) and name in self.own
                return (known, False) if is_own else None
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
                return self._next_init()
            case ast.Attribute(value=value, attr=name) if not isinstance(self._known(value), type):
                return self._method(name)
        return None

    def _method(self, name: str) -> tuple[types.FunctionType, bool] | None:
        """The only method of a name that runs while an instance is made."""
        match self.own.get(name, ()):
            case [function] if name != "__init__":
                is_plain = function.__code__.co_varnames[:1] == ("self",)
                return (function, True) if is_plain else None
        return None

    def _next_init(self) -> tuple[types.FunctionType, bool] | None:
        """The ``__init__`` that ``super()`` leads to from this one."""
        order = self.specimen.cls.__mro__
        for place, cls in enumerate(order):
            if _own_init(cls) is self.summary.function:
                following = next((c for c in order[place + 1 :] if "__init__" in vars(c)), object)
                found = _own_init(following)
                return None if found is None else (found, True)
        return None

    def _target(self, target: ast.expr) -> str:
        match target:
            case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self"), attr=name):
                return name
        raise self._decides()

    def _decides(self) -> ModelError:
        return not_alike(self.specimen.cls.__name__, self.summary.place)


def asks_self_only(summary: Summary, name: str) -> bool:
    """Tell whether a function takes an attribute with this name from ``self`` and nothing else."""
    if Reach.is_dynamic(summary) and name in summary.texts:
        return False
    if name not in summary.reads | summary.writes:
        return True
    tree = tree_of(summary.function)
    return tree is not None and all(
        isinstance(node.value, ast.Name) and node.value.id == "self"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == name
    )


def asks_the_time(reach: Reach) -> bool:
    """Tell whether some function may ask a date, or a class of dates, for what time it is."""
    return any(
        not asks_self_only(summary, name) for summary in reach.functions.values() for name in CLOCKS
    )


def _own_init(cls: type) -> types.FunctionType | None:
    """The ``__init__`` that the author of a class wrote in it."""
    found = vars(cls).get("__init__")
    if is_library_class(cls) or not isinstance(found, types.FunctionType):
        return None
    return found


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """The calls in a statement, inner ones first."""
    yield from [node for node in ast.walk(statement) if isinstance(node, ast.Call)][::-1]


def _only_identified(statement: ast.stmt) -> set[str]:
    """The states, given to a callback by the library, of which a statement takes the id only."""
    taken = [n for n in ast.walk(statement) if isinstance(n, ast.Attribute)]
    ids = [n.value for n in taken if n.attr == "id" and isinstance(n.value, ast.Name)]
    others = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and n not in ids}
    return {"state", "source", "target"} & {n.id for n in ids} - others


def _statements(tree: ast.AST, is_from_outside: Callable[[ast.expr], bool]) -> Iterator[ast.stmt]:
    """The statements of a module, and those in them that only what is known decides about."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for statement in node.body:
                yield from _simple(statement, is_from_outside)
        elif isinstance(node, ast.stmt):
            yield from _simple(node, is_from_outside)


def _simple(statement: ast.stmt, is_from_outside: Callable[[ast.expr], bool]) -> Iterator[ast.stmt]:
    if not isinstance(statement, ast.If) or is_from_outside(statement.test):
        yield statement
        return
    for inner in (*statement.body, *statement.orelse):
        yield from _simple(inner, is_from_outside)


def check_handed_over(summary: Summary, cls: type, names: set[str]) -> None:
    """Raise ModelError where a call of something with one of these names, in a function that runs
    while an instance is made, gets hold of the machine or of code that changes it.
    """
    tree = tree_of(summary.function)
    if tree is None:
        return
    inner = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = _mentioned(node.func) & names
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if called and any(_holds_machine(value, cls, inner) for value in given):
            name = min(called)
            raise ModelError(
                f"{cls.__name__}: {summary.place} hands the machine, or code of it, to {name}, "
                f"which is outside and could change it; say {HARMLESS} {name} if it does not"
            )


def _mentioned(expression: ast.expr) -> set[str]:
    """The names and attributes in an expression."""
    return {
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(expression)
        if isinstance(node, ast.Name | ast.Attribute)
    }


def _holds_machine(value: ast.expr, cls: type, inner: set[str]) -> bool:
    """Tell whether an expression leads to the machine: itself, its methods, or functions made here,
    whose names are ``inner``.
    """
    attributes = [n for n in ast.walk(value) if isinstance(n, ast.Attribute)]
    held = {n.value for n in attributes}
    only_named = {n.value for n in attributes if n.attr in ("__name__", "__qualname__")}
    for node in ast.walk(value):
        if node in only_named:
            continue
        match node:
            case ast.Lambda():
                return True
            case ast.Name(id=name) if name in inner or (name == "self" and node not in held):
                return True
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                if callable(getattr(cls, name, None)):
                    return True
    return False


def check_first_steps(
    specimen: Specimen, ran: Sequence[Summary], names: set[str], outside: Collection[str]
) -> None:
    """Raise ModelError where what is from outside decides how an instance enters its first state.

    ``names`` are what it flows into: a guard that returns it, or an exception that is handled.
    """
    handles = specimen.cls.catch_errors_as_events and any(
        transition.match(ERROR)
        for state in specimen.states.values()
        for transition in state.transitions
    )
    guards = {
        function.__code__
        for specs in all_specs(specimen)
        for found in functions_of(specimen, (s for s in specs if s.group in _ASKED), set())
        for function in plain_functions(found)
    }
    for summary in ran:
        function = summary.function
        used = {name for name, _ in summary.loads} | summary.reads
        raises = handles and function.__name__ != "__init__" and used & set(outside)
        if (function.__code__ in guards and function.__name__ in names) or raises:
            raise not_alike(specimen.cls.__name__, summary.place)


_ASKED = (CallbackGroup.COND, CallbackGroup.VALIDATOR)
"""Callbacks that decide whether a transition is taken."""


def not_alike(machine: str, place: str) -> ModelError:
    """The refusal of a class whose instances do not begin alike."""
    return ModelError(
        f"{machine}: {place} uses something from outside while an instance is made, so not every "
        "instance begins alike; set attributes to it there, and do nothing else with it"
    )
