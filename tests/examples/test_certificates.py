"""Certificates of examples: claims proven together, lemmas about three nodes, axioms, circles.

All of them: ``python -m tests.examples.certified``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.certified import certified

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["leader_election", "client_server"])
def test_an_example_is_certified_and_proved_again(name: str, tmp_path: Path) -> None:
    found = certified(name, tmp_path / "own")
    assert found.code == 0, found.report
    assert found.left_out == ()
    assert found.proving <= 3 * found.writing
