"""A python-statemachine class with typed fields, owned by an entity."""

from __future__ import annotations

import inspect
import sys
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import statemachine
from statemachine import State, StateChart, StateMachine
from statemachine.engines.sync import SyncEngine
from statemachine.event_data import TriggerData
from statemachine.transition_list import TransitionList

from statecheck.errors import ModelError
from statecheck.modeling.fields import STATE, Field, Start

_LIBRARY = str(Path(str(statemachine.__file__)).parent)


class _Engine(SyncEngine):
    """The library's engine, whose switch follows the machine's state.

    A final state switches a machine off. Undoing that step, or putting the machine into another
    state, has to switch it on again, and the other way round.
    """

    def put(self, trigger_data: TriggerData, internal: bool = False) -> None:
        if type(self.sm).final_states and not self._processing.locked():
            self.running = not any(state.final for state in self.sm.configuration)
        super().put(trigger_data, internal)


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
        cls.fields = dict(cls.fields)
        # What a mixin declares is a field too.
        mixins = [base for base in cls.__mro__[1:] if not issubclass(base, StateChart)]
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
        field = declared if isinstance(declared, Field) else Field(Start.CONSTANT, declared)
        field.name = name
        setattr(cls, name, field)
        cls.fields[name] = field

    def __init__(self, record: object, owner: object) -> None:
        # Set around the library's own __setattr__, which it is not ready for yet.
        self.__dict__["owner"] = owner
        super().__init__(model=record)

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

    def _get_engine(self) -> SyncEngine:
        if self._callbacks.has_async_callbacks:
            raise ModelError(
                f"{type(self).__name__} has async callbacks; a machine of a system takes its steps "
                "at once, so make them plain functions"
            )
        return _Engine(self)

    @property
    def dead_fields(self) -> tuple[str, ...]:
        """Fields that nothing reads in the present state until they are written again.

        Exhaustive search forgets their values, and raises where one is read all the same.
        """
        return ()


def _is_library(file: str) -> bool:
    return file.startswith(_LIBRARY)


def check_no_cache(cls: type) -> None:
    """Raise ModelError if a class keeps values in a way that undoing a step does not undo."""
    for base in cls.__mro__:
        for name, member in vars(base).items():
            if isinstance(member, cached_property):
                raise ModelError(
                    f"{cls.__name__}.{name} is cached, so it outlives the state that it is about; "
                    "make it a property"
                )
