"""One certificate for all tests of the re-checker."""

from __future__ import annotations

from pathlib import Path

import pytest

from statecheck.certificate import evidence
from statecheck.certificate.folder import OutputFolder
from statecheck.prover.project import Project, project_of
from statecheck.prover.session import run
from tests.statecheck.recheck import tower


@pytest.fixture(scope="session")
def project() -> Project:
    return project_of(tower.CATALOGUE, f"{tower.__name__}:CATALOGUE")


@pytest.fixture(scope="session")
def certified(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a certificate of the tower, lassos without each assumption included."""
    report = run(project, project.claims, explain=True)
    path = tmp_path_factory.mktemp("certificates") / "tower"
    OutputFolder(str(path)).write(evidence.certify(project, report))
    return path
