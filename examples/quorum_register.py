"""A register that one client writes: a write ends once a quorum has it, and so no quorum misses it.

After Attiya, Bar-Noy and Dolev.
"""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, assume, axiom


class Writer(Machine):
    idle = State(initial=True)
    writing = State()
    stamp: int = 0
    value: int = 0
    written: int = 0
    begin = idle.to(writing, on="choose")
    end = writing.to(idle, on="note")

    def choose(self, value: int) -> None:
        self.stamp += 1
        self.value = value

    def note(self) -> None:
        self.written = self.stamp


class Copy(Machine):
    kept = State(initial=True)
    stamp: int = 0
    value: int = 0
    store = kept.to.itself(cond="is_newer", on="keep")

    def is_newer(self, stamp: int) -> bool:
        return stamp > self.stamp

    def keep(self, stamp: int, value: int) -> None:
        self.stamp = stamp
        self.value = value


class Register(Entity):
    writer: Writer


class Replica(Entity):
    register: Register
    copy: Copy


class Quorum(Entity):
    pass


class Membership(Entity):
    quorum: Quorum
    replica: Replica


class Storage(System):
    registers: Many[Register]
    replicas: Many[Replica]
    quorums: Many[Quorum]
    memberships: Many[Membership]

    @axiom
    def one_register(self, one: Replica, other: Replica) -> bool:
        return bool(one.register == other.register)

    @axiom
    def quorums_intersect(self, one: Quorum, other: Quorum) -> bool:
        return any(
            first.quorum == one
            and any(
                second.quorum == other and second.replica == first.replica
                for second in self.memberships
            )
            for first in self.memberships
        )

    @action
    def begin(self, register: Register, value: int) -> None:
        register.writer.begin(value=value)

    @action
    def spread(self, replica: Replica) -> None:
        writer = replica.register.writer
        if writer.writing.is_active:
            replica.copy.store(stamp=writer.stamp, value=writer.value)

    @action
    def end(self, register: Register, quorum: Quorum) -> None:
        if all(
            member.replica.copy.stamp >= register.writer.stamp
            for member in self.memberships
            if member.quorum == quorum and member.replica.register == register
        ):
            register.writer.end()


CATALOGUE = Catalogue(Storage)


@CATALOGUE.always("register.read", "Safety")
def read(storage: Storage, quorum: Quorum) -> bool:
    """Each quorum has a member that knows of the last write that has ended."""
    return any(
        member.quorum == quorum
        and member.replica.copy.stamp >= member.replica.register.writer.written
        for member in storage.memberships
    )


@CATALOGUE.always("register.same", "Safety")
def same(storage: Storage, one: Replica, other: Replica) -> bool:
    """Copies of one write have one value."""
    assume(one.copy.stamp == other.copy.stamp)
    return one.copy.value == other.copy.value
