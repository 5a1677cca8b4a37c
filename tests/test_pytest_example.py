"""The example of proofs beside unit tests, as its reader would run it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.statecheck.interface.plugin import ARGUMENTS

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[1]


@pytest.fixture
def example(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    for file in (ROOT / "examples" / "pytest_door").glob("*.py"):
        (pytester.path / file.name).write_text(file.read_text())
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return pytester


def run(example: pytest.Pytester) -> pytest.RunResult:
    return example.runpytest_subprocess(*ARGUMENTS)


def test_all_of_it_passes(example: pytest.Pytester) -> None:
    run(example).assert_outcomes(passed=6)


def test_a_fault_in_the_model_is_seen_by_proofs_and_not_by_the_unit_test(
    example: pytest.Pytester,
) -> None:
    door = example.path / "door.py"
    door.write_text(door.read_text().replace("self.uses >= 3", "self.uses >= 2"))
    lift = example.path / "lift.py"
    lift.write_text(lift.read_text().replace('cond="closed"', 'cond="!closed"'))
    result = run(example)
    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(
        [
            "E * 4  slam()",
            "FAILED test_door.py::test_a_door_breaks_by_wear_alone*",
            "FAILED test_lift.py::test_lift::doors.shut*",
        ]
    )
