"""Readers and writers: many may read together, one writes alone."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Access(Machine):
    out = State(initial=True)
    within = State()
    enter = out.to(within)
    leave = within.to(out)


class Reader(Entity):
    access: Access


class Writer(Entity):
    access: Access


class Library(System):
    readers: Many[Reader]
    writers: Many[Writer]

    @action
    def start_reading(self, reader: Reader) -> None:
        if not any(writer.access.within.is_active for writer in self.writers):
            reader.access.enter()

    @action
    def stop_reading(self, reader: Reader) -> None:
        reader.access.leave()

    @action
    def start_writing(self, writer: Writer) -> None:
        if all(reader.access.out.is_active for reader in self.readers) and all(
            other.access.out.is_active for other in self.writers
        ):
            writer.access.enter()

    @action
    def stop_writing(self, writer: Writer) -> None:
        writer.access.leave()


CATALOGUE = Catalogue(Library)


@CATALOGUE.always("library.apart", "Safety")
def apart(library: Library, reader: Reader, writer: Writer) -> bool:
    """Nobody reads while somebody writes."""
    return not (reader.access.within.is_active and writer.access.within.is_active)


@CATALOGUE.always("library.alone", "Safety")
def alone(library: Library, one: Writer, other: Writer) -> bool:
    """Who writes, writes alone."""
    return one == other or not (one.access.within.is_active and other.access.within.is_active)
