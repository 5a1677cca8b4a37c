"""A slice of a system leaves out nothing that what is asked depends on."""

from __future__ import annotations

import random

import pytest

from examples import consensus_by_letter, failing_commit, two_phase
from statecheck import System
from statecheck.modeling import STATE
from statecheck.symbolic.simulate import Simulator
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key

SIZE = 2


def reached(transitions: TransitionSystem, shown: list[str], seed: int) -> set[str]:
    """Some functions of every reachable state of an instance."""
    simulator = Simulator(transitions)
    sizes = {entity.name: SIZE for entity in transitions.info.entities}
    state = simulator.start(sizes, random.Random(seed))
    assert state is not None
    actions = simulator.instances(sizes)
    known = {repr(state.functions): state}
    left = [state]
    while left:
        state = left.pop()
        for name, arguments in actions:
            following = simulator.fire(state, name, arguments)
            if following is not None and repr(following.functions) not in known:
                known[repr(following.functions)] = following
                left.append(following)
    return {repr([state.functions[own] for own in shown]) for state in known.values()}


@pytest.mark.parametrize(
    ("system", "machine", "left_out"),
    [
        (consensus_by_letter.Consensus, "Node.candidacy", {"decide"}),
        (consensus_by_letter.Consensus, "Node.ballot", {"decide", "win"}),
        (consensus_by_letter.Consensus, "Channel.letter", {"decide", "win"}),
        (consensus_by_letter.Consensus, "Node.decision", set()),
        (two_phase.CATALOGUE.system, None, None),
        (failing_commit.CATALOGUE.system, None, None),
    ],
)
def test_as_much_is_reached_of_what_is_asked(
    system: type[System], machine: str | None, left_out: set[str] | None
) -> None:
    transitions = TransitionSystem(system)
    own = [(e.name, m.slot) for e in transitions.info.entities for m in e.machines]
    for kind, slot in own:
        if machine not in (None, f"{kind}.{slot}"):
            continue
        key = Key(kind, slot, STATE)
        term = transitions.vocabulary.functions[key](transitions.world.variable(key))
        part = transitions.slice([term])
        if left_out is not None:
            assert {c.name for c in transitions.commands} - {c.name for c in part.commands} == (
                left_out
            )
        shown = sorted(map(str, transitions.relevance.cone([term])))
        for seed in range(3):
            whole = reached(transitions, shown, seed)
            assert reached(part, shown, seed) == whole
            assert len(whole) > 1


def test_a_slice_of_everything_is_the_system() -> None:
    transitions = TransitionSystem(consensus_by_letter.Consensus)
    every = [
        decl(transitions.world.variable(key))
        for key, decl in transitions.vocabulary.functions.items()
    ]
    assert transitions.slice(every) is transitions
    assert transitions.slice([]).commands == ()
    assert len(transitions.commands) == 5
