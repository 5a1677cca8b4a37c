"""Processes that enter a section and leave it, for claims and histories that cannot be read."""

from statemachine import State

from statecheck import Entity, Machine, Many, System, action


class Section(Machine):
    outside = State(initial=True)
    inside = State()
    enter = outside.to(inside)
    leave = inside.to(outside)
    number: int = 0


class Process(Entity):
    section: Section


class Workshop(System):
    processes: Many[Process]

    @action
    def enter(self, process: Process) -> None:
        process.section.enter()

    @action
    def leave(self, process: Process) -> None:
        process.section.leave()
