"""Readers and writers with a count: a writer is let in where nobody reads, asleep or awake."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, assume


class Desk(Machine):
    free = State(initial=True)
    written = State()
    readers: int = 0
    come = free.to.itself(on="one_more")
    go = free.to.itself(on="one_less")
    write = free.to(written, cond="is_empty")
    stop = written.to(free)

    def is_empty(self) -> bool:
        return self.readers == 0

    def one_more(self) -> None:
        self.readers += 1

    def one_less(self) -> None:
        self.readers -= 1


class Access(Machine):
    out = State(initial=True)
    within = State()
    asleep = State()
    enter = out.to(within)
    leave = within.to(out)
    nod = within.to(asleep)
    wake = asleep.to(within)


class Room(Entity):
    desk: Desk


class Reader(Entity):
    access: Access
    room: Room


class Writer(Entity):
    access: Access
    room: Room


class Library(System):
    rooms: Many[Room]
    readers: Many[Reader]
    writers: Many[Writer]

    @action
    def start_reading(self, reader: Reader) -> None:
        reader.room.desk.come()
        reader.access.enter()

    @action
    def stop_reading(self, reader: Reader) -> None:
        reader.access.leave()
        reader.room.desk.go()

    @action
    def nod(self, reader: Reader) -> None:
        reader.access.nod()

    @action
    def wake(self, reader: Reader) -> None:
        reader.access.wake()

    @action
    def take_over(self, one: Reader, other: Reader) -> None:
        if one.room == other.room:
            one.access.leave()
            other.access.enter()

    @action
    def start_writing(self, writer: Writer) -> None:
        writer.room.desk.write()
        writer.access.enter()

    @action
    def stop_writing(self, writer: Writer) -> None:
        writer.access.leave()
        writer.room.desk.stop()


CATALOGUE = Catalogue(Library)


@CATALOGUE.always("library.apart", "Safety")
def apart(library: Library, reader: Reader, writer: Writer) -> bool:
    """Nobody reads where somebody writes."""
    assume(reader.room == writer.room)
    return reader.access.out.is_active or writer.access.out.is_active


@CATALOGUE.always("library.alone", "Safety")
def alone(library: Library, one: Writer, other: Writer) -> bool:
    """Who writes, writes alone."""
    assume(one.room == other.room)
    return one == other or one.access.out.is_active or other.access.out.is_active


@CATALOGUE.always("library.counted", "Safety")
def counted(library: Library, room: Room) -> bool:
    """A count is never negative."""
    return room.desk.readers >= 0
