"""The picture of any python-statemachine class, whatever package it comes from."""

from __future__ import annotations

import re
from typing import Any

from diagrams import dot, statechart, tables
from diagrams.machine import describe
from diagrams.mermaid import state_diagram
from diagrams.picture import Picture


def picture(cls: Any) -> Picture:
    """The picture of a class or of an instance. Raises ModelError if it is no state machine."""
    machine = describe(cls if isinstance(cls, type) else type(cls))
    return Picture(
        re.sub(r"[^\w.-]", "_", machine.name),
        "Machines",
        machine.summary or machine.source,
        lambda: statechart.picture(machine),
        lambda: dot.of_machine(machine),
        lambda: state_diagram(cls if isinstance(cls, type) else type(cls)),
        lambda: tables.of_machine(machine),
    )
