"""Instances of the axioms: what shows that they do not contradict each other.

From axioms that nothing satisfies everything follows. So a certificate shows for each reading an
initial state, with at least one entity of each kind, in which they hold.
"""

from __future__ import annotations

from ..definitions import Definitions
from .runs import Shown

WORDS = "an initial state that satisfies the axioms"


def wanted(known: Definitions) -> dict[str, str]:
    """The paths of the instances that there have to be, each with its reading."""
    if not known.axioms:
        return {}
    readings = dict.fromkeys(["", *(claim.reading for claim in known.claims.values())])
    return {path(reading): reading for reading in readings}


def path(reading: str) -> str:
    """Where the instance of a reading is."""
    return f"axioms/instance.{reading}.itf.json" if reading else "axioms/instance.itf.json"


def described(reading: str) -> str:
    """The description of an instance."""
    return f"{WORDS}, and [{reading}]" if reading else WORDS


def check(shown: Shown, known: Definitions, reading: str) -> None:
    """Raise ValueError where this is no instance of a reading."""
    if len(shown.states) != 1 or shown.loop is not None or shown.witness != {}:
        raise ValueError("it is no single state")
    if shown.description != described(reading):
        raise ValueError("it is described in other words")
    for sort in known.entities:
        if not shown.members(sort):
            raise ValueError(f"it has no {sort}")
    shown.replay()
    for claim in known.claims.values():
        if claim.reading == reading and not shown.said(claim, claim.bodies["reading"]):
            raise ValueError(f"it is not as {claim.title} reads")
