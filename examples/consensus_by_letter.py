"""Consensus by letter: a node that a quorum has voted for leads, and decides on a value."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, assume, axiom


class Ballot(Machine):
    open = State(initial=True)
    cast = State(final=True)
    vote = open.to(cast)


class Candidacy(Machine):
    running = State(initial=True)
    leading = State(final=True)
    win = running.to(leading)


class Letter(Machine):
    none = State(initial=True)
    asked = State()
    voted = State()
    counted = State(final=True)
    ask = none.to(asked)
    vote = asked.to(voted)
    count = voted.to(counted)


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
    candidacy: Candidacy
    decision: Decision


class Channel(Entity):
    candidate: Node
    voter: Node
    letter: Letter


class Quorum(Entity):
    pass


class Membership(Entity):
    node: Node
    quorum: Quorum


class Consensus(System):
    values: Many[Value]
    nodes: Many[Node]
    channels: Many[Channel]
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
    def ask(self, channel: Channel) -> None:
        channel.letter.ask()

    @action
    def vote(self, channel: Channel) -> None:
        channel.voter.ballot.vote()
        channel.letter.vote()

    @action
    def count(self, channel: Channel) -> None:
        channel.letter.count()

    @action
    def win(self, node: Node, quorum: Quorum) -> None:
        if all(
            any(
                channel.candidate == node
                and channel.voter == member.node
                and channel.letter.counted.is_active
                for channel in self.channels
            )
            for member in self.memberships
            if member.quorum == quorum
        ):
            node.candidacy.win()

    @action
    def decide(self, node: Node, value: Value) -> None:
        if node.candidacy.leading.is_active:
            node.decision.decide(value=value)


CATALOGUE = Catalogue(Consensus)


@CATALOGUE.always("consensus.agreement", "Safety")
def agreement(consensus: Consensus, one: Node, other: Node) -> bool:
    """Whatever two nodes decide, they decide the same."""
    assume(one.decision.made.is_active and other.decision.made.is_active)
    return bool(one.decision.value == other.decision.value)
