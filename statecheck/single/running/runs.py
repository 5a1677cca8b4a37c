"""Runs as reports show them."""

from __future__ import annotations

import enum
from typing import Any

from statecheck.claims.run import Change, Run, RunStep
from statecheck.single.claims.claims import Moment
from statecheck.single.running.reach import Route
from statecheck.single.running.replay import Played
from statecheck.single.running.scripts import script
from statecheck.single.running.subject import Subject

STATE = "state"
"""The name of a change of the active states."""


def shown_run(
    subject: Subject,
    route: Route,
    seen: Played,
    *,
    loop: int | None = None,
    rests: bool = False,
    fairness: tuple[str, ...] = (),
) -> Run:
    """A run that was played.

    A step's changes begin with the inputs that are set before it; the run's witness are those that
    are set at its end. ``loop`` is the number of its steps after which the others come again. Where
    it ``rests``, nothing happens any more after its last step.
    """
    names = {id_: n for n, id_ in enumerate(s.id for s in subject.specimen.states.values())}
    steps = []
    for number, step in enumerate(route.moves):
        before, after = seen.moments[number], seen.moments[number + 1]
        facts = seen.facts[number]
        ready = seen.set_before[number]
        changes = [*_changes(before, ready, names), *_changes(ready, after, names)]
        if facts.raised:
            changes.append(Change("", "raises", "", facts.raised))
        arguments = tuple((name, text(value)) for name, value in step.arguments)
        steps.append(RunStep(step.event, arguments, tuple(changes), by_name=True))
    if rests:
        steps.append(RunStep("nothing", (), ()))
        loop = len(steps) - 1
    before = seen.moments[-1]
    last = tuple(
        (name, text(value))
        for name, value in seen.end.fields.items()
        if text(value) != text(before.fields.get(name))
    )
    plain = script(subject, route, seen)
    return Run((), (), tuple(steps), last, loop=loop, fairness=fairness, script=plain)


def _changes(before: Moment, after: Moment, order: dict[str, int]) -> list[Change]:
    found = []
    if before.active != after.active:
        found.append(Change("", STATE, _active(before, order), _active(after, order)))
    for name in after.fields:
        one, other = before.fields.get(name), after.fields[name]
        if text(one) != text(other):
            found.append(Change("", name, text(one), text(other)))
    return found


def _active(moment: Moment, order: dict[str, int]) -> str:
    return " + ".join(sorted(moment.active, key=lambda id_: order.get(id_, 0))) or "none"


def text(value: Any) -> str:
    """A value as a report shows it."""
    if type(value) is int and value.bit_length() > 200:
        return f"about {'-' if value < 0 else ''}2**{value.bit_length() - 1}"
    is_member = isinstance(value, enum.Enum) and value.name
    shown = f"{type(value).__name__}.{value.name}" if is_member else repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
