"""Classes that tempt an engine to say something wrong, with claims and their right verdicts."""

from tests.statecheck.reference.corners import (
    arguments,
    attributes,
    code,
    data,
    library,
    outside,
    queues,
    stored,
    structure,
    values,
)
from tests.statecheck.reference.corners.cases import CASES

__all__ = [
    "CASES",
    "arguments",
    "attributes",
    "code",
    "data",
    "library",
    "outside",
    "queues",
    "stored",
    "structure",
    "values",
]
