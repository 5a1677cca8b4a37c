"""A python-statemachine class with typed fields, owned by an entity."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar

from statemachine import State, StateMachine
from statemachine.transition_list import TransitionList

from model.kernel.errors import ModelError
from model.kernel.fields import STATE, Field, Start


class Machine(StateMachine):
    """Base of the machines of a system.

    A subclass declares states and events as python-statemachine has them, and fields as annotated
    class attributes::

        class InformationStore(Machine):
            running = State(initial=True)
            stopped = State()
            version: StoreVersion = anything(SP3)          # any version initially
            log: Logged = Logged.NOTHING                   # this value initially
            format: DatabaseFormat = derived(lambda store: native(store.version))

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
        cls.fields = dict(cls.fields)
        for name in inspect.get_annotations(cls):
            if name in Machine.__annotations__ or name.startswith("_"):
                continue
            if name == STATE or hasattr(StateMachine, name):
                raise ModelError(
                    f"{cls.__name__}.{name} is a name that python-statemachine uses; choose another"
                )
            if name not in cls.__dict__:
                raise ModelError(
                    f"field {name} of {cls.__name__} has no initial value; "
                    "write `= value`, `= anything(like)` or `= derived(function)`"
                )
            declared = cls.__dict__[name]
            field = declared if isinstance(declared, Field) else Field(Start.CONSTANT, declared)
            field.name = name
            setattr(cls, name, field)
            cls.fields[name] = field

    def __init__(self, record: object, owner: object) -> None:
        # Set around the library's own __setattr__, which it is not ready for yet.
        self.__dict__["owner"] = owner
        super().__init__(model=record)

    @property
    def dead_fields(self) -> tuple[str, ...]:
        """Fields that nothing reads in the present state until they are written again.

        Exhaustive search forgets their values, and raises where one is read all the same.
        """
        return ()
