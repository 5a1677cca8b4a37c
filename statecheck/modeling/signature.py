"""Signatures of systems, read off their classes: the only place that knows about annotations."""

from __future__ import annotations

import inspect
import itertools
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args, get_origin

from statecheck.errors import ModelError
from statecheck.modeling.entity import Entity, Many
from statecheck.modeling.fields import STATE, Field, Range
from statecheck.modeling.machine import Machine, check_no_cache
from statecheck.modeling.optional import type_of_cell


@dataclass(frozen=True)
class FieldInfo:
    """A field of a machine: its name, its type and its initial value."""

    name: str
    type: Any
    field: Field


@dataclass(frozen=True)
class MachineInfo:
    """A machine that each entity of a kind has, under the attribute ``slot``."""

    slot: str
    cls: type[Machine]
    fields: tuple[FieldInfo, ...]
    states: tuple[str, ...]
    starts_in: tuple[str, ...]


@dataclass(frozen=True)
class EntityInfo:
    """A kind of entity: its class, the system's attribute for all of them, its parts."""

    cls: type
    plural: str
    machines: tuple[MachineInfo, ...]
    references: tuple[tuple[str, type], ...]

    @property
    def name(self) -> str:
        """The kind's name, the name of its sort."""
        return self.cls.__name__


@dataclass(frozen=True)
class ActionInfo:
    """An action: its name, the undecorated function, its parameters' names and types."""

    name: str
    function: Callable[..., Any]
    parameters: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class AxiomInfo:
    """An axiom: its name, the function, its parameters' names and kinds of entities."""

    name: str
    function: Callable[..., Any]
    parameters: tuple[tuple[str, Any], ...]

    @property
    def sentence(self) -> str:
        """Everything that it means for a verdict."""
        names = ", ".join(name for name, _ in self.parameters)
        return f"{self.name}({names}) is an axiom: it is assumed of all entities."


@dataclass(frozen=True)
class SystemInfo:
    """Everything that a system declares, in the order of the source text.

    ``constants`` have a name, a type and the value that a plain system has if it is told no other;
    ``ranges`` are those that some of them lie in. ``axioms`` hold of what never changes.
    """

    cls: type[Any]
    entities: tuple[EntityInfo, ...]
    actions: tuple[ActionInfo, ...]
    constants: tuple[tuple[str, Any, Any], ...]
    ranges: tuple[tuple[str, Range], ...] = ()
    axioms: tuple[AxiomInfo, ...] = ()

    def entity(self, cls: type) -> EntityInfo:
        """The kind whose class is ``cls``, a base of it, or the only one derived from it.

        So what is said of a kind is said of the one that an extended system has in its place.
        """
        for entity in self.entities:
            if issubclass(cls, entity.cls):
                return entity
        derived = [entity for entity in self.entities if issubclass(entity.cls, cls)]
        if len(derived) != 1:
            raise ModelError(f"{cls.__name__} is no entity of {self.cls.__name__}")
        return derived[0]

    def action(self, name: str) -> ActionInfo:
        """The action called ``name``."""
        for action in self.actions:
            if action.name == name:
                return action
        known = ", ".join(action.name for action in self.actions)
        raise ModelError(f"{self.cls.__name__} has no action {name}; it has {known}")

    @property
    def assumed(self) -> tuple[str, ...]:
        """The axioms, in sentences."""
        return tuple(axiom.sentence for axiom in self.axioms)

    def axiom(self, name: str) -> AxiomInfo:
        """The axiom called ``name``."""
        return next(axiom for axiom in self.axioms if axiom.name == name)

    def functions(self) -> Iterator[tuple[EntityInfo, MachineInfo, str, Any]]:
        """Every (entity, machine, name, type) of the state, states of machines included."""
        for entity in self.entities:
            for machine in entity.machines:
                yield entity, machine, STATE, machine.states
                for info in machine.fields:
                    yield entity, machine, info.name, info.type


def _annotations(cls: type, names: dict[str, type]) -> Iterator[tuple[str, Any]]:
    for base in reversed(cls.__mro__):
        space = vars(sys.modules[base.__module__])
        for name, written in inspect.get_annotations(base).items():
            annotation: Any = written
            if isinstance(annotation, str):
                if annotation.startswith("ClassVar"):
                    continue
                try:
                    annotation = eval(annotation, space, dict(names))  # noqa: S307
                except NameError as error:
                    raise ModelError(
                        f"{base.__name__}.{name} is annotated {annotation}, "
                        f"but {error.name} is not known in {base.__module__}"
                    ) from None
            yield name, annotation


def _entity_in(annotation: Any) -> str:
    """The name of the kind of entity that an annotation is about; empty if it is about none."""
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, Entity):
            return part.__name__
    return ""


def _kind_meant(cls: type, kinds: Collection[type], type_: Any) -> Any:
    """A type; where it is a base of one of a system's kinds, that kind."""
    if not isinstance(type_, type) or not issubclass(type_, Entity) or type_ in kinds:
        return type_
    derived = [kind for kind in kinds if issubclass(kind, type_)]
    if len(derived) != 1:
        names = ", ".join(kind.__name__ for kind in derived or kinds)
        raise ModelError(
            f"{cls.__name__} has {names}, and a {type_.__name__} is asked for; name one "
            "of its kinds"
        )
    return derived[0]


def _machine(
    slot: str, cls: type[Machine], names: dict[str, type], meant: Callable[[Any], Any]
) -> MachineInfo:
    for state in cls.states:
        if state.states:
            raise ModelError(
                f"{cls.__name__}.{state.id} has states of its own; a machine of a system is flat: "
                "give each region a machine"
            )
    check_no_cache(cls)
    types = dict(_annotations_of_fields(cls, names))
    states = tuple(state.id for state in cls.states)
    if cls.initial_state is None:
        raise ModelError(f"{cls.__name__} has no initial state; mark one State(initial=True)")
    unknown = set(cls.starts_in) - set(states)
    if unknown:
        raise ModelError(f"{cls.__name__}.starts_in names {min(unknown)}, which is no state of it")
    return MachineInfo(
        slot=slot,
        cls=cls,
        fields=tuple(
            FieldInfo(name, meant(type_of_cell(cls.fields, name, types)), field)
            for name, field in cls.fields.items()
        ),
        states=states,
        starts_in=cls.starts_in or (cls.initial_state.id,),
    )


def _annotations_of_fields(cls: type[Machine], names: dict[str, type]) -> Iterator[tuple[str, Any]]:
    for base in reversed(cls.__mro__):
        own = {n: a for n, a in inspect.get_annotations(base).items() if n in cls.fields}
        if own:
            holder = type("Fields", (), {"__annotations__": own, "__module__": base.__module__})
            yield from _annotations(holder, names)


_RESERVED = frozenset(("history", "kind", "term", "world"))
"""Names of attributes that entities have in a proof."""

_COMPARISONS = ("__eq__", "__ne__", "__hash__", "__getattr__", "__getattribute__", "__setattr__")
"""Methods of entities that a proof takes for granted."""


_MADE = ("__init__", "__new__")
"""Methods that make an instance, which a system does in its own way."""


def _check_kind(kind: type, annotations: dict[str, Any]) -> None:
    """Raise ModelError if a kind of entity has a name otherwise than every entity has it."""
    if kind.__name__[-1].isdigit():
        raise ModelError(
            f"{kind.__name__} ends with a digit, and entities are numbered; choose another name"
        )
    own = [base for base in kind.__mro__ if base not in Entity.__mro__]
    for name in _MADE:
        if any(name in base.__dict__ for base in own):
            raise ModelError(
                f"{kind.__name__}.{name}: a system makes its entities itself; what one has is "
                "machines and references, which are annotated"
            )
    for name in (*sorted(_RESERVED), *Entity.__annotations__, "name", *_COMPARISONS):
        annotation = annotations.get(name)
        is_part = isinstance(annotation, type) and issubclass(annotation, Entity | Machine)
        is_changed = name == "index" and annotation not in (None, int)
        if is_part or is_changed or any(name in base.__dict__ for base in own):
            raise ModelError(f"{kind.__name__}.{name} is a name that entities use; choose another")


def _check_system(cls: type, base: type) -> None:
    """Raise ModelError if a system has a name otherwise than every system has it."""
    for own in cls.__mro__:
        if own in base.__mro__ or own.__module__.startswith("statecheck."):
            continue  # of this package, such as the systems that are run symbolically
        for name in (*inspect.get_annotations(own), *vars(own)):
            if name in _MADE:
                raise ModelError(
                    f"{cls.__name__}.{name}: a system is made from the numbers of its entities and "
                    "its constants alone; let machines declare how they begin"
                )
            if name.startswith("__") and name not in ("__setattr__", "__getitem__"):
                continue
            if name != "record_type" and (name in vars(base) or name in base.__annotations__):
                raise ModelError(
                    f"{cls.__name__}.{name} is a name that systems use; choose another"
                )


def read_signature(cls: type, base: type) -> SystemInfo:
    """The signature of a system's class; the names of ``base`` are every system's.

    Raises ModelError where an annotation does not make sense.
    """
    _check_system(cls, base)
    kinds: dict[str, type] = {}
    constants: list[tuple[str, Any, Any]] = []
    ranges: list[tuple[str, Range]] = []
    for name, annotation in _annotations(cls, {}):
        if name in base.__annotations__:
            continue  # of every system
        if get_origin(annotation) is Many:
            kinds[name] = get_args(annotation)[0]
        elif kind_meant := _entity_in(annotation):
            raise ModelError(
                f"{cls.__name__}.{name}: a system has any number of each kind of entity; write "
                f"`{kind_meant.lower()}s: Many[{kind_meant}]`"
            )
        elif hasattr(cls, name):
            value = getattr(cls, name)
            if isinstance(value, Range):
                ranges.append((name, _checked(value, annotation, f"{cls.__name__}.{name}")))
                value = value.high
            constants.append((name, annotation, value))
        else:
            raise ModelError(f"{cls.__name__}.{name} has no value; write `{name}: ... = value`")
    names = {kind.__name__: kind for kind in kinds.values()}
    for kind, other in itertools.combinations(kinds.values(), 2):
        if kind.__name__.lower() == other.__name__.lower():
            raise ModelError(
                f"{cls.__name__} has two kinds that are called {kind.__name__.lower()}; "
                "choose another name for one of them"
            )
    for kind, other in itertools.permutations(kinds.values(), 2):
        if issubclass(kind, other):
            raise ModelError(
                f"{kind.__name__} is a kind of {other.__name__}, and {cls.__name__} has both; give "
                "what they share to a common base class"
            )
    check_no_cache(cls)
    entities = []
    meant = partial(_kind_meant, cls, list(kinds.values()))
    for plural, kind in kinds.items():
        check_no_cache(kind)
        machines, references = [], []
        annotations = dict(_annotations(kind, names))
        _check_kind(kind, annotations)
        for name, annotation in annotations.items():
            if name in Entity.__annotations__:
                continue
            if hasattr(Entity, name):
                raise ModelError(
                    f"{kind.__name__}.{name} is a name that entities use; choose another"
                )
            if isinstance(annotation, type) and issubclass(annotation, Machine):
                machines.append(_machine(name, annotation, names, meant))
            elif isinstance(annotation, type) and issubclass(annotation, Entity):
                references.append((name, meant(annotation)))
            else:
                raise ModelError(
                    f"{kind.__name__}.{name} is neither a machine nor an entity; "
                    "data belongs on a machine"
                )
        entities.append(EntityInfo(kind, plural, tuple(machines), tuple(references)))
    actions = (ActionInfo(*found) for found in _marked(cls, names, "__action__", meant))
    axioms = (_axiom(cls, *found) for found in _marked(cls, names, "__axiom__", meant))
    return SystemInfo(
        cls, tuple(entities), tuple(actions), tuple(constants), tuple(ranges), tuple(axioms)
    )


def _axiom(
    cls: type, name: str, function: Callable[..., Any], parameters: tuple[tuple[str, Any], ...]
) -> AxiomInfo:
    for parameter, type_ in parameters:
        if not isinstance(type_, type) or not issubclass(type_, Entity):
            kind = getattr(type_, "__name__", type_)
            raise ModelError(
                f"{cls.__name__}.{name}: {parameter} is a {kind}; an axiom is about entities"
            )
    return AxiomInfo(name, function, parameters)


def _checked(range_: Range, type_: Any, title: str) -> Range:
    for end in (range_.low, range_.high):
        if not isinstance(type_, type) or not issubclass(type_, int) or not isinstance(end, type_):
            kind = getattr(type_, "__name__", type_)
            raise ModelError(
                f"{title} is a {kind} within {end!r}; a range is of numbers of its type"
            )
    if range_.low > range_.high:
        raise ModelError(
            f"{title} has the range from {range_.low} to {range_.high}, which is empty"
        )
    return range_


def _unmarked() -> None:
    """Stands for the function of what has no mark."""


def _marked(
    cls: type, names: dict[str, type], mark: str, meant: Callable[[Any], Any]
) -> Iterator[tuple[str, Callable[..., Any], tuple[tuple[str, Any], ...]]]:
    """The methods with a mark: name, undecorated function, and parameters."""
    for ancestor in reversed(cls.__mro__):
        for name, member in ancestor.__dict__.items():
            function: Callable[..., Any] = getattr(member, mark, _unmarked)
            if function is _unmarked:
                continue
            if getattr(getattr(cls, name), mark, None) is not function:
                continue  # a subclass has another one of this name
            holder = type(
                "Parameters",
                (),
                {"__annotations__": function.__annotations__, "__module__": ancestor.__module__},
            )
            if function.__name__ != name:
                raise ModelError(
                    f"{cls.__name__}.{name} is the function {function.__name__}, by whose name "
                    f"steps would be told apart; write `def {name}` there"
                )
            types = dict(_annotations(holder, names))
            parameters = []
            for parameter, known in list(inspect.signature(function).parameters.items())[1:]:
                if known.kind not in (known.POSITIONAL_ONLY, known.POSITIONAL_OR_KEYWORD):
                    raise ModelError(
                        f"{cls.__name__}.{name}: parameter {known} is not given by its place; "
                        "write plain parameters"
                    )
                if parameter not in types:
                    raise ModelError(
                        f"{cls.__name__}.{name}: parameter {parameter} has no annotation"
                    )
                parameters.append((parameter, meant(types[parameter])))
            yield name, function, tuple(parameters)
