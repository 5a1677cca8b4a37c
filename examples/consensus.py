"""Toy consensus: nodes vote once, and a quorum that votes for one value decides it."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, assume, axiom


class Ballot(Machine):
    open = State(initial=True)
    cast = State(final=True)
    choice: Value = anything()
    vote = open.to(cast, on="choose")

    def choose(self, value: Value) -> None:
        self.choice = value


class Decision(Machine):
    open = State(initial=True)
    made = State(final=True)
    value: Value = anything()
    decide = open.to(made, on="choose")

    def choose(self, value: Value) -> None:
        self.value = value


class Value(Entity):
    pass


class Node(Entity):
    ballot: Ballot


class Quorum(Entity):
    decision: Decision


class Membership(Entity):
    node: Node
    quorum: Quorum


class Consensus(System):
    values: Many[Value]
    nodes: Many[Node]
    quorums: Many[Quorum]
    memberships: Many[Membership]

    @axiom
    def quorums_intersect(self, one: Quorum, other: Quorum) -> bool:
        return any(
            first.quorum == one
            and any(
                second.quorum == other and second.node == first.node for second in self.memberships
            )
            for first in self.memberships
        )

    @action
    def vote(self, node: Node, value: Value) -> None:
        node.ballot.vote(value=value)

    @action
    def decide(self, quorum: Quorum, value: Value) -> None:
        if all(
            member.node.ballot.cast.is_active and member.node.ballot.choice == value
            for member in self.memberships
            if member.quorum == quorum
        ):
            quorum.decision.decide(value=value)


CATALOGUE = Catalogue(Consensus)


@CATALOGUE.always("consensus.agreement", "Safety")
def agreement(system: Consensus, one: Quorum, other: Quorum) -> bool:
    """Whatever quorums decide, they decide the same."""
    assume(one.decision.made.is_active and other.decision.made.is_active)
    return bool(one.decision.value == other.decision.value)
