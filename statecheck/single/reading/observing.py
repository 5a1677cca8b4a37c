"""The doings of the library with one machine while it takes an event, seen from beside it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from statemachine import StateChart
from statemachine.transition import Transition

ERROR = "error.execution"
"""The event that stands for an exception that the library caught."""


def transitions_of(cls: type[StateChart[Any]]) -> list[Transition]:
    """The transitions of a class that an event, or nothing, makes fire; a number is its place."""
    return [
        transition
        for state in dict.fromkeys(cls.states_map.values())
        if not state.is_history
        for transition in state.transitions
        if not transition.initial
    ]


@dataclass(frozen=True)
class Seen:
    """The doings of the library in one step.

    ``fired`` has the numbers of the transitions that were taken, ``visited`` the ids of the states
    that were active before or after one of them, ``unhandled`` the exceptions that the library
    caught and no transition handles, each as its type's name and the callback that it came out of.
    ``enabled`` says that the event that was sent is itself what a transition was selected for.
    """

    fired: frozenset[int] = frozenset()
    visited: frozenset[str] = frozenset()
    unhandled: frozenset[tuple[str, str]] = frozenset()
    enabled: bool = False


class Observer:
    """Notes what the library does with one machine; ``microsteps`` counts the steps within,
    ``delayed`` is an event that was sent with a delay.
    """

    def __init__(self, machine: StateChart[Any]) -> None:
        self.numbers = {id(t): n for n, t in enumerate(transitions_of(type(machine)))}
        self.machine = machine
        self.begin()
        engine: Any = machine._engine
        engine.put = self._noting(engine.put, self._put)
        engine.microstep = self._noting(engine.microstep, self._fires, self._fired)
        engine.select_transitions = self._noting(engine.select_transitions, None, self._selected)

    def begin(self) -> None:
        """Forget what was seen."""
        self.microsteps, self.delayed = 0, ""
        self._sent: Any = None
        self._enabled = False
        self._taken: set[int] = set()
        self._visited: set[str] = set()
        self._unhandled: set[tuple[str, str]] = set()

    @property
    def seen(self) -> Seen:
        """The observations since the beginning."""
        return Seen(
            frozenset(self._taken),
            frozenset(self._visited),
            frozenset(self._unhandled),
            self._enabled,
        )

    @staticmethod
    def _noting(
        original: Callable[..., Any],
        before: Callable[..., None] | None,
        after: Callable[..., None] | None = None,
    ) -> Callable[..., Any]:
        """The same function, with whoever is told of its arguments and of what it returned."""

        async def awaited(coming: Any, arguments: tuple[Any, ...]) -> Any:
            result = await coming
            if after is not None:
                after(result, *arguments)
            return result

        def noted(*arguments: Any, **named: Any) -> Any:
            if before is not None:
                before(*arguments)
            result = original(*arguments, **named)
            if inspect.isawaitable(result):
                return awaited(result, arguments)
            if after is not None:
                after(result, *arguments)
            return result

        return noted

    def _put(self, trigger: Any) -> None:
        """The first event that is put on a queue is the one that was sent; one that is delayed is
        not waited for.
        """
        if self._sent is None:
            self._sent = trigger
        if trigger.event is not None and trigger.event.delay > 0:
            self.delayed, trigger.execution_time = str(trigger.event), 0

    def _fires(self, transitions: list[Transition], _: object) -> None:
        self.microsteps += 1
        self._taken.update(self.numbers[id(t)] for t in transitions if id(t) in self.numbers)
        self._visit()

    def _fired(self, *_: object) -> None:
        self._visit()

    def _visit(self) -> None:
        self._visited.update(state.id for state in self.machine.configuration)

    def _selected(self, selected: Any, trigger: Any) -> None:
        if selected and trigger is self._sent:
            self._enabled = True
        error = trigger.kwargs.get("error")
        if str(trigger.event) == ERROR and not selected and isinstance(error, Exception):
            self._unhandled.add((type(error).__name__, callback_of(error)))


def callback_of(error: Exception | None) -> str:
    """The name of the callback that an exception came out of; empty where it was none."""
    if error is None:
        return ""
    for code, module in _frames(error.__traceback__):
        package = module.partition(".")[0]
        if package not in ("statemachine", __name__.partition(".")[0]) and (
            package not in sys.stdlib_module_names
        ):
            return str(code.co_qualname).replace("<locals>.", "")
    return ""


def _frames(trace: TracebackType | None) -> Iterator[tuple[Any, str]]:
    while trace is not None:
        yield trace.tb_frame.f_code, str(trace.tb_frame.f_globals.get("__name__", ""))
        trace = trace.tb_next
