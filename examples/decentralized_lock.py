"""Decentralized lock: the node that has the lock sends it to any other one."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, axiom, derived


class Seat(Machine):
    on = State(initial=True)
    is_first: bool = anything(like=False)
    has_lock: bool = derived(lambda seat: seat.is_first)
    give = on.to.itself(cond="has_lock", on="lose")
    receive = on.to.itself(on="gain")

    def lose(self) -> None:
        self.has_lock = False

    def gain(self) -> None:
        self.has_lock = True


class Message(Machine):
    absent = State(initial=True)
    sent = State()
    post = sent.from_(absent, sent)
    take = sent.to(absent)


class Node(Entity):
    seat: Seat


class Channel(Entity):
    source: Node
    target: Node
    message: Message


class Cluster(System):
    nodes: Many[Node]
    channels: Many[Channel]

    @axiom
    def one_first(self, one: Node, other: Node) -> bool:
        """One node has the lock at first."""
        return one == other or not (one.seat.is_first and other.seat.is_first)

    @action
    def send_lock(self, channel: Channel) -> None:
        channel.source.seat.give()
        channel.message.post()

    @action
    def receive_lock(self, channel: Channel) -> None:
        channel.message.take()
        channel.target.seat.receive()


CATALOGUE = Catalogue(Cluster)


@CATALOGUE.always("cluster.exclusion", "Safety")
def exclusion(cluster: Cluster, one: Node, other: Node) -> bool:
    """Two nodes never have the lock at once."""
    return one == other or not (one.seat.has_lock and other.seat.has_lock)
