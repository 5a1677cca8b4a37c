"""A page's steps against random classes, which share nothing with the engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from statemachine.exceptions import InvalidDefinition

from statecheck.modeling import ModelError
from statecheck.single.execution.giving_up import OutOfTime, UnknownError
from tests.statecheck.explorer.engine import MachineBeside
from tests.statecheck.reference.fuzz import build
from tests.statecheck.reference.generator import sample
from tests.statecheck.reference.plain import Endless

pytestmark = pytest.mark.slow


def test_a_page_takes_the_steps_of_random_classes(tmp_path: Path) -> None:
    steps = classes = 0
    for seed in range(6):
        drawn = sample(seed)
        try:
            module = build(drawn, tmp_path)
            cls = getattr(module, drawn.name)
            beside = MachineBeside(cls, drawn.world(module), limit=60)
        except (InvalidDefinition, Endless, ModelError, UnknownError, OutOfTime):
            continue  # nothing to explore, or nothing that the engine takes
        steps += beside.check()
        classes += 1
    assert classes >= 5
    assert steps >= 500
