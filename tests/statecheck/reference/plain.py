"""A plain machine: made, put into a remembered situation, sent an event, looked at.

A situation is everything that decides what a machine does next: its data, its configuration in
the library's own order, its histories, the events that are left in its queues, and whether it
still runs.
"""

from __future__ import annotations

import copy
import enum
import logging
import signal
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from statemachine import State, StateMachine

logging.getLogger("statemachine").setLevel(logging.ERROR)

PATIENCE = 0.25
"""Seconds of processor time that one event may take."""


MARK = "sent from outside"
"""The id of an event that is sent."""


class Endless(BaseException):
    """An event is not over in time. No Exception: nothing inside a machine may catch it."""


class _Smallest(StateMachine):
    only = State(initial=True, final=True)


LIBRARY = frozenset(vars(_Smallest())) - {"only"}
"""Attributes of an instance that are the library's own."""


@dataclass(frozen=True)
class Situation:
    """A machine between two events. Equal keys are the same situation."""

    key: Any = field(repr=False)
    data: dict[str, Any] = field(compare=False)
    model: dict[str, Any] = field(compare=False)
    active: tuple[str, ...] = field(compare=False)
    history: dict[str, list[Any]] = field(compare=False)
    queues: tuple[list[Any], list[Any]] = field(compare=False)
    running: bool = field(compare=False)
    pending: Any = field(compare=False)

    def __hash__(self) -> int:
        return hash(self.key)

    def value(self, name: str) -> Any:
        """A field, of the machine or of its model."""
        return self.data[name] if name in self.data else self.model[name]


@contextmanager
def patience(seconds: float = PATIENCE) -> Iterator[None]:
    """Raise Endless in what takes longer."""

    def give_up(_signal: int, _frame: types.FrameType | None) -> None:
        raise Endless

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.05)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


class PlainMachine:
    """One instance of a class, made by ``make``, as its users have it."""

    def __init__(self, make: Callable[[], Any]) -> None:
        with patience(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.instance = make()
        self.fired: list[str | None] = []
        """For each microstep of the last event the id of whatever was sent."""
        microstep = self.instance._engine.microstep

        def noted(transitions: Any, trigger: Any) -> Any:
            self.fired.append(trigger.send_id)
            return microstep(transitions, trigger)

        self.instance._engine.microstep = noted
        self._states = {
            name for name, value in vars(self.instance).items() if isinstance(value, State)
        }

    def situation(self) -> Situation:
        """The present situation, its data copied."""
        machine = self.instance
        engine = machine._engine
        data = {
            name: _copied(value)
            for name, value in vars(machine).items()
            if name not in LIBRARY and name not in self._states
        }
        model = {
            name: copy.copy(value) if name == machine.state_field else _copied(value)
            for name, value in vars(machine.model).items()
        }
        queues = (
            sorted(engine.external_queue.queue.queue),
            sorted(engine.internal_queue.queue.queue),
        )
        history = {name: list(states) for name, states in machine.history_values.items()}
        values = tuple(machine.configuration_values)
        states = machine.states_map
        active = tuple(states[value].id for value in values)
        key = (
            frozen(data),
            frozen({n: v for n, v in model.items() if n != machine.state_field}),
            active,
            tuple(sorted((name, tuple(s.id for s in h)) for name, h in history.items())),
            tuple(
                tuple((str(e.event), frozen(e.args), frozen(e.kwargs)) for e in queue)
                for queue in queues
            ),
            engine.running,
            engine._root_parallel_final_pending is None,
        )
        pending = engine._root_parallel_final_pending
        return Situation(key, data, model, active, history, queues, engine.running, pending)

    def restore(self, situation: Situation) -> None:
        """Put the instance back into a situation."""
        machine = self.instance
        engine = machine._engine
        for name in [n for n in vars(machine) if n not in LIBRARY and n not in self._states]:
            if name not in situation.data:
                del vars(machine)[name]
        vars(machine).update({n: _copied(v) for n, v in situation.data.items()})
        kept = machine.state_field
        vars(machine.model).clear()
        vars(machine.model).update(
            {n: copy.copy(v) if n == kept else _copied(v) for n, v in situation.model.items()}
        )
        machine._config._invalidate()
        machine.history_values = {name: list(h) for name, h in situation.history.items()}
        for queue, entries in zip(
            (engine.external_queue, engine.internal_queue), situation.queues, strict=True
        ):
            queue.queue.queue[:] = entries
        engine.running = situation.running
        engine._root_parallel_final_pending = situation.pending

    def set(self, inputs: Mapping[str, Any]) -> None:
        """Set fields as the world outside does."""
        for name, value in inputs.items():
            setattr(self.instance, name, value)

    def send(self, event: str, arguments: Mapping[str, Any]) -> str | None:
        """Send an event; the name of the exception's class, or None. Raises Endless."""
        self.fired = []
        with patience(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self.instance.send(event, send_id=MARK, **arguments)
            except Exception as error:  # noqa: BLE001  (whatever the class raises)
                return type(error).__name__
        return None


def sendable(cls: Any) -> list[str]:
    """The declared events that users may send: no errors and no ends, which the library sends."""
    internal = ("error.", "done.", "error_", "done_")
    return [str(event) for event in cls._events if not str(event).startswith(internal)]


def _copied(value: Any) -> Any:
    """A copy; a state of a machine, which leads to all of it, stands for itself."""
    return value if isinstance(value, State) else copy.deepcopy(value)


def frozen(value: Any) -> Any:
    """A hashable stand-in for plain data: equal exactly for equal data of equal types."""
    match value:
        case enum.Enum():
            return (type(value).__qualname__, value.name)
        case dict():
            return ("dict", tuple((frozen(k), frozen(v)) for k, v in sorted_items(value)))
        case list() | tuple():
            return (type(value).__name__, tuple(frozen(v) for v in value))
        case set() | frozenset():
            return (type(value).__name__, tuple(sorted(map(repr, value))))
        case None | bool() | int() | str() | float() | bytes():
            return (type(value).__name__, value)
    return repr(value)


def sorted_items(mapping: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    """The items of a mapping in an order that does not depend on how it was filled."""
    return sorted(mapping.items(), key=lambda item: repr(item[0]))
