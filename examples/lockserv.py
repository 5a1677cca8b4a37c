"""Lock server: nodes ask servers for their locks by messages."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, assume


class Message(Machine):
    absent = State(initial=True)
    sent = State()
    post = sent.from_(absent, sent)
    receive = sent.to(absent)


class Lock(Machine):
    free = State(initial=True)
    held = State()
    take = free.to(held)
    give = held.to(free)


class Server(Entity):
    lock: Lock


class Node(Entity):
    server: Server
    request: Message
    grant: Message
    release: Message
    holding: Lock


class LockServer(System):
    servers: Many[Server]
    nodes: Many[Node]

    @action
    def ask(self, node: Node) -> None:
        node.request.post()

    @action
    def answer(self, node: Node) -> None:
        node.request.receive()
        node.server.lock.take()
        node.grant.post()

    @action
    def enter(self, node: Node) -> None:
        node.grant.receive()
        node.holding.take()

    @action
    def leave(self, node: Node) -> None:
        node.holding.give()
        node.release.post()

    @action
    def free(self, node: Node) -> None:
        node.release.receive()
        node.server.lock.give()


CATALOGUE = Catalogue(LockServer)


@CATALOGUE.always("lockserv.exclusion", "Safety")
def exclusion(system: LockServer, one: Node, other: Node) -> bool:
    """Two nodes never hold the lock of one server at once."""
    assume(one != other and one.server == other.server)
    return not (one.holding.held.is_active and other.holding.held.is_active)
