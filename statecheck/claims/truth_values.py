"""Truth values in claims that are written as expressions.

Python finds a great deal true: a state, an event, a text. In an expression a machine's state stands
for "is active", and whatever else is no truth value is refused where one is wanted.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import inspect
from collections.abc import Iterator
from typing import Any

from statemachine.event import Event
from statemachine.state import InstanceState

from statecheck.claims.syntax import TruthChecks
from statecheck.modeling import (
    Entity,
    Machine,
    Many,
    ModelError,
    Step,
    System,
    SystemInfo,
    TruthValue,
)

VALUE = "__value"
"""The name, in the code of a claim, of `value_of`; that of `truth_value` is `TRUTH`."""


def with_truth_values(tree: ast.Expression) -> ast.Expression:
    """An expression whose code checks each truth value."""
    return ast.Expression(_Checks().truth(tree.body))


def truth_value(info: SystemInfo, text: str, value: Any, shown: str) -> Any:
    """The truth value that a part of an expression stands for.

    Raises ModelError where it is none, with the name that was probably meant.
    """
    if isinstance(value, bool | TruthValue):
        return value
    if isinstance(value, InstanceState):
        return value.is_active
    what, meant = _described(info, value, shown)
    raise ModelError(
        f"{text!r}: {shown} is {what}, and no truth value"
        + (f"; did you mean {meant}?" if meant else "; write a comparison")
    )


def value_of(value: Any) -> Any:
    """The value of an operand of a comparison: a state's is whether it is active."""
    return value.is_active if isinstance(value, InstanceState) else value


class _Checks(TruthChecks):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Bool() asks for a truth value, too."""
        match node:
            case ast.Call(func=ast.Name(id="bool"), args=[argument]):
                node.args = [self.truth(argument)]
                return node
        return super().visit_Call(node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """A state that is compared stands for "is active"; members of an enumeration and entities
        are the same where they are equal, and a set is gone through.
        """
        self.generic_visit(node)
        signs: dict[type[ast.cmpop], ast.cmpop] = {ast.Is: ast.Eq(), ast.IsNot: ast.NotEq()}
        node.ops = [signs.get(type(sign), sign) for sign in node.ops]
        node.comparators = [
            ast.Tuple(other.elts, ast.Load()) if isinstance(other, ast.Set) else other
            for other in node.comparators
        ]

        def value(operand: ast.expr) -> ast.expr:
            return ast.Call(ast.Name(VALUE, ast.Load()), [operand], [])

        return ast.Compare(value(node.left), node.ops, list(map(value, node.comparators)))


def _described(info: SystemInfo, value: Any, shown: str) -> tuple[str, str]:
    """A value's kind in words, and what was probably meant by it."""
    path, _, last = shown.rpartition(".")
    match value:
        case Event():
            return "an event", _nearest(path, last, _states_at(info, value, path))
        case str():
            return "a text", _state_named(info, value)
        case int() | float() | complex():
            return "a number", ""
        case Machine():
            return "a machine", _nearest(shown, "", [state.id for state in type(value).states])
        case Entity():
            machines = info.entity(type(value)).machines
            first = f"{shown}.{machines[0].slot}" if machines else ""
            return "an entity", _nearest(first, "", list(machines[0].states)) if machines else ""
        case Many():
            return "any number of entities", f"any(... for ... in {shown})"
        case Step():
            return "a step", f"{shown}.fires(...)"
        case System():
            return "a state of the whole system", ""
        case _ if hasattr(builtins, shown):
            return "one of Python's own functions", _state_named(info, shown)
        case type():
            return "a class", ""
        case _ if inspect.isroutine(value):
            return "a function", f"{shown}()"
        case _:
            kind = getattr(value, "type", type(value))
            return f"a value of type {getattr(kind, '__name__', kind)}", ""


def _states_at(info: SystemInfo, event: Event, path: str) -> list[str]:
    """The states of the machine that a path leads to, as far as it can be told: of those machines
    that have the event.
    """
    slot = path.rpartition(".")[2]
    return [
        state
        for machine in _machines(info)
        if machine.slot == slot and str(event) in {e.id for e in machine.cls.events}
        for state in machine.states
    ]


def _nearest(path: str, name: str, states: list[str]) -> str:
    near = difflib.get_close_matches(name, states, 1, 0.5) or states[:1]
    return f"{path}.{near[0]}" if near else ""


def _state_named(info: SystemInfo, name: str) -> str:
    """The state of some entity's machine whose name is nearest to one."""
    places = {
        state: f"{entity.name.lower()}.{machine.slot}.{state}"
        for entity in info.entities
        for machine in entity.machines
        for state in machine.states
    }
    near = difflib.get_close_matches(name.rpartition(".")[2], places, 1, 0.5)
    return places[near[0]] if near else ""


def _machines(info: SystemInfo) -> Iterator[Any]:
    for entity in info.entities:
        yield from entity.machines
