"""The picture of any python-statemachine class, whatever package it comes from."""

from __future__ import annotations

import re
from typing import Any

from statemachine.statemachine import StateChart

from statecheck.drawing.machine import describe
from statecheck.drawing.picture import Picture
from statecheck.drawing.pictures import dot, statechart, tables
from statecheck.drawing.pictures.mermaid import state_diagram
from statecheck.modeling import ModelError, System, signature


def picture(machine_or_class: Any, asked: str) -> Picture:
    """The picture of a class or of an instance that was asked for as MODULE:CLASS.

    Raises ModelError if it is no state machine.
    """
    cls = machine_or_class if isinstance(machine_or_class, type) else type(machine_or_class)
    if not issubclass(cls, StateChart):
        if issubclass(cls, System) and cls is machine_or_class:
            machines = dict.fromkeys(m.cls for e in signature(cls).entities for m in e.machines)
            names = ", ".join(
                f"{machine.__module__}:{machine.__qualname__}" for machine in machines
            )
            raise ModelError(f"{asked!r} is a System; its machines can be drawn: {names}")
        what = f"the class {cls.__name__}" if cls is machine_or_class else f"of type {cls.__name__}"
        raise ModelError(
            f"{asked!r} is {what}, which is no state machine; name a class that is derived from "
            "statemachine.StateMachine or statemachine.StateChart"
        )
    machine = describe(cls)
    return Picture(
        re.sub(r"[^\w.-]", "_", machine.name),
        "Machines",
        machine.summary or machine.source,
        lambda: statechart.picture(machine),
        lambda: dot.of_machine(machine),
        lambda: state_diagram(cls),
        lambda: tables.of_machine(machine),
    )
