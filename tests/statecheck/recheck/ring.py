"""A token in a ring, and three claims that are proven together, two of them about two nodes."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, axiom, derived


class Seat(Machine):
    outside = State(initial=True)
    inside = State()
    is_first: bool = anything(like=False)
    has_token: bool = derived(lambda seat: seat.is_first)
    enter = outside.to(inside, cond="has_token")
    leave = inside.to(outside)
    give = outside.to.itself(cond="has_token", on="lose")
    receive = outside.to.itself(on="gain")

    def lose(self) -> None:
        self.has_token = False

    def gain(self) -> None:
        self.has_token = True


class Node(Entity):
    next: Node
    seat: Seat


class Ring(System):
    nodes: Many[Node]

    @axiom
    def one_token(self, one: Node, other: Node) -> bool:
        """One node has the token at first."""
        return one == other or not (one.seat.is_first and other.seat.is_first)

    @action
    def enter(self, node: Node) -> None:
        node.seat.enter()

    @action
    def leave(self, node: Node) -> None:
        node.seat.leave()

    @action
    def pass_on(self, node: Node) -> None:
        node.seat.give()
        node.next.seat.receive()


CATALOGUE = Catalogue(Ring)


@CATALOGUE.always("ring.exclusion", "Safety")
def exclusion(ring: Ring, one: Node, other: Node) -> bool:
    """Two nodes are never inside at once."""
    return one == other or not (one.seat.inside.is_active and other.seat.inside.is_active)


@CATALOGUE.always("ring.held", "Safety")
def held(ring: Ring, node: Node) -> bool:
    """Who is inside has the token."""
    return not node.seat.inside.is_active or node.seat.has_token


@CATALOGUE.lemma("ring.tokens", "Safety")
def tokens(ring: Ring, one: Node, other: Node) -> bool:
    """Two nodes never have the token at once."""
    return one == other or not (one.seat.has_token and other.seat.has_token)


NUMBERED = Catalogue(Ring)


@NUMBERED.always("ring.numbered", "Safety")
def numbered(ring: Ring, one: Node, other: Node, n: int, m: int) -> bool:
    """The same, under two numbers."""
    return one == other or n != m or not (one.seat.has_token and other.seat.has_token)
