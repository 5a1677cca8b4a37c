"""What is sampled depends on the system alone, not on what Z3 was asked before in the process."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
import z3

from examples.election_by_letter import Election
from examples.leader_election import Ring
from statecheck.modeling import System
from statecheck.symbolic.axioms.instances import Instances
from statecheck.symbolic.transition_system import TransitionSystem

SIZES: dict[type[System], dict[str, int]] = {
    Election: {"Node": 3, "Channel": 6, "Quorum": 2, "Membership": 4},
    Ring: {"Node": 6},
}

PROGRAM = """
from tests.statecheck.symbolic.test_canonical import SIZES, chosen
print([chosen(system) for system in SIZES])
"""


def chosen(system: type[System]) -> list[str]:
    """Some choices for one size, as they are drawn."""
    instances, pick = Instances(TransitionSystem(system)), random.Random(3)
    found = [instances.one(SIZES[system], pick) for _ in range(4)]
    assert all(own is not None for own in found)
    return [repr((own.functions, own.constants)) for own in found if own is not None]


def other_work() -> None:
    """Keeps Z3 busy with something else, so that its numbering of terms is another."""
    solver = z3.Solver()
    for n in range(300):
        x, y = z3.Ints(f"x{n} y{n}")
        solver.add(x * 3 + y > n, x < y + n, z3.Or(x == n, y == n))
    assert solver.check() == z3.sat
    for system in reversed(SIZES):
        TransitionSystem(system)


@pytest.mark.parametrize("system", SIZES, ids=lambda cls: cls.__name__)
def test_the_same_choices_after_other_questions(system: type[System]) -> None:
    first = chosen(system)
    assert len(set(first)) > 1, "they are no samples"
    other_work()
    assert chosen(system) == first


def test_the_same_choices_in_another_process() -> None:
    printed = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    ).stdout
    assert printed == f"{[chosen(system) for system in SIZES]}\n"
