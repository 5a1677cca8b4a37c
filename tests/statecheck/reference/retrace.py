"""A run that the engine shows, taken on a fresh instance of the plain class, by what it prints."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any

from statecheck.claims.run import RunStep
from tests.statecheck.reference.claims import Meaning, Said
from tests.statecheck.reference.explorer import Explorer, Move, World, class_fields, see
from tests.statecheck.reference.history import (
    Formula,
    Position,
    Reading,
    Scene,
    Unexplored,
    by_definition,
)
from tests.statecheck.reference.judge import Answer
from tests.statecheck.reference.plain import MARK, Endless, PlainMachine

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


def objection_in_words(said: Said, module: Any, explorer: Explorer, shown: Answer) -> str | None:
    """The same of a claim in all words, whose past is told by its definition."""
    world, machine = explorer.world, PlainMachine(type(explorer.machine.instance))
    reading = Reading(said.text, module, explorer.events)
    *premises, conclusion = reading.formulas()
    if said.kind == "recoverable":
        return None
    on_step = any(formula.on_step for formula in (*premises, conclusion))

    def scene() -> Scene | None:
        situation = machine.situation()
        view = see(situation, explorer.states, explorer.fields)
        number = explorer.number_of(situation)
        inputs = {name: view[name] for name in world.inputs}
        if number is None or inputs not in explorer.settings:
            return None  # an input has a value that the explorer did not try
        return Scene(explorer, number, inputs)

    start = scene()
    if start is None:
        return None
    run = [Position(start)]
    for step in shown.run:
        inputs, arguments = _values(step, world, module)
        if inputs is None or arguments is None:
            return None
        machine.set(inputs)
        before = scene()
        raised = machine.send(step.action, arguments)
        after = scene()
        if before is None or after is None:
            return None
        fired = machine.fired
        move = Move(
            before.inputs,
            step.action,
            arguments,
            raised,
            after.number,
            enabled=MARK in fired,
            fired=bool(fired),
        )
        run.append(Position(after, before, move))
    if not on_step:
        machine.set({n: _plain(text, world.inputs[n], module) for n, text in shown.last})
        end = scene()
        if end is None:
            return None
        run[-1] = Position(end, run[-1].before, run[-1].move)

    def holds(formula: Formula) -> bool:
        if on_step and not formula.on_step:
            before = run[-1].before
            assert before is not None
            earlier = [*run[:-2], Position(before, run[-2].before, run[-2].move)]
            return by_definition(formula, reading.pasts, earlier, len(earlier) - 1)
        return by_definition(formula, reading.pasts, run, len(run) - 1)

    try:
        given = all(holds(formula) for formula in premises)
        so = holds(conclusion)
    except Unexplored:
        return None
    right = given and so if said.kind == "possible" else given and not so
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
