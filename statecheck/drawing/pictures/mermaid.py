"""Machines, compositions and runs as Mermaid text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from statecheck.drawing.machine import Machine, State, Transition, describe
from statecheck.drawing.pictures.composition import whose
from statecheck.drawing.pictures.joint import Joint
from statecheck.drawing.pictures.reachable import Reachable
from statecheck.drawing.pictures.story import Story, causes
from statecheck.modeling import SystemInfo

ABREAST = 6
"""So many states are drawn from left to right, as in the pictures; Mermaid's own way is down."""


_SPECIAL = re.compile(
    r"[<>&\"#;:{}|%$`\\*~\x00-\x1f\u2028\u2029]"  # Mermaid's signs, and Markdown's
    r"|(?<![^\W_])_|_(?![^\W_])"  # emphasis; the sign inside a_name is none
    r"|\](?=\()"  # a link
    r"|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]|(?<=^\d\d\d)[.)]"  # a list
)

_RESERVED = re.compile(
    "accdescr|acctitle|as|class|classdef|click|default|direction|end|hide|href|note|root|scale|state"
    "|style|constructor|hasownproperty|isprototypeof|propertyisenumerable|tolocalestring|tostring"
    "|valueof",
    re.IGNORECASE,
)
"""Names that no state has in Mermaid: words of its own, and what any JavaScript object has."""


def escaped(words: str) -> str:
    """Words with what Mermaid, or the Markdown in it, gives a meaning to as entities."""
    return _SPECIAL.sub(lambda m: f"#{ord(m[0])};", words)


# -- machines -----------------------------------------------------------------------------------


def state_diagram(cls: type[Any]) -> str:
    """The diagram of a machine: states, events, guards and effects, in the source's order."""
    return machine_text(describe(cls))


def machine_text(machine: Machine) -> str:
    """The diagram of a machine that was described."""
    return _Diagram(machine).text()


class _Diagram:
    """A machine as it is written down.

    Mermaid cannot draw an arrow to or from a composite state within regions that lines divide, nor
    some arrows where such regions stand in each other. There the regions are boxes without a line.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.ids = _ids(machine)
        self.edges: dict[tuple[str, str], list[str]] = {}
        for transition in machine.transitions:
            for target in transition.targets or (transition.source,):
                self.edges.setdefault((transition.source, target), []).append(_label(transition))
        initial = {state.id for state in machine.all() if state.initial}
        self.ends = {*machine.starts, *initial, *(end for edge in self.edges for end in edge)}
        parallel = [state for state in machine.all() if state.kind == "parallel"]
        self.divided = {state.id for state in parallel if self._can_be_divided(state, parallel)}

    def _can_be_divided(self, state: State, parallel: Sequence[State]) -> bool:
        """True if lines may divide the regions of a parallel state."""
        inside = {inner.id: inner for inner in state.all() if inner is not state}
        if any(inner.children and inner.id in self.ends for inner in inside.values()):
            return False
        around = self.machine.parents[state.id]
        return not any(other.id in inside or other.id in around for other in parallel)

    def text(self) -> str:
        machine, ids = self.machine, self.ids
        few = not any(state.children for state in machine.states) and len(machine.states) <= ABREAST
        lines = ["stateDiagram-v2", *(["    direction LR"] * few)]
        lines += [f"    [*] --> {ids[start]}" for start in machine.starts]
        for state in machine.states:
            lines += self.state(state, "    ")
        lines += [
            f"    {ids[source]} --> {ids[target]}{_after_colon(labels)}"
            for (source, target), labels in self.edges.items()
        ]
        return "\n".join(lines) + "\n"

    def state(self, state: State, indent: str) -> Iterator[str]:
        own = self.ids[state.id]
        name = "H*" if state.kind == "deep history" else "H" if "history" in state.kind else ""
        name = name or escaped(state.name)
        more = [f"'{escaped(state.title)}'"] * bool(state.title and "history" not in state.kind)
        more += [f"{kind} / {escaped(action)}" for kind, action in state.actions]
        if state.children:
            yield from self.composite(state, name, more, indent)
        elif name != own or more:
            yield f'{indent}state "{name}" as {own}'
            yield from (f"{indent}{own}: {line}" for line in more)
        elif "." in state.id or state.id not in self.ends:
            yield f"{indent}{own}"
        if state.kind == "final":
            yield f"{indent}{own} --> [*]"

    def composite(self, state: State, name: str, more: Sequence[str], indent: str) -> Iterator[str]:
        """A state with others in it, whose title has to say all in one line."""
        own = self.ids[state.id]
        divided = state.id in self.divided
        title = " · ".join(
            [name, *["parallel"] * (state.kind == "parallel" and not divided), *more]
        )
        yield f"{indent}state {own} {{" if title == own else f'{indent}state "{title}" as {own} {{'
        for number, child in enumerate(state.children):
            if divided and number and "history" not in child.kind:
                yield f"{indent}    --"
            if child.initial:
                yield f"{indent}    [*] --> {self.ids[child.id]}"
            yield from self.state(child, f"{indent}    ")
        yield f"{indent}}}"


def _ids(machine: Machine) -> dict[str, str]:
    """An identifier for each state: its own, with those of the states around it, if it can be.

    Mermaid itself calls the initial and the final mark of a composite state X X_start and X_end.
    """
    wished = {state.id: state.id.replace(".", "__") for state in machine.all()}
    around = {"root", *(wished[state.id] for state in machine.all() if state.children)}
    taken = {f"{own}_{mark}" for own in around for mark in ("start", "end")}
    ids: dict[str, str] = {}
    for number, state in enumerate(machine.all(), 1):
        own = wished[state.id]
        plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", own) and not _RESERVED.fullmatch(own)
        if not plain or own in taken:
            own = f"s{number}"
            while own in taken or any(f"{w}_".startswith(f"{own}_") for w in wished.values()):
                own += "x"
        taken.add(own)
        ids[state.id] = own
    return ids


def _after_colon(labels: Sequence[str]) -> str:
    """The label of an arrow; none where nothing is to be said."""
    said = "<br>".join(filter(None, labels))
    return f": {said}" if said else ""


def _label(transition: Transition) -> str:
    parts = [escaped(transition.event)] if transition.event else []
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
