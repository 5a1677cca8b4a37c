"""A page's steps are those of the plain classes: every step of explicit state graphs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.statecheck.explorer.engine import MachineBeside, check_system
from tests.statecheck.explorer.instances import MACHINES, SYSTEMS, Instance
from tests.statecheck.reference.explorer import World


@pytest.mark.parametrize("instance", SYSTEMS, ids=lambda one: one.system.__name__)
def test_a_page_takes_the_steps_of_the_plain_systems(instance: Instance) -> None:
    steps = check_system(instance.system, instance.sizes, instance.values, instance.constants)
    assert steps >= instance.steps


@pytest.mark.parametrize(("cls", "world"), MACHINES, ids=lambda one: getattr(one, "__name__", ""))
def test_a_page_takes_the_steps_of_the_plain_machine(cls: type[Any], world: World) -> None:
    assert MachineBeside(cls, world).check() > 0
