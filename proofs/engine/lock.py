"""The lock file: what was found, kept for review and checked again on every run.

It has the clauses of an invariant, and the shortest runs: of each claim the one that reaches it,
violates it, or reaches its antecedent. It is a shortcut and never an authority. Clauses are proven
to be an invariant, runs are executed on the plain machines and no shorter ones are shown to exist;
what does not stand that is found anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import z3

from model.kernel import ModelError
from proofs.engine.atoms import atoms
from proofs.engine.claims import Claim, Reading
from proofs.engine.induction import Clause
from proofs.engine.recall import Written, written
from proofs.engine.transitions import Transitions
from proofs.engine.verdict import Run


@dataclass(frozen=True)
class Lock:
    """What a lock file has of a model, none of it checked.

    ``clauses`` are in the words of the model, and of the claims whose titles ``words`` are;
    ``runs`` are by the titles of claims.
    """

    digest: str
    words: list[str]
    clauses: list[str]
    runs: dict[str, Written]


Literals = Mapping[tuple[str, str], tuple[z3.ExprRef, z3.BoolRef]]
"""By kind and text: the variable, and the term over it."""


def load(path: Path) -> Lock | None:
    """What is in a lock file; None if it is not there.

    Raises ModelError for a file that is no lock.
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
    return Lock(content["digest"], content["words of"], content["clauses"], content["runs"])


def clauses_of(
    texts: Iterable[str],
    transitions: Transitions,
    extra: Sequence[z3.ExprRef],
    readings: Iterable[Reading],
) -> list[Clause]:
    """The clauses that some texts are of, in the words of the model and of ``extra`` terms.

    Raises ValueError for a text that is of none.
    """
    found = readable(texts, transitions, extra, readings)
    for text, clause in found.items():
        if clause is None:
            raise ValueError(f"no clause: {text}")
    return [clause for clause in found.values() if clause is not None]


def readable(
    texts: Iterable[str],
    transitions: Transitions,
    extra: Sequence[z3.ExprRef],
    readings: Iterable[Reading],
) -> dict[str, Clause | None]:
    """For each text the clause that it is of, in the words of the model and of ``extra`` terms."""
    known = _literals(transitions, extra)
    named = {reading.name: reading for reading in readings}
    clauses: dict[str, Clause | None] = {}
    for text in dict.fromkeys(texts):
        match = _CLAUSE.fullmatch(text)
        reading = named.get(match[1] or "") if match else None
        sort, said = (match[2], match[3].split(" or ")) if match else ("", [])
        literals = _literals_in(said, {own for of, own in known if of == sort})
        if reading is None or not literals:
            clauses[text] = None
            continue
        found = [known[sort, literal] for literal in literals]
        term = z3.Or(*(term for _, term in found))
        clauses[text] = Clause(sort, reading, tuple(literals), found[0][0], term)
    return clauses


_CLAUSE = re.compile(r"(?:\[(\w+)\] )?every (\w+): (.*)", re.DOTALL)


def _literals_in(parts: Sequence[str], known: Container[str]) -> list[str] | None:
    """Literals that give the parts where " or " is put between them; one may have it inside."""
    if not parts:
        return []
    for count in range(1, len(parts) + 1):
        literal = " or ".join(parts[:count])
        if literal in known and (rest := _literals_in(parts[count:], known)) is not None:
            return [literal, *rest]
    return None


def _literals(transitions: Transitions, extra: Sequence[z3.ExprRef]) -> Literals:
    """What can be said of each kind in the words of the model, and of some terms besides."""
    return {
        (sort, atom.said(truth)): (atom.variable, atom.term if truth else z3.Not(atom.term))
        for sort, items in atoms(transitions, extra, {*transitions.keys}).items()
        for atom in items
        for truth in (True, False)
    }


def _wrong(content: object) -> str:
    """What keeps the content of a file from being a lock's; empty where nothing does."""
    match content:
        case {
            "digest": str(),
            "clauses": list(entries),
            "words of": list(words),
            "runs": dict(runs),
        }:
            if not _are_texts(words):
                return "its words are of no claims"
            if not _are_texts(entries):
                return "its clauses are no texts"
            for title, run in runs.items():
                match run:
                    case {
                        "sizes": dict(),
                        "start": dict(start),
                        "steps": list(steps),
                        "witness": dict(witness),
                    } if _are_texts([*start.values(), *steps, *witness.values()]):
                        continue
                    case _:
                        return f"the run of {title} is none"
            return ""
        case {"digest": str(), "clauses": list()}:
            return "it has no runs, or not the words that it is in"
        case {"digest": str(), "clauses": _}:
            return "its clauses are no list"
        case {"digest": str()}:
            return "it has no clauses"
        case _:
            return "it has no digest"


def _are_texts(items: Iterable[object]) -> bool:
    return all(isinstance(item, str) for item in items)


def text(
    transitions: Transitions,
    terms: Mapping[str, z3.ExprRef],
    clauses: Sequence[Clause],
    runs: Mapping[Claim, Run],
) -> str:
    """The content of a lock file. ``terms`` are what claims say, by their titles."""
    wanted = {(clause.sort, literal) for clause in clauses for literal in clause.literals}
    wanted -= _literals(transitions, ()).keys()
    words = []
    for title, term in terms.items():
        if wanted and (own := wanted & _literals(transitions, [term]).keys()):
            words.append(title)
            wanted -= own
    in_order = sorted(clauses, key=lambda c: (c.reading.name, c.sort, c.literals))
    content = {
        "digest": transitions.digest,
        "words of": words,
        "clauses": list(map(str, in_order)),
        "runs": {claim.title: written(run) for claim, run in runs.items()},
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
