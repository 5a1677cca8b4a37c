"""Machines and compositions as DOT that stands on its own, for other people's Graphviz."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from statecheck.drawing.canvas.style import LIGHT
from statecheck.drawing.layout.labels import in_words
from statecheck.drawing.layout.layout import quoted
from statecheck.drawing.pictures.joint import Joint
from statecheck.drawing.pictures.machine import Machine, State
from statecheck.drawing.pictures.reachable import Reachable
from statecheck.modeling import SystemInfo

_HEAD = (
    "digraph {",
    'rankdir=LR; compound=true; fontname="Arial"; bgcolor="transparent"',
    'node [shape=box style="rounded,filled" fontname="Arial" fontsize=13]',
    'edge [fontname="Arial" fontsize=11 arrowsize=0.8]',
)


def of_machine(machine: Machine, outcomes: Mapping[str, str] | None = None) -> str:
    """A machine: nested states are clusters, transitions are labelled edges."""
    colours = LIGHT.colours
    anchors = {state.id: _anchor(state) for state in machine.all()}
    clusters = {state.id for state in machine.all() if state.children}
    lines = [*_HEAD, f"edge [color={quoted(colours['line'])}]"]
    lines += _states(machine.states, outcomes or {})
    for start in machine.starts:
        lines.append(f"{quoted(f'start of {start}')} [shape=point width=0.15]")
        lines.append(_edge(f"start of {start}", anchors[start], "", head=start, clusters=clusters))
    for transition in machine.transitions:
        for target in transition.targets or (transition.source,):
            words = in_words(transition)
            source = transition.source
            lines.append(_edge(anchors[source], anchors[target], words, source, target, clusters))
    return "\n".join([*lines, "}"]) + "\n"


def _anchor(state: State) -> str:
    while state.children:
        first = [child for child in state.children if child.initial]
        state = (first or list(state.children))[0]
    return state.id


def _states(states: Iterable[State], outcomes: Mapping[str, str]) -> Iterator[str]:
    for state in states:
        actions = [f"{kind} / {name}" for kind, name in state.actions]
        words = "\n".join([state.name, *[f'"{state.title}"'] * bool(state.title), *actions])
        if state.children:
            yield f"subgraph {quoted('cluster_' + state.id)} {{"
            style = "dashed,rounded" if state.kind == "parallel" else "rounded"
            yield f"label={_label(words)} style={quoted(style)}"
            yield from _states(state.children, outcomes)
            yield "}"
            continue
        role = outcomes.get(state.id, "state")
        colours = f"color={quoted(LIGHT.colours[role])} "
        colours += f"fillcolor={quoted(LIGHT.colours[f'{role}-fill'])}"
        double = " peripheries=2" if state.kind == "final" or state.id in outcomes else ""
        if "history" in state.kind:
            words, double = ("H*" if "deep" in state.kind else "H"), " shape=circle"
        yield f"{quoted(state.id)} [label={_label(words)} {colours}{double}]"


def _label(words: str) -> str:
    return quoted(words).replace("\n", "\\n")


def _edge(
    tail: str,
    head_node: str,
    words: str,
    source: str = "",
    head: str = "",
    clusters: Iterable[str] = (),
) -> str:
    inside = source and head and (source.startswith(f"{head}.") or head.startswith(f"{source}."))
    attributes = [f"label={_label(words)}"] if words else []
    if source in clusters and not inside and source != head:
        attributes.append(f"ltail={quoted('cluster_' + source)}")
    if head in clusters and not inside and source != head:
        attributes.append(f"lhead={quoted('cluster_' + head)}")
    return f"{quoted(tail)} -> {quoted(head_node)} [{' '.join(attributes)}]"


def of_composition(info: SystemInfo, joints: Sequence[Joint]) -> str:
    """Actions on one side, machines on the other, the events between them."""
    names = {(e.name, m.slot): m.cls.__name__ for e in info.entities for m in e.machines}
    shared = LIGHT.colours["shared"]
    lines = [*_HEAD]
    lines += [f"{quoted(name)} [fillcolor={quoted(LIGHT.colours['state-fill'])}]"
              for name in names.values()]  # fmt: skip
    for joint in joints:
        lines.append(f'{quoted(joint.action)} [shape=plaintext style=""]')
        together = len(joint.moved) > 1
        for sent in joint.sent:
            target = names[sent.entity, sent.slot]
            style = f" color={quoted(shared)} penwidth=2" if together else ""
            lines.append(
                f"{quoted(joint.action)} -> {quoted(target)} [label={_label(sent.event)}{style}]"
            )
    return "\n".join([*lines, "}"]) + "\n"


def of_states(the: Reachable) -> str:
    """A state graph; initial boxes have a double border."""
    lines = [*_HEAD]
    for number, heap in enumerate(the.heaps):
        role = "composite" if heap.initial else "state"
        count = [f"{heap.states} states"] if heap.states > 1 else []
        words = _label("\n".join([*heap.common, *count]))
        fill = f"fillcolor={quoted(LIGHT.colours[f'{role}-fill'])}"
        double = " peripheries=2" if heap.initial else ""
        lines.append(f"{number} [label={words} {fill}{double}]")
    for (a, b), actions in the.steps.items():
        lines.append(f"{a} -> {b} [label={_label(chr(10).join(actions))}]")
    return "\n".join([*lines, "}"]) + "\n"
