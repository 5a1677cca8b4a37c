"""A proof core laid over the machines: in full ink what the proof needs, the rest in grey."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from statecheck.drawing.canvas import text
from statecheck.drawing.canvas.page import Frame, Key, framed
from statecheck.drawing.canvas.scene import Group, Item, Scene, label, moved
from statecheck.drawing.canvas.style import BODY, NAME, SMALL, WIDTH
from statecheck.drawing.layout.labels import PLAIN, Ink, Setting
from statecheck.drawing.machine import Machine
from statecheck.drawing.pictures.joint import Joint
from statecheck.drawing.pictures.statechart import STARTS, Drawing, best
from statecheck.modeling import STATE

_GAP = 40.0


@dataclass(frozen=True)
class Layer:
    """A machine, who has it, its identifiers that a proof needs (see ``Setting.full_ink``), and
    those of its fields that the proof reads.
    """

    machine: Machine
    entity: str
    slot: str
    ink: frozenset[Ink]
    read: tuple[str, ...] = ()
    setting: Setting = PLAIN


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


def fields_read(
    entity: str, slot: str, fields: Iterable[str], terms: Iterable[Mapping[str, Any]]
) -> tuple[str, ...]:
    """The fields of a machine that conditions and clauses mention."""
    mentioned = {m["field"] for term in terms for m in _of(term["mentions"], entity, slot)}
    return tuple(field for field in fields if field in mentioned)


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


def picture(core: Core) -> Scene:
    """The machines of which something is needed, one beside or below the other."""
    forms = [
        best(layer.machine, layer.setting).inked(layer.ink) for layer in core.layers if layer.ink
    ]  # in one layout under every claim, so that claims can be compared
    items, size = _machines(forms)
    words, height = _words(core, size[0])
    items += moved(words, 0, size[1] + 26)
    lines = (
        core.claim,
        "Without any one of the parts listed below this proof fails; what is grey may do anything.",
    )
    keys = [
        Key("needed", box="state"),
        Key("grey, dashed: not needed", box="faint", dashed=True),
        Key("in ink on a grey arrow: asked, but the step itself is not needed", sample="[guard]"),
        *(key for form in forms for key in form.legend() if key.box != "faint"),
    ]
    if {*STARTS} <= {*keys}:
        both = replace(STARTS[0], words=f"{STARTS[0].words}; of two, in either")
        keys = [both if key in STARTS else key for key in keys]
    frame = Frame(
        core.title, "what its proof rests on", lines, tuple(dict.fromkeys(keys)), core.source
    )
    full = (max(size[0], 900.0), size[1] + 26 + height)
    rows = " ".join(f"{head}: {words}." for head, words in _rows(core))
    return framed(frame, items, full, f"{' '.join(lines)} {rows}")


def _machines(forms: Sequence[Drawing]) -> tuple[list[Item], tuple[float, float]]:
    items: list[Item] = []
    x = y = row = widest = 0.0
    for drawing in forms:
        name = drawing.machine.name
        width, height = drawing.laid.width, drawing.laid.height + 34
        if x and x + width > WIDTH:
            x, y, row = 0.0, y + row + _GAP, 0.0
        head = label(x, y + 16, name, "ink", NAME, bold=True)
        body = (head, *moved(drawing.items(), x, y + 34))
        items.append(Group(f"machine-{name}", ("machine",), body, head.text))
        x, row = x + width + _GAP, max(row, height)
        widest = max(widest, x - _GAP)
    return items, (widest, y + row)


def _rows(core: Core) -> Iterator[tuple[str, str]]:
    """The needed parts by action; the clauses; what is only read, and what is not needed."""
    yield from core.needs
    for clause in core.clauses:
        yield "invariant", clause
    for layer in core.layers:
        if layer.read and not layer.ink:
            yield layer.machine.name, f"only {', '.join(layer.read)} is read"
    idle = [layer.machine.name for layer in core.layers if not layer.ink and not layer.read]
    if idle:
        yield "not needed", ", ".join(idle)
    if core.untouched:
        yield "untouched", ", ".join(core.untouched)


def _words(core: Core, width: float) -> tuple[list[Item], float]:
    rows = list(_rows(core))
    column = max((text.width(head, BODY, bold=True) for head, _ in rows), default=0) + 18
    items: list[Item] = []
    y = 0.0
    for head, row in rows:
        items.append(label(0, y + BODY, head, "ink", BODY, bold=True))
        for line in text.wrapped(row, SMALL, max(width, 900.0) - column):
            items.append(label(column, y + BODY, line, "muted", SMALL))
            y += SMALL * text.LEADING
        y += 5
    return items, y
