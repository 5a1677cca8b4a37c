"""The pictures of the model that need no verdict: machines, the composition, reachable states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from model.site import Site
from model.version import FIRST_POSTED_WITH_MOVE_FIX, SP3, SP4, StoreVersion
from statecheck.drawing.canvas.scene import Scene
from statecheck.drawing.layout.labels import Ink, Setting
from statecheck.drawing.machine import describe
from statecheck.drawing.picture import Picture
from statecheck.drawing.pictures import composition, dot, reachable, state_graph, statechart, tables
from statecheck.drawing.pictures.joint import Joint, joints
from statecheck.drawing.pictures.mermaid import composition_flow, state_diagram, states_flow
from statecheck.explicit.state_space import FiniteInstance
from statecheck.modeling import SystemInfo, signature

Composed = Callable[[SystemInfo, Sequence[Joint], str], Scene]

MACHINES = {
    machine.cls.__name__: machine.cls
    for entity in signature(Site).entities
    for machine in entity.machines
}
"""The machines of the site by name."""

OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "MoveMailbox": {"moved": "success", "failed": "failure", "interrupted": "failure"},
}
"""How states are marked that end what a machine does. The model has no final states: a machine of
python-statemachine is switched off in them, and a mailbox may be moved again.
"""


def machine(name: str, full_ink: frozenset[Ink] | None = None) -> Scene:
    """A machine of the site. ``full_ink`` names what a proof rests on; the rest is grey."""
    return statechart.picture(describe(MACHINES[name]), setting(name, full_ink))


def setting(name: str, full_ink: frozenset[Ink] | None = None) -> Setting:
    """The setting of a machine in the site."""
    return Setting(OUTCOMES.get(name, {}), shared_events(name), full_ink, _data(name))


def _data(name: str) -> str:
    """The fields of a machine in words."""
    infos = (m for e in signature(Site).entities for m in e.machines)
    (fields,) = (m.fields for m in infos if m.cls.__name__ == name)
    words = [f"{field.name} ({field.type.__name__})" for field in fields]
    return f"Data: {', '.join(words)}." if words else ""


@cache
def shared_events(name: str) -> Mapping[str, str]:
    """The events of a machine in which others take part, and in which actions."""
    info = signature(Site)
    names = {(e.name, m.slot): m.cls.__name__ for e in info.entities for m in e.machines}
    partners: dict[str, list[str]] = {}
    for joint in joints(Site):
        for sent in joint.sent:
            others = [names[pair] for pair in joint.moved if names[pair] != name]
            if names[sent.entity, sent.slot] == name and others:
                partners.setdefault(sent.event, []).append(
                    f"{joint.action}, with {' and '.join(others)}"
                )
    return {event: f"in {'; in '.join(words)}" for event, words in partners.items()}


def composed(draw: Composed = composition.picture) -> Scene:
    """The actions of the site."""
    return draw(signature(Site), joints(Site), "class Site in model/site.py")


# -- reachable states ---------------------------------------------------------------------------

STORE = ("server1.store", "server1.store.version", "server1.store.format")
_BUILDS: Mapping[type, Sequence[Any]] = {StoreVersion: (SP3, SP4)}
_CONSTANTS = {"sticky": False, "first_fix": FIRST_POSTED_WITH_MOVE_FIX}
STATES: Mapping[str, tuple[FiniteInstance, tuple[str, ...], str]] = {
    "states-small": (
        FiniteInstance(Site, {"servers": 1}, {StoreVersion: (SP3,)}, _CONSTANTS),
        ("server1.store", "server1.antivirus"),
        f"one server, Store.exe {SP3}",
    ),
    "states-server": (
        FiniteInstance(Site, {"servers": 1}, _BUILDS, _CONSTANTS),
        STORE,
        f"one server, Store.exe {SP3} or {SP4}",
    ),
    "states-move": (
        FiniteInstance(Site, {"servers": 2, "mailboxes": 1, "attachments": 1}, _BUILDS, _CONSTANTS),
        ("mailbox1.move",),
        f"two servers, one mailbox, one attachment, Store.exe {SP3} or {SP4}",
    ),
}
"""Small instances by the name of their picture: what tells states apart, and what there is."""


@cache
def states(name: str) -> reachable.Reachable:
    """The reachable states of a small instance."""
    instance, parts, words = STATES[name]
    source = "exhaustive search of the plain machines, no solver; A2 read per request"
    return reachable.explore(instance, parts, "Reachable states", words, source)


# -- all of them --------------------------------------------------------------------------------


def model_pictures() -> Iterator[Picture]:
    """The pictures that need no verdict."""
    for name, cls in MACHINES.items():
        described = describe(cls)
        yield Picture(
            f"machine-{name}",
            "The machines",
            described.summary,
            partial(machine, name),
            partial(dot.of_machine, described, OUTCOMES.get(name, {})),
            partial(state_diagram, cls),
            lambda described=described: tables.of_machine(described),  # type: ignore[misc]
        )
    info = signature(Site)
    yield Picture(
        "composition",
        "The composition",
        "Which action makes which machines step together.",
        composed,
        lambda: dot.of_composition(info, joints(Site)),
        lambda: composition_flow(info, joints(Site)),
        lambda: tables.of_composition(info, joints(Site)),
        narrow=partial(composed, composition.narrow),
    )
    for name, (_, _, words) in STATES.items():
        yield Picture(
            name,
            "Reachable states",
            f"Reachable states of {words}.",
            lambda name=name: state_graph.picture(states(name)),  # type: ignore[misc]
            lambda name=name: dot.of_states(states(name)),  # type: ignore[misc]
            lambda name=name: states_flow(states(name)),  # type: ignore[misc]
            lambda name=name: tables.of_states(states(name)),  # type: ignore[misc]
        )
