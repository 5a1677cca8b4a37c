"""The lock file: what was found, kept for review and checked again on every run.

It has the clauses of an invariant, and the shortest runs: of each claim the one that reaches it,
violates it, or reaches its antecedent. It is a shortcut and never an authority. Clauses are proven
to be an invariant, runs are executed on the plain machines and no shorter ones are shown to exist;
what does not stand that is found anew.
"""

from __future__ import annotations

import bisect
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import z3

from statecheck.claims.claim import Claim
from statecheck.claims.clause_text import ClauseText
from statecheck.claims.run import Run
from statecheck.files import read_text
from statecheck.modeling import ModelError, Variant
from statecheck.runs.recorded import RunChecker, one_line
from statecheck.runs.text import RunText, to_text
from statecheck.safety.atoms import atoms
from statecheck.safety.induction import Clause, either
from statecheck.symbolic.transition_system import TransitionSystem


@dataclass(frozen=True)
class Lock:
    """The content of a lock file, none of it checked; ``digest`` is that of its model.

    The literals of ``clauses`` are made of the model's atoms, and of those of the claims whose
    titles are in ``vocabulary_from``; ``runs`` are by the titles of claims.
    """

    digest: str
    vocabulary_from: list[str]
    clauses: list[ClauseText]
    runs: dict[str, RunText]


class KeptRuns:
    """The runs of a lock file, each replayed when it is asked for, once; and those that were found
    since, and replayed, of which no shorter ones are.
    """

    def __init__(self, lock: Lock | None, checker: RunChecker) -> None:
        self.texts = {} if lock is None else lock.runs
        self.checker = checker
        self.found: dict[Claim, Run] = {}
        self._known: dict[tuple[Claim, bool], Run | str | None] = {}

    def add(self, claim: Claim, run: Run, *, proven: bool) -> None:
        """Take a run that was found and replayed, a shortest one."""
        self._known[claim, proven] = self.found[claim] = run

    def least(self, claim: Claim, run: Run) -> int:
        """The steps that a run of an open claim has to be shorter than to be looked for: those of
        the one that is kept; none if that was found here.
        """
        return 0 if self.found.get(claim) is run else len(run.steps)

    def run(self, claim: Claim, *, proven: bool) -> Run | str | None:
        """The run of a claim, which is ``proven`` or not; the reason why it is none; None where
        there is none, or one to the antecedent of a claim that is not proven.
        """
        key = claim, proven
        if key not in self._known:
            if claim.title not in self.texts:
                return None
            text = self.texts[claim.title]
            self._known[key] = self.checker.accept_text(text, claim, proven=proven)
        return self._known[key]


Literals = Mapping[tuple[str, str], tuple[z3.ExprRef, z3.BoolRef]]
"""By kind and text: the variable, and the term over it."""


def load(path: Path) -> Lock | None:
    """The content of a lock file, whatever model it belongs to; None if it is not there.

    Raises ModelError for a file that is no lock.
    """
    try:
        content = json.loads(read_text(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read as a lock file ({error}); delete it") from None
    wrong = _wrong(content)
    if wrong:
        raise ModelError(f"{path} is no lock file ({wrong}); delete it, or run with --write-lock")
    clauses = [
        ClauseText(entry["reading"], entry["every"], tuple(entry["literals"]))
        for entry in content["clauses"]
    ]
    return Lock(content["digest"], content["vocabulary_from"], clauses, content["runs"])


def clauses_of(
    texts: Iterable[ClauseText],
    transitions: TransitionSystem,
    extra: Sequence[z3.ExprRef],
    variants: Iterable[Variant],
) -> list[Clause]:
    """The clauses of some texts, made of the atoms of the model and of ``extra`` terms.

    Raises ValueError for a text that is of none.
    """
    clauses = known_clauses(texts, transitions, extra, variants)
    for text, clause in clauses.items():
        if clause is None:
            raise ValueError(f"no clause: {text}")
    return [clause for clause in clauses.values() if clause is not None]


def known_clauses(
    texts: Iterable[ClauseText],
    transitions: TransitionSystem,
    extra: Sequence[z3.ExprRef],
    variants: Iterable[Variant],
) -> dict[ClauseText, Clause | None]:
    """For each text the clause that it is of, made of the atoms of the model and of ``extra``
    terms; None where it is of none.
    """
    texts = [*texts]
    wanted = _named((text.sort, literal) for text in texts for literal in text.literals)
    known = _literals(transitions, extra, wanted)
    named = {variant.name: variant for variant in variants}
    clauses: dict[ClauseText, Clause | None] = {}
    for text in dict.fromkeys(texts):
        variant = named.get(text.variant)
        literals = [known.get((text.sort, literal)) for literal in text.literals]
        terms = [literal for literal in literals if literal is not None]
        if variant is None or not terms or len(terms) < len(literals):
            clauses[text] = None
            continue
        term = either([term for _, term in terms])
        clauses[text] = Clause(text.sort, variant, text.literals, terms[0][0], term)
    return clauses


def _named(literals: Iterable[tuple[str, str]]) -> dict[str, str]:
    """All that literals say of each kind, as one text."""
    texts: dict[str, list[str]] = {}
    for sort, literal in literals:
        texts.setdefault(sort, []).append(literal)
    return {sort: "\n".join(own) for sort, own in texts.items()}


def _literals(
    transitions: TransitionSystem,
    extra: Sequence[z3.ExprRef],
    named_in: Mapping[str, str],
) -> Literals:
    """The literals of each kind: the atoms of the model and of some terms, and their negations; not
    all that are not named in texts.
    """
    return {
        (sort, atom.literal(truth)): (atom.variable, atom.term if truth else z3.Not(atom.term))
        for sort, items in atoms(transitions, extra, {*transitions.keys}, named_in).items()
        for atom in items
        for truth in (True, False)
    }


def _wrong(content: object) -> str:
    """Why content is not a lock file, or ''."""
    match content:
        case {
            "digest": str(),
            "clauses": list(entries),
            "vocabulary_from": list(titles),
            "runs": dict(runs),
        }:
            if not _are_texts(titles):
                return "its vocabulary is from no claims"
            if not all(map(_is_clause, entries)):
                return "one of its clauses is none"
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
        case {"machine": str(machine), "claims": _}:
            return f"it is the lock of one machine, {one_line(machine)}"
        case {"digest": str(), "clauses": list()}:
            return "it has no runs, or not the claims that its vocabulary is from"
        case {"digest": str(), "clauses": _}:
            return "its clauses are no list"
        case {"digest": str()}:
            return "it has no clauses"
        case _:
            return "it has no digest"


def _is_clause(entry: object) -> bool:
    match entry:
        case {"every": str(), "reading": str(), "literals": list(literals)}:
            return bool(literals) and _are_texts(literals)
    return False


def _are_texts(items: Iterable[object]) -> bool:
    return all(isinstance(item, str) for item in items)


def _order(text: ClauseText) -> tuple[str, str, tuple[str, ...]]:
    return text.variant, text.sort, text.literals


def text(
    transitions: TransitionSystem,
    terms: Mapping[str, z3.ExprRef],
    clauses: Sequence[Clause],
    runs: Mapping[Claim, Run],
) -> str:
    """The content of a lock file. ``terms`` are those of claims, by their titles."""
    wanted = {(clause.sort, literal) for clause in clauses for literal in clause.literals}
    wanted -= _literals(transitions, (), _named(wanted)).keys()
    titles = _drawn_from(transitions, terms, wanted)
    content = {
        "digest": transitions.digest,
        "vocabulary_from": titles,
        "clauses": [
            {"every": text.sort, "reading": text.variant, "literals": list(text.literals)}
            for text in sorted((c.text for c in clauses), key=_order)
        ],
        "runs": {claim.title: to_text(run) for claim, run in runs.items()},
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _drawn_from(
    transitions: TransitionSystem,
    terms: Mapping[str, z3.ExprRef],
    wanted: set[tuple[str, str]],
) -> list[str]:
    """The first claims, by their titles, of whose terms literals are made that are wanted."""
    titles, left, named_in = [], [*terms.items()], _named(wanted)

    def has_some(count: int) -> bool:
        own = [term for _, term in left[:count]]
        return not wanted.isdisjoint(_literals(transitions, own, named_in))

    while wanted and has_some(len(left)):
        # More terms make more literals, so there is a first one that makes a wanted one.
        count = bisect.bisect_left(range(len(left)), True, key=has_some)
        title, term = left[count - 1]
        titles.append(title)
        wanted = wanted - _literals(transitions, [term], named_in).keys()
        del left[:count]
    return titles
