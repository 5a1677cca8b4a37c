"""Mutants of models whose claims are proven together, or about worlds that axioms describe."""

from __future__ import annotations

import itertools

import pytest

from statecheck.mutation.campaign import everything, judge
from statecheck.mutation.differences import comparable
from statecheck.mutation.verdict import MutantStatus
from statecheck.prover import session
from statecheck.prover.project import load

pytestmark = pytest.mark.slow

HOME = "examples.mutual_exclusion:CATALOGUE"

KILLED = {
    "Section.outside:start:inside",
    "Section.outside:start:any",
    "Mutex.enter:true",
    "Mutex.enter:all",
    "Mutex.enter:compare:ne-eq",
    "Mutex.enter:every:process",
    "Mutex.leave:event:leave.enter",
}
"""After these, two may be inside at once; after any other change nobody ever is, or one alone."""


def test_a_claim_about_two_entities_sees_what_it_should() -> None:
    project = load(HOME)
    found = {}
    for mutant in everything(project):
        found[mutant.id.partition(".")[2]] = judge(project, mutant).status
    assert {id_ for id_, status in found.items() if status is MutantStatus.KILLED} == KILLED
    others = {status for id_, status in found.items() if id_ not in KILLED}
    assert others == {MutantStatus.SURVIVED, MutantStatus.INVALID}


def test_systems_of_other_worlds_are_other_systems() -> None:
    one, other = (
        session.prover(load(f"examples.{name}:CATALOGUE")).context.transitions
        for name in ("quorum_election", "quorum_election")
    )
    assert comparable(one, other)
    assert one.axioms
    for fewer, more in itertools.permutations((one.axioms, ()), 2):
        one.axioms, other.axioms = fewer, more
        assert not comparable(one, other)


def test_a_plan_that_names_others_is_looked_for_of_a_mutant_too() -> None:
    project = load("tests.statecheck.mutation.reading_room:CATALOGUE")
    wanted = {
        "Library.start_reading:drop:enter": MutantStatus.SURVIVED,
        "Library.start_writing:false": MutantStatus.KILLED,
    }
    found = {m.id.partition(".")[2]: m for m in everything(project)}
    verdicts = {name: judge(project, found[name]) for name in found if name in wanted}
    assert {name: verdict.status for name, verdict in verdicts.items()} == wanted
    (kill,) = verdicts["Library.start_writing:false"].kills
    assert (kill.claim, kill.evidence) == ("library.gets_in", "run of 0 steps into a trap")
