"""Where a target is, as conditions on the nodes and edges of an automaton."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from statecheck.single.claims.predicates import Holding
from statecheck.single.execution.automaton import Automaton, Edge, Node
from statecheck.single.running.reach import Target


@dataclass
class Known:
    """The ways to one goal, once they are computed: several questions may be about them."""

    ways: Any = None


class Goal:
    """Where a target can be reached, as conditions on nodes and edges."""

    def __init__(self, automaton: Automaton, target: Target) -> None:
        self.nodes: dict[Node, list[Holding]] = {}
        self.edges: dict[Edge, Any] = {}
        if target.in_nodes is not None:
            for node in automaton.nodes:
                found = target.in_nodes(node)
                if found:
                    self.nodes[node] = found
        if target.on_edges is not None:
            for edge in automaton.edges:
                condition = target.on_edges(edge)
                if condition is not False:
                    self.edges[edge] = condition
