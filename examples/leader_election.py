"""Leader election in a ring: nodes pass on the greatest number that they have seen."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, assume, axiom


class Candidate(Machine):
    hoping = State(initial=True)
    leading = State(final=True)
    number: int = anything(0)
    place: int = anything(0)
    win = hoping.to(leading)


class Inbox(Machine):
    empty = State(initial=True)
    full = State()
    number: int = 0
    put = full.from_(empty, full, on="note")
    take = full.to(empty)

    def note(self, number: int) -> None:
        self.number = number


class Node(Entity):
    next: Node
    candidate: Candidate
    inbox: Inbox


class Ring(System):
    nodes: Many[Node]

    @axiom
    def numbers_differ(self, one: Node, other: Node) -> bool:
        """No two nodes have the same number."""
        return one == other or one.candidate.number != other.candidate.number

    @axiom
    def places_differ(self, one: Node, other: Node) -> bool:
        """No two nodes are at one place."""
        return one == other or one.candidate.place != other.candidate.place

    @axiom
    def next_in_order(self, node: Node, other: Node) -> bool:
        """The next node is at the next place; that of the last one is the first."""
        here, there, place = node.candidate.place, node.next.candidate.place, other.candidate.place
        if here < there:
            return place <= here or there <= place
        return there <= place <= here

    @action
    def announce(self, node: Node) -> None:
        node.next.inbox.put(number=node.candidate.number)

    @action
    def handle(self, node: Node) -> None:
        node.inbox.take()
        if node.inbox.number == node.candidate.number:
            node.candidate.win()
        elif node.inbox.number > node.candidate.number:
            node.next.inbox.put(number=node.inbox.number)


CATALOGUE = Catalogue(Ring)


def passed(owner: Node, node: Node, at: Node) -> bool:
    """A message on its way round from its owner to ``at`` has passed a node."""
    if node == owner:
        return False
    if at == owner:
        return True
    first, middle, last = owner.candidate.place, node.candidate.place, at.candidate.place
    if first < last:
        return first < middle < last
    return first < middle or middle < last


@CATALOGUE.lemma("election.passed", "Lemmas")
def greater_than_passed(ring: Ring, owner: Node, node: Node, at: Node) -> bool:
    """A number on its way is greater than those of the nodes that it has passed."""
    assume(at.inbox.full.is_active and at.inbox.number == owner.candidate.number)
    return not passed(owner, node, at) or node.candidate.number < owner.candidate.number


@CATALOGUE.lemma("election.greatest", "Lemmas")
def greatest(ring: Ring, leader: Node, other: Node) -> bool:
    """A leader has the greatest number."""
    assume(leader.candidate.leading.is_active)
    return other.candidate.number <= leader.candidate.number


@CATALOGUE.always("election.one_leader", "Safety")
def one_leader(ring: Ring, one: Node, other: Node) -> bool:
    """There is one leader at most."""
    return one == other or not (
        one.candidate.leading.is_active and other.candidate.leading.is_active
    )
