"""One of any number of entities begins otherwise: an axiom is about a field that never changes."""

from __future__ import annotations

import pytest
from statemachine import State

import statecheck
from statecheck import (
    Catalogue,
    Entity,
    Machine,
    Many,
    ModelError,
    System,
    Verdict,
    action,
    anything,
    axiom,
    derived,
)


class Token(Machine):
    on = State(initial=True)
    first: bool = anything(False)
    held: bool = derived(lambda token: token.first)
    take = on.to.itself(on="hold")
    give = on.to.itself(on="drop")

    def hold(self) -> None:
        self.held = True

    def drop(self) -> None:
        self.held = False


class Node(Entity):
    token: Token


class Ring(System):
    nodes: Many[Node]

    @axiom
    def one_is_first(self, one: Node, other: Node) -> bool:
        return one == other or not (one.token.first and other.token.first)

    @action
    def hand_over(self, giver: Node, taker: Node) -> None:
        if giver.token.held:
            giver.token.give()
            taker.token.take()


class Careless(Ring):
    @axiom
    def one_holds(self, one: Node, other: Node) -> bool:
        return one == other or not (one.token.held and other.token.held)


def test_one_holds_the_token() -> None:
    catalogue = Catalogue(Ring)

    @catalogue.always("one", "Safety")
    def one(ring: Ring, one: Node, other: Node) -> bool:
        """Two nodes never hold it."""
        return one == other or not (one.token.held and other.token.held)

    @catalogue.refuted("few", "Limits")
    def few(ring: Ring, node: Node) -> bool:
        """Nobody else ever holds it."""
        return not node.token.held or node.token.first

    report = statecheck.prove(catalogue)
    assert report["one"].verdict is Verdict.PROVED
    assert (report["few"].verdict, report["few"].steps) == (Verdict.REFUTED, 1)


def test_an_axiom_about_what_changes_is_refused_with_the_way_to_say_it() -> None:
    with pytest.raises(ModelError, match=r"hand_over changes; .*with derived\(\.\.\.\)$"):
        statecheck.check(Careless, always="not node.token.held")
