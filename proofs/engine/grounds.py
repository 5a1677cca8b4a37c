"""What verdicts rest on: the terms of claims, an invariant, and what these exclude."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import z3

from model.kernel import System
from proofs.engine import infer, lock
from proofs.engine.ask import heed
from proofs.engine.bounded import Numbers
from proofs.engine.claims import ANY_READING, UNIVERSAL, Claim, History, Kind, Reading
from proofs.engine.endings import Endings
from proofs.engine.induction import Clause, Induction, left
from proofs.engine.lock import Lock
from proofs.engine.regions import Cell, cells, values
from proofs.engine.runs import shown
from proofs.engine.transitions import Property, Transitions
from proofs.engine.verdict import Run

DEPTH = 10
"""Runs of more steps are not searched for."""

Question = tuple[Claim, Cell | None]
"""What is to be excluded or reached: a claim's violation or event, or one of its cells."""


class Grounds:
    """The grounds for verdicts about a system.

    ``catalogue`` are all claims that the invariant is to serve, whichever are asked for.
    ``numbers`` describes the types of numbers. A lock file is used where it belongs to the model.
    ``timeout`` bounds everything, in seconds. Runs of up to ``depth`` steps are searched for.
    ``notes`` are for whoever asked.
    """

    def __init__(
        self,
        system: type[System],
        catalogue: Sequence[Claim],
        histories: Sequence[History[Any]],
        *,
        numbers: Mapping[Any, Numbers] | None = None,
        lock_file: Path | None = None,
        seed: int = 0,
        timeout: float | None = None,
        explain: bool = False,
        depth: int = DEPTH,
    ) -> None:
        self.end = None if timeout is None else time.monotonic() + timeout
        self.system, self.histories = system, histories
        self.catalogue = [c for c in catalogue if c.kind is not Kind.EVENTUALLY]
        self.eventual = [c for c in catalogue if c.kind is Kind.EVENTUALLY]
        self.numbers = numbers or {}
        self.lock_file = lock_file
        self.seed, self.explain, self.depth = seed, explain, depth
        self.transitions = Transitions(system, histories)
        self.induction = Induction(self.transitions, seed=seed, deadline=self.remaining)
        self.endings = Endings(
            system, self.histories, self.induction, self.numbers, explain=explain
        )
        self.notes: list[str] = []
        self._properties: dict[Any, Property] = {}
        self._cells: dict[Claim, list[Cell]] = {}
        self._invariant: list[Clause] | None = None
        self._is_locked = False

    @property
    def digest(self) -> str:
        """Identifies the model, as it was extracted, and the histories."""
        return self.transitions.digest

    def remaining(self) -> float | None:
        """The seconds that are left. Raises Timeout when there are none, and KeyboardInterrupt."""
        heed()
        return left(self.end)

    def property(self, claim: Claim) -> Property:
        """The terms of a claim."""
        if claim.body not in self._properties:
            self.remaining()
            self._properties[claim.body] = self.transitions.property(claim)
        return self._properties[claim.body]

    # -- the invariant --------------------------------------------------------------------------

    def invariant(self) -> list[Clause]:
        """Clauses that are inductive together: from the lock if it fits, else found anew.

        Raises Timeout.
        """
        if self._invariant is None:
            known = self._locked()
            self._invariant = self._anew() if known is None else known
        return self._invariant

    def _anew(self) -> list[Clause]:
        """An invariant of a model that the lock file does not belong to.

        What it has and holds of this model too may do, where runs lead to all that it leaves open.
        """
        kept = self._kept()
        served = [claim for claim in self._served() if claim.kind is not Kind.RECOVERABLE]
        if kept:
            questions = list(self.questions(served))
            left = set(questions) - self.excluded(questions, kept)
            if not self.unmet([question for question in questions if question in left]):
                self.notes.append(
                    "the lock file is of another model; --write-lock finds an invariant of this one"
                )
                return kept
        self.notes.append(
            "the invariant was inferred anew; --write-lock keeps it for the next time"
        )
        known = self.inferred()
        known += [clause for clause in kept if str(clause) not in set(map(str, known))]
        if not self.induction.is_invariant(known):
            raise AssertionError("an inferred invariant is not inductive")
        return known

    def _kept(self) -> list[Clause]:
        """The clauses of another model's lock file that are an invariant of this one."""
        if self._file is None:
            return []
        texts, extra = self._file.clauses, self._extra()
        readings = {claim.reading for claim in self.catalogue} | {ANY_READING}
        found = lock.readable(texts, self.transitions, extra, readings).values()
        return self.induction.surviving([clause for clause in found if clause is not None])

    def unmet(self, questions: Sequence[Question]) -> list[Question]:
        """The questions that no short run is found for; here none is looked for."""
        return list(questions)

    def adopt(self, clauses: Sequence[Clause]) -> None:
        """Take clauses that are inductive together for the invariant."""
        self._invariant = list(clauses)

    def _served(self) -> list[Claim]:
        return [c for c in self.catalogue if c.expected in ("PROVED", "DERIVED") or c.across]

    def _extra(self) -> list[z3.ExprRef]:
        return [self.property(claim).holds for claim in self._served()]

    @cached_property
    def _file(self) -> Lock | None:
        """What the lock file has, whatever model it belongs to."""
        return None if self.lock_file is None else lock.load(self.lock_file)

    @cached_property
    def _lock(self) -> Lock | None:
        """What the lock file has, if it belongs to the model."""
        return self._file if self._file and self._file.digest == self.digest else None

    def _locked(self) -> list[Clause] | None:
        """The invariant of the lock file, if it is one."""
        if self._lock is None or self.lock_file is None:
            return None
        words = {*self._lock.words}
        extra = [self.property(claim).holds for claim in self._served() if claim.title in words]
        try:
            known = self._clauses(self._lock.clauses, extra)
        except ValueError as error:
            self.notes.append(f"{self.lock_file.name}: {shown(error)}")
            return None
        if not known:
            return None
        if not self.induction.is_invariant(known):
            self.notes.append(f"{self.lock_file.name} does not hold")
            return None
        self._is_locked = True
        return known

    def _clauses(self, texts: Iterable[str], extra: Sequence[z3.ExprRef]) -> list[Clause]:
        readings = {claim.reading for claim in self.catalogue} | {ANY_READING}
        return lock.clauses_of(texts, self.transitions, extra, readings)

    def locked_text(self, runs: Mapping[Claim, Run]) -> str:
        """The content of a lock file: the invariant, and some runs. Raises Timeout."""
        terms = {claim.title: self.property(claim).holds for claim in self._served()}
        return lock.text(self.transitions, terms, self.invariant(), runs)

    def rest_on(self, texts: Iterable[str]) -> None:
        """Add to the invariant what some results rest on: another inference may have found it.

        Together they are an invariant, for each is. Raises Timeout, and ValueError for a text that
        is no clause.
        """
        clauses = self.invariant()
        missing = [text for text in texts if text not in set(map(str, clauses))]
        if missing:
            self._invariant = [*clauses, *self._clauses(missing, self._extra())]
            if not self.induction.is_invariant(self._invariant):
                raise AssertionError("what results rest on is not inductive")

    def inferred(self, served: Sequence[Claim] | None = None) -> list[Clause]:
        """Find an invariant that serves some claims; the catalogue, if none are given.

        Raises Timeout.
        """
        goals: dict[Reading, list[infer.Goal]] = {ANY_READING: []}
        asked = [
            question
            for claim in (self._served() if served is None else served)
            if claim.kind is not Kind.RECOVERABLE
            for question in self.questions([claim])
        ]
        # What holds by itself needs no clauses, and a reading that is left with nothing no search.
        alone = self.excluded(asked, ())
        for claim, cell in asked:
            if (claim, cell) not in alone:
                term = self.violation((claim, cell))
                goals.setdefault(claim.reading, []).append(self._goal(claim, term))
        arguments: dict[Reading, list[infer.Argument]] = {}
        for claim in self.eventual if served is None else ():
            goals.setdefault(claim.reading, [])
            arguments.setdefault(claim.reading, []).append(partial(self.endings.goals, claim))
        extra = [*self._extra(), *(self.property(claim).holds for claim in served or ())]
        return infer.infer(self.induction, extra, goals, arguments)

    def _goal(self, claim: Claim, term: z3.BoolRef) -> infer.Goal:
        if claim.on_step:
            return lambda command: self.transitions.after(term, command)
        return lambda _: term

    # -- questions ------------------------------------------------------------------------------

    def questions(self, claims: Iterable[Claim]) -> Iterator[Question]:
        """The questions that decide some claims."""
        for claim in claims:
            if claim.kind is not Kind.DERIVED:
                yield claim, None
            yield from ((claim, cell) for cell in self.cells(claim))

    def cells(self, claim: Claim) -> list[Cell]:
        """The cells of a derived claim, or of one across the values of a constant."""
        if claim not in self._cells:
            self._cells[claim] = []
            if claim.kind is Kind.DERIVED:
                formula = self.property(claim)
                numbers = self.numbers[formula.variables[-1][1]]
                found = cells(self.transitions, formula.holds, numbers, claim.reading)
                self._cells[claim] = found
            elif claim.across:
                term = self.property(claim).holds
                self._cells[claim] = values(self.transitions, term, claim.across)
        return self._cells[claim]

    def number(self, claim: Claim) -> z3.ArithRef:
        """What the cells of a claim are about: its last variable, or a constant."""
        if claim.across:
            return self.transitions.vocabulary.constants[claim.across]
        return self.property(claim).variables[-1][2]

    def violation(self, question: Question) -> z3.BoolRef:
        """The term of a question: what refutes the claim, or what reaches it."""
        claim, cell = question
        formula = self.property(claim)
        event = z3.Not(formula.holds) if claim.kind in UNIVERSAL else formula.holds
        parts = [*self.transitions.under(claim.reading), event]
        if cell is not None:
            parts.append(cell.holds(self.number(claim), self.transitions))
        return z3.And(*parts) if len(parts) > 1 else event

    def excluded(self, questions: Iterable[Question], clauses: Sequence[Clause]) -> set[Question]:
        """The questions that no step from, or no state of, the clauses makes true."""
        asked = {question: self.violation(question) for question in questions}
        steps = {question: term for question, term in asked.items() if question[0].on_step}
        states = {question: term for question, term in asked.items() if question not in steps}
        admitted: set[Question] = (
            set(self.induction.of_states(states, clauses)) if states else set()
        )
        for command in self.transitions.commands:
            left = {question: term for question, term in steps.items() if question not in admitted}
            admitted |= set(self.induction.of_steps(left, clauses, command)) if left else set()
        return set(asked) - admitted
