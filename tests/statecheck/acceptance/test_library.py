"""The machines of the library's own tests and documentation: how many are accepted, and no less."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from tests.statecheck.acceptance.__main__ import of_library, table
from tests.statecheck.acceptance.judging import CRASHED, NONE, WRONG
from tests.statecheck.acceptance.measuring import measured


@pytest.mark.campaign
def test_no_verdict_is_wrong_and_as_many_machines_are_accepted_as_were() -> None:
    try:
        found = of_library()
    except OSError as error:
        pytest.skip(f"the library's source distribution cannot be fetched: {error}")
    results = list(measured(found, plays_outside=True))
    sys.stdout.write(table(results))
    assert not [m for m in results if m.judgement.standing in (WRONG, CRASHED)]
    machines = Counter(m.judgement.standing for m in results)
    whole = machines.total() - machines[NONE]
    assert machines["accepted"] >= 0.79 * whole
    assert machines["accepted"] + machines["by abstraction"] >= 0.82 * whole
