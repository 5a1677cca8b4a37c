"""Bounded buffer: producers fill it up to its capacity, consumers empty it."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, within


class Store(Machine):
    on = State(initial=True)
    put_so_far: int = 0
    got_so_far: int = 0
    put = on.to.itself(on="count_put")
    get = on.to.itself(on="count_get")

    def count_put(self) -> None:
        self.put_so_far = self.put_so_far + 1

    def count_get(self) -> None:
        self.got_so_far = self.got_so_far + 1


class Buffer(Entity):
    store: Store


class BoundedBuffer(System):
    buffers: Many[Buffer]
    capacity: int = within(1, 1000)

    @action
    def put(self, buffer: Buffer) -> None:
        if buffer.store.put_so_far - buffer.store.got_so_far < self.capacity:
            buffer.store.put()

    @action
    def get(self, buffer: Buffer) -> None:
        if buffer.store.got_so_far < buffer.store.put_so_far:
            buffer.store.get()


CATALOGUE = Catalogue(BoundedBuffer)


@CATALOGUE.always("buffer.never_over", "Safety")
def never_over(system: BoundedBuffer, buffer: Buffer) -> bool:
    """A buffer never holds more than its capacity."""
    return buffer.store.put_so_far - buffer.store.got_so_far <= system.capacity


@CATALOGUE.always("buffer.never_under", "Safety")
def never_under(system: BoundedBuffer, buffer: Buffer) -> bool:
    """Nothing is taken that was not put."""
    return buffer.store.got_so_far <= buffer.store.put_so_far
