"""Runs that were played, as scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from statemachine.engines.async_ import AsyncEngine

from statecheck.claims.script import Assigned, Call, Script
from statecheck.single.claims.claims import Moment
from statecheck.single.reading.specimen import Attribute
from statecheck.single.running.reach import Route
from statecheck.single.running.replay import Played
from statecheck.single.running.subject import Subject


def script(subject: Subject, route: Route, seen: Played) -> Script:
    """The script of a run."""
    calls = [
        Call(
            _assigned(step.inputs),
            step.event,
            step.arguments,
            seen.facts[number].raised,
            _active(seen.moments[number + 1]),
            _changed(subject, seen.moments[number], seen.moments[number + 1]),
        )
        for number, step in enumerate(route.moves)
    ]
    is_async = isinstance(subject.specimen.machine._engine, AsyncEngine)
    last = _assigned(route.last)
    return Script(_active(seen.moments[0]), tuple(calls), last, is_async)


def _active(moment: Moment) -> tuple[str, ...]:
    return tuple(sorted(moment.active))


def _assigned(values: Sequence[tuple[Attribute, Any]]) -> tuple[Assigned, ...]:
    return tuple((_path(attribute), value) for attribute, value in values)


def _path(attribute: Attribute) -> str:
    owner, name = attribute
    return {0: name, 1: f"model.{name}"}.get(owner, "")


def _changed(subject: Subject, before: Moment, after: Moment) -> tuple[Assigned, ...]:
    attributes = subject.reader.attribute
    missing = object()
    return tuple(
        (_path(attributes[name]), value)
        for name, value in after.fields.items()
        if repr(before.fields.get(name, missing)) != repr(value)
    )
