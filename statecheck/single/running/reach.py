"""Reachability in an automaton without variables, breadth first: exact, and shortest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from statecheck.single.claims.predicates import Holding
from statecheck.single.execution.automaton import Automaton, Edge, Local, Node, Variable
from statecheck.single.reading.freeze import SYMBOLIC
from statecheck.single.reading.kinds import same
from statecheck.single.reading.specimen import Attribute


@dataclass(frozen=True)
class Target:
    """A goal of a search: nodes where something holds, or edges on which it does."""

    in_nodes: Callable[[Node], list[Holding]] | None
    on_edges: Callable[[Edge], Any] | None


@dataclass(frozen=True)
class Move:
    """One step of a run with plain values: the inputs that are set first, then the event."""

    event: str
    arguments: tuple[tuple[str, Any], ...]
    inputs: tuple[tuple[Attribute, Any], ...]


@dataclass(frozen=True)
class Route:
    """A way through the automaton, and the inputs that are set at its end."""

    moves: tuple[Move, ...]
    edges: tuple[Edge, ...]
    choices: tuple[dict[Any, Any], ...]
    last: tuple[tuple[Attribute, Any], ...] = ()


def plain_choice(pairs: Sequence[tuple[Any, Any]], values: dict[Any, Any]) -> tuple[Any, ...]:
    """Arguments or inputs with plain values."""
    found = []
    for name, value in pairs:
        if type(value) not in SYMBOLIC:
            found.append((name, value))
        else:
            local = next(s for s in values if isinstance(s, Local) and s.name == str(value.term))
            if not same(values[local], local.usual):
                found.append((name, values[local]))
    return tuple(found)


def move(edge: Edge, values: dict[Any, Any]) -> Move:
    """The step of a run that an edge is, with values for its locals."""
    return Move(edge.event, plain_choice(edge.arguments, values), plain_choice(edge.inputs, values))


def solved(conditions: Sequence[Any], symbols: Sequence[Variable | Local]) -> dict[Any, Any] | None:
    """Values under which conditions hold (`conditions.solved`); no solver where none is needed."""
    if any(condition is False for condition in conditions):
        return None
    if not symbols and all(c is None or c is True for c in conditions):
        return {}
    from statecheck.single.claims import conditions as terms

    return terms.solved(conditions, symbols)


def feasible(edge: Edge) -> dict[Any, Any] | None:
    """Values for the locals of an edge without variables under which it is taken."""
    if edge.guard is None and not edge.locals:
        return {}
    return edge.taken_with(lambda one: solved([one.guard], one.locals))


def breadth_first(automaton: Automaton) -> Iterator[tuple[Node, Edge | None]]:
    """The nodes that are reached, nearest first, each with the edge that leads there."""
    seen = {automaton.nodes[0]}
    layer = [automaton.nodes[0]]
    yield automaton.nodes[0], None
    while layer:
        following = []
        for node in layer:
            for edge in node.edges:
                if edge.target not in seen and feasible(edge) is not None:
                    seen.add(edge.target)
                    following.append(edge.target)
                    yield edge.target, edge
        layer = following


def find(automaton: Automaton, target: Target) -> Route | None:
    """A shortest way to the target; None where none of the nodes leads there."""
    came: dict[Node, Edge | None] = {}
    found: list[Node] = []
    for node, edge in breadth_first(automaton):
        came[node] = edge
        found.append(node)
        if target.in_nodes is None:
            continue
        for holding in target.in_nodes(node):
            values = solved([holding.condition], holding.locals)
            if values is not None:
                return _route(came, node, None, plain_choice(holding.inputs, values))
    if target.on_edges is None:
        return None
    for node in found:
        for edge in node.edges:
            condition = target.on_edges(edge)
            values = None if condition is False else solved([edge.guard, condition], edge.locals)
            if values is not None:
                return _route(came, node, (edge, values), ())
    return None


def _route(
    came: dict[Node, Edge | None],
    node: Node,
    last: tuple[Edge, dict[Any, Any]] | None,
    inputs: tuple[Any, ...],
) -> Route:
    steps: list[tuple[Edge, dict[Any, Any]]] = [] if last is None else [last]
    edge = came[node]
    while edge is not None:
        steps.append((edge, feasible(edge) or {}))
        edge = came[edge.source]
    steps.reverse()
    return Route(
        tuple(move(edge, values) for edge, values in steps),
        tuple(edge for edge, _ in steps),
        tuple(values for _, values in steps),
        inputs,
    )
