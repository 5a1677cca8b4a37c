"""Fairness to an action for each choice of entities that the claim does not name."""

from __future__ import annotations

import pytest
from statemachine import State

from statecheck import (
    Catalogue,
    Entity,
    Machine,
    Many,
    ModelError,
    System,
    action,
    check,
    leads_to,
    weak,
)
from statecheck.claims.claim import Claim
from statecheck.claims.results import Result, Verdict
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.reports.words import evidence


class Rumour(Machine):
    unknown = State(initial=True)
    known = State(final=True)
    hear = unknown.to(known)


class Node(Entity):
    rumour: Rumour


class Gossip(System):
    """Who knows something tells it to anybody."""

    nodes: Many[Node]

    @action
    def begin(self, node: Node) -> None:
        node.rumour.hear()

    @action
    def tell(self, source: Node, target: Node) -> None:
        if source.rumour.known.is_active:
            target.rumour.hear()

    @action
    def flood(self, node: Node) -> None:
        if all(other.rumour.known.is_active for other in self.nodes if other != node):
            node.rumour.hear()


CATALOGUE = Catalogue(Gossip)


@CATALOGUE.eventually("gossip.told", "Live", fairness=(weak(Gossip.tell),))
def told(gossip: Gossip, source: Node, target: Node) -> object:
    """Anybody hears of it."""
    return leads_to(source.rumour.known.is_active, target.rumour.known.is_active)


@CATALOGUE.eventually(
    "gossip.told_by_name", "Live", fairness=(weak(Gossip.tell, "source", "target"),)
)
def told_by_name(gossip: Gossip, source: Node, target: Node) -> object:
    """Anybody hears of it."""
    return leads_to(source.rumour.known.is_active, target.rumour.known.is_active)


@CATALOGUE.eventually(
    "gossip.told_twice",
    "Live",
    fairness=(weak(Gossip.tell, "source", "target"), weak(Gossip.tell)),
)
def told_twice(gossip: Gossip, source: Node, target: Node) -> object:
    """Anybody hears of it; one of the assumptions is not needed."""
    return leads_to(source.rumour.known.is_active, target.rumour.known.is_active)


@CATALOGUE.eventually("gossip.flooded", "Live", fairness=(weak(Gossip.flood),))
def flooded(gossip: Gossip, target: Node) -> object:
    """Somebody is the last who does not know."""
    return leads_to(target.rumour.unknown.is_active, target.rumour.known.is_active)


def settled(name: str) -> Result:
    claims: list[Claim] = [claim for claim in CATALOGUE.claims if claim.id == name]
    (result,) = Prover(ProofContext(Gossip, claims, [])).prove(claims)
    return result


def test_fairness_to_all_choices_of_two_is_no_error_and_says_what_to_name() -> None:
    result = settled("gossip.told")
    assert result.verdict is Verdict.UNDETERMINED
    assert "no lasso is looked for" in result.detail
    assert "any choice of 2 arguments; name the claim's variables" in result.detail


def test_fairness_to_those_that_the_claim_names_is_enough() -> None:
    assert settled("gossip.told_by_name").verdict is Verdict.PROVED


def test_what_is_proven_without_it_says_why_no_lasso_is_looked_for() -> None:
    """Not that to look for longer ones would cost too much."""
    result = settled("gossip.told_twice")
    assert (result.verdict, result.vacuous) == (Verdict.PROVED, None)
    assert result.detail.startswith("holds, but no lasso is looked for: weak fairness of tell, ")
    assert evidence(result).endswith(", premise open")


def test_fairness_where_a_guard_asks_of_all_is_no_error_either() -> None:
    result = settled("gossip.flooded")
    assert result.verdict is Verdict.UNDETERMINED
    assert "its guard is about any number of entities" in result.detail


class Tank(Machine):
    on = State(initial=True)
    level: int = 0
    fill = on.to.itself(on="take_in", cond="higher")

    def higher(self, to: int) -> bool:
        return to > self.level

    def take_in(self, to: int) -> None:
        self.level = to


class Place(Entity):
    tank: Tank


class Depot(System):
    places: Many[Place]

    @action
    def fill(self, place: Place, to: int) -> None:
        place.tank.fill(to=to)


def test_nothing_is_fair_to_each_number() -> None:
    """Ever less numbers are enabled, and never none."""
    with pytest.raises(ModelError, match="to is no entity, and nothing is fair to each value of"):
        check(Depot, eventually="place.tank.on ~> place.tank.level < 0", fair="fill(place)")
