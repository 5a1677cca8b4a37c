"""The core of a proof: its reasons in words, and the steps that it needs of each machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.page import Frame, framed
from statecheck.drawing.canvas.scene import Group, Item, Scene, label, moved
from statecheck.drawing.canvas.style import BODY, NAME, WIDTH
from statecheck.drawing.layout.labels import PLAIN, Ink, Setting
from statecheck.drawing.machine import Machine
from statecheck.drawing.pictures.joint import Joint
from statecheck.drawing.pictures.reasons import Reason
from statecheck.drawing.pictures.statechart import Drawing, best
from statecheck.modeling import STATE

_GAP = 40.0


@dataclass(frozen=True)
class Layer:
    """A machine, and its identifiers that a proof needs (see ``Setting.full_ink``)."""

    machine: Machine
    ink: frozenset[Ink]
    setting: Setting = PLAIN

    @property
    def needed(self) -> Machine:
        """The machine without the states and transitions that the proof does without."""
        kept = tuple(t for t in self.machine.transitions if t.event in self.ink)
        touched = {state for t in kept for state in (t.source, *t.targets)}
        nested = any(state.children for state in self.machine.all())
        states = tuple(
            state
            for state in self.machine.states
            if nested or state.id in touched or state.name in self.ink
        )
        starts = tuple(id_ for id_ in self.machine.starts if id_ in {s.id for s in states})
        known = starts if "initially" in self.ink else ()
        return replace(self.machine, states=states, transitions=kept, starts=known)


@dataclass(frozen=True)
class Core:
    """A claim, its parts by action as they are written, the same as ``reasons`` in words, and the
    machines with what is needed of each.
    """

    title: str
    claim: str
    layers: tuple[Layer, ...]
    needs: tuple[tuple[str, str], ...]
    clauses: tuple[str, ...]
    reasons: tuple[Reason, ...]
    source: str


def ink(
    machine: Machine, entity: str, slot: str, parts: Iterable[Mapping[str, Any]],
    clauses: Iterable[Mapping[str, Any]], joints: Sequence[Joint],
) -> frozenset[Ink]:  # fmt: skip
    """The identifiers of a machine that a proof core is about: its parts and clauses as a report
    has them.

    An effect on the machine needs the events that the action sends to it, and what it calls on the
    way; a condition needs the guard that asks it, in the events of its action only. The states
    that a condition or a clause compares with are needed, whatever references lead to them.
    """
    events: set[str] = set()
    needed: set[Ink] = set()
    for part in parts:
        functions = {origin["function"] for origin in part["origins"]}
        sent = [
            s.event
            for joint in joints
            if joint.action == part["action"]
            for s in joint.sent
            if (s.entity, s.slot) == (entity, slot)
        ]
        written = [] if part["function"] is None else list(_of([part["function"]], entity, slot))
        if part["kind"] == "start" and written:
            needed |= {"initially", *_states(written)}
        elif part["kind"] == "effect" and written:
            events.update(sent)
            needed |= {pair for pair in _called(machine, sent) if pair[1] in functions}
        elif part["kind"] == "guard":
            mentioned = list(_of(part["mentions"], entity, slot))
            values = [*mentioned, *(m for m in part["mentions"] if m["machine"] is None)]
            asked = functions | {value["field"] for value in values}
            needed |= {pair for pair in _asked(machine, sent) if pair[1] in asked}
            needed |= _states(mentioned)
    for clause in clauses:
        needed |= _states(_of(clause["mentions"], entity, slot))
    names = {state.id: state.name for state in machine.all()}
    for transition in machine.transitions:
        if transition.event in events:
            needed |= {names[state] for state in (transition.source, *transition.targets)}
    return frozenset(needed | events)


def _of(
    mentions: Iterable[Mapping[str, Any]], entity: str, slot: str
) -> Iterator[Mapping[str, Any]]:
    """The mentions of a machine's state and fields."""
    return (m for m in mentions if (m["entity"], m["machine"]) == (entity, slot))


def _states(mentions: Iterable[Mapping[str, Any]]) -> set[str]:
    """The states of a machine that it is compared with, or starts in."""
    return {state for m in mentions if m["field"] == STATE for state in m["values"]}


def _called(machine: Machine, events: Sequence[str]) -> set[tuple[str, str]]:
    return {(t.event, a) for t in machine.transitions if t.event in events for a in t.actions}


def _asked(machine: Machine, events: Sequence[str]) -> set[tuple[str, str]]:
    return {
        (t.event, name)
        for t in machine.transitions
        if t.event in events
        for guard in t.guards
        for condition in guard.conditions
        for name in condition.names
    }


def needs(
    parts: Iterable[Mapping[str, Any]], functions: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The parts that are needed of each action, in words; see ``readable``."""
    grouped: dict[str, list[str]] = {}
    for part in parts:
        text = readable(part["text"], part["choices"], functions)
        words = f"if {text}" if part["kind"] == "guard" else text
        grouped.setdefault(part["action"] or "at the start", []).append(words)
    for action, words_of_action in grouped.items():
        yield action, "; ".join(words_of_action)


def readable(text: str, choices: Iterable[Mapping[str, Any]], functions: Mapping[str, str]) -> str:
    """A term in which what the solver spells out case by case is named again.

    A choice of cases that looks at one value alone is a function of it: the one that ``functions``
    names for its field, or the value itself where the choice is its place in an order.
    """
    for choice in sorted(choices, key=lambda choice: len(choice["text"]), reverse=True):
        name, path = functions.get(choice["field"]), choice["path"]
        if name or choice["is_rank"]:
            text = text.replace(choice["text"], f"{name}({path})" if name else path)
    return text


# -- the picture --------------------------------------------------------------------------------

_HEADING, _ABOUT, _WIDE = 26.0, 18.0, 860.0


def picture(core: Core) -> Scene:
    """The reasons in words, and below them the steps that are needed of each machine."""
    words, height = _words(core)
    forms = [
        best(layer.needed, layer.setting, brief=True)
        for layer in core.layers
        if layer.needed.transitions
    ]
    drawn, size = _machines(forms)
    items = [*words, *moved(drawn, 0, height + _GAP / 2)]
    keys = dict.fromkeys(key for form in forms for key in form.legend())
    lines = (
        core.claim,
        "Without any one of these parts the proof fails; the rest may be otherwise.",
    )
    frame = Frame(core.title, "what its proof rests on", lines, tuple(keys), core.source)
    full = (max(size[0], _WIDE), height + (size[1] + _GAP / 2 if forms else 0))
    told = " ".join(f"{r.heading}: {r.about} {r.words}" for r in core.reasons)
    return framed(frame, items, full, f"{' '.join(lines)} {told}")


def _machines(forms: Sequence[Drawing]) -> tuple[list[Item], tuple[float, float]]:
    """The machines beside each other, as many in a row as there is room for."""
    items: list[Item] = []
    x = y = row = widest = 0.0
    for drawing in forms:
        head = label(0, NAME, f"{drawing.machine.name}: the steps it needs", "ink", NAME, bold=True)
        width = max(drawing.laid.width, head.width)
        height = drawing.laid.height + 34
        if x and x + width > WIDTH:
            x, y, row = 0.0, y + row + _GAP, 0.0
        body = (*moved((head,), x, y), *moved(drawing.items(), x, y + 34))
        items.append(Group(f"machine-{drawing.machine.name}", ("machine",), body, head.text))
        x, row = x + width + _GAP, max(row, height)
        widest = max(widest, x - _GAP)
    return items, (widest, y + row)


def _words(core: Core) -> tuple[list[Item], float]:
    """The reasons, below their headings."""
    column = max((text.width(r.about, BODY, bold=True) for r in core.reasons), default=0.0)
    items: list[Item] = []
    heading, y = "", 0.0
    for reason in core.reasons:
        if reason.heading != heading:
            y += _HEADING * 0.4 if heading else 0
            heading = reason.heading
            items.append(label(0, y + BODY, heading, "composite", BODY, bold=True))
            y += _HEADING
        at = _ABOUT
        if reason.about:
            items.append(label(at, y + BODY, reason.about, "ink", BODY, bold=True))
            at += column + 16
        for line in text.wrapped(reason.words, BODY, _WIDE - at):
            items.append(label(at, y + BODY, line, "ink", BODY))
            y += BODY * text.LEADING
        y += 5
    return items, y
