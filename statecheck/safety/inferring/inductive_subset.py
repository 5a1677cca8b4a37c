"""The part of an invariant that another system keeps."""

from __future__ import annotations

from collections.abc import Sequence

from statecheck.safety.induction import Clause, Induction
from statecheck.symbolic.commands import Command


def inductive_subset(
    induction: Induction, clauses: Sequence[Clause], suspicious: Sequence[Command] | None = None
) -> list[Clause]:
    """The largest set of these clauses that is inductive for a system.

    ``suspicious`` are the only commands that may break them, and only they may, if given.
    """
    if suspicious is not None and not _broken(induction, clauses, suspicious):
        return list(clauses)
    kept = list(clauses)
    while True:
        gone = set(
            induction.initial_violations({clause: induction.violation(clause) for clause in kept})
        )
        left = [clause for clause in kept if clause not in gone]
        gone |= _broken(induction, kept, induction.transitions.commands, left)
        if not gone:
            return kept
        kept = [clause for clause in kept if clause not in gone]


def _broken(
    induction: Induction,
    known: Sequence[Clause],
    commands: Sequence[Command],
    asked: Sequence[Clause] | None = None,
) -> set[Clause]:
    """Those clauses that some step of these commands from the known ones breaks."""
    primed = {
        clause: induction.transitions.primed(induction.violation(clause))
        for clause in (known if asked is None else asked)
    }
    gone: set[Clause] = set()
    for command in commands:
        left = {clause: term for clause, term in primed.items() if clause not in gone}
        gone |= set(induction.step_violations(left, known, command)) if left else set()
    return gone
