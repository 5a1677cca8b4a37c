"""A lease that runs out, and a tide that falls twice."""

from __future__ import annotations

from statemachine import State

from statecheck import (
    Catalogue,
    Entity,
    Machine,
    Many,
    System,
    action,
    finitely,
    leads_to,
    weak,
)


class Lease(Machine):
    up = State(initial=True)
    down = State()
    ttl: int = 3
    tick = up.to(down, cond="over") | up.to.itself(on="dec")
    beat = up.to.itself(on="renew")
    register = down.to(up, on="renew")

    def over(self) -> bool:
        return self.ttl == 0

    def dec(self) -> None:
        self.ttl -= 1

    def renew(self) -> None:
        self.ttl = 3


class Service(Entity):
    lease: Lease


class Registry(System):
    services: Many[Service]

    @action
    def tick(self, service: Service) -> None:
        service.lease.tick()

    @action
    def beat(self, service: Service) -> None:
        service.lease.beat()

    @action
    def register(self, service: Service) -> None:
        service.lease.register()


class Hastened(System):
    """Somebody makes the number less by two, so that it may go past its end."""

    services: Many[Service]

    @action
    def tick(self, service: Service) -> None:
        service.lease.tick()

    @action
    def hasten(self, service: Service) -> None:
        service.lease.ttl -= 2


class Tide(Machine):
    """The same number falls twice, and is wound up in between."""

    first = State(initial=True)
    second = State()
    over = State(final=True)
    left: int = 2
    tick = (
        first.to(second, cond="empty", on="fill")
        | first.to.itself(on="drain")
        | second.to(over, cond="empty")
        | second.to.itself(on="drain")
    )

    def empty(self) -> bool:
        return self.left <= 0

    def fill(self) -> None:
        self.left = 2

    def drain(self) -> None:
        self.left -= 1


class Shore(Entity):
    tide: Tide


class Coast(System):
    shores: Many[Shore]

    @action
    def tick(self, shore: Shore) -> None:
        shore.tide.tick()


class Swing(Machine):
    """The number falls one way and rises the other, and nothing is ever over."""

    high = State(initial=True)
    low = State()
    over = State(final=True)
    left: int = 1
    tick = high.to(low, cond="any_left", on="drain") | low.to(high, on="fill") | high.to(over)

    def any_left(self) -> bool:
        return self.left > 0

    def drain(self) -> None:
        self.left -= 1

    def fill(self) -> None:
        self.left = 1


class Child(Entity):
    swing: Swing


class Yard(System):
    children: Many[Child]

    @action
    def tick(self, child: Child) -> None:
        child.swing.tick()


COAST = Catalogue(Coast)
REGISTRY, HASTENED = Catalogue(Registry), Catalogue(Hastened)
NO_BEAT = finitely("a beat", lambda step, service: step.fires(Registry.beat, service))


@REGISTRY.eventually("lease.over", "Live", fairness=(weak(Registry.tick), NO_BEAT))
def over(registry: Registry, service: Service) -> object:
    """A service that gives no sign of life any more is down in the end."""
    return leads_to(service.lease.up.is_active, service.lease.down.is_active)


@REGISTRY.eventually("lease.beaten", "Live", fairness=(weak(Registry.tick),))
def beaten(registry: Registry, service: Service) -> object:
    """It is down in the end all the same."""
    return leads_to(service.lease.up.is_active, service.lease.down.is_active)


@HASTENED.eventually("hastened.over", "Live", fairness=(weak(Hastened.tick),))
def past(registry: Hastened, service: Service) -> object:
    """It is down in the end, unless it goes past that."""
    return leads_to(service.lease.up.is_active, service.lease.down.is_active)


@COAST.eventually("coast.over", "Live", fairness=(weak(Coast.tick, "shore"),))
def ebbed(coast: Coast, shore: Shore) -> object:
    """It falls twice, and no more."""
    return leads_to(shore.tide.first.is_active, shore.tide.over.is_active)
