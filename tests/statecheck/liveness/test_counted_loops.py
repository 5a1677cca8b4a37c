"""A loop that comes back in all that matters goes round for ever, though something is counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from statemachine import State

from statecheck import Entity, Machine, Many, System, action, check, weak
from statecheck.claims.claim import Kind
from statecheck.claims.expressions import claim as claim_of
from statecheck.liveness.lasso import Effort, lassos
from statecheck.liveness.ledger import replay_lasso
from statecheck.prover.context import ProofContext
from statecheck.runs.replay import ReplayError


class Errand(Machine):
    idle = State(initial=True)
    busy = State()
    done = State(final=True)
    left: int = 2
    tries: int = 0
    start = idle.to(busy)
    tick = busy.to.itself(on="count", cond="goes_on") | busy.to(done)

    def goes_on(self) -> bool:
        return self.left > 0

    def count(self) -> None:
        self.tries += 1


class Impatient(Errand):
    """The number that is counted matters."""

    idle = State(initial=True)
    busy = State()
    done = State(final=True)
    start = idle.to(busy)
    tick = busy.to.itself(on="count", cond="goes_on") | busy.to(done)

    def goes_on(self) -> bool:
        return self.tries < 3


class Clerk(Entity):
    errand: Errand


class Office(System):
    clerks: Many[Clerk]

    @action
    def go(self, clerk: Clerk) -> None:
        clerk.errand.start()

    @action
    def step(self, clerk: Clerk) -> None:
        clerk.errand.tick()


class Visitor(Entity):
    errand: Impatient


class Queue(System):
    visitors: Many[Visitor]

    @action
    def go(self, visitor: Visitor) -> None:
        visitor.errand.start()

    @action
    def step(self, visitor: Visitor) -> None:
        visitor.errand.tick()


def test_what_is_only_counted_need_not_come_back() -> None:
    claim = "clerk.errand.busy ~> clerk.errand.done"
    (result,) = check(Office, eventually=claim, fair="step(clerk)").results
    assert str(result.verdict) == "REFUTED"
    assert result.run is not None
    assert result.run.loop == 1


def test_what_a_guard_depends_on_has_to_come_back() -> None:
    claim = "visitor.errand.busy ~> visitor.errand.done"
    (result,) = check(Queue, eventually=claim, fair="step(visitor)").results
    assert str(result.verdict) == "PROVED"


def test_a_loop_that_does_not_come_back_is_not_believed() -> None:
    """The same run, where what it counts is among what has to come back."""
    text = "clerk.errand.busy ~> clerk.errand.done"
    fairness = (weak(Office.step, "clerk"),)
    claim = claim_of(Office, Kind.EVENTUALLY, text, id_="it.1", fairness=fairness)
    context = ProofContext(Office, [claim], [])
    terms = context.liveness.terms(claim)
    ((_, lasso),) = lassos(context.transitions, [terms], Effort(4))
    assert replay_lasso(Office, (), lasso, claim, claim.fairness).loop == lasso.stem
    every = replace(lasso, keys=frozenset(context.transitions.keys))
    with pytest.raises(ReplayError, match="does not come back to where it began"):
        replay_lasso(Office, (), every, claim, claim.fairness)
