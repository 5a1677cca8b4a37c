"""One instance of the untouched class, put into any of its states and sent events.

The class is made as its users make it and nothing about it is replaced. What the instance remembers
is read off and put back: the library's own record of states, histories and waiting events, and
the attributes of the machine, of its model and of its listeners.
"""

from __future__ import annotations

import enum
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from typing import Any

from statemachine.event import BoundEvent
from statemachine.exceptions import TransitionNotAllowed
from statemachine.model import Model
from statemachine.orderedset import OrderedSet
from statemachine.signature import SignatureAdapter
from statemachine.state import InstanceState

from statecheck.clock import Endless, alarm
from statecheck.modeling import Made, ModelError, Record, class_of
from statecheck.single.reading.foreign import work
from statecheck.single.reading.freeze import ATOMS, Freezer, NotAnyValue, Unfrozen, parts
from statecheck.single.reading.instances.fresh import (
    NOWHERE,
    checked_instance,
    made_by,
    making_of,
)
from statecheck.single.reading.known_answers import without_waiting
from statecheck.single.reading.observing import Observer, Seen, callback_of

LIBRARY_ATTRIBUTES = frozenset(
    (
        *("model", "history_values", "state_field", "start_configuration_values", "_callbacks"),
        *("_config", "_listeners", "_engine"),
    )
)
"""Attributes that python-statemachine keeps on a machine itself."""

PATIENCE = 10.0
"""Seconds after which one event is taken for endless."""

Attribute = tuple[int, str]
"""An attribute of the instance: whose (0 the machine's, 1 its model's, then its listeners') and
its name."""

ABSENT = object()
"""The value of an attribute that is not there."""


@dataclass(frozen=True)
class Control:
    """The library's own record of an instance.

    ``states`` are the values of the active states in the library's order, ``history`` the ids of
    the states that each history state stands for, ``waiting`` events that an error left in the
    queue, ``running`` whether no final state was reached. ``invoked`` is the work that has not
    ended, ``unspawned`` the states whose work an error kept from being begun.
    """

    states: tuple[Any, ...]
    history: tuple[tuple[str, tuple[str, ...]], ...] = ()
    waiting: tuple[tuple[str, tuple[Any, ...], tuple[tuple[str, Any], ...]], ...] = ()
    running: bool = True
    invoked: tuple[work.Invoked, ...] = ()
    unspawned: tuple[str, ...] = ()


Data = dict[Attribute, Any]


@dataclass(frozen=True)
class Outcome:
    """How an event went.

    ``raised`` names the type of the exception that came out, if one did, and ``raised_in`` the
    callback: the exception itself holds the frames, and with them everything. ``taken`` says
    whether a transition was taken, ``refused`` that the library allowed none, ``seen`` what the
    library did, and ``chosen`` which answers from outside were chosen on the way.
    """

    raised: str
    raised_in: str
    taken: bool
    refused: bool
    seen: Seen
    chosen: tuple[str, ...] = ()


class Specimen:
    """An instance, and the making of fresh ones."""

    def __init__(self, made: Made) -> None:
        self.made, self.cls, self.make = made, class_of(made), making_of(made)
        SignatureAdapter.from_callable.clear_cache()
        self.ran: set[types.CodeType] = set()
        self.written: frozenset[str] = frozenset()
        """The names of attributes that events may write, once they are known."""
        with self._noting():
            self.machine = self.fresh()
        self.states = {state.value: state for state in self.cls.states_map.values()}
        self.by_id = {state.id: state for state in self.cls.states_map.values()}
        self.owners: list[Any] = [
            self.machine,
            self.machine.model,
            *self.machine._listeners.values(),
        ]
        if self.machine.model is self.machine:
            self.owners[1] = Model()
        self.kept = self.machine.model, self.machine.state_field
        self.freezer = Freezer(tuple(self.owners), {})
        self.observer = Observer(self.machine)
        self.installed: Callable[[], AbstractContextManager[None]] = nullcontext
        self.playing: Callable[[], AbstractContextManager[None]] = nullcontext
        self.stand_in: Callable[[list[Any]], None] = lambda _: None
        self.endings = work.endings(self.machine)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Note in ``ran`` which functions run while an instance is made."""
        former = sys.getprofile()
        sys.setprofile(lambda frame, *_: self.ran.add(frame.f_code))
        try:
            yield
        finally:
            sys.setprofile(None)
            # Python's own profiler is handed out as an object that is no function.
            resume = getattr(former, "enable", None)
            resume() if resume else sys.setprofile(former)

    def fresh(self) -> Any:
        """A new instance, as users make one. Raises ModelError where that fails."""
        return checked_instance(self.made, made_by(self.make, self.made.__name__))

    # -- reading ----------------------------------------------------------------------------------

    def control(self) -> Control:
        """The library's record now."""
        return control_of(self.machine)

    def data(self) -> Data:
        """The attributes now, not copied."""
        return dict(self._attributes())

    def _attributes(self) -> Iterator[tuple[Attribute, Any]]:
        return attributes(self.owners)

    def default(self, attribute: Attribute) -> Any:
        """A class's value for an attribute that the instance lacks; ABSENT for none."""
        owner, name = attribute
        return class_value(type(self.owners[owner]), name)

    # -- putting back -----------------------------------------------------------------------------

    def put(self, control: Control, data: Data) -> None:
        """Bring the instance into a state. The values of ``data`` are used as they are."""
        machine, engine = self.machine, self.machine._engine
        values = control.states
        raw: Any = None if not values else values[0] if len(values) == 1 else OrderedSet(values)
        machine._config._invalidate()
        setattr(machine.model, machine.state_field, raw)
        machine.history_values = {
            name: [machine._config._instance_states[self.by_id[s].value] for s in states]
            for name, states in control.history
        }
        engine.clear()
        engine.running = control.running
        engine._root_parallel_final_pending = None
        if self.endings:
            work.put_back(machine, control.invoked, control.unspawned)
        for owner in range(len(self.owners)):
            self._put_attributes(owner, {n: v for (o, n), v in data.items() if o == owner})
        for event, args, kwargs in control.waiting:
            bound = getattr(machine, event, None)
            delay = getattr(bound, "delay", 0) or 0
            made = BoundEvent(id=event, name=event, delay=delay, _sm=machine)
            trigger = made.build_trigger(*args, machine=machine, **dict(kwargs))
            engine.external_queue.put(trigger)

    def _put_attributes(self, owner: int, values: Mapping[str, Any]) -> None:
        target = self.owners[owner]
        present = dict(own_attributes(target, machine=owner == 0, field=self.machine.state_field))
        space = getattr(target, "__dict__", None)
        for name in present:
            if name not in values:
                if space is not None and name in space:
                    del space[name]
                else:
                    object.__delattr__(target, name)
        for name, value in values.items():
            if space is not None and not _is_slot(type(target), name):
                space[name] = value
            else:
                object.__setattr__(target, name, value)

    # -- running ----------------------------------------------------------------------------------

    def send(self, event: str, arguments: Mapping[str, Any]) -> Outcome:
        """Send an event. Raises ModelError for one that does not end."""
        observer = self.observer
        observer.begin()
        with self.installed():
            error = sent(self.machine, event, arguments, self.cls.__name__)
        model, field = self.kept
        if self.machine.model is not model or self.machine.state_field != field:
            raise ModelError(
                f"{self.cls.__name__}: the event {event} replaces the machine's model, which is "
                "not supported; keep one model and change its attributes"
            )
        if observer.delayed:
            raise ModelError(
                f"{self.cls.__name__}: {observer.delayed} is sent with a delay; what depends on "
                "time is not supported"
            )
        if self.endings:
            work.check_no_number(self.machine, self.data(), self.named)
        raised = "" if error is None else type(error).__name__
        taken = bool(observer.microsteps)
        return Outcome(raised, callback_of(error), taken, is_refusal(error), observer.seen)

    # -- keys -------------------------------------------------------------------------------------

    def copied(self, data: Data) -> Data:
        """A copy of attributes that shares nothing with the instance."""
        memo: dict[int, Any] = {}
        copied: Data = {}
        for attribute, value in data.items():
            try:
                copied[attribute] = self.freezer.copy(value, memo)
            except Unfrozen as error:
                raise self._no_value(attribute, error) from None
        return copied

    def key(self, attribute: Attribute, value: Any) -> Any:
        """The key of one attribute's value. Raises ModelError where it is no value."""
        try:
            return self.freezer.key(value)
        except Unfrozen as error:
            raise self._no_value(attribute, error) from None

    def _no_value(self, attribute: Attribute, error: Unfrozen) -> ModelError:
        kind = NotAnyValue if error.may_be_any else ModelError
        return kind(
            f"{self.cls.__name__}: {self.named(attribute)} cannot be followed: {error}; a proof "
            "needs truths, numbers, texts, dates, members of enumerations, or lists, tuples, sets "
            "and dictionaries of these"
        )

    def named(self, attribute: Attribute) -> str:
        """An attribute as the model's author would write it."""
        owner, name = attribute
        if owner == 0:
            return name
        return f"model.{name}" if owner == 1 else f"{type(self.owners[owner]).__name__}.{name}"


def control_of(machine: Any) -> Control:
    """The library's own record of a machine."""
    raw = getattr(machine.model, machine.state_field, None)
    values = () if raw is None else tuple(raw) if isinstance(raw, OrderedSet | set) else (raw,)
    history = tuple(
        sorted(
            (name, tuple(s.id for s in states)) for name, states in machine.history_values.items()
        )
    )
    queue = sorted(machine._engine.external_queue.queue.queue)
    waiting = tuple(
        (str(t.event), tuple(t.args), tuple(t.kwargs.items())) for t in queue if not t.cancelled
    )
    for event, args, kwargs in waiting:
        for value in (*args, *(value for _, value in kwargs)):
            if type(value) not in ATOMS and not isinstance(value, enum.Enum):
                raise ModelError(
                    f"{type(machine).__name__}: an error leaves the event {event} waiting with a "
                    f"{type(value).__name__}, which is not supported"
                )
    _check_inside(machine)
    beside = work.invoked(machine), work.unspawned(machine)
    return Control(values, history, waiting, machine._engine.running, *beside)


def _check_inside(machine: Any) -> None:
    """Raise ModelError where the library keeps an event of its own that a transition is for.

    An event that is refused after a guard raised leaves one; the next event finds it there.
    """
    if not machine._engine.running:
        return
    for trigger in machine._engine.internal_queue.queue.queue:
        event = str(trigger.event)
        if not trigger.cancelled and any(
            transition.match(event)
            for state in type(machine).states_map.values()
            for transition in state.transitions
        ):
            raise ModelError(
                f"{type(machine).__name__}: an event that is refused leaves {event} waiting inside "
                "of the library for the next one, which is not supported; let guards neither raise "
                "exceptions nor send events"
            )


def attributes(owners: list[Any]) -> Iterator[tuple[Attribute, Any]]:
    """The attributes of a machine, its model and its listeners."""
    field = owners[0].state_field
    for place, owner in enumerate(owners):
        for name, value in own_attributes(owner, machine=place == 0, field=field):
            yield (place, name), value


def own_attributes(owner: Any, *, machine: bool, field: str) -> Iterator[tuple[str, Any]]:
    """The attributes of one object that belong to its author."""
    for name, value in parts(owner):
        if machine:
            if name in LIBRARY_ATTRIBUTES:
                continue
            if isinstance(value, InstanceState) and value.id == name:
                continue
        elif name == field or (name == "_journal" and isinstance(owner, Record)):
            continue
        yield name, value


def class_value(cls: type, name: str) -> Any:
    """The plain value of a class attribute; ABSENT where there is none, or it is computed."""
    for base in cls.__mro__:
        if name in vars(base):
            value = vars(base)[name]
            return ABSENT if hasattr(type(value), "__get__") else value
    return ABSENT


def _is_slot(cls: type, name: str) -> bool:
    return any(
        name in vars(base) and type(vars(base)[name]).__name__ == "member_descriptor"
        for base in cls.__mro__
    )


def sent(machine: Any, event: str, arguments: Mapping[str, Any], what: str) -> Exception | None:
    """Send an event to a machine; return what it raised. Raises ModelError if it does not end."""
    try:
        with (
            alarm(PATIENCE),
            without_waiting(),
            warnings.catch_warnings(),
            redirect_stdout(NOWHERE),
        ):
            warnings.simplefilter("ignore")
            work.deliver(machine, event, arguments)
    except Endless:
        raise ModelError(
            f"{what}: the event {event} does not end within {PATIENCE:g} s from some state; a "
            "transition without an event, or a loop in a callback, may go round for ever"
        ) from None
    except ModelError:
        raise
    except Exception as error:  # noqa: BLE001  (whatever the model raises is its behaviour)
        return error
    return None


def is_refusal(error: Exception | None) -> bool:
    """Tell whether an error is the library's own: no transition is allowed."""
    return isinstance(error, TransitionNotAllowed)
