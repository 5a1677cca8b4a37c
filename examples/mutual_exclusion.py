"""Mutual exclusion: a process enters when no other one is in."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Section(Machine):
    outside = State(initial=True)
    inside = State()
    enter = outside.to(inside)
    leave = inside.to(outside)


class Process(Entity):
    section: Section


class Mutex(System):
    processes: Many[Process]

    @action
    def enter(self, process: Process) -> None:
        if all(other.section.outside.is_active for other in self.processes if other != process):
            process.section.enter()

    @action
    def leave(self, process: Process) -> None:
        process.section.leave()


CATALOGUE = Catalogue(Mutex)


@CATALOGUE.always("mutex.exclusion", "Safety")
def exclusion(mutex: Mutex, one: Process, other: Process) -> bool:
    """Two processes are never inside at once."""
    return one == other or not (one.section.inside.is_active and other.section.inside.is_active)
