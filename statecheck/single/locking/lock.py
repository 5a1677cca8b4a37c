"""The lock file of one machine: of each claim the clauses that prove it, and its run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from statecheck.files import read_text
from statecheck.modeling import ModelError

KEYS = {"machine", "digest", "claims"}


@dataclass(frozen=True)
class ClauseEntry:
    """A clause as a file has it: the number of its place, the states that are active there, and a
    formula over the data in SMT-LIB.
    """

    place: int
    states: str
    formula: str

    def __str__(self) -> str:
        return f"in {self.states}, place {self.place}: {self.formula}"


@dataclass(frozen=True)
class StepEntry:
    """A step as a file has it: the event, which of the ways that are open in its place it takes,
    and the values that are chosen, by name.
    """

    event: str
    way: int
    choices: dict[str, Any]


@dataclass(frozen=True)
class ClaimEntry:
    """Everything that a file has of one claim; ``run`` is None where it has no run."""

    clauses: tuple[ClauseEntry, ...] = ()
    run: tuple[StepEntry, ...] | None = None


@dataclass(frozen=True)
class Lock:
    """The content of a lock file, none of it checked; ``digest`` is that of its automaton.

    ``claims`` are by kind and expression, such as ``always: uses < 3``.
    """

    machine: str
    digest: str
    claims: Mapping[str, ClaimEntry]


def load(path: Path) -> Lock | None:
    """The content of a lock file, whatever machine it belongs to; None if it is not there.

    Raises ModelError for a file that is no lock of a machine.
    """
    try:
        content = json.loads(read_text(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read as a lock file ({error}); delete it") from None
    try:
        return _lock(content)
    except ValueError as error:
        raise ModelError(
            f"{path} is no lock file of one machine ({error}); delete it, or run with --write-lock"
        ) from None


def text(machine: str, digest: str, claims: Mapping[str, ClaimEntry]) -> str:
    """The content of a lock file."""
    content = {
        "machine": machine,
        "digest": digest,
        "claims": {
            name: {
                "clauses": [vars(clause) for clause in entry.clauses],
                "run": None if entry.run is None else [vars(step) for step in entry.run],
            }
            for name, entry in claims.items()
        },
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _lock(content: Any) -> Lock:
    if isinstance(content, dict) and "vocabulary_from" in content:
        raise ValueError("it is the lock of a system")
    match content:
        case {"machine": str(machine), "digest": str(digest), "claims": dict(claims)} if (
            set(content) == KEYS
        ):
            return Lock(machine, digest, {name: _claim(name, c) for name, c in claims.items()})
    raise ValueError("it has other keys than machine, digest and claims")


def _claim(name: str, entry: Any) -> ClaimEntry:
    match entry:
        case {"clauses": list(clauses), "run": (None | list()) as run} if len(entry) == 2:
            steps = None if run is None else tuple(_step(name, step) for step in run)
            return ClaimEntry(tuple(_clause(name, clause) for clause in clauses), steps)
    raise ValueError(f"what it has of {name} is neither clauses nor a run")


def _clause(name: str, entry: Any) -> ClauseEntry:
    match entry:
        case {"place": int(place), "states": str(states), "formula": str(formula)} if (
            len(entry) == 3 and type(place) is int
        ):
            return ClauseEntry(place, states, formula)
    raise ValueError(f"one of its clauses for {name} is none")


def _step(name: str, entry: Any) -> StepEntry:
    match entry:
        case {"event": str(event), "way": int(way), "choices": dict(choices)} if (
            len(entry) == 3 and type(way) is int
        ):
            return StepEntry(event, way, choices)
    raise ValueError(f"one of the steps to {name} is none")
