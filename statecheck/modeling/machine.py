"""A python-statemachine class with typed fields, owned by an entity."""

from __future__ import annotations

import inspect
import sys
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar

import statemachine
from statemachine import State, StateChart, StateMachine
from statemachine.engines.sync import SyncEngine
from statemachine.event_data import TriggerData
from statemachine.state import InstanceState
from statemachine.transition_list import TransitionList

from statecheck.errors import ModelError
from statecheck.modeling.fields import STATE, Field, Start
from statecheck.modeling.optional import (
    OptionalField,
    is_none_cell,
    may_be_none,
    none_cell,
    value_cell,
)

_INSTANCE = ("model", "history_values", "state_field")
"""Attributes that python-statemachine gives each machine."""

_LIBRARY = str(Path(str(statemachine.__file__)).parent)

LIBRARIES = (_LIBRARY, str(Path(__file__).parents[1]))
"""The folders of the library, and of this package."""


class MachineEngine(SyncEngine):
    """The library's engine, whose switch follows the machine's state.

    A final state switches a machine off. Undoing that step, or putting the machine into another
    state, has to switch it on again, and the other way round.
    """

    def put(self, trigger_data: TriggerData, internal: bool = False) -> None:
        """Put an event on the queue."""
        if type(self.sm).final_states and not self._processing.locked():
            self.running = not any(state.final for state in self.sm.configuration)
        super().put(trigger_data, internal)

    def processing_loop(self) -> Any:
        """Process the events that wait. Where one is refused, others may be left waiting."""
        is_outermost = not self._processing.locked()
        try:
            return super().processing_loop()  # type: ignore[no-untyped-call]
        except BaseException:
            if is_outermost:
                machine: Any = self.sm
                machine.owner.system.note_stopped(self)
            raise

    @property
    def is_waiting(self) -> bool:
        """An event is yet to be handled."""
        return not (self.internal_queue.is_empty() and self.external_queue.is_empty())


class MachineState(InstanceState):
    """A state of a machine, which Python would always find true, whichever state it is in."""

    def __bool__(self) -> bool:
        """True for the library. Raises ModelError for anybody else."""
        if _is_library(sys._getframe(1).f_code.co_filename):
            return True
        raise ModelError(
            f"the state {self.id} of {type(self._machine()).__name__} is asked for its truth, and "
            f"any state is true; write {self.id}.is_active"
        )


class Machine(StateMachine):
    """Base of the machines of a system.

    A subclass declares states and events as python-statemachine has them, and fields as annotated
    class attributes::

        class Cabin(Machine):
            standing = State(initial=True)
            moving = State()
            height: int = anything(0)              # any height initially
            load: Load = Load.EMPTY                # this value initially
            limit: int = derived(lambda cabin: cabin.height + 10)

    Guards and effects are methods on it; they may read other machines through ``self.owner``.
    """

    starts_in: ClassVar[tuple[str, ...]] = ()
    """The states that the machine may start in; empty: the one marked ``initial``."""

    fields: ClassVar[dict[str, Field]] = {}
    """The declared fields by name, in order."""

    owner: Any

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # What a mixin declares is a field too.
        mixins = [base for base in cls.__mro__[1:] if not issubclass(base, StateChart)]
        for base in (*mixins, cls):
            _check_names(cls, base)
        for name, member in cls.__dict__.items():
            if isinstance(member, State | TransitionList) and hasattr(StateMachine, name):
                raise ModelError(
                    f"{cls.__name__}.{name} is a name that python-statemachine uses; choose another"
                )
        if cls.catch_errors_as_events:
            raise ModelError(
                f"{cls.__name__} has catch_errors_as_events, under which an error of the model "
                "vanishes; leave it off"
            )
        for listener in getattr(cls, "listeners", ()):
            if isinstance(listener, type | partial) or hasattr(listener, "__code__"):
                raise ModelError(
                    f"{cls.__name__}.listeners: each machine would make a listener of its own, "
                    "which could remember something that no proof would see; write methods of the "
                    "machine"
                )
        cls.fields = dict(cls.fields)
        for base in (*reversed(mixins), cls):
            for name in inspect.get_annotations(base):
                if name not in Machine.__annotations__ and not name.startswith("_"):
                    cls._declare(name, base)

    @classmethod
    def _declare(cls, name: str, base: type) -> None:
        if name == STATE or hasattr(StateMachine, name):
            raise ModelError(
                f"{cls.__name__}.{name} is a name that python-statemachine uses; choose another"
            )
        if name not in base.__dict__:
            raise ModelError(
                f"field {name} of {cls.__name__} has no initial value; "
                "write `= value`, `= anything(like)` or `= derived(function)`"
            )
        declared = base.__dict__[name]
        if may_be_none(inspect.get_annotations(base)[name]):
            optional = OptionalField(name)
            setattr(cls, name, optional)
            for cell, field in optional.cells(declared).items():
                field.name = cell
                cls.fields[cell] = field
            return
        cls.fields.pop(none_cell(name), None)  # a base class may have said that it may be None
        field = declared if isinstance(declared, Field) else Field(Start.CONSTANT, declared)
        field.name = name
        setattr(cls, name, field)
        cls.fields[name] = field

    def __init__(self, record: object, owner: object) -> None:
        # Set around the library's own __setattr__, which it is not ready for yet.
        self.__dict__["owner"] = owner
        super().__init__(model=record)
        for value in self.__dict__.values():
            if type(value) is InstanceState:
                value.__class__ = MachineState
                if value.invoke.key in self._callbacks and list(self._callbacks[value.invoke.key]):
                    raise ModelError(
                        f"{type(self).__name__}.{value.id} invokes work, which runs beside the "
                        "steps of a system; make its end an action"
                    )

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a field. Raises ModelError for anything else: it would be state that nobody sees."""
        if name not in self.fields and not _is_library(sys._getframe(1).f_code.co_filename):
            raise ModelError(
                f"{type(self).__name__}.{name} is assigned and is no field, so no proof would see "
                f"it; declare it in the class: `{name}: type = value`"
            )
        super().__setattr__(name, value)  # type: ignore[no-untyped-call]

    def __eq__(self, other: object) -> Any:
        """The same machine."""
        return isinstance(other, Machine) and self.model == other.model

    def __hash__(self) -> int:
        return hash(self.model)

    def add_listener(self, *listeners: Any) -> Any:
        """Add what listens beside what the class declares. Raises ModelError for a model."""
        if sys._getframe(1).f_code.co_filename.startswith(LIBRARIES):
            return super().add_listener(*listeners)  # type: ignore[no-untyped-call]
        raise ModelError(
            f"a listener is added to a {type(self).__name__}, and no proof would see it; write "
            "methods of the machine"
        )

    @property
    def is_terminated(self) -> bool:
        """The machine is in a final state; as the library has it while it takes a step, from the
        next one on.
        """
        if self._engine._processing.locked():
            return not self._engine.running
        return any(state.final for state in self.configuration)

    def _get_engine(self) -> SyncEngine:
        if self._callbacks.has_async_callbacks:
            raise ModelError(
                f"{type(self).__name__} has async callbacks; a machine of a system takes its steps "
                "at once, so make them plain functions"
            )
        return MachineEngine(self)

    @property
    def dead_fields(self) -> tuple[str, ...]:
        """Fields that nothing reads in the present state until they are written again.

        Exhaustive search forgets their values, and raises where one is read all the same.
        """
        return ()


def unread_fields(machine: Machine) -> tuple[str, ...]:
    """The dead fields of a machine, and those that are None, whose value has no meaning."""
    cells = filter(is_none_cell, machine.fields)
    absent = (value_cell(cell) for cell in cells if getattr(machine.model, cell))
    return (*machine.dead_fields, *absent)


def _is_library(file: str) -> bool:
    return file.startswith(_LIBRARY)


def _check_names(cls: type, base: type) -> None:
    """Raise ModelError if a class of machines has a name otherwise than every machine has it."""
    annotated = inspect.get_annotations(base)
    made = base.__dict__.get("__init__")  # the library gives each class one
    if not _is_library(getattr(getattr(made, "__code__", None), "co_filename", _LIBRARY)):
        raise ModelError(
            f"{cls.__name__}.__init__: a system makes its machines itself; declare fields with "
            "their first values, or with derived(...)"
        )
    for name in ("owner", "fields", *_INSTANCE):
        if name in base.__dict__ or (name in annotated and name != "owner"):
            raise ModelError(
                f"{cls.__name__}.{name} is a name that machines of a system use; choose another"
            )
    for name, kind in (("starts_in", tuple), ("dead_fields", property)):
        if name in base.__dict__ and not isinstance(base.__dict__[name], kind):
            raise ModelError(
                f"{cls.__name__}.{name} is a name that machines of a system use, there a "
                f"{kind.__name__}; choose another"
            )


def check_no_cache(cls: type) -> None:
    """Raise ModelError if a class keeps values in a way that undoing a step does not undo."""
    for base in cls.__mro__:
        for name, member in vars(base).items():
            if isinstance(member, cached_property) or hasattr(member, "cache_info"):
                raise ModelError(
                    f"{cls.__name__}.{name} is cached, so it outlives the state that it is about; "
                    "make it a property, or a method that is not cached"
                )
