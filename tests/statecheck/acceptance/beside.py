"""Work that runs beside a machine, done when a random walk says so and not by a thread."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any

from statemachine import invoke as library
from statemachine.engines.sync import SyncEngine

from tests.statecheck.reference.explorer import World
from tests.statecheck.reference.plain import PlainMachine, sendable

WALKS, STEPS = 25, 8
"""So many walks of so many steps."""


KEPT: list[Any] = []
"""Machines that were walked: one that is thrown away stops the work of others with its handler."""


class Waits(BaseException):
    """Work waits to be cancelled."""


class _Cancelled(threading.Event):
    """A mark for which nobody waits long."""

    waits = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.waits += 1
        if not self.is_set() and (timeout is None or self.waits > 100):
            raise Waits
        time.sleep(0.001)
        return self.is_set()


@contextmanager
def scheduled() -> Iterator[list[Callable[[], None]]]:
    """Gather the work that machines begin; a call of one does it, to its end."""
    begun: list[Callable[[], None]] = []

    class Thread:
        def __init__(self, *, target: Callable[..., None], args: Any, daemon: bool) -> None:
            args[2].cancelled = _Cancelled()
            self.work = lambda: target(*args)

        def start(self) -> None:
            begun.append(self.work)

        def is_alive(self) -> bool:
            return False

    class Loop:
        def create_task(self, coming: Any) -> Any:
            coming.cr_frame.f_locals["ctx"].cancelled = _Cancelled()
            begun.append(lambda: asyncio.run(coming))
            return SimpleNamespace(done=lambda: True)

        async def run_in_executor(self, _: object, run: Callable[..., Any], *args: Any) -> Any:
            return run(*args)

    invoke: Any = library
    kept = invoke.threading, invoke.asyncio
    invoke.threading = SimpleNamespace(
        Thread=Thread, Event=threading.Event, current_thread=threading.current_thread
    )
    invoke.asyncio = SimpleNamespace(
        get_running_loop=Loop, CancelledError=asyncio.CancelledError, current_task=lambda: None
    )
    try:
        yield begun
    finally:
        invoke.threading, invoke.asyncio = kept


def has_work(machine: Any) -> bool:
    """Tell whether a machine invokes work."""
    return any(s.invoke.key in machine._callbacks for s in type(machine).states_map.values())


def visited(make: Callable[[], Any], world: World, seed: int = 0) -> set[str]:
    """The states that random walks come to, in which work ends between events, or during one."""
    chance = random.Random(seed)
    seen: set[str] = set()
    for _ in range(WALKS):
        with scheduled() as begun:
            machine = PlainMachine(make)
            KEPT.append(machine)
            events = sendable(type(machine.instance))
            cancel = machine.instance._engine._invoke_manager.cancel_for_state

            def cancelling(
                state: Any,
                begun: list[Callable[[], None]] = begun,
                state_machine: Any = machine.instance,
                cancel: Callable[[Any], None] = cancel,
            ) -> None:
                is_sync = isinstance(state_machine._engine, SyncEngine)
                if is_sync and begun and chance.random() < 0.3:
                    _do(begun.pop(chance.randrange(len(begun))))
                cancel(state)

            machine.instance._engine._invoke_manager.cancel_for_state = cancelling
            seen |= set(machine.situation().active)
            for _ in range(STEPS):
                if begun and (not events or chance.random() < 0.5):
                    _do(begun.pop(chance.randrange(len(begun))))
                elif events:
                    event = chance.choice(events)
                    calls = list(world.calls(event))
                    machine.send(event, chance.choice(calls) if calls else {})
                seen |= set(machine.situation().active)
    return seen


def _do(work: Callable[[], None]) -> None:
    with suppress(Waits, Exception):  # what a thread raises is lost
        work()
