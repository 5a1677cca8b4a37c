"""Buckets that fall into a well, from which nothing leads back."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Well(Machine):
    above = State(initial=True)
    below = State()
    rope: bool = False
    fall = above.to(below)
    climb = below.to(above, cond="has_rope")

    def has_rope(self) -> bool:
        return self.rope


class Bucket(Entity):
    well: Well


class Yard(System):
    buckets: Many[Bucket]

    @action
    def fall(self, bucket: Bucket) -> None:
        bucket.well.fall()

    @action
    def climb(self, bucket: Bucket) -> None:
        bucket.well.climb()


CATALOGUE = Catalogue(Yard)


@CATALOGUE.recoverable("yard.above", "Ways back")
def above(yard: Yard, bucket: Bucket) -> bool:
    """A bucket can be had back."""
    return bucket.well.above.is_active
