"""A run that the engine shows, taken on a fresh instance of the plain class, by what it prints."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any

from statecheck.claims.run import RunStep
from tests.statecheck.reference.claims import Meaning, Said
from tests.statecheck.reference.explorer import World, class_fields, see
from tests.statecheck.reference.judge import Answer
from tests.statecheck.reference.plain import Endless, PlainMachine

CUT = ("...", "about ")
"""What marks a value that is too long to be printed."""


def objection(said: Said, module: Any, cls: Any, world: World, shown: Answer) -> str | None:
    """Why a run does not show what it should show, or None; a recoverable claim's is only run."""
    run = shown.run
    machine = PlainMachine(cls)
    states = [state.id for state in cls.states_map.values()]

    def now() -> dict[str, Any]:
        return see(machine.situation(), states, class_fields(cls))

    before = now()
    for number, step in enumerate(run, 1):
        inputs, arguments = _values(step, world, module)
        if inputs is None or arguments is None:
            return None
        machine.set(inputs)
        before = now()
        try:
            raised = machine.send(step.action, arguments)
        except Endless:
            return f"step {number} does not end"
        printed = next((c.after for c in step.changes if c.what == "raises"), None)
        if raised != printed:
            return f"step {number}, {step}: raises {raised}, and {printed} is shown"
    if said.kind == "recoverable":
        return None
    meaning = Meaning(said.text, module)
    wanted = said.kind == "possible"
    if said.of_step:
        right = bool(run) and meaning.holds(before, now()) is wanted
    else:
        domains = world.inputs
        machine.set({n: _plain(text, domains[n], module) for n, text in shown.last})
        right = meaning.holds(now()) is wanted
    return None if right else "its run does not end as it should"


def _values(
    step: RunStep, world: World, module: Any
) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """The inputs that a step sets and its arguments; None where a value was cut short."""
    shown = [c for c in step.changes if c.what in world.inputs]
    texts = [*(c.after for c in shown), *dict(step.arguments).values()]
    if any(mark in text for text in texts for mark in CUT):
        return None, None
    inputs = {c.what: _plain(c.after, world.inputs[c.what], module) for c in shown}
    domains = {p.name: p.values for p in world.parameters.get(step.action, ())}
    arguments = {name: _plain(text, domains.get(name, ()), module) for name, text in step.arguments}
    return inputs, arguments


def _plain(text: str, domain: Sequence[Any], module: Any) -> Any:
    """The value that a text stands for: a member of an enumeration may be shown as its number."""
    members = [value for value in domain if isinstance(value, enum.Enum) and str(value) == text]
    return members[0] if members else eval(text, vars(module))
