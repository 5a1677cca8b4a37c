"""Ricart and Agrawala's mutual exclusion: who wants to enter asks all others for their leave."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, axiom


class Section(Machine):
    outside = State(initial=True)
    inside = State()
    enter = outside.to(inside)
    leave = inside.to(outside)


class Permission(Machine):
    none = State(initial=True)
    requested = State()
    granted = State()
    request = none.to(requested)
    grant = requested.to(granted)
    give_up = none.from_(granted)


class Node(Entity):
    section: Section


class Pair(Entity):
    asking: Node
    asked: Node
    permission: Permission


class Cluster(System):
    nodes: Many[Node]
    pairs: Many[Pair]

    @axiom
    def one_pair_each(self, one: Pair, other: Pair) -> bool:
        """Two nodes have one pair in each direction."""
        return one == other or one.asking != other.asking or one.asked != other.asked

    @axiom
    def all_pairs(self, one: Node, other: Node) -> bool:
        return one == other or any(
            pair.asking == one and pair.asked == other for pair in self.pairs
        )

    @action
    def request(self, pair: Pair) -> None:
        if pair.asking != pair.asked:
            pair.permission.request()

    @action
    def grant(self, pair: Pair, back: Pair) -> None:
        """The node that is asked is outside, and has not got the leave of the other one."""
        if (
            back.asking == pair.asked
            and back.asked == pair.asking
            and not back.permission.granted.is_active
            and pair.asked.section.outside.is_active
        ):
            pair.permission.grant()

    @action
    def enter(self, node: Node) -> None:
        if all(
            pair.permission.granted.is_active
            for pair in self.pairs
            if pair.asking == node and pair.asked != node
        ):
            node.section.enter()

    @action
    def leave(self, node: Node) -> None:
        node.section.leave()
        for pair in self.pairs:
            if pair.asking == node and pair.permission.granted.is_active:
                pair.permission.give_up()


CATALOGUE = Catalogue(Cluster)


@CATALOGUE.always("cluster.exclusion", "Safety")
def exclusion(cluster: Cluster, one: Node, other: Node) -> bool:
    """Two nodes are never inside at once."""
    return one == other or not (one.section.inside.is_active and other.section.inside.is_active)
