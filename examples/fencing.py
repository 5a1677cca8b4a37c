"""Leases with fencing tokens: a store turns away who held the lease before somebody else did."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, assume


class Lease(Machine):
    free = State(initial=True)
    granted = State()
    token: int = 0
    grant = free.to(granted, on="count")
    expire = granted.to(free)

    def count(self) -> None:
        self.token = self.token + 1


class Holding(Machine):
    outside = State(initial=True)
    holding = State()
    token: int = 0
    take = outside.to(holding, on="note")
    drop = holding.to(outside)

    def note(self, token: int) -> None:
        self.token = token


class Packet(Machine):
    none = State(initial=True)
    sent = State()
    token: int = 0
    send_off = none.to(sent, on="stamp")
    arrive = sent.to(none)

    def stamp(self, token: int) -> None:
        self.token = token


class Store(Machine):
    on = State(initial=True)
    token: int = 0
    write = on.to.itself(cond="is_recent", on="note")

    def is_recent(self, token: int) -> bool:
        return token >= self.token

    def note(self, token: int) -> None:
        self.token = token


class Resource(Entity):
    lease: Lease
    store: Store


class Client(Entity):
    resource: Resource
    holding: Holding
    packet: Packet


class Fencing(System):
    resources: Many[Resource]
    clients: Many[Client]

    @action
    def acquire(self, client: Client) -> None:
        client.resource.lease.grant()
        client.holding.take(token=client.resource.lease.token)

    @action
    def expire(self, resource: Resource) -> None:
        """The holder is not told."""
        resource.lease.expire()

    @action
    def notice(self, client: Client) -> None:
        client.holding.drop()

    @action
    def send(self, client: Client) -> None:
        if client.holding.holding.is_active:
            client.packet.send_off(token=client.holding.token)

    @action
    def arrive(self, client: Client) -> None:
        client.packet.arrive()
        if client.packet.token >= client.resource.store.token:
            client.resource.store.write(token=client.packet.token)


CATALOGUE = Catalogue(Fencing)


@CATALOGUE.always("fencing.known", "Safety")
def known(system: Fencing, resource: Resource) -> bool:
    """The store has seen no token that was not granted."""
    return bool(resource.store.token <= resource.lease.token)


@CATALOGUE.always("fencing.own_token", "Safety")
def own_token(system: Fencing, one: Client, other: Client) -> bool:
    """Two clients that both believe that they hold the lease have two tokens."""
    assume(one != other and one.resource == other.resource)
    assume(one.holding.holding.is_active and other.holding.holding.is_active)
    return bool(one.holding.token != other.holding.token)


@CATALOGUE.refuted("fencing.one_holder", "Limits")
def one_holder(system: Fencing, one: Client, other: Client) -> bool:
    """That one client at most believes that it holds the lease is not so."""
    assume(one != other and one.resource == other.resource)
    return not (one.holding.holding.is_active and other.holding.holding.is_active)
