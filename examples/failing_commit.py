"""Two-phase commit among nodes that may fail; who votes no has decided to abort."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Vote(Machine):
    open = State(initial=True)
    yes = State(final=True)
    no = State(final=True)
    vote_yes = open.to(yes)
    vote_no = open.to(no)


class Health(Machine):
    alive = State(initial=True)
    failed = State(final=True)
    fail = alive.to(failed)


class Order(Machine):
    none = State(initial=True)
    commit = State(final=True)
    abort = State(final=True)
    order_commit = none.to(commit)
    order_abort = none.to(abort)


class Outcome(Machine):
    open = State(initial=True)
    committed = State(final=True)
    aborted = State(final=True)
    commit = open.to(committed)
    abort = open.to(aborted)


class Coordinator(Entity):
    order: Order


class Node(Entity):
    coordinator: Coordinator
    vote: Vote
    health: Health
    outcome: Outcome


class Database(System):
    coordinators: Many[Coordinator]
    nodes: Many[Node]

    @action
    def vote_yes(self, node: Node) -> None:
        if node.health.alive.is_active and node.outcome.open.is_active:
            node.vote.vote_yes()

    @action
    def vote_no(self, node: Node) -> None:
        if node.health.alive.is_active:
            node.outcome.abort()
            node.vote.vote_no()

    @action
    def fail(self, node: Node) -> None:
        node.health.fail()

    @action
    def order_commit(self, coordinator: Coordinator) -> None:
        if all(n.vote.yes.is_active for n in self.nodes if n.coordinator == coordinator):
            coordinator.order.order_commit()

    @action
    def order_abort(self, coordinator: Coordinator) -> None:
        if any(
            n.vote.no.is_active or n.health.failed.is_active
            for n in self.nodes
            if n.coordinator == coordinator
        ):
            coordinator.order.order_abort()

    @action
    def commit(self, node: Node) -> None:
        if node.health.alive.is_active and node.coordinator.order.commit.is_active:
            node.outcome.commit()

    @action
    def abort(self, node: Node) -> None:
        if node.health.alive.is_active and node.coordinator.order.abort.is_active:
            node.outcome.abort()


CATALOGUE = Catalogue(Database)


@CATALOGUE.always("database.agreement", "Safety")
def agreement(database: Database, one: Node, other: Node) -> bool:
    """No node commits where another one of the same coordinator aborts."""
    return (
        one.coordinator != other.coordinator
        or not one.outcome.committed.is_active
        or not other.outcome.aborted.is_active
    )


@CATALOGUE.always("database.unanimous", "Safety")
def unanimous(database: Database, one: Node, other: Node) -> bool:
    """Where a node commits, all voted yes."""
    return (
        one.coordinator != other.coordinator
        or not one.outcome.committed.is_active
        or other.vote.yes.is_active
    )


@CATALOGUE.always("database.with_reason", "Safety")
def with_reason(database: Database, node: Node) -> bool:
    """A node aborts only where some node has voted no or failed."""
    return not node.outcome.aborted.is_active or any(
        n.vote.no.is_active or n.health.failed.is_active
        for n in database.nodes
        if n.coordinator == node.coordinator
    )
