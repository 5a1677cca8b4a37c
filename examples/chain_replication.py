"""Chain replication: what is written to the head is sent from each node to the next."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, axiom


class Store(Machine):
    on = State(initial=True)
    version: int = 0
    update = on.to.itself(cond="newer", on="replace")

    def newer(self, version: int) -> bool:
        return version >= self.version

    def replace(self, version: int) -> None:
        self.version = version


class Parcel(Machine):
    packed = State(initial=True)
    sent = State()
    received = State(final=True)
    version: int = 0
    post = packed.to(sent, on="fill")
    receive = sent.to(received)

    def fill(self, version: int) -> None:
        self.version = version


class Node(Entity):
    store: Store


class Link(Entity):
    source: Node
    target: Node


class Message(Entity):
    link: Link
    parcel: Parcel


class Chain(System):
    nodes: Many[Node]
    links: Many[Link]
    messages: Many[Message]

    @axiom
    def one_source(self, one: Link, other: Link) -> bool:
        """No node is sent to by two."""
        return one == other or one.target != other.target

    @action
    def write(self, node: Node, version: int) -> None:
        if not any(link.target == node for link in self.links):
            node.store.update(version=version)

    @action
    def send(self, message: Message) -> None:
        message.parcel.post(version=message.link.source.store.version)

    @action
    def receive(self, message: Message) -> None:
        message.parcel.receive()
        message.link.target.store.update(version=message.parcel.version)


CATALOGUE = Catalogue(Chain)


@CATALOGUE.always("chain.behind", "Safety")
def behind(chain: Chain, link: Link) -> bool:
    """No node is ahead of the one before it."""
    return link.target.store.version <= link.source.store.version
