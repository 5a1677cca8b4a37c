"""MSI cache coherence on a bus: one cache may write, or many may read."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Line(Machine):
    invalid = State(initial=True)
    shared = State()
    modified = State()
    load = invalid.to(shared)
    store = modified.from_(invalid, shared)
    downgrade = shared.from_(modified, shared)
    invalidate = invalid.from_(shared, modified, invalid)


class Cache(Entity):
    line: Line


class Msi(System):
    caches: Many[Cache]

    @action
    def read(self, cache: Cache) -> None:
        cache.line.load()
        for other in self.caches:
            if other != cache and other.line.modified.is_active:
                other.line.downgrade()

    @action
    def write(self, cache: Cache) -> None:
        for other in self.caches:
            if other != cache:
                other.line.invalidate()
        cache.line.store()

    @action
    def evict(self, cache: Cache) -> None:
        cache.line.invalidate()


CATALOGUE = Catalogue(Msi)


@CATALOGUE.always("msi.single_writer", "Safety")
def single_writer(system: Msi, one: Cache, other: Cache) -> bool:
    """While one cache may write, all others are invalid."""
    return one == other or not one.line.modified.is_active or other.line.invalid.is_active
