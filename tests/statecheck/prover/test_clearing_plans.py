"""Plans that are followed again and again, as fewer and fewer entities are in the way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from statemachine import State

from examples.readers_writers import Library
from statecheck import (
    Catalogue,
    Entity,
    Machine,
    Many,
    System,
    Verdict,
    action,
    assume,
    check,
)
from statecheck.certificate.certificates import why_left_out
from statecheck.liveness.clearing import recovered_by_clearing, recovered_by_others
from statecheck.prover.context import ProofContext
from statecheck.prover.induction_results import recovery_of
from statecheck.prover.prover import Prover
from statecheck.smt import grounding
from statecheck.smt.grounding import Grounding
from tests.statecheck.reference.modules import written

FEWER = "again and again, as fewer and fewer have"


def test_a_writer_gets_in_once_everybody_has_left() -> None:
    (result,) = check(Library, recoverable="writer.access.within").results
    assert result.verdict is Verdict.PROVED
    assert result.detail.split("; else ") == [
        "start_writing(writer)",
        f"stop_reading(some reader), {FEWER} reader.access.state != out",
        f"stop_writing(some writer), {FEWER} writer.access.state != out",
    ]
    assert why_left_out(result)


class Lamp(Machine):
    off = State(initial=True)
    on = State()
    turn_on = off.to(on)
    turn_off = on.to(off)


class Room(Entity):
    lamp: Lamp


class House(System):
    rooms: Many[Room]

    @action
    def leave(self, room: Room) -> None:
        room.lamp.turn_off()

    @action
    def enter(self, room: Room) -> None:
        room.lamp.turn_on()


HOUSE = Catalogue(House)


@HOUSE.recoverable("lamp.both", "")
def both(house: House, room: Room) -> bool:
    """No lamp is ever both."""
    return room.lamp.on.is_active and room.lamp.off.is_active


@HOUSE.recoverable("lamp.on", "")
def lit(house: House, room: Room) -> bool:
    """Where all others are off, a lamp can be lit: but others may be lit first."""
    assume(not any(other.lamp.on.is_active for other in house.rooms if other != room))
    return room.lamp.on.is_active


def test_what_one_plan_undoes_of_another_is_no_way() -> None:
    """Lamps that are switched off until all are off, and then on, are switched for ever."""
    context = ProofContext(House, HOUSE.claims, [])
    for claim in HOUSE.claims:
        found = recovered_by_clearing(recovery_of(context, claim, []))
        assert (found is not None) is (claim.id == "lamp.on")


def test_a_way_begins_where_the_premise_holds() -> None:
    proofs = Prover(ProofContext(House, HOUSE.claims, []))
    found = {result.claim.id: result.verdict for result in proofs.prove(list(HOUSE.claims))}
    assert found == {"lamp.both": Verdict.REFUTED, "lamp.on": Verdict.PROVED}


class Vote(Machine):
    unsure = State(initial=True)
    ready = State()
    done = State(final=True)
    agree = unsure.to(ready)
    finish = ready.to(done)


class Ballot(Machine):
    collecting = State(initial=True)
    decided = State(final=True)
    decide = collecting.to(decided)


class Chair(Entity):
    ballot: Ballot


class Member(Entity):
    chair: Chair
    vote: Vote


class Meeting(System):
    chairs: Many[Chair]
    members: Many[Member]

    @action
    def agree(self, member: Member) -> None:
        if member.vote.unsure.is_active:
            member.vote.agree()

    @action
    def decide(self, chair: Chair) -> None:
        for member in self.members:
            if member.chair == chair and not member.vote.ready.is_active:
                return
        chair.ballot.decide()

    @action
    def finish(self, member: Member) -> None:
        if member.chair.ballot.decided.is_active:
            member.vote.finish()


MEETING = Catalogue(Meeting)


@MEETING.recoverable("vote.done", "")
def done(meeting: Meeting, member: Member) -> bool:
    """Whoever is not done yet can be, though actions may do nothing."""
    return member.vote.done.is_active


def test_clauses_that_only_a_plan_needs_are_found() -> None:
    """Where all votes have to be ready nobody is done before: no other claim asks for that."""
    context = ProofContext(Meeting, MEETING.claims, [])
    (claim,) = MEETING.claims
    assert recovered_by_others(recovery_of(context, claim, context.invariant())) is None
    (result,) = Prover(context).prove([claim])
    assert result.verdict is Verdict.PROVED
    assert "decide(some chair), again and again" in result.detail
    assert [*map(str, result.invariant or ())] == [*map(str, context.invariant())] != []
    assert recovered_by_others(recovery_of(context, claim, context.invariant())) is not None
    assert context.induction.is_invariant(context.invariant())


# -- random systems, against a search that shares no code -----------------------------------------

NAMES = "abcd"


class Random:
    """A kind of entities with a few states; each action moves one of them, where all others, one of
    them or none are in some states.
    """

    def __init__(self, seed: int) -> None:
        pick = random.Random(seed)
        self.count = pick.choice([2, 3, 3, 4])
        states = range(self.count)
        self.actions = [
            (
                pick.sample(states, pick.choice([1, 1, 2]) if self.count > 2 else 1),
                pick.choice(states),
                pick.choice(["", "", "all", "any", "not any"]),
                pick.sample(states, pick.randrange(1, self.count)),
            )
            for _ in range(pick.randrange(2, 6))
        ]
        self.goal = pick.choice(states)
        self.premise = pick.choice([None, None, *states])  # the state in which it does not apply
        self.for_all = pick.random() < 0.4
        self.returns = pick.random() < 0.3  # an action that is not allowed does nothing

    def text(self) -> str:
        """The module of the system."""
        own = NAMES[: self.count]
        lines = ["from statemachine import State", "from statecheck import *"]
        lines += ["class M(Machine):", "    a = State(initial=True)"]
        lines += [f"    {name} = State()" for name in own[1:]]
        around = [f"{a}.to({b})" for a, b in zip(own, own[1:] + own[0], strict=True)]
        lines.append(f"    unused = {' | '.join(around)}")
        for number, (sources, target, _, _) in enumerate(self.actions):
            ways = " | ".join(f"{NAMES[source]}.to({NAMES[target]})" for source in sources)
            lines.append(f"    event{number} = {ways}")
        lines += ["class E(Entity):", "    m: M", "class S(System):", "    es: Many[E]"]
        for number, (_, _, quantifier, states) in enumerate(self.actions):
            some = " or ".join(f"o.m.{NAMES[state]}.is_active" for state in states)
            lines += ["    @action", f"    def act{number}(self, e: E) -> None:"]
            if quantifier:
                lines.append(f"        if not ({quantifier}({some} for o in self.es if o != e)):")
                refusal = "return" if self.returns else "raise ActionDisabled"
                lines.append(f"            {refusal}")
            lines.append(f"        e.m.event{number}()")
        lines += ["CATALOGUE = Catalogue(S)", "@CATALOGUE.recoverable('r', 'R')"]
        lines += ["def r(s: S, e: E) -> bool:", "    'It can.'"]
        if self.premise is not None:
            lines.append(f"    assume(not e.m.{NAMES[self.premise]}.is_active)")
        goal = f"m.{NAMES[self.goal]}.is_active"
        whole = f"all(o.{goal} for o in s.es)" if self.for_all else f"e.{goal}"
        return "\n".join([*lines, f"    return {whole}\n"])

    def steps(self, state: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """The states that follow one."""
        for sources, target, quantifier, wanted in self.actions:
            for index, own in enumerate(state):
                others = [other in wanted for i, other in enumerate(state) if i != index]
                allowed = {"": True, "all": all(others), "any": any(others)}
                if own in sources and allowed.get(quantifier, not any(others)):
                    yield (*state[:index], target, *state[index + 1 :])

    def is_recoverable(self, size: int) -> bool:
        """Tell whether the claim holds for the first of so many entities, which are all alike."""
        known, ahead = {(0,) * size}, [(0,) * size]
        while ahead:
            new = set(self.steps(ahead.pop())) - known
            known |= new
            ahead += new
        applies = {state for state in known if state[0] != self.premise}
        there = {
            state
            for state in known
            if all(own == self.goal for own in (state if self.for_all else state[:1]))
        }
        while more := {s for s in known - there if not there.isdisjoint(self.steps(s))}:
            there |= more
        return applies <= there


@pytest.mark.parametrize(
    "seed",
    [*range(1, 6), *(pytest.param(n, marks=pytest.mark.campaign) for n in (0, *range(6, 200)))],
)
def test_random_systems(seed: int, tmp_path: Path) -> None:
    made = Random(seed)
    catalogue = written(tmp_path / f"recoverable{seed}.py", made.text()).CATALOGUE
    claims = list(catalogue.claims)
    (result,) = Prover(ProofContext(catalogue.system, claims, [])).prove(claims)
    if result.verdict is not Verdict.UNDETERMINED:
        holds = all(made.is_recoverable(size) for size in (1, 2, 3, 4))
        assert (result.verdict is Verdict.PROVED) is holds


class Seat(Entity):
    room: Room


class Theatre(System):
    seats: Many[Seat]
    rooms: Many[Room]

    @action
    def sit(self, seat: Seat) -> None:
        seat.room.lamp.turn_on()

    @action
    def light(self, room: Room) -> None:
        room.lamp.turn_on()


THEATRE = Catalogue(Theatre)


@THEATRE.recoverable("all.lit", "")
def all_lit(theatre: Theatre) -> bool:
    """Nobody sits in the dark."""
    return all(seat.room.lamp.on.is_active for seat in theatre.seats)


def test_quantifiers_that_ask_for_each_other_have_an_end() -> None:
    """Somebody helps where a seat is in the dark, and others are with each of those who help."""
    (result,) = Prover(ProofContext(Theatre, THEATRE.claims, ())).prove(THEATRE.claims)
    assert result.verdict is Verdict.PROVED
    assert result.detail == f"light(some room), {FEWER} room.lamp.state != on"


def test_what_one_formula_asks_for_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer instances prove less, never more: the claim holds."""
    made: list[int] = []
    instantiate = Grounding._instantiate

    def counting(self: Grounding, *arguments: Any) -> None:
        instantiate(self, *arguments)
        made[-1] = max(made[-1], len(self.constraints))

    monkeypatch.setattr(Grounding, "_instantiate", counting)
    for most in (grounding.INSTANCES, 2):
        monkeypatch.setattr(grounding, "INSTANCES", most)
        made.append(0)
        (result,) = Prover(ProofContext(Theatre, THEATRE.claims, ())).prove(THEATRE.claims)
        assert result.verdict in (Verdict.PROVED, Verdict.UNDETERMINED)
    assert made[1] * 4 < made[0]
