"""MESI cache coherence on a bus: a cache that alone has a line may write without telling."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Line(Machine):
    invalid = State(initial=True)
    shared = State()
    exclusive = State()
    modified = State()
    load_alone = invalid.to(exclusive)
    load = invalid.to(shared)
    upgrade = exclusive.to(modified)
    store = modified.from_(invalid, shared)
    downgrade = shared.from_(shared, exclusive, modified)
    drop = invalid.from_(shared, exclusive, modified)


class Cache(Entity):
    line: Line


class Mesi(System):
    caches: Many[Cache]

    @action
    def read(self, cache: Cache) -> None:
        if all(other.line.invalid.is_active for other in self.caches if other != cache):
            cache.line.load_alone()
        else:
            cache.line.load()
            for other in self.caches:
                if other != cache and not other.line.invalid.is_active:
                    other.line.downgrade()

    @action
    def write_silently(self, cache: Cache) -> None:
        cache.line.upgrade()

    @action
    def write(self, cache: Cache) -> None:
        for other in self.caches:
            if other != cache and not other.line.invalid.is_active:
                other.line.drop()
        cache.line.store()

    @action
    def evict(self, cache: Cache) -> None:
        cache.line.drop()


CATALOGUE = Catalogue(Mesi)


@CATALOGUE.always("mesi.single_writer", "Safety")
def single_writer(system: Mesi, one: Cache, other: Cache) -> bool:
    """While one cache may write, all others are invalid."""
    return (
        one == other
        or other.line.invalid.is_active
        or not (one.line.modified.is_active or one.line.exclusive.is_active)
    )
