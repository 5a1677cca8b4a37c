"""A registry of services: who gives no sign of life for a while is taken off the list.

That it is in the end is proven by a number that falls, the time that is left.
"""

from __future__ import annotations

from statemachine import State

from statecheck import (
    Catalogue,
    Entity,
    Machine,
    Many,
    Step,
    System,
    action,
    finitely,
    leads_to,
    weak,
)

LEASE = 3


class Entry(Machine):
    absent = State(initial=True)
    listed = State()
    left: int = 0
    register = absent.to(listed, on="renew")
    beat = listed.to.itself(on="renew")
    tick = listed.to(absent, cond="expired") | listed.to.itself(on="pass_time") | absent.to.itself()

    def expired(self) -> bool:
        return self.left == 0

    def pass_time(self) -> None:
        self.left -= 1

    def renew(self) -> None:
        self.left = LEASE


class Service(Entity):
    entry: Entry


class Registry(System):
    services: Many[Service]

    @action
    def register(self, service: Service) -> None:
        service.entry.register()

    @action
    def beat(self, service: Service) -> None:
        service.entry.beat()

    @action
    def tick(self) -> None:
        """The clock is the same for all."""
        for service in self.services:
            service.entry.tick()


CATALOGUE = Catalogue(Registry)


def beats(step: Step, service: Service) -> object:
    """A service gives a sign of life."""
    return step.fires(Registry.beat, service)


@CATALOGUE.always("registry.lease", "Safety")
def lease(registry: Registry, service: Service) -> bool:
    """No lease is longer than it may be."""
    return 0 <= service.entry.left <= LEASE


@CATALOGUE.eventually(
    "registry.forgotten", "Liveness", fairness=(weak(Registry.tick), finitely("beat", beats))
)
def forgotten(registry: Registry, service: Service) -> object:
    """Who gives no sign of life any more is off the list in the end."""
    return leads_to(service.entry.listed.is_active, service.entry.absent.is_active)


@CATALOGUE.recoverable("registry.room", "Liveness")
def room(registry: Registry, service: Service) -> bool:
    """Whatever happened, a service may come off the list."""
    return service.entry.absent.is_active
