"""A pytest plugin: proofs stand beside unit tests.

The fixture ``assert_proved`` proves claims about a class or a catalogue inside a test. A catalogue
whose name in a test module begins like a test's, such as ``test_lift``, becomes one test for each
of its claims. The solver is imported when a proof is asked for.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from statecheck.claims.catalogue import Catalogue
    from statecheck.claims.claim import Claim
    from statecheck.claims.results import Report
    from statecheck.interface.proofs import Proofs
    from statecheck.prover.project import Project

OPTION, INI = "--statecheck-timeout", "statecheck_timeout"

HOMES = {"statecheck.claims.catalogue": "Catalogue", "statecheck.prover.project": "Project"}
"""The classes whose objects become tests, by the modules that have them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the setting that bound each proof."""
    text = "Seconds that each proof may take; what is open then fails as undetermined."
    parser.getgroup("statecheck").addoption(OPTION, metavar="S", help=text)
    parser.addini(INI, f"{text} {OPTION} counts more. Without either there is no limit.")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a limit that is none before any test runs."""
    _timeout(config)


def _timeout(config: pytest.Config) -> float | None:
    """The limit of each proof, in seconds. Raises UsageError for one that is none."""
    option = config.getoption(OPTION)
    written, name = (config.getini(INI), INI) if option is None else (option, OPTION)
    if not written:
        return None
    try:
        seconds = float(written)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise pytest.UsageError(f"{name}: {written!r} is not a number of seconds greater than 0")
    return seconds


@pytest.fixture(name="assert_proved")
def asserting(request: pytest.FixtureRequest) -> Any:
    """`statecheck.assert_proved`, with the limit of time that the configuration has."""
    from statecheck.interface.assertions import assert_proved  # noqa: PLC0415  (few tests ask)

    return partial(assert_proved, timeout=_timeout(request.config))


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> pytest.Collector | None:
    """The claims of a catalogue whose name begins like a test's."""
    if not collector.funcnamefilter(name):
        return None
    for home, kind in HOMES.items():
        # A module that nobody has imported has no objects.
        cls = getattr(sys.modules.get(home), kind, None)
        if cls is not None and isinstance(obj, cls):
            made: pytest.Collector = Claims.from_parent(collector, name=name, subject=obj)
            return made
    return None


class Claims(pytest.Collector):
    """The claims of a catalogue or of a project."""

    def __init__(self, *, subject: Catalogue | Project, **given: Any) -> None:
        super().__init__(**given)
        self.subject = subject

    @cached_property
    def proofs(self) -> Proofs:
        """The proofs, which read the model once."""
        from statecheck.interface.proofs import Proofs  # noqa: PLC0415  (few tests ask)

        return Proofs(self.subject)

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each claim. Raises CollectError where there is none: it would seem to pass."""
        if not self.subject.claims:
            raise self.CollectError(f"{self.name}: no claims are declared")
        for claim in self.subject.claims:
            made: pytest.Item = ProofItem.from_parent(self, name=claim.title, claim=claim)
            yield made


class ProofItem(pytest.Item):
    """The proof of one claim."""

    parent: Claims

    def __init__(self, *, claim: Claim, **given: Any) -> None:
        super().__init__(**given)
        self.claim = claim

    def runtest(self) -> None:
        """Prove the claim. Raises NotProved, Undetermined and ModelError."""
        from statecheck.interface.assertions import (  # noqa: PLC0415  (few tests ask)
            raise_unless_as_expected,
        )

        report = self.parent.proofs.prove(self.claim, timeout=_timeout(self.config))
        self._keep(report)
        raise_unless_as_expected(report)

    def _keep(self, report: Report) -> None:
        """Put the verdict and the assumptions among the properties that JUnit reports have."""
        for result in report:
            self.user_properties.append(("verdict", str(result.verdict)))
            assumed = (*report.environment, *result.assumptions)
            self.user_properties += [("assumed", text) for text in assumed]

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The message alone: the way through the prover says nothing about the claim."""
        from statecheck import ModelError, NotProved  # noqa: PLC0415  (few tests fail)

        if isinstance(excinfo.value, NotProved | ModelError):
            path, line, _ = self.reportinfo()
            return f"{excinfo.value}\n\n{path}:{(line or 0) + 1}: {type(excinfo.value).__name__}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The place where the claim is declared, and its name."""
        # Not the end of the test's id, in which pytest would take the dots for those of a module.
        domain = f"{self.parent.name}, {self.name}"
        code = getattr(self.claim.body, "__code__", None)
        file = inspect.getsourcefile(self.claim.body) if code is not None else None
        if code is None or file is None:
            return self.path, None, domain
        return Path(file), code.co_firstlineno - 1, domain
