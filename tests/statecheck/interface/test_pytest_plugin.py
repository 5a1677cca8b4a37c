"""The pytest plugin: what passes, what fails, and what a failure says."""

from __future__ import annotations

import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import statecheck
from tests.statecheck.interface import machines
from tests.statecheck.interface.plugin import ARGUMENTS

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

ROOT = Path(statecheck.__file__).parents[1]
MACHINES = Path(machines.__file__).read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def users_folder(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of somebody else's, where the plugin is installed."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in ("PYTEST_XDIST_WORKER", "CI", "BUILD_NUMBER"):
        # With the last two, pytest's summary repeats whole messages.
        monkeypatch.delenv(name, raising=False)
    pytester.makepyfile(machines=MACHINES)


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess(*ARGUMENTS, *arguments)


def test_a_refuted_claim_fails_with_its_run_and_the_assumptions(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_own="""
        from machines import Coffee, Door

        def test_wear(assert_proved):
            report = assert_proved(Door, always="broken ==> uses >= 3")
            assert report["always.1"].invariant

        def test_coffee(assert_proved):
            assert_proved(Coffee, always="not served")
        """
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            '>       assert_proved(Coffee, always="not served")',
            "E       statecheck.NotProved: Not as expected: always.1 REFUTED.",
            "E       always.1: REFUTED",
            "E           not served",
            "E           ! PROVED was expected, but it is false: a run of 1 step breaks*",
            "E              1  serve()",
            "E                   coins  0 -> 2",
            "E                   state  idle -> served",
            "E       Assumed:",
            "E           coins is an input: the environment may set it to any int between*",
        ]
    )
    result.stdout.no_fnmatch_line("*interface*:*in raise_unless*")


def test_what_is_undetermined_fails_unless_the_user_expects_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_own="""
        import pytest
        from machines import CATALOGUE, Door
        from statecheck import Undetermined

        expected = pytest.mark.xfail(raises=Undetermined, strict=True)

        def test_open(assert_proved):
            assert_proved(Door, always="not broken")

        @expected
        def test_known_to_be_open(assert_proved):
            assert_proved(Door, always="not broken")

        @expected
        def test_refuted(assert_proved):
            assert_proved(Door, always="not broken", timeout=60)

        class TestLift:
            test_lift = CATALOGUE
        """
    )
    result = run(pytester, "--statecheck-timeout", "0.000001", "-k", "not stops and not never")
    result.assert_outcomes(failed=3, xfailed=1)
    text = result.stdout.str()
    assert text.count("Neither proven nor refuted: timed out") == 2
    assert "FAILED test_own.py::TestLift::test_lift::doors.shut" in text
    # A refuted claim is not what an undetermined one is expected to be.
    result.stdout.fnmatch_lines(["FAILED test_own.py::test_refuted - statecheck.NotProved: *"])


def test_each_claim_of_a_catalogue_is_a_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_own="""
        from machines import CATALOGUE, Lift, Tower, never_open, shut
        from statecheck import Catalogue

        test_lift = CATALOGUE

        test_wrong = Catalogue(Tower)
        test_wrong.always("doors.never_open", "Doors", assumptions=("A9",))(never_open)

        other = test_wrong
        """
    )
    result = run(pytester, "--junit-xml", "report.xml", "-v")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            "test_own.py::test_lift::doors.shut *PASSED*",
            "test_own.py::test_lift::doors.never_open *PASSED*",
            "test_own.py::test_lift::cabin.stops *PASSED*",
            "test_own.py::test_wrong::doors.never_open *FAILED*",
            "*__ test_wrong, doors.never_open __*",
            "doors.never_open: REFUTED",
            "* 1  open_doors(lift1)",
            "Assumed:",
            "    doors.never_open: A9",
            "*machines.py:*: NotProved",
        ]
    )
    cases = {
        case.attrib["name"]: [(p.attrib["name"], p.attrib["value"]) for p in case.iter("property")]
        for case in ET.parse(pytester.path / "report.xml").iter("testcase")
    }
    assert cases["cabin.stops"] == [
        ("verdict", "PROVED"),
        ("assumed", "weak fairness of stop, each of its instances"),
    ]


def test_what_cannot_be_proven_as_it_is_says_so_in_one_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_own="""
        from machines import Door, Tower
        from statecheck import Catalogue

        def test_name(assert_proved):
            assert_proved(Door, always="opend")

        test_none = Catalogue(Tower)
        """
    )
    result = run(pytester, "--continue-on-collection-errors")
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["*test_none: no claims are declared", "E *ModelError: 'opend': opend is not known*"]
    )


@pytest.mark.parametrize("limit", ["soon", "0", "inf", "nan"])
def test_a_limit_that_is_none_is_refused(pytester: pytest.Pytester, limit: str) -> None:
    result = run(pytester, f"--statecheck-timeout={limit}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = (line for line in result.errlines if line.strip())
    assert line == (
        f"ERROR: --statecheck-timeout: '{limit}' is not a number of seconds greater than 0"
    )


def test_the_setting_is_the_limit_where_no_option_is(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_own="""
        from machines import Door

        def test_open(assert_proved):
            assert_proved(Door, always="closed or not closed and not broken or broken")
        """
    )
    pytester.makeini("[pytest]\nstatecheck_timeout = 0.000001\n")
    run(pytester).assert_outcomes(failed=1)


def test_no_solver_is_imported_until_a_proof_is_asked_for(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import sys

        def pytest_sessionfinish():
            print("solver:", "z3" in sys.modules, "rich:", "rich" in sys.modules)
        """
    )
    pytester.makepyfile(
        test_own="""
        from machines import CATALOGUE, Door

        test_lift = CATALOGUE

        def test_unit():
            assert Door().closed.is_active

        def test_proof(assert_proved):
            assert_proved(Door, always="broken ==> uses >= 3")
        """
    )
    run(pytester, "-k", "unit", "-s").stdout.fnmatch_lines(["*solver: False rich: False"])
    run(pytester, "-k", "proof", "-s").stdout.fnmatch_lines(["*solver: True*"])


def test_the_plugin_is_an_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"statecheck": "statecheck.pytest_plugin"}
