"""A kind of which there is one entity at most: its runs are sampled, and clauses about two other
entities may be about it, too.
"""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, assume, axiom
from statecheck.claims.results import Result, Verdict
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.symbolic.simulate import Simulator


class Section(Machine):
    outside = State(initial=True)
    inside = State()
    enter = outside.to(inside)
    leave = inside.to(outside)


class Token(Machine):
    on = State(initial=True)
    holder: Node = anything()
    hand_on = on.to.itself(on="address")

    def address(self, node: Node) -> None:
        self.holder = node


class Node(Entity):
    section: Section


class Item(Entity):
    token: Token


class Tokens(System):
    nodes: Many[Node]
    items: Many[Item]

    @action
    def hand_on(self, item: Item, node: Node) -> None:
        if item.token.holder.section.outside.is_active:
            item.token.hand_on(node=node)

    @action
    def enter(self, node: Node, item: Item) -> None:
        if item.token.holder == node:
            node.section.enter()

    @action
    def leave(self, node: Node) -> None:
        node.section.leave()


class OneToken(Tokens):
    @axiom
    def one_item(self, one: Item, other: Item) -> bool:
        return bool(one == other)


class Gate(Machine):
    wide = State(initial=True)
    narrow = State()
    narrow_down = wide.to(narrow)
    widen = narrow.to(wide)


class Walker(Machine):
    away = State(initial=True)
    ready = State()
    inside = State()
    come = away.to(ready)
    enter = ready.to(inside)
    go = away.from_(ready, inside)


class Keeper(Entity):
    gate: Gate


class Guest(Entity):
    walker: Walker


class Narrow(System):
    keepers: Many[Keeper]
    guests: Many[Guest]

    @axiom
    def one_keeper(self, one: Keeper, other: Keeper) -> bool:
        return bool(one == other)

    @action
    def come(self, guest: Guest, keeper: Keeper) -> None:
        if keeper.gate.wide.is_active:
            guest.walker.come()

    @action
    def narrow_down(self, keeper: Keeper, guest: Guest) -> None:
        keeper.gate.narrow_down()
        for other in self.guests:
            if other != guest and not other.walker.away.is_active:
                other.walker.go()

    @action
    def enter(self, guest: Guest, keeper: Keeper) -> None:
        if keeper.gate.narrow.is_active:
            guest.walker.enter()

    @action
    def widen(self, keeper: Keeper) -> None:
        keeper.gate.widen()

    @action
    def go(self, guest: Guest) -> None:
        guest.walker.go()


class Careless(Narrow):
    @action
    def narrow_down(self, keeper: Keeper, guest: Guest) -> None:
        keeper.gate.narrow_down()


def nobody_else(system: System, one: Node, other: Node) -> bool:
    assume(one != other)
    return not (one.section.inside.is_active and other.section.inside.is_active)


def alone(system: System, one: Guest, other: Guest) -> bool:
    assume(one != other)
    return not (one.walker.inside.is_active and other.walker.inside.is_active)


def proven(system: type[System], claim: object) -> Result:
    catalogue = Catalogue(system)
    catalogue.always("own.claim", "Own")(claim)  # type: ignore[arg-type]
    context = ProofContext(catalogue.system, catalogue.claims, [])
    (result,) = Prover(context).prove(catalogue.claims)
    return result


def verdict(system: type[System], claim: object) -> Verdict:
    return proven(system, claim).verdict


def test_of_one_token_the_holder_is_alone() -> None:
    assert verdict(OneToken, nobody_else) is Verdict.PROVED
    assert verdict(Tokens, nobody_else) is Verdict.REFUTED


def test_two_guests_are_told_apart_by_the_only_keeper() -> None:
    result = proven(Narrow, alone)
    assert result.verdict is Verdict.PROVED
    assert result.joint is not None
    assert "Guest and Guest and Keeper" in [text.sort for text in result.joint.lemmas]
    assert verdict(Careless, alone) is Verdict.REFUTED


def test_numbers_of_entities_are_made_to_fit_the_axioms() -> None:
    """No more kinds than need be have one entity; what is allowed stays as it is."""
    simulator = Simulator(ProofContext(OneToken, [], []).transitions)
    sizes = [{"Node": 2, "Item": 3}, {"Node": 3, "Item": 1}]
    assert simulator.allowed(sizes) == [{"Node": 2, "Item": 1}, {"Node": 3, "Item": 1}]
