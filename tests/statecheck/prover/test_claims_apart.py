"""A token on the edges of a tree: a claim that is only proven without what others bring in."""

from __future__ import annotations

import pytest
from statemachine import State

import statecheck
from statecheck import (
    Catalogue,
    Entity,
    Machine,
    Many,
    System,
    action,
    anything,
    assume,
    axiom,
    derived,
)
from statecheck.claims.results import Verdict


class Place(Machine):
    idle = State(initial=True)
    inside = State()
    has_first: bool = anything(like=False)
    has: bool = derived(lambda place: place.has_first)
    enter = idle.to(inside, cond="has")
    leave = inside.to(idle)
    lose = idle.to.itself(on="take_away")
    gain = idle.to.itself(on="get")

    def take_away(self) -> None:
        self.has = False

    def get(self) -> None:
        self.has = True


class Wire(Machine):
    """The direction from an edge in which the token is."""

    up = State(initial=True)
    down = State()
    turn_down = up.to(down)
    turn_up = down.to(up)


class Node(Entity):
    place: Place


class Edge(Entity):
    parent: Node
    child: Node
    wire: Wire


class Tree(System):
    nodes: Many[Node]
    edges: Many[Edge]

    @axiom
    def one_parent(self, one: Edge, other: Edge) -> bool:
        """A node is the child of one edge."""
        return one == other or one.child != other.child

    @axiom
    def root_has(self, one: Node) -> bool:
        """The root has the token first."""
        return one.place.has_first == (not any(edge.child == one for edge in self.edges))

    @axiom
    def one_root(self, one: Node, other: Node) -> bool:
        """Nobody else has it."""
        return one == other or not (one.place.has_first and other.place.has_first)

    @axiom
    def not_itself(self, edge: Edge) -> bool:
        """No node is its own parent."""
        return edge.parent != edge.child

    @action
    def send_down(self, edge: Edge) -> None:
        if edge.parent.place.has:
            edge.parent.place.lose()
            edge.child.place.gain()
            edge.wire.turn_down()

    @action
    def send_up(self, edge: Edge) -> None:
        if edge.child.place.has:
            edge.child.place.lose()
            edge.parent.place.gain()
            edge.wire.turn_up()

    @action
    def enter(self, node: Node) -> None:
        node.place.enter()

    @action
    def leave(self, node: Node) -> None:
        node.place.leave()


CATALOGUE = Catalogue(Tree)


@CATALOGUE.always("exclusion", "Safety")
def exclusion(tree: Tree, one: Node, other: Node) -> bool:
    """One node is inside at a time."""
    return one == other or not (one.place.inside.is_active and other.place.inside.is_active)


@CATALOGUE.always("away", "Safety")
def away(tree: Tree, edge: Edge) -> bool:
    """Where an edge points up, its child has no token."""
    return not (edge.wire.up.is_active and edge.child.place.has)


@CATALOGUE.always("one_down", "Safety")
def one_down(tree: Tree, one: Edge, other: Edge) -> bool:
    """Of a node's edges one at most points down."""
    assume(one != other and one.parent == other.parent)
    return not (one.wire.down.is_active and other.wire.down.is_active)


@CATALOGUE.always("out", "Safety")
def out(tree: Tree, node: Node) -> bool:
    """Who has the token has no edge that points down."""
    return not node.place.has or not any(
        edge.parent == node and edge.wire.down.is_active for edge in tree.edges
    )


@CATALOGUE.lemma("below", "Lemmas")
def below(tree: Tree, one: Edge, other: Edge) -> bool:
    """Below an edge that points up all point up."""
    assume(one.wire.up.is_active and other.parent == one.child)
    return bool(other.wire.up.is_active)


@pytest.mark.slow
def test_who_was_dropped_with_others_is_asked_about_without_them() -> None:
    report = statecheck.prove(CATALOGUE)
    assert [result.verdict for result in report] == [Verdict.PROVED] * 5
