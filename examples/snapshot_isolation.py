"""Snapshot isolation: of transactions that overlap and write one key, the first to commit wins."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, assume


class Clock(Machine):
    on = State(initial=True)
    now: int = 0
    tick = on.to.itself(on="advance")

    def advance(self) -> None:
        self.now = self.now + 1


class Life(Machine):
    fresh = State(initial=True)
    running = State()
    committed = State(final=True)
    aborted = State(final=True)
    start: int = 0
    end: int = 0
    begin = fresh.to(running, on="look")
    commit = running.to(committed, on="stamp")
    abort = running.to(aborted)

    def look(self, now: int) -> None:
        self.start = now

    def stamp(self, now: int) -> None:
        self.end = now


class Database(Entity):
    clock: Clock


class Key(Entity):
    pass


class Transaction(Entity):
    database: Database
    life: Life


class Write(Entity):
    transaction: Transaction
    key: Key


class Store(System):
    databases: Many[Database]
    keys: Many[Key]
    transactions: Many[Transaction]
    writes: Many[Write]

    @action
    def begin(self, transaction: Transaction) -> None:
        transaction.life.begin(now=transaction.database.clock.now)

    @action
    def commit(self, transaction: Transaction) -> None:
        """Nobody else has committed a write of one of its keys since it began."""
        if not any(
            own.transaction == transaction
            and any(
                other.key == own.key
                and other.transaction != transaction
                and other.transaction.database == transaction.database
                and other.transaction.life.committed.is_active
                and other.transaction.life.end > transaction.life.start
                for other in self.writes
            )
            for own in self.writes
        ):
            transaction.database.clock.tick()
            transaction.life.commit(now=transaction.database.clock.now)

    @action
    def abort(self, transaction: Transaction) -> None:
        transaction.life.abort()


CATALOGUE = Catalogue(Store)


@CATALOGUE.always("snapshot.no_lost_update", "Safety")
def no_lost_update(store: Store, one: Write, other: Write) -> bool:
    """Of two committed transactions that wrote one key, one began when the other had ended."""
    first, second = one.transaction, other.transaction
    assume(first != second and first.database == second.database and one.key == other.key)
    assume(first.life.committed.is_active and second.life.committed.is_active)
    return bool(first.life.end <= second.life.start or second.life.end <= first.life.start)


@CATALOGUE.always("snapshot.ends_later", "Safety")
def ends_later(store: Store, transaction: Transaction) -> bool:
    """A transaction commits at a time after the one that it sees."""
    assume(transaction.life.committed.is_active)
    return bool(transaction.life.start < transaction.life.end)


@CATALOGUE.refuted("snapshot.one_by_one", "Limits")
def one_by_one(store: Store, one: Write, other: Write) -> bool:
    """That committed transactions which write never overlap is not so."""
    first, second = one.transaction, other.transaction
    assume(first != second and first.database == second.database)
    assume(first.life.committed.is_active and second.life.committed.is_active)
    return bool(first.life.end <= second.life.start or second.life.end <= first.life.start)
