"""Machines and a system that the tests of the Python interface ask about."""

from __future__ import annotations

from statemachine import State, StateMachine

from statecheck import Catalogue, Entity, Machine, Many, System, action, assume, leads_to, weak


class Door(StateMachine):
    """A door that wears out."""

    closed = State(initial=True)
    opened = State()
    broken = State(final=True)
    uses = 0
    locked = False

    open = closed.to(opened, cond="!locked", on="use")
    close = opened.to(closed)
    lock = closed.to.itself(on="turn_key")
    slam = opened.to(broken, cond="worn")

    def use(self) -> None:
        self.uses += 1

    def turn_key(self) -> None:
        self.locked = not self.locked

    def worn(self) -> bool:
        return self.uses >= 3


class Parcel(StateMachine):
    validate_final_reachability = False
    packed = State(initial=True)
    lost = State()
    delivered = State(final=True)
    deliver = packed.to(delivered)
    lose = packed.to(lost)
    search = lost.to.itself()


class Coffee(StateMachine):
    """Somebody else sets the field."""

    idle = State(initial=True)
    served = State(final=True)
    coins = 0
    serve = idle.to(served, cond="paid")

    def paid(self) -> bool:
        return self.coins >= 2


class Leaf(Machine):
    shut = State(initial=True)
    ajar = State()
    part = shut.to(ajar, cond="stands")
    close = ajar.to(shut)

    def stands(self) -> bool:
        return bool(self.owner.cabin.standing.is_active)


class Cabin(Machine):
    standing = State(initial=True)
    moving = State()
    trips: int = 0
    start = standing.to(moving, cond="closed")
    stop = moving.to(standing)

    def closed(self) -> bool:
        return bool(self.owner.leaf.shut.is_active)


class Lift(Entity):
    leaf: Leaf
    cabin: Cabin


class Tower(System):
    fast: bool = False
    lifts: Many[Lift]

    @action
    def open_doors(self, lift: Lift) -> None:
        lift.leaf.part()

    @action
    def close_doors(self, lift: Lift) -> None:
        lift.leaf.close()

    @action
    def start(self, lift: Lift) -> None:
        lift.cabin.start()

    @action
    def stop(self, lift: Lift) -> None:
        lift.cabin.stop()


CATALOGUE = Catalogue(Tower)


@CATALOGUE.always("doors.shut", "Doors")
def shut(tower: Tower, lift: Lift) -> bool:
    """Doors are shut while the lift moves."""
    assume(lift.cabin.moving.is_active)
    return bool(lift.leaf.shut.is_active)


@CATALOGUE.refuted("doors.never_open", "Doors")
def never_open(tower: Tower, lift: Lift) -> bool:
    """Doors are always shut."""
    return bool(lift.leaf.shut.is_active)


@CATALOGUE.eventually("cabin.stops", "Cabin", fairness=(weak(Tower.stop),))
def stops(tower: Tower, lift: Lift) -> object:
    """A lift that moves stops."""
    return leads_to(lift.cabin.moving.is_active, lift.cabin.standing.is_active)
