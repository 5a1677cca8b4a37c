"""Work that a state invokes and that runs beside the machine: held back, and ended when told.

python-statemachine runs it in threads or tasks. Here none is started. An invocation is remembered
as the library remembers it, and its end is a step of its own, which the environment may take while
the library would listen: the result, or the exception, is what the stand-in of the work answers.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Self

from statemachine.contrib.timeout import _Timeout
from statemachine.event import BoundEvent
from statemachine.exceptions import TransitionNotAllowed
from statemachine.invoke import Invocation, InvokeManager

from statecheck.modeling import ModelError

ERROR = "error.execution"

Invoked = tuple[str, int, int]
"""An invocation that has not ended: the id of its state, the place of its callback among those of
the state, and how many events it has sent."""


class Ending(str):  # noqa: SLOT000  (a few are made, and each has attributes)
    """The step in which an invocation tells of its end, by the words that runs show."""

    state: str
    place: int
    work: str

    def __new__(cls, state: str, place: int, count: int) -> Self:
        """The end of one of so many callbacks of a state."""
        made = super().__new__(cls, f"{name_of(state, place, count)} ends")
        made.state, made.place, made.work = state, place, name_of(state, place, count)
        return made


def name_of(state: str, place: int, count: int) -> str:
    """The name of work, as it would be written in the class."""
    return f"{state}.invoke" if count == 1 else f"{state}.invoke[{place}]"


def handler_of(callback: Any) -> Any:
    """The object that runs an invocation; None where it is a plain function."""
    return InvokeManager._resolve_handler(callback.meta.func)


def endings(machine: Any) -> dict[Ending, Any]:
    """The steps in which work of a machine ends, each with the callback that is the work."""
    found: dict[Ending, Any] = {}
    for state in dict.fromkeys(type(machine).states_map.values()):
        if state.invoke.key in machine._callbacks:
            callbacks = list(machine._callbacks[state.invoke.key])
            for place, callback in enumerate(callbacks):
                found[Ending(state.id, place, len(callbacks))] = callback
    return found


# -- what the library remembers -------------------------------------------------------------------


def _hold_back(manager: InvokeManager, callback: Any, *, state: Any, **_: Any) -> None:
    """Begin an invocation as the library does, but for its thread."""
    callbacks = list(manager.sm._callbacks[state.invoke.key])
    place = next(n for n, other in enumerate(callbacks) if other is callback)
    _begin(manager, (state.id, place, 0))


def _begin(manager: InvokeManager, invoked: Invoked) -> None:
    state = next(s for s in type(manager.sm).states_map.values() if s.id == invoked[0])
    context = manager._make_context(state, {})
    invocation: Any = Invocation(context.invokeid, state.id, context)
    invocation.invoked, invocation.is_ending = invoked, False
    manager._active[context.invokeid] = invocation
    known: Any = manager
    known.numbers = [*getattr(known, "numbers", ()), context.invokeid.rpartition(".")[2]]


@contextmanager
def held_back() -> Iterator[None]:
    """Keep work from being started while an instance is made."""
    kept = InvokeManager._spawn_one_sync, InvokeManager._spawn_one_async
    InvokeManager._spawn_one_sync = _hold_back  # type: ignore[method-assign,assignment]
    InvokeManager._spawn_one_async = _hold_back  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        InvokeManager._spawn_one_sync, InvokeManager._spawn_one_async = kept  # type: ignore[method-assign]


def hold_back(machine: Any) -> None:
    """Keep one instance from starting any work from now on."""
    manager = machine._engine._invoke_manager

    def begin(callback: Any, **given: Any) -> None:
        _hold_back(manager, callback, **given)

    manager._spawn_one_sync = manager._spawn_one_async = begin


def _live(machine: Any) -> list[Any]:
    """The invocations that could still tell the machine something, in a fixed order."""
    active = machine._engine._invoke_manager._active.values()
    found = [i for i in active if not i.terminated and not i.ctx.cancelled.is_set()]
    return sorted(found, key=lambda invocation: invocation.invoked)


def invoked(machine: Any) -> tuple[Invoked, ...]:
    """The invocations of an instance that have not ended and are listened to.

    Raises ModelError where work is begun over and over and none of it is cancelled.
    """
    found = tuple(invocation.invoked for invocation in _live(machine))
    for one, other in itertools.pairwise(found):
        if one[:2] == other[:2]:
            raise ModelError(
                f"{type(machine).__name__}: {one[0]} is entered again without being left, so what "
                "it invokes runs more than once at a time, which is not supported; let the "
                "transition leave it (internal=False)"
            )
    return found


def unspawned(machine: Any) -> tuple[str, ...]:
    """The states whose work is begun with the next event, for an exception came in between."""
    return tuple(state.id for state, _ in machine._engine._invoke_manager._pending)


def put_back(machine: Any, found: tuple[Invoked, ...], waiting: tuple[str, ...]) -> None:
    """Bring the library's record of invocations into a former state."""
    manager = machine._engine._invoke_manager
    manager._active, manager.numbers = {}, []
    for one in found:
        _begin(manager, one)
    by_id = {state.id: state for state in type(machine).states_map.values()}
    manager._pending = [(by_id[state], {}) for state in waiting]


def check_no_number(machine: Any, values: Mapping[Any, Any], name: Callable[[Any], str]) -> None:
    """Raise ModelError where an attribute keeps the number of an invocation, which is random."""
    numbers = getattr(machine._engine._invoke_manager, "numbers", ())
    for attribute, value in values.items():
        if any(_has(value, number) for number in numbers):
            raise ModelError(
                f"{type(machine).__name__}: {name(attribute)} keeps the name of the event by which "
                "invoked work tells of its end, and that has a random number in it; keep the id of "
                "the state"
            )


def _has(value: Any, text: str) -> bool:
    if isinstance(value, str):
        return text in value
    if isinstance(value, dict):
        return any(_has(part, text) for pair in value.items() for part in pair)
    return isinstance(value, list | tuple | set | frozenset) and any(_has(v, text) for v in value)


# -- ends -----------------------------------------------------------------------------------------


class Endings:
    """The ends of one instance's work. ``answer`` has what stands in for each; a call of it is the
    result. ``meanwhile`` chooses whether some of it ends while an event is being handled; each
    does so once while an event is, or work that begins again and again would go on for ever.
    """

    def __init__(
        self, machine: Any, answer: Mapping[tuple[str, int], Any], meanwhile: Callable[[str], bool]
    ) -> None:
        self.machine, self.answer, self.meanwhile = machine, answer, meanwhile
        self.waiting: dict[tuple[str, int], Any] = {}
        engine: Any = machine._engine
        engine._invoke_manager.endings = self
        self._put, engine.put = engine.put, self._putting
        manager: Any = engine._invoke_manager
        self._cancel, manager.cancel_for_state = manager.cancel_for_state, self._cancelling

    def _putting(self, trigger: Any, internal: bool = False) -> Any:
        if not internal and self.machine._engine._processing.locked():
            self._some_end(None)
        return self._put(trigger, internal=internal)

    def _cancelling(self, state: Any) -> Any:
        self._some_end(state.id)
        return self._cancel(state)

    def _some_end(self, state: str | None) -> None:
        """Let work end whose thread has to wait until the present event is handled."""
        for invocation in _live(self.machine):
            of, place, _ = invocation.invoked
            first = self.waiting.get((of, place), invocation)
            if invocation.is_ending or state not in (None, of) or first is not invocation:
                continue
            while not invocation.terminated and self.meanwhile(self.answer[of, place]._name):
                self.waiting[of, place] = invocation
                # A machine that has stopped refuses the event in the thread of the work.
                with suppress(TransitionNotAllowed):
                    self._end(invocation, lambda event, **data: self._queue(event, data))

    def _queue(self, event: str, data: Mapping[str, Any]) -> None:
        trigger = BoundEvent(event, _sm=self.machine).build_trigger(machine=self.machine, **data)
        self._put(trigger, internal=False)

    def end(self, ending: Ending) -> None:
        """End an invocation. Raises what the thread would."""
        for invocation in _live(self.machine):
            if invocation.invoked[:2] == (ending.state, ending.place):
                self._end(invocation, self.machine.send)
                return

    def _end(self, invocation: Any, send: Callable[..., Any]) -> None:
        """The doings of the library's thread from the moment at which the work is done."""
        state, place, sent = invocation.invoked
        answer = self.answer[state, place]
        invocation.is_ending = True
        more = False
        try:
            timer = answer._real if isinstance(answer._real, _Timeout) else None
            if timer is not None and timer.on is not None and sent == 0:
                send(timer.on)
                more = True
            else:
                result = None if timer is not None else answer()
                if not invocation.ctx.cancelled.is_set():
                    send(f"done.invoke.{invocation.invokeid}", data=result)
        except ModelError:
            raise
        except Exception as error:  # noqa: BLE001  (whatever the work raises, the library tells)
            if not invocation.ctx.cancelled.is_set():
                send(ERROR, error=error)
        finally:
            invocation.is_ending = False
            invocation.terminated = not more
            invocation.invoked = (state, place, sent + more)


def deliver(machine: Any, event: str, arguments: Mapping[str, Any]) -> None:
    """Send an event, or let work end."""
    ends: Endings | None = getattr(machine._engine._invoke_manager, "endings", None)
    if ends is not None:
        ends.waiting.clear()
    if isinstance(event, Ending):
        assert ends is not None
        ends.end(event)
    else:
        machine.send(event, **arguments)
