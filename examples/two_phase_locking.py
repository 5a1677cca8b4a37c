"""Two-phase locking: a transaction that has let go of an item locks no other one."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Lock(Machine):
    free = State(initial=True)
    held = State()
    take = free.to(held)
    give = held.to(free)


class Phase(Machine):
    growing = State(initial=True)
    shrinking = State(final=True)
    lock = growing.to.itself()
    shrink = growing.to(shrinking)


class Access(Machine):
    none = State(initial=True)
    locked = State()
    written = State()
    released = State(final=True)
    lock = none.to(locked)
    write = locked.to(written)
    release = released.from_(locked, written)


class Transaction(Entity):
    phase: Phase


class Item(Entity):
    lock: Lock


class Use(Entity):
    transaction: Transaction
    item: Item
    access: Access


class Database(System):
    transactions: Many[Transaction]
    items: Many[Item]
    uses: Many[Use]

    @action
    def lock(self, use: Use) -> None:
        use.transaction.phase.lock()
        use.item.lock.take()
        use.access.lock()

    @action
    def write(self, use: Use) -> None:
        use.access.write()

    @action
    def release(self, use: Use) -> None:
        use.access.release()
        use.item.lock.give()
        if use.transaction.phase.growing.is_active:
            use.transaction.phase.shrink()


CATALOGUE = Catalogue(Database)


@CATALOGUE.always("locking.exclusive", "Safety")
def exclusive(database: Database, one: Use, other: Use) -> bool:
    """No item is used by two transactions at once."""
    if one == other or one.item != other.item:
        return True
    return not (
        (one.access.locked.is_active or one.access.written.is_active)
        and (other.access.locked.is_active or other.access.written.is_active)
    )


@CATALOGUE.always("locking.two_phases", "Safety")
def two_phases(database: Database, use: Use) -> bool:
    """A transaction that has let go of an item locks no other one."""
    return not use.access.released.is_active or use.transaction.phase.shrinking.is_active
