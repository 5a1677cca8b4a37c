"""What a proof rests on, laid over the machines: in full ink what it needs, the rest in grey."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from diagrams import text
from diagrams.joint import Joint
from diagrams.labels import PLAIN, Setting
from diagrams.machine import Machine
from diagrams.page import Frame, Key, framed
from diagrams.scene import Group, Item, Scene, label, moved
from diagrams.statechart import Drawing, drawings
from diagrams.style import BODY, NAME, SMALL, WIDTH

_GAP = 40.0


@dataclass(frozen=True)
class Layer:
    """A machine, who has it, and its identifiers that a proof needs."""

    machine: Machine
    entity: str
    slot: str
    ink: frozenset[str]


@dataclass(frozen=True)
class Core:
    """A claim, its parts by action (in words), and the machines with what is needed of each."""

    title: str
    claim: str
    layers: tuple[Layer, ...]
    needs: tuple[tuple[str, str], ...]
    clauses: tuple[str, ...]
    untouched: tuple[str, ...]
    source: str


def ink(
    machine: Machine, entity: str, slot: str, parts: Iterable[Mapping[str, Any]],
    joints: Sequence[Joint],
) -> frozenset[str]:  # fmt: skip
    """The identifiers of a machine that parts of a proof core are about.

    An effect on the machine needs the events that the action sends to it, and what it calls on the
    way; a condition needs the guard that asks it, and the states that it names.
    """
    own = f"{entity.lower()}.{slot}"
    found: set[str] = set()
    for part in parts:
        words = set(re.findall(r"\w+", part["text"]))
        asked = {origin["function"] for origin in part["origins"]}
        sent = [
            s.event
            for joint in joints
            if joint.action == part["action"]
            for s in joint.sent
            if (s.entity, s.slot) == (entity, slot)
        ]
        about = part["text"] == own or part["text"].startswith((f"{own}.", f"{own} "))
        if part["kind"] == "start" and about:
            found.add("initially")
            found |= {state.name for state in machine.all() if state.name in words}
        elif part["kind"] == "effect" and about:
            found.update(sent)
            found |= asked.intersection(_called(machine, sent))
        elif part["kind"] == "guard":
            found |= (asked | words).intersection(_asked(machine, sent))
            if f"{own}.state" in part["text"]:
                found |= {state.name for state in machine.all() if state.name in words}
    names = {state.id: state.name for state in machine.all()}
    for transition in machine.transitions:
        if transition.event in found:
            found |= {names[state] for state in (transition.source, *transition.targets)}
    return frozenset(found)


def _called(machine: Machine, events: Sequence[str]) -> set[str]:
    return {a for t in machine.transitions if t.event in events for a in t.actions}


def _asked(machine: Machine, events: Sequence[str]) -> set[str]:
    guards = (g for t in machine.transitions if t.event in events for g in t.guards)
    return {name for guard in guards for name in re.findall(r"\w+", guard)} - {"and", "or", "not"}


def needs(parts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """What is needed of each action, in words."""
    grouped: dict[str, list[str]] = {}
    for part in parts:
        words = f"if {part['text']}" if part["kind"] == "guard" else part["text"]
        grouped.setdefault(part["action"] or "at the start", []).append(words)
    for action, found in grouped.items():
        yield action, "; ".join(found)


# -- the picture --------------------------------------------------------------------------------


@cache
def _form(machine: Machine) -> tuple[str, float]:
    """The layout of a machine: the same under every claim, so that claims can be compared."""
    best = min(drawings(machine, PLAIN), key=lambda drawing: drawing.cost)
    return best.direction, best.limit


def picture(core: Core) -> Scene:
    """The machines, one beside or below the other."""
    items, size = _machines(core.layers)
    clauses = f"Clauses of the invariant: {'; '.join(core.clauses)}." if core.clauses else ""
    count = f"{sum(bool(layer.ink) for layer in core.layers)} of {len(core.layers)} machines"
    lines = [core.claim, f"The proof needs parts of {count}; any one left out, it fails."]
    if not any(layer.ink for layer in core.layers):
        lines[1] = "The proof needs no part of any machine."
    words, height = _words(core, size[0])
    items += moved(words, 0, size[1] + 26)
    frame = Frame(
        core.title,
        "what its proof rests on",
        tuple(lines),
        (
            Key("needed", box="state"),
            Key("grey, dashed: not needed; it could be anything", box="faint", dashed=True),
            Key("where it starts", mark="dot", role="ink"),
            Key("leaves the state and enters it again", mark="loop"),
        ),
        core.source,
    )
    full = (max(size[0], 900.0), size[1] + 26 + height)
    said = " ".join(f"{action}: {found}." for action, found in core.needs)
    return framed(frame, items, full, f"{' '.join(lines)} {said} {clauses}")


def _machines(layers: Sequence[Layer]) -> tuple[list[Item], tuple[float, float]]:
    items: list[Item] = []
    x = y = row = widest = 0.0
    for layer in layers:
        direction, limit = _form(layer.machine)
        drawing = Drawing(layer.machine, Setting(full_ink=layer.ink), direction, limit)
        width, height = drawing.laid.width, drawing.laid.height + 34
        if x and x + width > WIDTH:
            x, y, row = 0.0, y + row + _GAP, 0.0
        role = "ink" if layer.ink else "faint"
        head = label(x, y + 16, layer.machine.name, role, NAME, bold=True)
        body = (head, *moved(drawing.items(), x, y + 34))
        items.append(Group(f"machine-{layer.machine.name}", ("machine",), body, head.text))
        x, row = x + width + _GAP, max(row, height)
        widest = max(widest, x - _GAP)
    return items, (widest, y + row)


def _words(core: Core, width: float) -> tuple[list[Item], float]:
    """What is needed, by action, and the clauses."""
    rows = [*core.needs, *(("invariant", clause) for clause in core.clauses)]
    if core.untouched:
        rows.append(("untouched", ", ".join(core.untouched)))
    column = max((text.width(head, BODY, bold=True) for head, _ in rows), default=0) + 18
    items: list[Item] = []
    y = 0.0
    for head, said in rows:
        items.append(label(0, y + BODY, head, "ink", BODY, bold=True))
        for line in text.wrapped(said, SMALL, max(width, 900.0) - column):
            items.append(label(column, y + BODY, line, "muted", SMALL))
            y += SMALL * text.LEADING
        y += 5
    return items, y
