"""Mermaid text says of a class what the class says of itself."""

from __future__ import annotations

import pytest

from diagrams.site import MACHINES
from statecheck.drawing.pictures.mermaid import state_diagram


@pytest.mark.parametrize("name", MACHINES)
def test_no_transition_is_missing(name: str) -> None:
    text = state_diagram(MACHINES[name])
    for state in MACHINES[name].states:
        for transition in state.transitions:
            edge = f"{state.id} --> {transition.target.id}: "
            (line,) = [line for line in text.splitlines() if line.strip().startswith(edge)]
            assert transition.event in line
