"""Machines and compositions as DOT that stands on its own, for other people's Graphviz."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from graphviz import Digraph, escape, nohtml

from statecheck.drawing.canvas.style import LIGHT
from statecheck.drawing.layout.labels import in_words
from statecheck.drawing.machine import Machine, State, Transition
from statecheck.drawing.pictures.joint import Joint
from statecheck.drawing.pictures.reachable import Reachable
from statecheck.modeling import SystemInfo


def of_machine(machine: Machine, outcomes: Mapping[str, str] | None = None) -> str:
    """A machine: nested states are clusters, transitions are labelled edges."""
    graph = _digraph()
    graph.attr("edge", color=LIGHT.colours["line"])
    anchors = {state.id: _anchor(state) for state in machine.all()}
    clusters = {state.id for state in machine.all() if state.children}
    parents = machine.parents
    _add_states(graph, machine.states, outcomes or {})
    for start in machine.starts:
        point = _name(f"start of {start}")
        graph.node(point, shape="point", width="0.15")
        graph.edge(point, anchors[start], lhead=_cluster(start) if start in clusters else None)
    for transition in machine.transitions:
        source = transition.source
        for target in transition.targets or (source,):
            nested = source == target or source in parents[target] or target in parents[source]
            framed = clusters.difference((source, target) if nested else ())
            graph.edge(
                anchors[source],
                anchors[target],
                _label(in_words(transition) if transition.event else _at_once(transition)) or None,
                ltail=_cluster(source) if source in framed else None,
                lhead=_cluster(target) if target in framed else None,
            )
    return _source(graph)


def _at_once(transition: Transition) -> str:
    """The label of a transition that needs no event."""
    return in_words(transition).removeprefix("at once").strip()


def of_composition(info: SystemInfo, joints: Sequence[Joint]) -> str:
    """Actions on one side, machines on the other, the events between them."""
    graph = _digraph()
    names = {(e.name, m.slot): m.cls.__name__ for e in info.entities for m in e.machines}
    for name in names.values():
        graph.node(_name(name), fillcolor=LIGHT.colours["state-fill"])
    for joint in joints:
        graph.node(_name(joint.action), shape="plaintext", style="")
        together = len(joint.moved) > 1
        for sent in joint.sent:
            graph.edge(
                _name(joint.action),
                _name(names[sent.entity, sent.slot]),
                _label(sent.event),
                color=LIGHT.colours["shared"] if together else None,
                penwidth="2" if together else None,
            )
    return _source(graph)


def of_states(states: Reachable) -> str:
    """A state graph; initial boxes have a double border."""
    graph = _digraph()
    for number, heap in enumerate(states.heaps):
        role = "composite" if heap.initial else "state"
        count = [f"{heap.states} states"] if heap.states > 1 else []
        graph.node(
            str(number),
            _label("\n".join([*heap.common, *count])),
            fillcolor=LIGHT.colours[f"{role}-fill"],
            peripheries="2" if heap.initial else None,
        )
    for (a, b), actions in states.steps.items():
        graph.edge(str(a), str(b), _label("\n".join(actions)))
    return _source(graph)


def _digraph() -> Digraph:
    graph = Digraph()
    graph.attr(rankdir="LR", compound="true", fontname="Arial", bgcolor="transparent")
    graph.attr("node", shape="box", style="rounded,filled", fontname="Arial", fontsize="13")
    graph.attr("edge", fontname="Arial", fontsize="11", arrowsize="0.8")
    return graph


def _source(graph: Digraph) -> str:
    source: str = graph.source
    return source


def _name(name: str) -> str:
    """A name of a node or a cluster, any characters; in an edge a colon would begin a port."""
    literal: str = escape(_printable(name).replace("%", "%25").replace(":", "%3A"))
    return literal


def _label(words: str) -> str:
    """A label that means just these words."""
    literal: str = nohtml(escape(_printable(words)).replace("\n", "\\n"))
    return literal


def _printable(words: str) -> str:
    return re.sub(r"[\x00-\x09\x0b-\x1f]", "\ufffd", words)


def _cluster(state: str) -> str:
    return _name(f"cluster_{state}")


def _anchor(state: State) -> str:
    """The node that an arrow to or from a state is drawn to."""
    while state.children:
        first = [child for child in state.children if child.initial]
        state = (first or list(state.children))[0]
    return _name(state.id)


def _add_states(graph: Digraph, states: Iterable[State], outcomes: Mapping[str, str]) -> None:
    for state in states:
        actions = [f"{kind} / {name}" for kind, name in state.actions]
        words = "\n".join([state.name, *[f'"{state.title}"'] * bool(state.title), *actions])
        if state.children:
            with graph.subgraph(name=_cluster(state.id)) as frame:
                style = "dashed,rounded" if state.kind == "parallel" else "rounded"
                frame.attr(label=_label(words), style=style)
                _add_states(frame, state.children, outcomes)
            continue
        role = outcomes.get(state.id, "state")
        shape, double = None, state.kind == "final" or state.id in outcomes
        if "history" in state.kind:
            words, shape, double = ("H*" if "deep" in state.kind else "H"), "circle", False
        graph.node(
            _name(state.id),
            _label(words),
            color=LIGHT.colours[role],
            fillcolor=LIGHT.colours[f"{role}-fill"],
            peripheries="2" if double else None,
            shape=shape,
        )
