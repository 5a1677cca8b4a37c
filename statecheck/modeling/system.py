"""The system that composes the machines of entities by joint actions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ClassVar, Concatenate, ParamSpec, Self, TypeVar, cast

from statemachine.exceptions import TransitionNotAllowed

from statecheck.errors import ActionDisabled, ModelError, assigned
from statecheck.modeling.entity import Entity, Many
from statecheck.modeling.fields import FORGOTTEN, STATE, Journal, Record, Start
from statecheck.modeling.machine import Machine, unread_fields
from statecheck.modeling.optional import is_none_cell, none_cell
from statecheck.modeling.signature import (
    EntityInfo,
    FieldInfo,
    MachineInfo,
    SystemInfo,
    read_signature,
)

E = TypeVar("E", bound=Entity)
S = TypeVar("S", bound="System")
R = TypeVar("R")
P = ParamSpec("P")


def pure(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a helper without effects, such as ``native(version)``.

    In a proof its branches become one if-then-else term instead of a path each.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        for argument in (*args, *kwargs.values()):
            merge = getattr(argument, "__merge__", None)
            if merge is not None:
                return cast("R", merge(function, args, kwargs))
        return function(*args, **kwargs)

    return call


def action(method: Callable[Concatenate[S, P], None]) -> Callable[Concatenate[S, P], None]:
    """Mark a method of a system as an action: one atomic step, in which machines move together.

    It sends events to machines. When one of them refuses, the action is disabled: what it wrote
    until then is undone and ActionDisabled is raised. Arguments of another type, or entities of
    another system, raise ModelError.
    """

    @wraps(method)
    def fire(self: S, *args: P.args, **kwargs: P.kwargs) -> None:
        if self.firing:
            method(self, *args, **kwargs)
            return
        self._expect(method.__name__, args, kwargs)
        self.journal.clear()
        self.firing = True
        try:
            method(self, *args, **kwargs)
            self.check_nothing_waits()
        except TransitionNotAllowed as refusal:
            self.undo()
            names = ", ".join(str(a) for a in (*args, *kwargs.values()))
            raise ActionDisabled(f"{method.__name__}({names}) is disabled: {refusal}") from None
        except BaseException:
            self.undo()
            raise
        finally:
            self.firing = False

    fire.__action__ = method  # type: ignore[attr-defined]
    return cast("Callable[Concatenate[S, P], None]", fire)


def axiom(method: Callable[Concatenate[S, P], bool]) -> Callable[Concatenate[S, P], bool]:
    """Mark a method of a system as an axiom: it holds of any entities in place of its parameters.

    It is about what never changes: references, constants, and fields that no action writes. A
    plain system checks it when it is made, and a proof assumes it.
    """
    method.__axiom__ = method  # type: ignore[attr-defined]
    return method


class System:
    """Machines of any number of entities, composed by actions.

    Construct it with the number of entities of each kind, or with a reference table for each::

        Tower(lifts=2, calls=3)
        Tower(lifts=2, calls=[{"lift": 1}, {"lift": 0}])

    Annotated attributes with a plain value are *constants*: they differ from run to run but never
    change in one. Of one that is ``within(low, high)`` only that range is known.
    """

    journal: Journal
    stopped: list[Any]
    firing: bool = False
    is_plain: bool = False
    """True where plain values are behind it; then arguments of actions are checked."""
    observed: Any = None
    """An observer of the state, for claims; the system itself never looks at it."""
    record_type: ClassVar[type[Record]] = Record

    def __init__(self, /, **arguments: Any) -> None:
        self._populate(arguments)
        self.check_axioms()

    @classmethod
    def before_its_start(cls, /, **arguments: Any) -> Self:
        """A system that is yet to be brought into an initial state; its axioms may not hold yet."""
        system = cls.__new__(cls)
        system._populate(arguments)
        return system

    def check_axioms(self) -> None:
        """Raise ModelError if an axiom does not hold of some entities."""
        for known in self.info.axioms:
            kinds = [self.info.entity(type_) for _, type_ in known.parameters]
            for chosen in itertools.product(*map(self.entities_of, kinds)):
                if not known.function(self, *chosen):
                    names = ", ".join(map(str, chosen))
                    raise ModelError(
                        f"{type(self).__name__} violates its axiom {known.name}({names}); give it "
                        "other entities, references or constants"
                    )

    def _populate(self, arguments: dict[str, Any]) -> None:
        self.journal, self.stopped = [], []
        info = signature(type(self))
        populations: dict[type, list[Any]] = {}
        tables: dict[type, Sequence[Mapping[str, int]]] = {}
        for entity in info.entities:
            tables[entity.cls] = _table(entity, arguments.pop(entity.plural, 0))
            populations[entity.cls] = [entity.cls() for _ in tables[entity.cls]]
            setattr(self, entity.plural, Many(populations[entity.cls]))
        ranges = dict(info.ranges)
        for name, type_, default in info.constants:
            value = arguments.pop(name, default)
            if isinstance(type_, type) and not isinstance(value, type_):
                raise ModelError(f"{name}={value!r} is no {type_.__name__}")
            if name in ranges and value not in ranges[name]:
                raise ModelError(
                    f"{name}={value} is outside of its range, from {ranges[name].low} to "
                    f"{ranges[name].high}"
                )
            setattr(self, name, value)
        if arguments:
            known = [e.plural for e in info.entities] + [name for name, _, _ in info.constants]
            raise ModelError(
                f"{type(self).__name__} has no {min(arguments)}; it takes {', '.join(known)}"
            )
        for entity in info.entities:
            for index, member in enumerate(populations[entity.cls]):
                member.system, member.index = self, index
                for name, cls in entity.references:
                    targets = _some(populations, cls, member)
                    chosen = tables[entity.cls][index].get(name, index % len(targets))
                    if not _is_count(chosen) or chosen >= len(targets):
                        raise ModelError(
                            f"{member} has {name} {chosen!r}; it takes a number from 0 to "
                            f"{len(targets) - 1}"
                        )
                    setattr(member, name, targets[chosen])
        for entity in info.entities:
            for member in populations[entity.cls]:
                for machine in entity.machines:
                    setattr(member, machine.slot, self._machine(machine, member, populations))
        self.journal.clear()
        self.is_plain = True

    def __setattr__(self, name: str, value: object) -> None:
        """Raise ModelError in an action: what changes belongs on a machine."""
        if self.firing and name not in System.__annotations__:
            raise assigned(type(self), name)
        super().__setattr__(name, value)

    def _machine(
        self, machine: MachineInfo, owner: Entity, populations: Mapping[type, list[Any]]
    ) -> Machine:
        values: dict[str, Any] = {STATE: machine.starts_in[0]}
        for info in machine.fields:
            value = info.field.value
            if info.field.start is Start.ANYTHING and value is None and info.type in populations:
                value = _some(populations, info.type, owner)[0]
            values[info.name] = None if info.field.start is Start.DERIVED else value
        record = self.record_type(self.journal, values)
        instance = machine.cls(record, owner)
        for info in machine.fields:
            if info.field.start is Start.DERIVED:
                setattr(instance, info.name, _derive(instance, owner, machine, info))
        return instance

    def _expect(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Raise ModelError unless these are arguments for an action of this very system."""
        if not self.is_plain:
            return
        types = _parameters(type(self))[name]
        for (parameter, type_), value in [
            *zip(types.items(), args, strict=False),
            *(((other, types.get(other, object)), kwargs[other]) for other in kwargs),
        ]:
            if not isinstance(value, type_):
                raise ModelError(f"{name}: {parameter} {value!r} is no {type_.__name__}")
            if isinstance(value, Entity) and value.system is not self:
                raise ModelError(
                    f"{name}: {parameter} {value} is of another {type(value.system).__name__}; "
                    "system[entity] is the same one of a system"
                )

    @property
    def info(self) -> SystemInfo:
        """The signature of the system."""
        return signature(type(self))

    def entities_of(self, entity: EntityInfo) -> Many[Any]:
        """All entities of a kind."""
        return cast("Many[Any]", getattr(self, entity.plural))

    def __getitem__(self, entity: E) -> E:
        """The same entity in this state of the system: ``after[lift].cabin``."""
        return cast("E", self.entities_of(self.info.entity(type(entity)))[entity.index])

    def undo(self) -> None:
        """Take back every write since the last action began."""
        for record, name, value in reversed(self.journal):
            record._restore(name, value)
        self.journal.clear()
        for engine in self.stopped:
            engine.clear()
        self.stopped.clear()

    def note_stopped(self, engine: Any) -> None:
        """Note the engine of a machine that stopped where it refused an event."""
        self.stopped.append(engine)

    def check_nothing_waits(self) -> None:
        """Raise ModelError if an event that was sent in an action would be handled after it."""
        for engine in self.stopped:
            if engine.is_waiting:
                raise ModelError(
                    f"an event waits at a {type(engine.sm).__name__} that refused another one, "
                    "which the action went on after; it would be handled in a later action"
                )
        self.stopped.clear()

    def state_variables(self) -> list[tuple[Entity, MachineInfo, str]]:
        """The state's variables in order: entity by entity, each machine's state, then fields."""
        return [
            (member, machine, name)
            for entity in self.info.entities
            for member in self.entities_of(entity)
            for machine in entity.machines
            for name in (STATE, *(info.name for info in machine.fields))
        ]

    def snapshot(self) -> tuple[Any, ...]:
        """The values of ``state_variables()``."""
        return tuple(
            getattr(getattr(member, machine.slot).model, name)
            for member, machine, name in self.state_variables()
        )

    def restore(self, values: Sequence[Any]) -> None:
        """Bring the system into the state ``values``, as ``snapshot`` gives it."""
        for (member, machine, name), value in zip(self.state_variables(), values, strict=True):
            getattr(member, machine.slot).model._restore(name, value)
        self.journal.clear()

    def forget(self) -> None:
        """Replace what nothing will read (``Machine.dead_fields``) by FORGOTTEN."""
        for entity in self.info.entities:
            for member in self.entities_of(entity):
                for machine in entity.machines:
                    instance = getattr(member, machine.slot)
                    for name in unread_fields(instance):
                        instance.model._restore(name, FORGOTTEN)


def shown(system: System) -> list[tuple[Entity, MachineInfo, str, Any]]:
    """The state's variables and their values as Python has them: None is one of them."""
    return [
        (member, machine, name, shown_value(system, member, machine, name))
        for member, machine, name in system.state_variables()
        if not is_none_cell(name)
    ]


def shown_value(system: System, member: Entity, machine: MachineInfo, name: str) -> Any:
    """The value of one variable as Python has it, of the same entity in this system."""
    record = getattr(system[member], machine.slot).model
    return None if getattr(record, none_cell(name), False) else getattr(record, name)


_SIGNATURES: dict[type[System], SystemInfo] = {}


def signature(cls: type[System]) -> SystemInfo:
    """The signature of a system, read off its class once.

    Raises ModelError where an annotation does not make sense.
    """
    known = _SIGNATURES.get(cls)
    if known is None:
        known = _SIGNATURES[cls] = read_signature(cls, System)
    return known


_PARAMETERS: dict[type[System], dict[str, dict[str, type]]] = {}


def _parameters(cls: type[System]) -> dict[str, dict[str, type]]:
    """The parameters of each action with their types, where these are classes."""
    known = _PARAMETERS.get(cls)
    if known is None:
        known = _PARAMETERS[cls] = {
            action.name: {
                name: type_ if isinstance(type_, type) else object
                for name, type_ in action.parameters
            }
            for action in signature(cls).actions
        }
    return known


def _derive(instance: Machine, owner: Entity, machine: MachineInfo, info: FieldInfo) -> Any:
    """The first value of a derived field. Raises ModelError where there is none."""
    try:
        return info.field.value(instance)
    except Exception as error:
        raise ModelError(
            f"{owner}.{machine.slot}.{info.name} is derived, which raises {type(error).__name__}: "
            f"{error}; it may ask for fields of its own machine that are not derived or are "
            "derived before it, and for entities of kinds that the system names before"
        ) from error


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _table(entity: EntityInfo, asked: Any) -> Sequence[Mapping[str, int]]:
    """For each entity of a kind the references that were asked for."""
    if _is_count(asked):
        return [{}] * asked
    if not isinstance(asked, list | tuple) or not all(isinstance(row, Mapping) for row in asked):
        raise ModelError(
            f"{entity.plural}={asked!r} is neither a number, 0 or more, nor a list of tables"
        )
    known = [name for name, _ in entity.references]
    for row in asked:
        for name in row:
            if name not in known:
                raise ModelError(
                    f"{entity.plural} have no {name!r} to be given; "
                    f"they take {', '.join(known) or 'nothing'}"
                )
    return asked


def _some(populations: Mapping[type, list[Any]], cls: type, owner: Entity) -> list[Any]:
    """All entities of a kind that an entity needs one of. Raises ModelError where there is none."""
    if not populations[cls]:
        raise ModelError(f"{owner} needs a {cls.__name__.lower()}; there is none")
    return populations[cls]
