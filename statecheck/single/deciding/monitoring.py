"""An automaton together with what a claim remembers of its runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from statecheck.modeling import ModelError
from statecheck.single.claims.claims import Claim, Past
from statecheck.single.claims.predicates import Reader
from statecheck.single.claims.remembering import Split, following
from statecheck.single.execution.automaton import Automaton, Edge, Node
from statecheck.single.execution.giving_up import Unexplored, UnknownError
from statecheck.single.running.subject import Subject

MOST = 6
"""A claim may remember so many truths; each may double the number of states."""


def monitored(subject: Subject, said: Claim) -> Subject:
    """A subject whose automata know what a claim asks for beyond states and steps.

    The subject itself where nothing is asked for. Raises ModelError for a claim that remembers too
    much.
    """
    if not said.pasts and not said.about_refusals:
        return subject
    if len(said.pasts) > MOST:
        raise ModelError(
            f"{said.text!r} has {len(said.pasts)} different once and since, {MOST} at most can be "
            "followed; split the claim"
        )

    def watched(automaton: Automaton) -> Automaton:
        return _Product(subject, automaton, said).build()

    return replace(
        subject,
        automaton=watched(subject.automaton),
        plain=subject.plain.mapped(watched),
    )


class _Product:
    """The product under construction: nodes with memories, in the order in which they are found."""

    def __init__(self, subject: Subject, automaton: Automaton, said: Claim) -> None:
        self.reader: Reader = subject.reader
        self.clock, self.automaton = subject.clock, automaton
        self.pasts: Sequence[Past] = said.pasts
        self.refusals = said.about_refusals
        self.index: dict[Any, Node] = {}
        self.nodes: list[Node] = []
        self.is_cut = False

    def build(self) -> Automaton:
        """The product, as far as it can be reached. Raises OutOfTime and UnknownError."""
        origin = self.automaton.nodes[0]
        moment = self.reader.at_start(origin, self.automaton.start)
        ways = following(self.pasts, None, moment, None, self.reader.condition)
        if len(ways) > 1:
            raise UnknownError("what holds in the first state")
        self._node(origin, ways[0][0], 0)
        for node in self.nodes:
            self.clock.left(1)
            self._expand(node)
        return replace(
            self.automaton,
            nodes=self.nodes,
            explored=self.automaton.explored - self.is_cut,
            remembered=tuple(past.text for past in self.pasts),
        )

    def _node(self, origin: Node, memory: tuple[bool, ...], depth: int) -> Node:
        key = (origin.number, memory)
        node = self.index.get(key)
        if node is None:
            node = replace(
                origin,
                number=len(self.nodes),
                key=key,
                edges=[],
                depth=depth,
                origin=origin,
                memory=memory,
            )
            self.index[key] = node
            self.nodes.append(node)
        return node

    def _expand(self, node: Node) -> None:
        assert node.origin is not None
        edges = node.origin.edges
        for edge in [*edges, *node.origin.refused] if self.refusals else edges:
            try:
                ways = self._ways(node, edge)
            except Unexplored:
                self.is_cut, node.expanded = True, False
                continue
            for memory, conditions in ways:
                target = self._node(edge.target, memory, node.depth + 1)
                guard = _and(edge.guard, conditions)
                node.edges.append(replace(edge, source=node, target=target, guard=guard))

    def _ways(self, node: Node, edge: Edge) -> list[Split]:
        if not self.pasts:
            return [((), ())]
        before, after, facts = self.reader.around(edge)
        before = replace(before, memory=node.memory)
        return following(self.pasts, before, after, facts, self.reader.condition)


def _and(guard: Any, conditions: tuple[Any, ...]) -> Any:
    terms = [term for term in (guard, *conditions) if term is not None]
    if len(terms) < 2:
        return terms[0] if terms else None
    import z3

    return z3.And(terms)
