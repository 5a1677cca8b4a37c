"""A building with zones: doors lead between rooms of one zone, so nobody ever leaves theirs."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, axiom, derived


class Zone(Entity):
    """A part of the building."""


class Room(Entity):
    zone: Zone


class Walk(Machine):
    walking = State(initial=True)
    room: Room = derived(lambda walk: walk.owner.entrance)
    go = walking.to.itself(on="enter")

    def enter(self, room: Room) -> None:
        self.room = room


class Door(Entity):
    source: Room
    target: Room


class Visitor(Entity):
    entrance: Room
    walk: Walk


class Building(System):
    zones: Many[Zone]
    rooms: Many[Room]
    doors: Many[Door]
    visitors: Many[Visitor]

    @axiom
    def within_a_zone(self, door: Door) -> bool:
        """A door leads to a room of the same zone."""
        return bool(door.source.zone == door.target.zone)

    @action
    def go_through(self, visitor: Visitor, door: Door) -> None:
        if visitor.walk.room == door.source:
            visitor.walk.go(room=door.target)


CATALOGUE = Catalogue(Building)


@CATALOGUE.always("building.stays", "Safety")
def stays(building: Building, visitor: Visitor) -> bool:
    """A visitor is in the zone where they came in."""
    return bool(visitor.walk.room.zone == visitor.entrance.zone)
