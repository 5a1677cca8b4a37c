"""Bounded buffer: producers fill it up to its capacity, consumers empty it."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, within


class Store(Machine):
    on = State(initial=True)
    size: int = 0
    put = on.to.itself(on="add")
    get = on.to.itself(on="remove")

    def add(self) -> None:
        self.size = self.size + 1

    def remove(self) -> None:
        self.size = self.size - 1


class Buffer(Entity):
    store: Store


class BoundedBuffer(System):
    buffers: Many[Buffer]
    capacity: int = within(1, 1000)

    @action
    def put(self, buffer: Buffer) -> None:
        if buffer.store.size < self.capacity:
            buffer.store.put()

    @action
    def get(self, buffer: Buffer) -> None:
        if buffer.store.size > 0:
            buffer.store.get()


CATALOGUE = Catalogue(BoundedBuffer)


@CATALOGUE.always("buffer.never_over", "Safety")
def never_over(system: BoundedBuffer, buffer: Buffer) -> bool:
    """A buffer never holds more than its capacity."""
    return buffer.store.size <= system.capacity


@CATALOGUE.always("buffer.never_under", "Safety")
def never_under(system: BoundedBuffer, buffer: Buffer) -> bool:
    """A buffer never holds less than nothing."""
    return buffer.store.size >= 0
