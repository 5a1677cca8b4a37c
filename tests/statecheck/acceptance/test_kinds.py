"""The table of what is accepted, and of what is refused and why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.statecheck.acceptance.judging import judge
from tests.statecheck.acceptance.samples import EXPECTED


@pytest.mark.parametrize(("cls", "standing", "kind"), EXPECTED, ids=lambda value: str(value)[-24:])
def test_a_machine_of_each_kind_has_the_standing_that_is_told(
    cls: Any, standing: str, kind: str
) -> None:
    judgement = judge(cls)
    assert (judgement.standing, judgement.kind) == (standing, kind), judgement.detail
