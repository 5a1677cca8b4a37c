"""The part of an automaton that rests on no answer from outside: its runs are the machine's own."""

from __future__ import annotations

from dataclasses import replace

from statecheck.single.execution.automaton import Automaton, Node
from statecheck.single.running.reach import Route
from statecheck.single.running.replay import shown

ADVICE = "--assume-harmless NAME says of one that its calls neither raise nor change the machine"


def certain(automaton: Automaton) -> Automaton:
    """The same nodes with the edges on which no answer was chosen.

    It shows runs and proves nothing, so none of its nodes counts as known.
    """
    twins = {
        node: Node(node.number, node.control, node.data, node.variables, node.key, depth=node.depth)
        for node in automaton.nodes
    }
    for node, twin in twins.items():
        for kept, edges in ((twin.edges, node.edges), (twin.failures, node.failures)):
            kept += [
                replace(edge, source=twin, target=twins[edge.target])
                for edge in edges
                if not edge.chosen
            ]
    reached, todo = {twins[automaton.nodes[0]]: None}, [twins[automaton.nodes[0]]]
    while todo:
        for edge in todo.pop().edges:
            if edge.target not in reached:
                reached[edge.target] = None
                todo.append(edge.target)
    return Automaton(
        list(reached),
        automaton.start,
        complete=False,
        alternatives=automaton.alternatives,
        hindrance="answers from outside were left out",
    )


def is_chosen(route: Route) -> bool:
    """Tell whether a run rests on answers that were chosen."""
    return any(edge.chosen for edge in route.edges)


def choices(route: Route) -> str:
    """The run, with the steps at which answers from outside were chosen."""
    steps = []
    for move, edge in zip(route.moves, route.edges, strict=True):
        told = f" where {edge.chosen[-1]}" if edge.chosen else ""
        steps.append(f"{shown(move)}{told}")
    return (
        "a run gets there if things outside answer so, and they may not: "
        f"{', '.join(steps)}; {ADVICE}"
    )
