"""Any python-statemachine class as a system of its own: its events are the actions."""

from __future__ import annotations

import enum
import inspect
import re
import types
from collections.abc import Iterable, Iterator
from typing import Any

from statemachine import StateChart, StateMachine

from statecheck.errors import ModelError
from statecheck.modeling.entity import Entity, Many
from statecheck.modeling.machine import Machine
from statecheck.modeling.system import System, action

SLOT = "machine"
"""The attribute under which the one kind of entity has its machine."""

_GIVEN = frozenset(
    ("self", "event_data", "machine", "event", "model", "transition", "state", "source", "target")
)
"""Parameters of callbacks that python-statemachine fills by itself."""


def alone(cls: type[Any]) -> type[System]:
    """A system of any number of entities that have this machine and nothing else.

    Its actions are the machine's events, with the annotated parameters of their callbacks. What a
    class that is no `Machine` declares as ``name = value``, a truth, a number or a member of an
    enumeration, is a field. Raises ModelError for what cannot be taken as it is.
    """
    if not inspect.isclass(cls) or not issubclass(cls, StateChart):
        name = getattr(cls, "__name__", cls)
        raise ModelError(f"{name} is neither a System nor a python-statemachine class")
    if not list(cls.states):
        raise ModelError(f"{cls.__name__} has no states, so there is nothing to check")
    machine = cls if issubclass(cls, Machine) else _with_fields(cls)
    _check_start(machine)
    owner = type(cls.__name__, (Entity,), {"__annotations__": {SLOT: machine}})
    actions = {}
    for event in dict.fromkeys(str(event.id) for event in machine._events):
        if hasattr(System, event):
            raise ModelError(f"{cls.__name__}: an event of a system cannot be called {event}")
        actions[event] = action(_action(machine, owner, event))
    body: dict[str, Any] = {
        "__annotations__": {f"{cls.__name__.lower()}s": Many[owner]},  # type: ignore[valid-type]
        "__doc__": f"Any number of {cls.__name__}, each on its own.",
        "__module__": cls.__module__,
        **actions,
    }
    return type(f"{cls.__name__}s", (System,), body)


def _with_fields(cls: type[Any]) -> type[Machine]:
    """The class with its plain attributes as fields."""
    annotated = inspect.get_annotations(cls)
    plain_fields = {
        name: value
        for base in reversed(cls.__mro__)
        if base not in StateMachine.__mro__
        for name, value in vars(base).items()
        if isinstance(value, bool | int | enum.Enum)
        and not name.startswith("_")
        and not hasattr(StateMachine, name)
    }
    names = {name: annotated.get(name, type(value)) for name, value in plain_fields.items()}

    def fill(space: dict[str, Any]) -> None:
        space.update(
            plain_fields, __annotations__=names, __module__=cls.__module__, __doc__=cls.__doc__
        )

    return types.new_class(cls.__name__, (Machine, cls), {}, fill)


def _check_start(cls: type[Machine]) -> None:
    """A machine of a system is in its initial state at the start; it does not enter it."""
    first = cls.initial_state
    if first is None:
        return
    entered = [
        spec.func for spec in first.enter if not spec.is_convention or hasattr(cls, str(spec.func))
    ]
    eventless = [t for t in first.transitions if not list(t.events)]
    if entered or eventless:
        what = f"on entering it runs {entered[0]}" if entered else "leaves it without an event"
        raise ModelError(
            f"{cls.__name__} starts in {first.id} and {what}; a machine of a system starts there "
            "at rest, so put another initial state before it"
        )


def _action(machine: type[Machine], owner: type[Entity], event: str) -> Any:
    types_ = dict(_parameters(machine, event))

    def fire(self: System, entity: Any, *arguments: Any) -> None:
        given = dict(zip(types_, arguments, strict=True))
        getattr(getattr(entity, SLOT), event)(**given)

    name = owner.__name__.lower()
    fire.__name__ = fire.__qualname__ = event
    fire.__doc__ = f"The event {event}."
    fire.__module__ = machine.__module__
    fire.__annotations__ = {name: owner, **types_}
    positional = inspect.Parameter.POSITIONAL_OR_KEYWORD
    fire.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(n, positional) for n in ("self", name, *types_)]
    )
    return fire


def _parameters(machine: type[Machine], event: str) -> Iterator[tuple[str, Any]]:
    """The parameters that the callbacks of an event expect from whoever sends it."""
    for callback in _callbacks(machine, event):
        hints = inspect.get_annotations(callback, eval_str=True)
        for name, parameter in inspect.signature(callback).parameters.items():
            variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
            if name in _GIVEN or variadic or parameter.default is not parameter.empty:
                continue
            if name not in hints:
                raise ModelError(
                    f"{machine.__name__}.{callback.__name__}: parameter {name} has no annotation, "
                    "so nothing says which values it may have"
                )
            yield name, hints[name]


def _callbacks(machine: type[Machine], event: str) -> Iterator[Any]:
    for state in machine.states:
        for transition in state.transitions:
            if not transition.match(event):
                continue
            specs = [*transition._specs, *transition.source.exit]
            for target in transition.targets:
                specs += target.enter
            yield from _functions(machine, specs)


def _functions(machine: type[Machine], specs: Iterable[Any]) -> Iterator[Any]:
    for spec in specs:
        if callable(spec.func):
            yield spec.func
            continue
        for name in re.findall(r"[A-Za-z_]\w*", str(spec.func)):
            function = inspect.getattr_static(machine, name, None)
            if inspect.isfunction(function):
                yield function
