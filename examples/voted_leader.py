"""Election by messages: a node asks for votes, each node votes once, a quorum of votes elects."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, axiom


class Ballot(Machine):
    open = State(initial=True)
    cast = State(final=True)
    vote = open.to(cast)


class Mail(Machine):
    none = State(initial=True)
    asked = State()
    voted = State()
    counted = State(final=True)
    ask = asked.from_(none, asked)
    vote = asked.to(voted)
    count = voted.to(counted)


class Role(Machine):
    follower = State(initial=True)
    leader = State(final=True)
    lead = follower.to(leader)


class Node(Entity):
    ballot: Ballot
    role: Role


class Channel(Entity):
    candidate: Node
    voter: Node
    mail: Mail


class Quorum(Entity):
    pass


class Membership(Entity):
    node: Node
    quorum: Quorum


class Cluster(System):
    nodes: Many[Node]
    channels: Many[Channel]
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

    @axiom
    def connected(self, candidate: Node, voter: Node) -> bool:
        return any(c.candidate == candidate and c.voter == voter for c in self.channels)

    @action
    def ask(self, channel: Channel) -> None:
        channel.mail.ask()

    @action
    def vote(self, channel: Channel) -> None:
        channel.voter.ballot.vote()
        channel.mail.vote()

    @action
    def count(self, channel: Channel) -> None:
        channel.mail.count()

    @action
    def lead(self, node: Node, quorum: Quorum) -> None:
        if all(
            channel.mail.counted.is_active
            for channel in self.channels
            if channel.candidate == node
            and any(m.quorum == quorum and m.node == channel.voter for m in self.memberships)
        ):
            node.role.lead()


CATALOGUE = Catalogue(Cluster)


@CATALOGUE.always("cluster.one_leader", "Safety")
def one_leader(cluster: Cluster, one: Node, other: Node) -> bool:
    """No two nodes lead."""
    return one == other or not (one.role.leader.is_active and other.role.leader.is_active)
