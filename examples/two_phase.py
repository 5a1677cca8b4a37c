"""TLA+'s TwoPhase: a transaction manager, resource managers, and messages that stay."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, assume


class Transaction(Machine):
    undecided = State(initial=True)
    committed = State(final=True)
    aborted = State(final=True)
    commit = undecided.to(committed)
    abort = undecided.to(aborted)
    note = undecided.to.itself()


class Manager(Machine):
    working = State(initial=True)
    prepared = State()
    committed = State(final=True)
    aborted = State(final=True)
    get_ready = working.to(prepared)
    choose_abort = working.to(aborted)
    commit = committed.from_(working, prepared)
    abort = aborted.from_(working, prepared)


class Message(Machine):
    absent = State(initial=True)
    sent = State(final=True)
    send_it = absent.to(sent)


class Note(Machine):
    unknown = State(initial=True)
    known = State(final=True)
    learn = unknown.to(known)


class Coordinator(Entity):
    transaction: Transaction
    commit_message: Message
    abort_message: Message


class Resource(Entity):
    coordinator: Coordinator
    manager: Manager
    prepared_message: Message
    note: Note


class TwoPhase(System):
    coordinators: Many[Coordinator]
    resources: Many[Resource]

    @action
    def prepare(self, resource: Resource) -> None:
        resource.manager.get_ready()
        resource.prepared_message.send_it()

    @action
    def receive_prepared(self, resource: Resource) -> None:
        resource.coordinator.transaction.note()
        if resource.prepared_message.sent.is_active:
            resource.note.learn()

    @action
    def commit(self, coordinator: Coordinator) -> None:
        if all(r.note.known.is_active for r in self.resources if r.coordinator == coordinator):
            coordinator.transaction.commit()
            coordinator.commit_message.send_it()

    @action
    def abort(self, coordinator: Coordinator) -> None:
        coordinator.transaction.abort()
        coordinator.abort_message.send_it()

    @action
    def choose_to_abort(self, resource: Resource) -> None:
        resource.manager.choose_abort()

    @action
    def receive_commit(self, resource: Resource) -> None:
        if resource.coordinator.commit_message.sent.is_active:
            resource.manager.commit()

    @action
    def receive_abort(self, resource: Resource) -> None:
        if resource.coordinator.abort_message.sent.is_active:
            resource.manager.abort()


CATALOGUE = Catalogue(TwoPhase)


@CATALOGUE.always("two_phase.consistent", "Safety")
def consistent(system: TwoPhase, one: Resource, other: Resource) -> bool:
    """No manager commits where another one of the same transaction aborts."""
    assume(one.coordinator == other.coordinator)
    return not (one.manager.committed.is_active and other.manager.aborted.is_active)
