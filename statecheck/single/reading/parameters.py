"""The arguments that an event may be sent with: what its callbacks ask for."""

from __future__ import annotations

import ast
import inspect
import logging
import types
import typing
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from statecheck.modeling import ModelError
from statecheck.repeatable import is_from_elsewhere
from statecheck.single.reading.code import (
    functions_of,
    is_library,
    plain_functions,
)
from statecheck.single.reading.kinds import Domain, domain_of_annotation, kind_of, same
from statecheck.single.reading.source.holding import held
from statecheck.single.reading.source.trees import parents_of, tree_of, uses_variable
from statecheck.single.reading.specimen import ABSENT, Specimen

GIVEN = frozenset(
    (
        *("self", "event_data", "machine", "event", "model", "transition", "state", "source"),
        *("target", "previous_configuration", "new_configuration", "error"),
    )
)
"""Arguments that python-statemachine passes to a callback by itself."""

EATEN = ("delay", "send_id", "internal", "key", "on_error", "visitor_fn")
"""Arguments that the library takes for itself, given by name: by position they reach a callback."""


UNLIKE = object()
"""The default of an argument whose being left out is unlike any value of it."""


@dataclass(frozen=True)
class Parameter:
    """An argument of an event: its name, the values it may have (None: not known yet), whether it
    may be left out, and the callback that asks for it.

    Where leaving it out is the same as giving a value, ``default`` is that value, else UNLIKE.
    """

    name: str
    domain: Domain | None
    optional: bool
    place: str
    default: Any = UNLIKE


@dataclass
class Events:
    """The events that users send, with their parameters, and those that they do not."""

    parameters: dict[str, tuple[Parameter, ...]] = field(default_factory=dict)
    internal: tuple[str, ...] = ()


def events_of(specimen: Specimen) -> Events:
    """The events of a machine. Raises ModelError for an argument that cannot be understood."""
    events = Events()
    declared = list(dict.fromkeys(str(event.id) for event in specimen.cls._events))
    own = [e for e in declared if is_internal(e, declared)]
    events.internal = tuple(own)
    for event in declared:
        if event in own:
            continue
        if getattr(getattr(specimen.cls, event, None), "delay", 0):
            raise ModelError(
                f"{specimen.cls.__name__}.{event} is delayed; what depends on time is not supported"
            )
        name = "any_event" if event == "*" else event
        found: dict[str, Parameter] = {}
        for callback in _callbacks(specimen, event):
            for parameter in parameters_of(specimen, callback):
                known = found.get(parameter.name)
                found[parameter.name] = parameter if known is None else _joined(known, parameter)
        events.parameters[name] = tuple(found.values())
    return events


def is_internal(event: str, declared: list[str]) -> bool:
    """Tell whether the library alone sends an event: ``error.*``, ``done.*`` and aliases."""
    if event.startswith(("error.", "done.")) or event == "__initial__":
        return True
    dotted = {event.replace("_", ".")} | {
        f"done.{what}.{event.removeprefix(f'done_{what}_')}"
        for what in ("state", "invoke")
        if event.startswith(f"done_{what}_")
    }
    return event.startswith(("error_", "done_")) and any(d in declared for d in dotted)


def _joined(one: Parameter, other: Parameter) -> Parameter:
    """One argument as two callbacks ask for it."""
    domain = one.domain or other.domain
    if one.domain is not None and other.domain is not None:
        domain = one.domain | other.domain
    strict = other if one.optional else one
    default = one.default if same(one.default, other.default) else UNLIKE
    return Parameter(one.name, domain, one.optional and other.optional, strict.place, default)


def _callbacks(specimen: Specimen, event: str) -> Iterator[Any]:
    named: set[str] = set()
    yield from functions_of(specimen, specimen.cls._specs, named)
    nested = any(state.states for state in specimen.states.values())
    for state in specimen.states.values():
        for transition in state.transitions:
            if not transition.match(event) and event != "*":
                continue
            specs = [*transition._specs]
            if nested:
                specs += [s for other in specimen.states.values() for s in other._specs]
            else:
                specs += [*transition.source._specs]
                for target in transition.targets:
                    specs += target._specs
            relevant = [s for s in specs if not s.is_convention or _is_for(str(s.func), event)]
            yield from functions_of(specimen, relevant, named)


def _is_for(convention: str, event: str) -> bool:
    """Tell whether a callback that is found by its name belongs to an event at all."""
    for prefix in ("before_", "on_", "after_"):
        rest = convention.removeprefix(prefix)
        if rest != convention:
            known = ("transition", "enter_state", "exit_state", event)
            return rest in known or rest.startswith(("enter_", "exit_"))
    return True


def parameters_of(
    specimen: Specimen, callback: Any, seen: frozenset[str] = frozenset()
) -> Iterator[Parameter]:
    """The arguments that a callback expects from whoever sends the event."""
    for function in plain_functions(callback):
        if is_library(function) or hasattr(function, "__wrapped__"):
            continue  # the library gives a wrapper what the function inside of it asks for
        place = f"{function.__qualname__.replace('<locals>.', '')}"
        hints = _hints(function)
        signature = inspect.signature(function, follow_wrapped=False)
        first = next(iter(signature.parameters), "")
        bound = {first} if _is_method(specimen, callback, function) else {"cls"}
        names = set(function.__code__.co_names)
        if "event_data" in signature.parameters and names & {
            "trigger_data",
            "extended_kwargs",
            "args",
        }:
            raise ModelError(
                f"{place} looks into event_data for what the event was sent with; ask for the "
                "arguments by name"
            )
        for parameter in signature.parameters.values():
            if parameter.name in GIVEN or parameter.name in bound:
                continue
            if parameter.kind is parameter.VAR_POSITIONAL:
                if uses_variable(function, parameter.name):
                    raise ModelError(
                        f"{place}: *{parameter.name} may be anything; ask for arguments by name"
                    )
                continue
            if parameter.kind is parameter.VAR_KEYWORD:
                yield from _keywords(specimen, function, parameter.name, place, seen)
                continue
            if parameter.kind is parameter.POSITIONAL_ONLY:
                raise ModelError(
                    f"{place}: the argument {parameter.name} is taken by position alone; leave out "
                    "the / behind it"
                )
            if parameter.name in EATEN:
                raise _not_by_name(parameter.name, place)
            yield _parameter(parameter, hints, place)


def _not_by_name(name: str, place: str) -> ModelError:
    return ModelError(
        f"{place}: the argument {name} cannot be given to send() by name, for python-statemachine "
        "takes it for its own; call it otherwise"
    )


def _is_method(specimen: Specimen, callback: Any, function: types.FunctionType) -> bool:
    """Tell whether a function gets the object that it is a method of as its first argument."""
    if isinstance(callback, staticmethod | types.MethodType):
        return False
    held = (
        member
        for owner in specimen.owners
        for base in type(owner).__mro__
        for member in vars(base).values()
    )
    return isinstance(callback, classmethod | property) or any(
        function is inner
        for member in held
        if not isinstance(member, staticmethod)
        for inner in plain_functions(member)
    )


def _parameter(parameter: inspect.Parameter, hints: dict[str, Any], place: str) -> Parameter:
    optional = parameter.default is not parameter.empty
    default = parameter.default if optional else UNLIKE
    domain: Domain | None
    if parameter.name in hints:
        what = f"{place}: the argument {parameter.name}"
        domain = domain_of_annotation(hints[parameter.name], what)
    else:
        domain = domain_of_default(default) if optional else None
    return Parameter(parameter.name, domain, optional, place, default)


def domain_of_default(value: Any) -> Domain | None:
    """The values of the type of a default; None where it tells nothing."""
    kind = kind_of(value)
    return None if kind is None else Domain((), (kind,))


def _hints(function: types.FunctionType) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001  (an annotation that cannot be evaluated says nothing)
        return {}


# -- keyword arguments that are taken out of **kwargs ---------------------------------------------

_SAYING = frozenset(("print", "debug", "info", "warning", "error", "exception", "critical", "log"))
_SHOWING = frozenset(("str", "repr", "len", "sorted", "list", "dict", "tuple"))


def _keywords(
    specimen: Specimen, function: types.FunctionType, name: str, place: str, seen: frozenset[str]
) -> Iterator[Parameter]:
    if not uses_variable(function, name):
        return
    tree = tree_of(function)
    if tree is None:
        raise ModelError(
            f"{place}: **{name} is used and its source is not there to say how; ask for arguments "
            "by name"
        )
    parents = parents_of(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Name) and node.id == name):
            continue
        found = _taken(node, parents, function)
        handed = [] if found is not None else _handed_on(specimen, node, parents, function)
        if handed is None:
            raise ModelError(
                f"{place}: **{name} is used as a whole, so any argument may matter; take "
                f"arguments out of it by name, as in {name}.get('amount', 0)"
            )
        if found is not None and found.name in EATEN:
            raise _not_by_name(found.name, place)
        if found is not None:
            yield Parameter(found.name, found.domain, True, place)
        for callback in handed:
            for inner in plain_functions(callback):
                key = f"{inner.__module__}.{inner.__qualname__}"
                if key not in seen:
                    yield from parameters_of(specimen, callback, seen | {key})


def _taken(node: ast.Name, parents: dict[Any, Any], function: Any) -> Parameter | None:
    """The argument that is taken out of a dictionary of keyword arguments, if one is."""
    parent = parents[node]
    match parent:
        case ast.Attribute(attr="get" | "pop" | "setdefault"):
            match parents[parent]:
                case ast.Call(func=called, args=[ast.Constant(value=str() as key), *rest]) if (
                    called is parent
                ):
                    default = _constant(rest[0], function) if rest else None
                    domain = domain_of_default(default)
                    return Parameter(key, domain, True, "")
        case ast.Subscript(slice=ast.Constant(value=str() as key)):
            return Parameter(key, None, True, "")
        case ast.Compare(left=ast.Constant(value=str() as key), ops=[ast.In() | ast.NotIn()]):
            return Parameter(key, None, True, "")
    return None


def _handed_on(
    specimen: Specimen, node: ast.Name, parents: dict[Any, Any], function: types.FunctionType
) -> list[Any] | None:
    """The receivers of a dictionary of keyword arguments as a whole: callbacks that take single
    ones out of it; none where it is only said; None where that is not known.
    """
    parent = parents[node]
    if isinstance(parent, ast.keyword) and parent.arg is None:
        call = parents[parent]
        if isinstance(call, ast.Call) and not _only_says(specimen, call.func, function):
            return _called(specimen, call, function)
    while not (isinstance(parent, ast.Call) and _only_says(specimen, parent.func, function)):
        if not _is_part_of_text(parent, function):
            return None
        parent = parents[parent]
    return []


def _is_part_of_text(node: ast.AST, function: types.FunctionType) -> bool:
    """Tell whether an expression with a dictionary inside calls nothing with it but Python's own
    functions that show it.
    """
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _SHOWING and name not in function.__globals__
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Attribute(attr=name):
            return name in ("items", "keys", "values", "copy", "format")
    shown = (ast.keyword, ast.Tuple, ast.List, ast.Dict, ast.BinOp, ast.JoinedStr, ast.Starred)
    return isinstance(node, (*shown, ast.FormattedValue))


def _only_says(specimen: Specimen, called: ast.expr, function: types.FunctionType) -> bool:
    """Tell whether what is called is ``print``, or a logger's or the logging module's."""
    match called:
        case ast.Name(id="print"):
            return "print" not in function.__globals__
        case ast.Attribute(value=on, attr=name) if name in _SAYING:
            found = held(specimen, on, function)
            return found is logging or isinstance(found, logging.Logger | logging.LoggerAdapter)
    return False


def _called(specimen: Specimen, call: ast.Call, function: types.FunctionType) -> list[Any] | None:
    """The callbacks that a call leads to; None where that is not known."""
    if isinstance(call.func, ast.Name):
        found = held(specimen, call.func, function)
        return [found] if isinstance(found, types.FunctionType) else None
    if not isinstance(call.func, ast.Attribute):
        return None
    on, name = held(specimen, call.func.value, function), call.func.attr
    events = [str(event.id) for event in specimen.cls._events]
    if on is specimen.machine and name in ("send", "raise_"):
        match call.args:
            case [ast.Constant(value=str() as event), *_] if event in events:
                events = [event]
        return [c for event in events for c in _callbacks(specimen, event)]
    if on is specimen.machine and name in events:
        return list(_callbacks(specimen, name))
    if on is ABSENT:
        return None
    if isinstance(on, types.ModuleType):
        found = [getattr(on, name, None)]
    else:
        found = [vars(base)[name] for base in type(on).__mro__ if name in vars(base)]
        found += [vars(on)[name]] if name in getattr(on, "__dict__", {}) else []
    if any(any(True for _ in plain_functions(f)) for f in found):
        return found
    is_foreign = is_from_elsewhere(type(on).__module__) and type(on).__module__ != "builtins"
    return [] if is_foreign and not isinstance(on, dict | list | set | deque) else None


def _constant(node: ast.expr, function: types.FunctionType) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        if isinstance(node, ast.Name):
            return function.__globals__.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return getattr(function.__globals__.get(node.value.id), node.attr, None)
        return None
