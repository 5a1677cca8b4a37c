"""What a search for helping clauses does not do: defend what no claim needs, believe what further
runs deny, go on for ever, or let one claim stand in the way of another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import pytest
import z3
from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, axiom, derived
from statecheck.claims.results import Result, Verdict
from statecheck.clock import unlimited
from statecheck.modeling import NO_VARIANT
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.safety.joint import search
from statecheck.safety.joint.lemmas import variable
from statecheck.safety.joint.moments import Moment
from statecheck.safety.joint.pools import Candidate, Pool
from statecheck.safety.joint.quantified import GaveUp
from statecheck.safety.joint.reserve import Reserve
from statecheck.safety.joint.search import Search
from statecheck.smt.evaluation import Valuation
from statecheck.symbolic.vocabulary import Key


class Section(Machine):
    idle = State(initial=True)
    requesting = State()
    critical = State()
    ask = idle.to(requesting, on="count")
    enter = requesting.to(critical)
    leave = critical.to(idle)
    starts: bool = anything(False)
    has_token: bool = derived(lambda section: section.starts)
    number: int = 0
    get = requesting.to.itself(on="receive")
    give = idle.to.itself(on="lose")

    def count(self) -> None:
        self.number += 1

    def receive(self) -> None:
        self.has_token = True

    def lose(self) -> None:
        self.has_token = False


class Wire(Machine):
    empty = State(initial=True)
    token = State()
    post = empty.to(token)
    deliver = token.to(empty)


class Node(Entity):
    section: Section


class Pair(Entity):
    me: Node
    other: Node
    wire: Wire


class Passing(System):
    """A token goes round on wires, and who has it may go inside."""

    nodes: Many[Node]
    pairs: Many[Pair]

    @axiom
    def one_token(self, one: Node, other: Node) -> bool:
        return one == other or not (one.section.starts and other.section.starts)

    @action
    def ask(self, node: Node) -> None:
        node.section.ask()

    @action
    def enter(self, node: Node) -> None:
        if node.section.has_token:
            node.section.enter()

    @action
    def leave(self, node: Node) -> None:
        node.section.leave()

    @action
    def send(self, pair: Pair) -> None:
        if pair.me.section.has_token:
            pair.me.section.give()
            pair.wire.post()

    @action
    def deliver(self, pair: Pair) -> None:
        pair.wire.deliver()
        pair.other.section.get()


CATALOGUE = Catalogue(Passing)


@CATALOGUE.always("passing.exclusion", "Safety")
def exclusion(passing: Passing, one: Node, other: Node) -> bool:
    """Two nodes are never inside at once."""
    return one == other or not (one.section.critical.is_active and other.section.critical.is_active)


@CATALOGUE.always("passing.wires", "Safety")
def wires(passing: Passing, one: Pair, other: Pair) -> bool:
    """The token is on one wire at most."""
    return one == other or not (one.wire.token.is_active and other.wire.token.is_active)


def results(*names: str) -> list[Result]:
    claims = [claim for claim in CATALOGUE.claims if claim.id in names]
    return list(Prover(ProofContext(Passing, claims, [], depth=1)).prove(claims))


class Steps:
    """A moment that violates each candidate until those that it needs are active."""

    def __init__(self, needed: Mapping[int, Sequence[int]]) -> None:
        self.needed = needed
        self.asked: set[int] = set()

    def admit(self, candidate: Candidate) -> None:
        """All are known."""

    def counterexample(
        self, wanted: Sequence[Candidate], active: Sequence[Candidate]
    ) -> tuple[Candidate, Valuation] | None:
        """A candidate that lacks one, in a state where all are false that are not active."""
        self.asked |= {candidate.index for candidate in wanted}
        known = {candidate.index for candidate in active}
        for candidate in wanted:
            if not known.issuperset(self.needed.get(candidate.index, ())):
                functions = {f"is{n}": [n in known] for n in range(3)}
                return candidate, Valuation({"Thing": 1}, functions, {})
        return None

    def grounds(self, wanted: Sequence[Candidate], active: Sequence[Candidate]) -> list[Candidate]:
        """Those that are needed."""
        needed = {n for candidate in wanted for n in self.needed.get(candidate.index, ())}
        return [c for c in active if c.index in needed and c not in wanted]

    def before(self, state: Valuation) -> Valuation:
        """The state itself."""
        return state

    def cone_of(self, _candidate: Candidate) -> frozenset[Key]:
        """Nothing is nearer than other things."""
        return frozenset()


def test_what_no_claim_needs_is_not_defended() -> None:
    """The second candidate excludes what the third does, and no step keeps it."""
    thing = z3.Const("thing", z3.DeclareSort("Thing"))
    atoms = [z3.Function(f"is{n}", thing.sort(), z3.BoolSort())(thing) for n in range(3)]
    pool = Pool(0, (thing,), atoms, [((n, True),) for n in range(3)])
    start, step = Steps({}), Steps({0: [2], 1: [3]})
    moments = cast("list[Moment]", [start, step])
    looking = Search([pool], moments)
    claim = Candidate(pool, 0)
    assert looking.run([claim]) == [claim]
    assert looking.active == [claim, Candidate(pool, 2)]
    assert step.asked == {0, 2}
    # Where it is needed it is asked about, and so are those that are to be settled.
    step.needed = {0: [1], 1: [3]}
    assert Search([pool], moments).run([claim]) == []


def test_a_search_that_costs_too_much_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "WORK", 0)
    (result,) = results("passing.exclusion")
    assert result.verdict is Verdict.UNDETERMINED


def test_a_claim_without_end_does_not_stand_in_the_way_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = Search.run

    def endless(self: Search, claims: Sequence[Candidate]) -> list[Candidate]:
        if any(claim.pool.number == 1 for claim in claims):
            raise GaveUp
        return run(self, claims)

    monkeypatch.setattr(search, "KINDS", (search.FAST,))
    monkeypatch.setattr(Search, "run", endless)
    first, second = results("passing.exclusion", "passing.wires")
    assert (first.claim.id, first.verdict) == ("passing.exclusion", Verdict.PROVED)
    assert second.claim.id == "passing.wires"
    # It helps the other one, and so is proven with it if it is taken on.
    assert first.joint is not None
    assert (second.verdict is Verdict.PROVED) == (second.claim.title in first.joint.claims)


def test_further_runs_deny_what_is_false_and_nothing_else() -> None:
    transitions = ProofContext(Passing, CATALOGUE.claims, []).transitions
    reserve = Reserve(transitions, NO_VARIANT, 0, unlimited)
    vocabulary = transitions.vocabulary
    node, number = next(
        (variable(decl.domain(0), 0), decl)
        for key, decl in vocabulary.functions.items()
        if str(key) == "Node.section.number"
    )
    pool = Pool(0, (node,), [number(node) <= 3, number(node) >= 0], [((0, True),), ((1, True),)])
    denied = reserve.denial(Candidate(pool, 0))
    assert denied is not None
    assert max(denied.functions["Node.section.number"]) > 3
    assert reserve.denial(Candidate(pool, 1)) is None
    # What is denied once is left out for good, and what else is false there.
    for truths in pool.truths_in(denied):
        pool.deny(truths)
    pool.drop(1)
    pool.restore()
    assert [pool.is_dropped(n) for n in range(2)] == [True, False]
