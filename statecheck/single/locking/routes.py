"""Ways through an automaton as texts, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import z3

from statecheck.single.claims.conditions import valuation
from statecheck.single.claims.predicates import Holding
from statecheck.single.execution.automaton import Automaton, Edge, Local, Node, Variable
from statecheck.single.execution.terms import plain, symbol
from statecheck.single.execution.values import term_of
from statecheck.single.locking.lock import StepEntry
from statecheck.single.reading.kinds import AnyKind, Kind, MemberKind
from statecheck.single.running.reach import Route, move, plain_choice, solved

BITS = 256
"""So many bits a chosen number may have."""


def entries(route: Route) -> tuple[StepEntry, ...] | None:
    """The steps of a route; None where a value cannot be written."""
    steps = []
    for edge, chosen in zip(route.edges, route.choices, strict=True):
        choices = {local.name: _written(chosen[local], local.kind) for local in edge.locals}
        if any(_value(value, local.kind) is None for local, value in _paired(edge, choices)):
            return None
        steps.append(StepEntry(edge.event, edge.source.edges.index(edge), choices))
    return tuple(steps)


def route_of(
    automaton: Automaton,
    steps: Sequence[StepEntry],
    ends: Mapping[Node, Sequence[Holding]] | None,
    most: int,
) -> Route | None:
    """The route that steps are, to one of the ``ends`` if there are any; None where it ends
    elsewhere. It is still to be played.

    Raises ValueError for steps that lead along no route, or are more than ``most``.
    """
    if len(steps) > most:
        raise ValueError(f"it has {len(steps)} steps, more than {most}")
    node = automaton.nodes[0]
    values = {v: plain(term, v.kind) for v, term in automaton.start.items()}
    edges: list[Edge] = []
    choices: list[dict[Any, Any]] = []
    for number, step in enumerate(steps, 1):
        if not 0 <= step.way < len(node.edges) or node.edges[step.way].event != step.event:
            raise ValueError(f"step {number} is none: {step.event}, way {step.way}")
        edge = node.edges[step.way]
        if set(step.choices) != {local.name for local in edge.locals}:
            raise ValueError(f"step {number} makes other choices than {step.event} has")
        chosen: dict[Any, Any] = {}
        for local, value in _paired(edge, step.choices):
            chosen[local] = _value(value, local.kind)
            if chosen[local] is None:
                raise ValueError(f"step {number} chooses no {local.kind}")
        edges.append(edge)
        choices.append(chosen)
        values = valuation(edge, values, chosen) if edge.updates else {}
        node = edge.target
    moves = tuple(move(edge, chosen) for edge, chosen in zip(edges, choices, strict=True))
    last: tuple[Any, ...] | None = ()
    if ends is not None:
        last = _last(ends.get(node, ()), values)
    return None if last is None else Route(moves, tuple(edges), tuple(choices), last)


def _last(holdings: Sequence[Holding], values: Mapping[Variable, Any]) -> tuple[Any, ...] | None:
    """The inputs that are set at the end, so that one of the holdings is met."""
    pairs = [(symbol(v.name, v.kind), term_of(value)) for v, value in values.items()]
    for holding in holdings:
        condition = holding.condition
        if z3.is_expr(condition):
            condition = z3.substitute(condition, *pairs)
        found = solved([condition], holding.locals)
        if found is not None:
            return plain_choice(holding.inputs, found)
    return None


def _paired(edge: Edge, choices: Mapping[str, Any]) -> list[tuple[Local, Any]]:
    return [(local, choices[local.name]) for local in edge.locals]


def _written(value: Any, kind: AnyKind) -> Any:
    return value.name if isinstance(kind, MemberKind) else value


def _value(value: Any, kind: AnyKind) -> Any:
    """The plain value of a kind that a file has; None where it is none."""
    match kind:
        case Kind.BOOL:
            return value if type(value) is bool else None
        case Kind.INT:
            return value if type(value) is int and value.bit_length() <= BITS else None
        case Kind.TEXT:
            return value if type(value) is str and value.isprintable() else None
        case MemberKind():
            return kind.type.__members__.get(value) if type(value) is str else None
    return None
