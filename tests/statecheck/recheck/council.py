"""Quorums that decide, with an axiom, a claim that needs lemmas, and one that is false."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, assume, axiom


class Ballot(Machine):
    waiting = State(initial=True)
    cast = State(final=True)
    choice: Value = anything()
    vote = waiting.to(cast, on="choose")

    def choose(self, value: Value) -> None:
        self.choice = value


class Decision(Machine):
    waiting = State(initial=True)
    made = State(final=True)
    value: Value = anything()
    decide = waiting.to(made, on="choose")

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


class Council(System):
    values: Many[Value]
    nodes: Many[Node]
    quorums: Many[Quorum]
    memberships: Many[Membership]

    @axiom
    def quorums_intersect(self, one: Quorum, other: Quorum) -> bool:
        """Any two quorums have a node in common."""
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


CATALOGUE = Catalogue(Council)


@CATALOGUE.always("council.agreement", "Safety")
def agreement(system: Council, one: Quorum, other: Quorum) -> bool:
    """Whatever quorums decide, they decide the same."""
    assume(one.decision.made.is_active and other.decision.made.is_active)
    return bool(one.decision.value == other.decision.value)


@CATALOGUE.refuted("council.idle", "Safety")
def idle(system: Council, quorum: Quorum) -> bool:
    """No quorum ever decides."""
    return not quorum.decision.made.is_active
