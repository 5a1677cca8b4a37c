"""The lock file: found invariants, kept for review and re-checked on every run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import z3

from model.kernel import ModelError
from proofs.engine.atoms import atoms
from proofs.engine.claims import Reading
from proofs.engine.induction import Clause
from proofs.engine.transitions import Transitions


def load(
    path: Path,
    transitions: Transitions,
    extra: Iterable[z3.ExprRef],
    readings: Iterable[Reading],
) -> list[Clause] | None:
    """The clauses of a lock file; None if it has none, belongs to another model, or is not there.

    They are words in the model's names until they are checked. Raises ModelError for a file that
    is no lock.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read as a lock file ({error}); delete it") from None
    wrong = _wrong(content)
    if wrong:
        raise ModelError(f"{path} is no lock file ({wrong}); delete it, or run with --write-lock")
    if content["digest"] != transitions.digest:
        return None
    known = {
        (sort, atom.said(truth)): (atom.variable, atom.term if truth else z3.Not(atom.term))
        for sort, items in atoms(transitions, extra).items()
        for atom in items
        for truth in (True, False)
    }
    named = {reading.name: reading for reading in readings}
    clauses = []
    for entry in content["clauses"]:
        sort, reading = entry["every"], named.get(entry["reading"])
        if reading is None:
            return None
        found = [known.get((sort, literal)) for literal in entry["any of"]]
        literals = [literal for literal in found if literal is not None]
        if not literals or len(literals) < len(found):
            return None
        term = z3.Or(*(term for _, term in literals))
        clauses.append(Clause(sort, reading, tuple(entry["any of"]), literals[0][0], term))
    return clauses or None


def _wrong(content: object) -> str:
    """What keeps the content of a file from being a lock's; empty where nothing does."""
    match content:
        case {"digest": str(), "clauses": list(entries)}:
            for number, entry in enumerate(entries, 1):
                match entry:
                    case {"every": str(), "reading": str(), "any of": [_, *_] as literals} if all(
                        isinstance(literal, str) for literal in literals
                    ):
                        continue
                    case _:
                        return f"clause {number} is none"
            return ""
        case {"digest": str(), "clauses": _}:
            return "its clauses are no list"
        case {"digest": str()}:
            return "it has no clauses"
        case _:
            return "it has no digest"


def text(transitions: Transitions, clauses: Sequence[Clause]) -> str:
    """The content of a lock file."""
    entries = [
        {"every": c.sort, "reading": c.reading.name, "any of": list(c.literals)}
        for c in sorted(clauses, key=lambda c: (c.reading.name, c.sort, c.literals))
    ]
    content = {"digest": transitions.digest, "clauses": entries}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
