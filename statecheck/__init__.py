"""Prove, refute and draw what is true of python-statemachine classes, and of systems of them.

What a model or a module of claims needs is here. A model has machines (`Machine`, fields that start
with `anything` or `derived`), entities that own them (`Entity`) and a system of any number of each
(`System`, `Many`, `action`, `pure`). A `Catalogue` declares claims about it; they speak of a
`Step`, `assume` a premise, remember a run by a `history`, ask what is `enabled`, fix constants by a
`Variant`. What must happen in the end `leads_to` a goal, under fairness (`weak`, `strong`) and
what never comes or only finitely often (`never`, `finitely`). A `Project` is a catalogue with what
proof runs of it need.

Packages in the order in which the data goes: `modeling` (what a system is), `symbolic` (its code as
guarded commands), `claims` (what is said of it), `safety`, `liveness`, `explicit`, `runs` (what is
found out), `prover` (verdicts), `certificate`, `recheck` and `mutation` (why to believe them),
`reports` and `drawing` (how they are shown), `cli` (the commands); `smt` has the solver.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from statecheck.claims.answers import Answer, Standing
    from statecheck.claims.catalogue import Catalogue
    from statecheck.claims.claim import Claim, Kind
    from statecheck.claims.fairness import finitely, leads_to, never, strong, weak
    from statecheck.claims.results import Report, Result, Verdict
    from statecheck.claims.run import Run, RunStep
    from statecheck.errors import ActionDisabled, ModelError
    from statecheck.interface.assertions import NotProved, Undetermined, assert_proved
    from statecheck.interface.calls import check, prove
    from statecheck.interface.drawings import Drawing, draw
    from statecheck.modeling import (
        Entity,
        History,
        Machine,
        Many,
        Step,
        System,
        Variant,
        action,
        anything,
        assume,
        axiom,
        derived,
        enabled,
        history,
        pure,
        within,
    )
    from statecheck.prover.project import Project

__version__ = "0.2.0"

_HOMES = {
    "statecheck.claims.answers": ("Answer", "Standing"),
    "statecheck.claims.catalogue": ("Catalogue",),
    "statecheck.claims.claim": ("Claim", "Kind"),
    "statecheck.claims.fairness": ("finitely", "leads_to", "never", "strong", "weak"),
    "statecheck.claims.results": ("Report", "Result", "Verdict"),
    "statecheck.claims.run": ("Run", "RunStep"),
    "statecheck.errors": ("ActionDisabled", "ModelError"),
    "statecheck.interface.assertions": ("NotProved", "Undetermined", "assert_proved"),
    "statecheck.interface.calls": ("check", "prove"),
    "statecheck.interface.drawings": ("Drawing", "draw"),
    "statecheck.modeling": (
        *("Entity", "History", "Machine", "Many", "Step", "System", "Variant", "action"),
        *("anything", "assume", "axiom", "derived", "enabled", "history", "pure", "within"),
    ),
    "statecheck.prover.project": ("Project",),
}

_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ActionDisabled",
    "Answer",
    "Catalogue",
    "Claim",
    "Drawing",
    "Entity",
    "History",
    "Kind",
    "Machine",
    "Many",
    "ModelError",
    "NotProved",
    "Project",
    "Report",
    "Result",
    "Run",
    "RunStep",
    "Standing",
    "Step",
    "System",
    "Undetermined",
    "Variant",
    "Verdict",
    "action",
    "anything",
    "assert_proved",
    "assume",
    "axiom",
    "check",
    "derived",
    "draw",
    "enabled",
    "finitely",
    "history",
    "leads_to",
    "never",
    "prove",
    "pure",
    "strong",
    "weak",
    "within",
]


def __getattr__(name: str) -> Any:
    """Import a name when it is asked for: the re-checker and the help need no solver."""
    if name not in _HOME:
        raise AttributeError(f"module 'statecheck' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
