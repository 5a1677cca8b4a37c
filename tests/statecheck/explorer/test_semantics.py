"""A page's steps are those of the plain classes: every step of explicit state graphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.statecheck.explorer.engine import MachineBeside, check_system
from tests.statecheck.explorer.instances import MACHINES, SYSTEMS, Instance
from tests.statecheck.reference.explorer import World

QUICK = 1
"""So many of each are compared by the quick tests."""


def cases(known: Sequence[Any]) -> list[Any]:
    """The first ones for the quick tests, the others for the slow ones."""
    marks = [() if n < QUICK else (pytest.mark.slow,) for n in range(len(known))]
    values = [one if isinstance(one, tuple) else (one,) for one in known]
    return [
        pytest.param(*value, marks=mark, id=getattr(value[0], "name", None) or value[0].__name__)
        for value, mark in zip(values, marks, strict=True)
    ]


@pytest.mark.parametrize("instance", cases(SYSTEMS))
def test_a_page_takes_the_steps_of_the_plain_systems(instance: Instance) -> None:
    steps = check_system(instance.system, instance.sizes, instance.values, instance.constants)
    assert steps >= instance.steps


@pytest.mark.slow
@pytest.mark.parametrize(("cls", "world"), cases(MACHINES))
def test_a_page_takes_the_steps_of_the_plain_machine(cls: type[Any], world: World) -> None:
    assert MachineBeside(cls, world).check() > 0
