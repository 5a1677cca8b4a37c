"""Lifts with doors, as many as one likes, and what is claimed of them."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, assume


class Leaf(Machine):
    """The door of a lift."""

    shut = State(initial=True)
    ajar = State()
    part = shut.to(ajar, cond="stands")
    close = ajar.to(shut)

    def stands(self) -> bool:
        """The lift does not move."""
        return self.owner.cabin.standing.is_active


class Cabin(Machine):
    """The cabin of a lift."""

    standing = State(initial=True)
    moving = State()
    start = standing.to(moving, cond="closed")
    stop = moving.to(standing)

    def closed(self) -> bool:
        """The door is shut."""
        return self.owner.leaf.shut.is_active


class Lift(Entity):
    """One lift."""

    leaf: Leaf
    cabin: Cabin


class Tower(System):
    """Any number of lifts."""

    lifts: Many[Lift]

    @action
    def open_doors(self, lift: Lift) -> None:
        """Open the door of a lift."""
        lift.leaf.part()

    @action
    def close_doors(self, lift: Lift) -> None:
        """Shut it."""
        lift.leaf.close()

    @action
    def start(self, lift: Lift) -> None:
        """Set a lift going."""
        lift.cabin.start()

    @action
    def stop(self, lift: Lift) -> None:
        """Stop it."""
        lift.cabin.stop()


CATALOGUE = Catalogue(Tower)


@CATALOGUE.always("doors.shut", "Doors")
def doors_shut(tower: Tower, lift: Lift) -> bool:
    """The door is shut while the lift moves."""
    assume(lift.cabin.moving.is_active)
    return lift.leaf.shut.is_active


@CATALOGUE.possible("doors.ajar", "Doors")
def doors_ajar(tower: Tower, lift: Lift) -> bool:
    """Doors can be opened."""
    return lift.leaf.ajar.is_active
