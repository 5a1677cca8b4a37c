"""The certificates that tests of the re-checker tamper with, each written once."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import ModuleType

import pytest

from examples import firewall
from statecheck.certificate import evidence
from statecheck.certificate.folder import OutputFolder
from statecheck.prover.project import Project, project_of
from statecheck.prover.session import run
from tests.statecheck.recheck import cabins, council, house, ring, tower

PATIENCE = 300.0
"""Seconds in which another process of the same test run writes a certificate."""


def written(module: ModuleType, factory: pytest.TempPathFactory, *, explain: bool = False) -> Path:
    """The folder of a certificate of a module's catalogue; the processes of a test run share it."""
    base = factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / module.__name__
    try:
        home.mkdir()
    except FileExistsError:
        end = time.monotonic() + PATIENCE
        while not (home / "done").exists() and time.monotonic() < end:
            time.sleep(0.05)
        return home / "own"
    try:
        project = project_of(module.CATALOGUE, f"{module.__name__}:CATALOGUE")
        report = run(project, project.claims, explain=explain)
        OutputFolder(str(home / "own")).write(evidence.certify(project, report))
    finally:
        (home / "done").touch()
    return home / "own"


@pytest.fixture(scope="session")
def project() -> Project:
    return project_of(tower.CATALOGUE, f"{tower.__name__}:CATALOGUE")


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a certificate of the tower, lassos without each assumption included."""
    return written(tower, tmp_path_factory, explain=True)


@pytest.fixture(scope="session")
def council_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An axiom with nested quantifiers, a kind that no variable tells of, and a run."""
    return written(council, tmp_path_factory)


@pytest.fixture(scope="session")
def ring_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Claims about two entities, an axiom, and a reference that leads back to its own kind."""
    return written(ring, tmp_path_factory)


@pytest.fixture(scope="session")
def firewall_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lemma that was mined, with a quantifier in it."""
    return written(firewall, tmp_path_factory)


@pytest.fixture(scope="session")
def cabins_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Axioms without entities and about numbers, plans without clauses, phases and a lasso."""
    return written(cabins, tmp_path_factory)


@pytest.fixture(scope="session")
def house_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Claims about the end of a run, with quantifiers, an axiom and a number of their own."""
    return written(house, tmp_path_factory)
