"""What goes with verdicts, for whoever does not believe them: certificates, and a second look."""

from __future__ import annotations

from model.site import Site
from model.version import SP3, SP4, StoreVersion
from proofs.session import prover
from statecheck.certificate.certificates import certificate
from statecheck.certificate.sweep import Sweep, sweep
from statecheck.claims.results import Report
from statecheck.explicit.state_space import FiniteInstance

SMALL = (
    FiniteInstance(
        Site,
        {"servers": 2, "mailboxes": 1, "attachments": 1},
        {StoreVersion: (SP3, SP4)},
        forget=False,
    ),
)
"""The instances whose reachable states are all looked at, beside the proofs; with every value, for
a clause may be about one that no guard reads.
"""


def certify(report: Report, *, seed: int = 0, timeout: float | None = None) -> dict[str, str]:
    """The files of a certificate for a report: paths and texts. Raises Timeout."""
    engine = prover(seed=seed, timeout=timeout)
    resting = (text for result in report.results for text in result.invariant or ())
    engine.rest_on(dict.fromkeys(resting))
    return certificate(engine, report.results)


def swept(*, timeout: float | None = None) -> Sweep:
    """The invariant, evaluated in every reachable state of small instances; no solver decides.

    Raises Timeout.
    """
    engine = prover(timeout=timeout)
    return sweep(engine.transitions, engine.invariant(), SMALL, engine.remaining)
