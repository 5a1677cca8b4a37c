"""The flow of what is from outside while an instance is made."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from statemachine.callbacks import CallbackGroup

from statecheck.modeling import ModelError
from statecheck.single.reading.code import Summary, all_specs, functions_of, plain_functions
from statecheck.single.reading.foreign.answers import HARMLESS
from statecheck.single.reading.observing import ERROR
from statecheck.single.reading.parameters import tree_of
from statecheck.single.reading.specimen import Specimen


@dataclass(frozen=True)
class Taint:
    """The flow of what is from outside through a function that runs while an instance is made.

    ``mutable`` are attributes whose values could change, ``own`` the functions that run then.
    """

    summary: Summary
    machine: str
    mutable: set[str]
    own: set[str]

    def spread(self, names: set[str]) -> set[str]:
        """The attributes, variables and functions that names from outside flow into.

        Raises ModelError where they decide anything.
        """
        function = self.summary.function
        mentioned = {name for name, _ in self.summary.loads} | self.summary.reads
        if not (mentioned | set(function.__code__.co_freevars)) & names:
            return set()
        tree = tree_of(function)
        if tree is None:
            raise ModelError(
                f"{self.machine}: the source of {self.summary.place} is not there to be read"
            )
        found = {function.__name__} - {"__init__"}
        variables = set(function.__code__.co_varnames) - {"self"}
        for statement in _statements(tree):
            used = {
                node.id if isinstance(node, ast.Name) else node.attr
                for node in ast.walk(statement)
                if isinstance(node, ast.Name | ast.Attribute)
            }
            reason = used & (names | found)
            if not reason:
                continue
            if reason - self.own and used & self.own:
                raise self._decides()
            found |= used & (self.mutable | variables)
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

    def _target(self, target: ast.expr) -> str:
        match target:
            case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self"), attr=name):
                return name
        raise self._decides()

    def _decides(self) -> ModelError:
        return not_alike(self.machine, self.summary.place)


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from node.body
        elif isinstance(node, ast.stmt):
            yield node


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
    held = {n.value for n in ast.walk(value) if isinstance(n, ast.Attribute)}
    for node in ast.walk(value):
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
