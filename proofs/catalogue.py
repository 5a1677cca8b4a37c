"""All claims of the project, in the order of the article, and the histories that they keep."""

from __future__ import annotations

from proofs import (
    administrators,
    cause,
    liveness,
    more_information,
    resolution,
    safety,
    symptoms,
    vocabulary,
    workaround,
)
from statecheck.claims.claim import Claim
from statecheck.modeling import History

SECTIONS = (symptoms, cause, resolution, workaround, more_information, safety, liveness)
"""The modules of the claims, in the order of the article."""

CLAIMS: tuple[Claim, ...] = tuple(
    claim
    for section in SECTIONS
    for claim in vocabulary.CATALOGUE.claims
    if claim.body.__module__ == section.__name__
)
"""Every claim under each of its readings."""

QUESTIONS: tuple[Claim, ...] = tuple(administrators.QUESTIONS.claims)
"""The questions behind the administrators' table."""

HISTORIES: tuple[History[object], ...] = tuple(
    {
        value.name: value
        for module in (vocabulary, administrators)
        for value in vars(module).values()
        if isinstance(value, History)
    }.values()
)
"""What the claims remember of a run."""
