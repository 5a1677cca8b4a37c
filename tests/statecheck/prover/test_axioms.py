"""Axioms of systems, loops that look inside loops, references in a circle, and lemmas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import z3
from statemachine import State

from statecheck import (
    Catalogue,
    Entity,
    Machine,
    Many,
    System,
    action,
    anything,
    axiom,
    derived,
    leads_to,
    weak,
)
from statecheck.claims.claim import Claim, Kind
from statecheck.claims.expressions import claim
from statecheck.claims.fairness import LeadsTo
from statecheck.claims.results import Result, Verdict
from statecheck.cli.main import main
from statecheck.explicit.search import check
from statecheck.explicit.state_space import FiniteInstance, count_states
from statecheck.modeling import ModelError
from statecheck.prover.agreement import check_agreement
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.symbolic.axioms.instances import Instances
from statecheck.symbolic.transition_system import TransitionSystem


class Seat(Machine):
    on = State(initial=True)
    is_first: bool = anything(like=False)
    has_token: bool = derived(lambda seat: seat.is_first)
    give = on.to.itself(cond="has_token", on="lose")
    receive = on.to.itself(on="gain")

    def lose(self) -> None:
        self.has_token = False

    def gain(self) -> None:
        self.has_token = True


class Node(Entity):
    next: Node
    seat: Seat


class Loose(System):
    nodes: Many[Node]

    @action
    def pass_on(self, node: Node) -> None:
        node.seat.give()
        node.next.seat.receive()


class Ring(Loose):
    @axiom
    def one_token(self, one: Node, other: Node) -> bool:
        return one == other or not (one.seat.is_first and other.seat.is_first)


class Impossible(Ring):
    @axiom
    def some(self, node: Node) -> bool:
        return any(other.seat.is_first and other != node for other in self.nodes)


class Changing(Loose):
    @axiom
    def nobody(self, node: Node) -> bool:
        return not node.seat.has_token


class Numbered(Loose):
    @axiom
    def numbered(self, node: Node, number: int) -> bool:
        return number > 0


MOVES = Catalogue(Ring)


@MOVES.eventually(
    "ring.moves",
    "Ring",
    fairness=(weak(Ring.pass_on, "node"),),
    assumptions=("nobody is away for ever",),
)
def moves(ring: Ring, node: Node) -> LeadsTo:
    """A token is passed on."""
    return leads_to(node.seat.has_token, not node.seat.has_token or node.next == node)


EXCLUSION = "node1 == node2 or not (node1.seat.has_token and node2.seat.has_token)"


def decided(system: type[System], *said: str) -> list[Result]:
    claims = [claim(system, Kind.ALWAYS, text, id_=f"it.{n}") for n, text in enumerate(said)]
    return in_order(ProofContext(system, claims, (), depth=4), claims)


def in_order(context: ProofContext, claims: list[Claim]) -> list[Result]:
    settled = {result.claim: result for result in Prover(context).prove(claims)}
    return [settled[each] for each in claims]


def test_a_proof_assumes_the_axioms_and_fails_without_them() -> None:
    (held,) = decided(Ring, EXCLUSION)
    assert (held.verdict, held.jointly) == (Verdict.PROVED, True)
    (broken,) = decided(Loose, EXCLUSION)
    assert (broken.verdict, broken.steps) == (Verdict.REFUTED, 0)


def test_a_run_starts_as_the_axioms_allow() -> None:
    (result,) = decided(Ring, "not node.seat.has_token or node.seat.is_first")
    assert (result.verdict, result.steps) == (Verdict.REFUTED, 1)


def test_small_instances_obey_the_axioms() -> None:
    rows = [{"next": 1}, {"next": 2}, {"next": 0}]
    assert count_states(FiniteInstance(Ring, {"nodes": rows})).initial == 4
    assert count_states(FiniteInstance(Loose, {"nodes": rows})).initial == 8
    (each,) = [claim(Ring, Kind.ALWAYS, EXCLUSION, id_="it")]
    assert str(check(each, (), FiniteInstance(Ring, {"nodes": rows})).finding) == "holds"


def test_machines_and_terms_agree_under_axioms() -> None:
    assert check_agreement(TransitionSystem(Ring)) > 20


def test_a_plain_system_checks_its_axioms() -> None:
    ring = Ring(nodes=2)
    ring.nodes[0].seat.model._restore("is_first", True)
    ring.check_axioms()
    ring.nodes[1].seat.model._restore("is_first", True)
    with pytest.raises(ModelError, match=r"violates its axiom one_token\(node1, node2\)"):
        ring.check_axioms()
    with pytest.raises(ModelError, match=r"violates its axiom some\(node1\)"):
        Impossible(nodes=1)


def test_contradictory_axioms_are_refused() -> None:
    with pytest.raises(ModelError, match=r"one_token, some.*contradict each other"):
        ProofContext(Impossible, (), ())


def test_axioms_of_which_nothing_is_known_do_not_contradict_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object) -> None:
        raise z3.Z3Exception("max. memory exceeded")

    monkeypatch.setattr(z3.Solver, "check", fails)
    with pytest.raises(ModelError, match=r"does not find out .* of Ring \(one_token\)"):
        Instances(TransitionSystem(Ring)).smallest()


def test_an_instance_that_satisfies_the_axioms_is_shown() -> None:
    context = ProofContext(Ring, (), ())
    assert any(
        note.startswith("the axioms are satisfied by, for one: Node 1") for note in context.notes
    )


def test_an_axiom_is_about_what_never_changes() -> None:
    with pytest.raises(
        ModelError, match=r"axiom nobody asks for Node\.seat\.has_token, which pass_on"
    ):
        TransitionSystem(Changing)
    with pytest.raises(ModelError, match="number is a int; an axiom is about entities"):
        TransitionSystem(Numbered)


class Mark(Machine):
    off = State(initial=True)
    on = State(final=True)
    put = off.to(on)


class Team(Entity):
    mark: Mark


class Person(Entity):
    team: Team
    mark: Mark


class Teams(System):
    teams: Many[Team]
    people: Many[Person]

    @action
    def put(self, person: Person) -> None:
        person.mark.put()

    @action
    def finish(self, team: Team) -> None:
        if any(
            one.team == team
            and all(other.mark.on.is_active for other in self.people if other.team == one.team)
            for one in self.people
        ):
            team.mark.put()

    @action
    def close(self, team: Team) -> None:
        for person in self.people:
            if person.team == team and all(
                other.mark.off.is_active for other in self.people if other.team == person.team
            ):
                person.mark.put()


def test_a_loop_may_look_inside_a_loop() -> None:
    with pytest.raises(ModelError, match="the order of the elements would matter"):
        TransitionSystem(Teams)


class Orderly(Teams):
    @action
    def close(self, team: Team) -> None:
        if not any(
            any(other.mark.on.is_active for other in self.people if other.team == one.team)
            for one in self.people
            if one.team == team
        ):
            team.mark.put()


def test_nested_conditions_mean_what_the_machines_do() -> None:
    assert check_agreement(TransitionSystem(Orderly)) > 50


CATALOGUE = Catalogue(Ring)


@CATALOGUE.always("it.exclusion", "It")
def exclusion(ring: Ring, one: Node, other: Node) -> bool:
    """One has the token."""
    return one == other or not (one.seat.has_token and other.seat.has_token)


@CATALOGUE.lemma("it.false", "It")
def false_lemma(ring: Ring, node: Node) -> bool:
    """Nobody has the token."""
    return not node.seat.has_token


def test_a_false_lemma_is_refuted_and_proves_nothing() -> None:
    exclusive, false = CATALOGUE.claims
    context = ProofContext(Ring, CATALOGUE.claims, (), depth=4)
    assert [r.verdict for r in in_order(context, [exclusive, false])] == [
        Verdict.PROVED,
        Verdict.REFUTED,
    ]
    loose = Catalogue(Loose)
    loose.claims = [*CATALOGUE.claims]
    (result,) = in_order(ProofContext(Loose, loose.claims, (), depth=2), [exclusive])
    assert result.verdict is Verdict.REFUTED


def three_way(system: Any, one: Node, two: Node, three: Node) -> bool:
    holding = [node.seat.has_token for node in (one, two, three)]
    if one == two or two == three or one == three:  # noqa: PLR1714, SIM109  (they have no hash)
        return True
    return not (holding[0] and holding[1])


def test_a_claim_about_three_entities_is_proven() -> None:
    catalogue = Catalogue(Ring)
    three_way.__annotations__["system"] = Ring
    catalogue.always("it.three", "It")(three_way)
    (result,) = in_order(ProofContext(Ring, catalogue.claims, ()), catalogue.claims)
    assert result.verdict is Verdict.PROVED


def test_what_a_proof_assumes_is_in_every_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {name: str(tmp_path / name) for name in ("json", "junit", "sarif", "summary")}
    options = [text for name, file in files.items() for text in (f"--{name}", file)]
    assert main(["prove", f"{__name__}:MOVES", *options]) == 0
    written = {name: Path(file).read_text(encoding="utf-8") for name, file in files.items()}
    for text in (capsys.readouterr().out, *written.values()):
        plain = text.replace("\\", "")
        assert "one_token(one, other) is an axiom" in plain
        assert "weak fairness of pass_on(node)" in plain
        assert "nobody is away for ever" in plain
    assert main(["check", f"{__name__}:Ring", "--always", EXCLUSION]) == 0
    assert "one_token(one, other) is an axiom" in capsys.readouterr().out
