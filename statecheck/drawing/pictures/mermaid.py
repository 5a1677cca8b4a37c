"""Machines, compositions and runs as Mermaid text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from statecheck.drawing.machine import Machine, State, Transition, describe
from statecheck.drawing.pictures.composition import whose
from statecheck.drawing.pictures.joint import Joint
from statecheck.drawing.pictures.reachable import Reachable
from statecheck.drawing.pictures.story import Story, causes
from statecheck.modeling import SystemInfo

ABREAST = 6
"""So many states are drawn from left to right, as in the pictures; Mermaid's own way is down."""


def escaped(words: str) -> str:
    """Words with the characters that Mermaid gives a meaning to as its entities."""
    return re.sub(r"[<>&\"#;:{}|\x00-\x1f]", lambda m: f"#{ord(m[0])};", words)


# -- machines -----------------------------------------------------------------------------------


def state_diagram(cls: type[Any]) -> str:
    """The diagram of a machine: states, events, guards and effects, in the source's order."""
    machine = describe(cls)
    ids = _ids(machine)
    few = not any(state.children for state in machine.states) and len(machine.states) <= ABREAST
    lines = ["stateDiagram-v2", *(["    direction LR"] * few)]
    lines += [f"    [*] --> {ids[start]}" for start in machine.starts]
    lines += _nested(machine.states, ids, "    ")
    edges: dict[tuple[str, str], list[str]] = {}
    for transition in machine.transitions:
        for target in transition.targets or (transition.source,):
            edges.setdefault((transition.source, target), []).append(_label(transition))
    lines += [
        f"    {ids[source]} --> {ids[target]}: {'<br>'.join(labels)}"
        for (source, target), labels in edges.items()
    ]
    return "\n".join(lines) + "\n"


def _ids(machine: Machine) -> dict[str, str]:
    """An identifier for each state: its own where Mermaid can read it."""
    ids: dict[str, str] = {}
    for number, state in enumerate(machine.all(), 1):
        plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", state.id) is not None
        ids[state.id] = state.id if plain and state.id != "end" else f"state{number}"
    return ids


def _nested(states: Iterable[State], ids: dict[str, str], indent: str) -> Iterator[str]:
    for state in states:
        name = "H*" if state.kind == "deep history" else "H" if "history" in state.kind else ""
        if name or ids[state.id] != state.id:
            yield f'{indent}state "{name or escaped(state.name)}" as {ids[state.id]}'
        if state.title and not name:
            yield f"{indent}{ids[state.id]}: '{escaped(state.title)}'"
        for kind, action in state.actions:
            yield f"{indent}{ids[state.id]}: {kind} / {escaped(action)}"
        if state.children:
            yield f"{indent}state {ids[state.id]} {{"
            for number, child in enumerate(state.children):
                if state.kind == "parallel" and number and "history" not in child.kind:
                    yield f"{indent}    --"
                if child.initial:
                    yield f"{indent}    [*] --> {ids[child.id]}"
                yield from _nested((child,), ids, f"{indent}    ")
                if not child.children and ids[child.id] == child.id and not child.actions:
                    yield f"{indent}    {ids[child.id]}"
            yield f"{indent}}}"
        if state.kind == "final":
            yield f"{indent}{ids[state.id]} --> [*]"


def _label(transition: Transition) -> str:
    parts = [escaped(transition.event or "(no event)")]
    parts += [f"no. {transition.order}"] if transition.order else []
    parts += (
        [f"[{', '.join(escaped(str(guard)) for guard in transition.guards)}]"]
        if transition.guards
        else []
    )
    parts += [f"/ {', '.join(map(escaped, transition.actions))}"] if transition.actions else []
    return " ".join(parts)


# -- compositions and runs ----------------------------------------------------------------------


def composition_flow(info: SystemInfo, joints: Sequence[Joint]) -> str:
    """Actions and the machines that they move, with the events between them."""
    names = {(e.name, m.slot): m.cls.__name__ for e in info.entities for m in e.machines}
    lines = ["flowchart LR", *(f"    {name}([{name}])" for name in names.values())]
    for joint in joints:
        arrow = "==>" if len(joint.moved) > 1 else "-->"
        for sent in joint.sent:
            target = names[sent.entity, sent.slot]
            words = f"{sent.event}, {whose(sent)}"
            lines.append(f"    {joint.action} {arrow}|{escaped(words)}| {target}")
    return "\n".join(lines) + "\n"


def run_sequence(story: Story) -> str:
    """A run as a sequence diagram: a participant for each machine, a note for each step."""
    lanes = story.played.lanes
    ids = {lane: f"m{number}" for number, lane in enumerate(lanes, 1)}
    lines = ["sequenceDiagram"]
    lines += [f"    participant {ids[lane]} as {escaped(lane.name)}" for lane in lanes]
    for lane, state in zip(lanes, story.played.states, strict=True):
        lines.append(f"    Note over {ids[lane]}: {escaped(state)}")
    for number, moment in enumerate(story.played.moments, 1):
        involved = list(dict.fromkeys(part.lane for part in moment.parts)) or list(lanes[:1])
        ends = sorted((involved[0], involved[-1]), key=lanes.index)
        over = ",".join(dict.fromkeys(ids[lane] for lane in ends))
        call = f"{number}. {moment.action}({', '.join(moment.arguments)})"
        changes = [f"{change.place} = {change.after}" for change in moment.changes]
        words = "<br>".join(map(escaped, [call, *changes]))
        lines.append(f"    Note over {over}: {words}")
    if story.back_to is not None:
        first = len(lines) - len(story.played.moments) + story.back_to
        lines[first:] = ["    loop for ever", *lines[first:], "    end"]
    end = " ".join((f"{story.verdict}: {story.claim}", *causes(story)))
    lines.append(f"    Note over {ids[lanes[0]]},{ids[lanes[-1]]}: {escaped(end)}")
    return "\n".join(lines) + "\n"


def states_flow(states: Reachable) -> str:
    """A state graph; initial boxes are stadiums."""
    lines = ["flowchart TB"]
    for number, heap in enumerate(states.heaps):
        count = [f"{heap.states} states"] if heap.states > 1 else []
        words = "<br>".join(map(escaped, [*heap.common, *count]))
        left, right = ("([", "])") if heap.initial else ("[", "]")
        lines.append(f'    s{number}{left}"{words}"{right}')
    for (a, b), actions in states.steps.items():
        lines.append(f"    s{a} -->|{'<br>'.join(map(escaped, actions))}| s{b}")
    return "\n".join(lines) + "\n"
