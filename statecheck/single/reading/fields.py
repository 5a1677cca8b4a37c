"""Which attributes of a machine the environment may set between events, and what never changes."""

from __future__ import annotations

import difflib
import inspect
import logging
import typing
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from statemachine import Event, State
from statemachine.states import States

from statecheck.modeling import ModelError
from statecheck.single.reading.code import Reach, author_classes
from statecheck.single.reading.freeze import EXACT, is_plain_class
from statecheck.single.reading.kinds import Domain, Kind, domain_of_annotation, kind_of
from statecheck.single.reading.outside import Outside
from statecheck.single.reading.specimen import ABSENT, Attribute, Specimen, class_value


@dataclass(frozen=True)
class Fields:
    """The inputs with the values that they may have, and the constants that were taken for such.

    ``tables`` are collections and objects that code reads and assigns nothing to.
    """

    inputs: dict[Attribute, Domain]
    constants: tuple[Attribute, ...]
    tables: tuple[Attribute, ...] = ()


def fields_of(
    specimen: Specimen,
    reach: Reach,
    fixed: Sequence[str],
    inputs: Sequence[str],
    written: Collection[Attribute] = (),
) -> Fields:
    """Tell the attributes apart.

    An attribute that the code reads and never writes is an input, unless it is written in capitals,
    declared Final, or named in ``fixed``; one that is named in ``inputs`` is an input whatever the
    code does. ``written`` are those that were seen to change, by whatever name. Raises ModelError
    for names that are not there, and for inputs of other types.
    """
    both = sorted(set(fixed) & set(inputs))
    if both:
        raise ModelError(f"{both[0]} is said to be fixed and an input; say one of them")
    known = dict(candidates(specimen))
    by_name: dict[str, Attribute] = {}
    for attribute in known:
        by_name.setdefault(attribute[1], attribute)
        by_name[specimen.named(attribute)] = attribute
    for name in (*fixed, *inputs):
        states = {state.id for state in specimen.states.values()}
        if name not in by_name or name in states:
            names = {specimen.named(attribute) for attribute in known} - states
            near = difflib.get_close_matches(name, names, 1)
            fields = f"{', '.join(sorted(names)) or 'none'}"
            fields += f"; did you mean {near[0]}?" if near else ""
            raise ModelError(
                f"{specimen.cls.__name__} has no field {name} to be fixed or an input; its fields "
                f"are: {fields}"
            )
    pinned, opened = {by_name[n] for n in fixed}, {by_name[n] for n in inputs}
    found: dict[Attribute, Domain] = {}
    constants: list[Attribute] = []
    tables: list[Attribute] = []
    reads, writes = reach.reads, reach.writes
    for attribute, value in known.items():
        name = attribute[1]
        if _is_computed(specimen, attribute):
            continue
        if attribute in opened:
            found[attribute] = _domain(specimen, attribute, value, asked=True)
        elif name not in reads or name in writes or attribute in pinned or attribute in written:
            continue
        elif not _may_be_set(value):
            tables += [attribute] if _is_table(value) else []
        elif name.isupper() or _is_final(specimen, attribute):
            constants.append(attribute)
        else:
            found[attribute] = _domain(specimen, attribute, value, asked=False)
    return Fields(found, tuple(constants), tuple(tables))


def candidates(specimen: Specimen) -> Iterator[tuple[Attribute, Any]]:
    """Attributes that hold data: those of the instance, and plain ones of its classes.

    The attribute of the model in which the library keeps the state is none of them.
    """
    found: dict[Attribute, Any] = {}
    for place, owner in enumerate(specimen.owners):
        for cls in reversed(author_classes(type(owner))):
            for name, value in vars(cls).items():
                if name.startswith("__") or name in _SETTINGS - specimen.written:
                    continue
                if class_value(type(owner), name) is ABSENT or callable(value):
                    continue
                found[place, name] = value
    found.update(specimen.data())
    found.pop((1, specimen.machine.state_field), None)
    yield from found.items()


_SETTINGS = frozenset(
    (
        *("allow_event_without_transition", "enable_self_transition_entries", "states", "name"),
        *("atomic_configuration_update", "catch_errors_as_events", "start_configuration_values"),
        *("validate_disconnected_states", "validate_trap_states", "validate_final_reachability"),
        *("_loop_sleep_in_ms", "id", "states_map", "initial_state", "final_states", "_abstract"),
        *("_events", "_protected_attrs", "_specs", "_class_listeners", "prepare", "listeners"),
        *("_events_to_update", "_is_protocol", "TransitionNotAllowed", "listeners_inherit"),
    )
)
"""Attributes that the library itself keeps on a class."""


def _is_computed(specimen: Specimen, attribute: Attribute) -> bool:
    """Tell whether a class computes an attribute, even if the instance remembers what came out."""
    owner, name = attribute
    found = inspect.getattr_static(type(specimen.owners[owner]), name, None)
    return hasattr(type(found), "__get__") and type(found).__name__ != "member_descriptor"


def _may_be_set(value: Any) -> bool:
    """Tell whether a value is one that an application sets, and no collaborator or table."""
    return value is None or kind_of(value) is not None or type(value) is float


def _is_table(value: Any) -> bool:
    """Tell whether a value is a collection, or an object of a class that is written in Python."""
    plain = (list, dict, tuple, set, frozenset, deque, bytes, bytearray, *EXACT)
    cls = type(value)  # what is from outside may not be asked
    others = (State, Event, States, logging.Logger, Outside)
    return issubclass(cls, plain) or (is_plain_class(cls) and not issubclass(cls, others))


def _is_final(specimen: Specimen, attribute: Attribute) -> bool:
    return typing.get_origin(_annotation(specimen, attribute)) is typing.Final or (
        _annotation(specimen, attribute) is typing.Final
    )


def _annotation(specimen: Specimen, attribute: Attribute) -> Any:
    owner, name = attribute
    for cls in type(specimen.owners[owner]).__mro__:
        if name in inspect.get_annotations(cls):
            try:
                return inspect.get_annotations(cls, eval_str=True)[name]
            except Exception:  # noqa: BLE001  (an annotation that cannot be evaluated says nothing)
                return None
    return None


def _domain(specimen: Specimen, attribute: Attribute, value: Any, *, asked: bool) -> Domain:
    name = specimen.named(attribute)
    what = f"{specimen.cls.__name__}.{name}"
    why = "is named as an input" if asked else "is read and never written, so it is an input"
    annotation = _annotation(specimen, attribute)
    other = f"leave out --input {name}" if asked else f"say --fixed {name}"
    advice = f"annotate it, or {other}"
    if annotation is not None:
        try:
            domain = domain_of_annotation(annotation, what)
        except ModelError as error:
            raise ModelError(f"{error}; or {other}") from None
    else:
        kind = kind_of(value)
        kind = Kind.FLOAT if type(value) is float else kind
        domain = None if kind is None else Domain((), (kind,))
    if domain is None:
        raise ModelError(
            f"{what} {why}, and nothing says which values it may have ({value!r} says too little); "
            f"{advice}"
        )
    return domain
