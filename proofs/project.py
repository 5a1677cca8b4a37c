"""Exchange's site and all that is claimed of it, as `statecheck` proves it."""

from __future__ import annotations

from pathlib import Path

from model import entities, machines, site, version
from model.assumptions import ASSUMPTIONS
from model.site import Site
from model.version import PREFERRED, SP3, SP4, StoreVersion
from proofs.administrators import LAST
from proofs.builds import BuildsTable
from proofs.catalogue import CLAIMS, HISTORIES, QUESTIONS
from proofs.table import AdministratorsTable
from statecheck.claims.concrete_run import IntegerType
from statecheck.explicit.state_space import FiniteInstance
from statecheck.prover.project import Project

SMALL = {"servers": 2, "mailboxes": 1, "attachments": 1}

LOCK = Path(__file__).with_name("evidence.lock")
"""The invariant and the runs, as they were found and reviewed."""

PROJECT = Project(
    home="proofs.project:PROJECT",
    system=Site,
    claims=CLAIMS,
    histories=HISTORIES,
    questions=QUESTIONS,
    tables=(AdministratorsTable(), BuildsTable()),
    # Runs that are shown prefer posted builds.
    integers={
        StoreVersion: IntegerType(
            StoreVersion.LEAST, int(LAST), tuple(map(int, PREFERRED)), StoreVersion.parse
        )
    },
    lock=LOCK,
    assumptions=ASSUMPTIONS,
    # Assumptions are prose; everything else of the model happens.
    modules=(version, machines, entities, site),
    # Every value stays where an invariant is evaluated: a clause may be about one that no guard
    # reads.
    instance=FiniteInstance(Site, SMALL, {StoreVersion: (SP3, SP4)}, forget=False),
)
"""The case study."""
