"""Transaction commit, as TLA+'s TCommit: resource managers decide by looking at all others."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Manager(Machine):
    working = State(initial=True)
    prepared = State()
    committed = State(final=True)
    aborted = State(final=True)
    get_ready = working.to(prepared)
    commit = prepared.to(committed)
    abort = aborted.from_(working, prepared)


class Resource(Entity):
    manager: Manager


class TCommit(System):
    resources: Many[Resource]

    @action
    def prepare(self, resource: Resource) -> None:
        resource.manager.get_ready()

    @action
    def commit(self, resource: Resource) -> None:
        if all(
            other.manager.prepared.is_active or other.manager.committed.is_active
            for other in self.resources
        ):
            resource.manager.commit()

    @action
    def abort(self, resource: Resource) -> None:
        if not any(other.manager.committed.is_active for other in self.resources):
            resource.manager.abort()


CATALOGUE = Catalogue(TCommit)


@CATALOGUE.always("tcommit.consistent", "Safety")
def consistent(system: TCommit, one: Resource, other: Resource) -> bool:
    """No manager commits where another one aborts."""
    return not (one.manager.committed.is_active and other.manager.aborted.is_active)
