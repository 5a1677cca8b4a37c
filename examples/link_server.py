"""Clients connect to servers, each of which serves one client at a time."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Semaphore(Machine):
    free = State(initial=True)
    taken = State()
    wait = free.to(taken)
    signal = taken.to(free)


class Connection(Machine):
    down = State(initial=True)
    up = State()
    connect = down.to(up)
    disconnect = up.to(down)


class Client(Entity):
    pass


class Server(Entity):
    semaphore: Semaphore


class Link(Entity):
    client: Client
    server: Server
    connection: Connection


class Network(System):
    clients: Many[Client]
    servers: Many[Server]
    links: Many[Link]

    @action
    def connect(self, link: Link) -> None:
        link.server.semaphore.wait()
        link.connection.connect()

    @action
    def disconnect(self, link: Link) -> None:
        link.connection.disconnect()
        link.server.semaphore.signal()


CATALOGUE = Catalogue(Network)


@CATALOGUE.always("network.one_client", "Safety")
def one_client(network: Network, one: Link, other: Link) -> bool:
    """No server is connected to two clients."""
    if one.server != other.server or one.client == other.client:
        return True
    return not (one.connection.up.is_active and other.connection.up.is_active)
