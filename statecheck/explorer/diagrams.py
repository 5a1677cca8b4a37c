"""The diagram of a machine for a page: an SVG in the page's own colours, and what to mark in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from statecheck.drawing.canvas.scene import Scene, moved
from statecheck.drawing.canvas.style import DARK, LIGHT, Theme
from statecheck.drawing.canvas.svg import identifier, svg
from statecheck.drawing.layout.labels import PLAIN, description
from statecheck.drawing.layout.renderers import NoRenderer
from statecheck.drawing.machine import Machine, describe
from statecheck.drawing.pictures.statechart import LARGEST, best

_EDGE = 12.0
"""Free space around a machine, in the picture's own units."""

_THEME = Theme("page", {role: f"var(--{role})" for role in LIGHT.colours})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Diagram:
    """A machine's diagram. ``svg`` is empty where none can be drawn, and ``note`` says why.

    ``states`` gives the id of each state's element by the state's path, ``edges`` that of each
    arrow by the paths of its ends; ``names`` what states are called.
    """

    machine: Machine
    svg: str
    note: str
    states: dict[str, str]
    edges: dict[str, str]
    names: dict[str, str]

    @property
    def description(self) -> str:
        """The machine in words."""
        return description(self.machine)

    def data(self) -> dict[str, Any]:
        """The diagram as JSON has it."""
        return {
            "name": self.machine.name,
            "about": self.machine.summary,
            "source": self.machine.source,
            "svg": self.svg,
            "note": self.note,
            "states": self.states,
            "edges": self.edges,
            "names": self.names,
        }


def diagram(cls: Any) -> Diagram:
    """The diagram of a class."""
    machine = describe(cls)
    own = f"{identifier(machine.name)}-{_THEME.name}"
    states = {state.id: f"{own}-{identifier(f'state-{state.id}')}" for state in machine.all()}
    edges = {
        f"{transition.source}>{target}": f"{own}-{identifier(f'edge-{transition.source}-{target}')}"
        for transition in machine.transitions
        for target in transition.targets or (transition.source,)
    }
    names = {state.id: state.title or state.name for state in machine.all()}
    picture, note = "", ""
    if len(names) > LARGEST:
        note = f"{machine.name} has {len(names)} states, too many for a picture."
    else:
        try:
            picture = svg(_scene(machine), _THEME, machine.name)
        except NoRenderer as error:
            note = f"There is no picture: {error}"
    return Diagram(machine, picture, note, states, edges, names)


def _scene(machine: Machine) -> Scene:
    drawing = best(machine, PLAIN)
    width, height = drawing.laid.width + 2 * _EDGE, drawing.laid.height + 2 * _EDGE
    items = moved(drawing.items(), _EDGE, _EDGE)
    return Scene(round(width), round(height), machine.name, description(machine), items)


def colours() -> str:
    """The style sheet's variables for the roles of colours, in both themes."""

    def block(theme: Theme) -> str:
        return "".join(f"--{role}:{colour};" for role, colour in theme.colours.items())

    return (
        f":root{{color-scheme:light;{block(LIGHT)}}}\n"
        f":root[data-theme=dark]{{color-scheme:dark;{block(DARK)}}}\n"
        f"@media(prefers-color-scheme:dark){{:root:not([data-theme=light])"
        f"{{color-scheme:dark;{block(DARK)}}}}}\n"
    )
