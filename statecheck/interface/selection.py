"""Selecting claims of a catalogue by their ids, by their titles or by patterns."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Sequence

from statecheck.claims.claim import Claim
from statecheck.modeling import ModelError

NEAREST = 3
"""So many claims are offered in place of one that is unknown."""


def selected(patterns: Sequence[str], catalogue: Sequence[Claim]) -> list[Claim]:
    """The claims that some pattern names, in the catalogue's order; all without a pattern.

    Raises ModelError for a pattern that names none, and for a catalogue without claims.
    """
    if not catalogue:
        raise ModelError("no claims are declared, so there is nothing to prove.")
    for pattern in patterns:
        if not any(_matches(pattern, claim) for claim in catalogue):
            raise ModelError(
                f"no claim matches {pattern!r}; the nearest are {_nearest(pattern, catalogue)}."
            )
    return [
        claim
        for claim in catalogue
        if not patterns or any(_matches(pattern, claim) for pattern in patterns)
    ]


def _matches(pattern: str, claim: Claim) -> bool:
    return pattern == claim.title or fnmatch.fnmatchcase(claim.id, pattern)


def _nearest(pattern: str, claims: Sequence[Claim]) -> str:
    ids = list(dict.fromkeys(claim.id for claim in claims))
    if any(character in pattern for character in "*?["):
        ids = list(dict.fromkeys(f"{id_.split('.')[0]}.*" for id_ in ids))
    return ", ".join(difflib.get_close_matches(pattern.lower(), ids, NEAREST, cutoff=0))
