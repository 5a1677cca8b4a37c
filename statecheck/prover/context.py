"""The context of proofs: the terms of claims, an invariant, and what these exclude."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import z3

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.clause_text import ClauseText
from statecheck.claims.concrete_run import IntegerType
from statecheck.claims.regions import Region
from statecheck.claims.run import Run
from statecheck.clock import bounded, seconds_until
from statecheck.errors import ModelError
from statecheck.liveness.bounds import candidates
from statecheck.liveness.prover import LivenessProver
from statecheck.modeling import NO_VARIANT, History, System, Variant
from statecheck.prover import lock
from statecheck.prover.histories import refuse_lost
from statecheck.prover.lock import Lock
from statecheck.runs.recorded import one_line
from statecheck.safety.bounded import shortest
from statecheck.safety.induction import Clause, Induction
from statecheck.safety.inference import Argument, infer
from statecheck.safety.inferring.goal_search import ProofGoal
from statecheck.safety.inferring.inductive_subset import inductive_subset
from statecheck.safety.inferring.numbers import with_numbers
from statecheck.safety.properties import Property, claim_property
from statecheck.safety.regions import check_ranges, constant_regions, membership, number_regions
from statecheck.safety.unrolling import Target, Unrolling
from statecheck.smt.grounding import GENERATIONS
from statecheck.smt.interruption import raise_if_interrupted
from statecheck.symbolic.axioms.instances import Instances, described
from statecheck.symbolic.transition_system import read_system

DEPTH = 10
"""Runs of more steps are not searched for."""

SHORT = 6
"""Runs of more steps are not searched for where an invariant is: to infer one takes less time."""

Question = tuple[Claim, Region | None]
"""An event to be excluded or reached: a claim's violation or event, or one of its regions."""


class ProofContext:
    """A system, the catalogue about it, and the invariant that proofs rest on.

    ``catalogue`` are all claims that the invariant is to serve, whichever are asked for.
    ``numbers`` describes the types of numbers. A lock file is used where it belongs to the model.
    ``timeout`` bounds everything, in seconds. Runs of up to ``depth`` steps are searched for.
    ``notes`` are for whoever asked. Raises Timeout where the model is not read in time.

    ``isolate`` has a history that cannot be read cost the claims that name it, or that ask for it
    by way of another one, and these alone; otherwise HistoryError is raised.
    """

    def __init__(
        self,
        system: type[System],
        catalogue: Sequence[Claim],
        histories: Sequence[History[Any]],
        *,
        numbers: Mapping[Any, IntegerType] | None = None,
        lock_file: Path | None = None,
        seed: int = 0,
        timeout: float | None = None,
        explain: bool = False,
        depth: int = DEPTH,
        isolate: bool = False,
    ) -> None:
        self.end = None if timeout is None else time.monotonic() + timeout
        self.system = system
        self.catalogue = [c for c in catalogue if c.kind is not Kind.EVENTUALLY]
        self.eventual = [c for c in catalogue if c.kind is Kind.EVENTUALLY]
        self.numbers = numbers or {}
        self.lock_file = lock_file
        self.seed, self.explain, self.depth = seed, explain, depth
        self.notes: list[str] = []
        with bounded(self.end):
            self.transitions, self.lost = read_system(system, histories, isolate=isolate)
            axioms = Instances(self.transitions).smallest() if self.transitions.axioms else None
        self.notes += [
            f"the history {item.name} cannot be read, and no claim that needs it is settled: {why}"
            for item, why in self.lost.items()
        ]
        if axioms is not None:
            self.notes.append(f"the axioms are satisfied by, for one: {described(axioms)}")
        self.asked = with_numbers(self.transitions, self.catalogue, self.remaining)
        self.transitions, facts = self.asked.transitions, self.asked.facts
        self.histories = self.transitions.histories
        self.induction = Induction(
            self.transitions, seed=seed, time_left=self.remaining, facts=facts
        )
        self.liveness = LivenessProver(
            system, self.histories, self.induction, self.numbers, explain=explain
        )
        self._properties: dict[Any, Property] = {}
        self.unreadable: dict[Claim, ModelError] = {}
        self._regions: dict[Claim, list[Region]] = {}
        self._invariant: list[Clause] | None = None
        self._answers: dict[tuple[int, ...], tuple[list[Clause], dict[Question, bool]]] = {}
        self.is_locked = False

    @property
    def digest(self) -> str:
        """Identifies the model, as it was extracted, and the histories."""
        return self.transitions.digest

    def remaining(self) -> float | None:
        """The seconds that are left. Raises Timeout when there are none, and KeyboardInterrupt."""
        raise_if_interrupted()
        return seconds_until(self.end)

    def property(self, claim: Claim) -> Property:
        """The terms of a claim."""
        if claim.body not in self._properties:
            with bounded(self.end):
                self._properties[claim.body] = claim_property(self.transitions, claim)
        return self._properties[claim.body]

    def readable(self, claims: Iterable[Claim]) -> list[Claim]:
        """Those claims whose words become terms; what is wrong with the others is kept in
        ``unreadable``. Raises Timeout.
        """
        return [claim for claim in claims if self._is_readable(claim)]

    def _is_readable(self, claim: Claim) -> bool:
        if claim not in self.unreadable:
            try:
                refuse_lost(claim, self.lost)
                check_ranges(self.transitions, claim, self.numbers)
                if claim.kind is Kind.EVENTUALLY:
                    self.remaining()
                    self.liveness.terms(claim)
                else:
                    self.property(claim)
            except ModelError as error:
                self.unreadable[claim] = error.with_traceback(None)
        return claim not in self.unreadable

    # -- the invariant --------------------------------------------------------------------------

    def invariant(self) -> list[Clause]:
        """Clauses that are inductive together: from the lock if it fits, else found anew.

        Raises Timeout.
        """
        if self._invariant is None:
            known = self._locked()
            self._invariant = self._found_anew() if known is None else known
        return self._invariant

    def adopt(self, clauses: Sequence[Clause]) -> None:
        """Take clauses that are inductive together for the invariant."""
        self._invariant = list(clauses)

    def _found_anew(self) -> list[Clause]:
        """An invariant of a model that the lock file does not belong to.

        The clauses of the file that hold of this model too may do, where runs lead to all that they
        leave open.
        """
        kept = self.kept()
        if kept and not self.is_own_lock and self._suffices(kept):
            self.notes.append(
                "the lock file is of another model; --write-lock finds an invariant of this one"
            )
            return kept
        if self.lock_file is not None:
            self.notes.append(
                "the invariant was inferred anew; --write-lock keeps it for the next time"
            )
        known = self.inferred()
        texts = {clause.text for clause in known}
        known += [clause for clause in kept if clause.text not in texts]
        if not self.induction.is_invariant(known):
            self.notes.append(
                "the inferred invariant could not be confirmed, and no proof rests on it"
            )
            return []
        return known

    def kept(self) -> list[Clause]:
        """The clauses of another model's lock file that are an invariant of this one."""
        if self.lock is None:
            return []
        clauses = lock.known_clauses(
            self.lock.clauses, self.transitions, self._extra(), self._variants()
        )
        known = [clause for clause in clauses.values() if clause is not None]
        return inductive_subset(self.induction, known)

    def _unmet(self, questions: Sequence[Question]) -> list[Question]:
        """The questions that no short run is found for."""
        left = {self.target(question): question for question in questions}
        for target, _, _ in shortest(self.unrolling(), list(left), SHORT):
            del left[target]
        return list(left.values())

    def _served(self) -> list[Claim]:
        return [c for c in self.catalogue if c.expected in ("PROVED", "DERIVED") or c.across]

    def _extra(self) -> list[z3.ExprRef]:
        return [*map(self._words, self.readable(self._served())), *self.asked.equations]

    def _words(self, claim: Claim) -> z3.BoolRef:
        """A term with all that a claim asks of a state, be it the one after a step."""
        holds = self.property(claim).holds
        return z3.And(holds, self.transitions.unprimed(holds)) if claim.on_step else holds

    @cached_property
    def lock(self) -> Lock | None:
        """The content of the lock file, whatever model it belongs to."""
        return None if self.lock_file is None else lock.load(self.lock_file)

    @cached_property
    def is_own_lock(self) -> bool:
        """The lock file belongs to the model."""
        return self.lock is not None and self.lock.digest == self.digest

    def _locked(self) -> list[Clause] | None:
        """The invariant of the model's own lock file, if it is one."""
        if self.lock is None or self.lock_file is None or not self.is_own_lock:
            return None
        clauses = self._clauses_of(self.lock)
        known = [clause for clause in clauses.values() if clause is not None]
        lost = [f"no clause: {text}" for text, clause in clauses.items() if clause is None]
        if known and not self.induction.is_invariant(known):
            kept = inductive_subset(self.induction, known)
            lost += [f"it does not hold: {clause}" for clause in known if clause not in kept]
            known = kept
        self.notes += [f"{self.lock_file.name}: {one_line(reason)}" for reason in lost]
        if lost and not (known and self._suffices(known)):
            return None
        self.is_locked = True
        return known

    def _clauses_of(self, kept: Lock) -> dict[ClauseText, Clause | None]:
        titles = {*kept.vocabulary_from}
        drawn_from = self.readable(c for c in self._served() if c.title in titles)
        extra = [*map(self._words, drawn_from), *self.asked.equations]
        return lock.known_clauses(kept.clauses, self.transitions, extra, self._variants())

    def is_kept_in(self, path: Path) -> bool:
        """Tell whether a lock file has this model's invariant and no other clauses; if so these are
        used in its order. Raises ModelError for a file that is no lock.
        """
        kept = lock.load(path)
        if kept is None or kept.digest != self.digest:
            return False
        own = {clause.text: clause for clause in self.invariant()}
        read = self._clauses_of(kept)
        same = [c is not None and c.same_as(own[t]) for t, c in read.items() if t in own]
        if len(same) < max(len(own), len(read)) or not all(same):
            return False
        self.adopt([own[text] for text in read])
        return True

    def _suffices(self, known: Sequence[Clause]) -> bool:
        """True where runs lead to all that some clauses leave open."""
        served = [claim for claim in self._served() if claim.kind is not Kind.RECOVERABLE]
        questions = list(self.questions(self.readable(served)))
        open_ = set(questions) - self.excluded(questions, known)
        return not self._unmet([question for question in questions if question in open_])

    def _clauses(self, texts: Iterable[ClauseText], extra: Sequence[z3.ExprRef]) -> list[Clause]:
        return lock.clauses_of(texts, self.transitions, extra, self._variants())

    def _variants(self) -> set[Variant]:
        return {claim.variant for claim in self.catalogue} | {NO_VARIANT}

    def locked_text(self, runs: Mapping[Claim, Run]) -> str:
        """The content of a lock file: the invariant, and some runs. Raises Timeout."""
        served = self.readable(self._served())
        terms = {claim.title: self._words(claim) for claim in served}
        return lock.text(self.transitions, terms, self.invariant(), runs)

    def rest_on(self, texts: Iterable[ClauseText]) -> None:
        """Add to the invariant the clauses that results of another inference rest on.

        Together they are an invariant, for each is. Raises Timeout, and ValueError for a text that
        is no clause.
        """
        clauses = self.invariant()
        missing = [text for text in texts if text not in {clause.text for clause in clauses}]
        if missing:
            bounds = {clause.text: clause for clause in candidates(self.transitions)}
            others = [text for text in missing if text not in bounds]
            found = [bounds[text] for text in missing if text in bounds]
            self._invariant = [*clauses, *self._clauses(others, self._extra()), *found]
            if not self.induction.is_invariant(self._invariant):
                raise AssertionError("what results rest on is not inductive")

    def inferred(self, served: Sequence[Claim] | None = None) -> list[Clause]:
        """Find an invariant that serves some claims, or else the catalogue. Raises Timeout."""
        goals: dict[Variant, list[ProofGoal]] = {NO_VARIANT: []}
        asked = [
            question
            for claim in self.readable(self._served() if served is None else served)
            if claim.kind is not Kind.RECOVERABLE
            for question in self.questions([claim])
        ]
        for claim, region in asked:
            term = self.violation((claim, region))
            goals.setdefault(claim.variant, []).append(self._goal(claim, term))
        arguments: dict[Variant, list[Argument]] = {}
        for claim in self.readable(self.eventual) if served is None else ():
            goals.setdefault(claim.variant, [])
            own = arguments.setdefault(claim.variant, [])
            own.append(partial(self.liveness.goals, claim))
            own.append(partial(self.liveness.counted_goals, claim))
        extra = [*self._extra(), *(self._words(claim) for claim in served or ())]
        return infer(self.induction, extra, goals, arguments)

    def _goal(self, claim: Claim, term: z3.BoolRef) -> ProofGoal:
        if claim.on_step:
            return lambda command: self.transitions.after(term, command)
        return lambda _: term

    # -- questions ------------------------------------------------------------------------------

    def questions(self, claims: Iterable[Claim]) -> Iterator[Question]:
        """The questions that decide some claims."""
        for claim in claims:
            if claim.kind is not Kind.DERIVED:
                yield claim, None
            yield from ((claim, region) for region in self.regions(claim))

    def regions(self, claim: Claim) -> list[Region]:
        """The regions of a derived claim, or of one across the values of a constant."""
        if claim not in self._regions:
            found: list[Region] = []
            if claim.kind is Kind.DERIVED:
                term = self.property(claim).holds
                numbers = self.numbers[claim.variables[-1][1]]
                found = number_regions(self.transitions, term, numbers, claim.variant)
            elif claim.across:
                found = constant_regions(self.transitions, self.property(claim).holds, claim.across)
            self._regions[claim] = found
        return self._regions[claim]

    def number(self, claim: Claim) -> z3.ArithRef:
        """The number that the regions of a claim are about: its last variable, or a constant."""
        if claim.across:
            return self.transitions.vocabulary.constants[claim.across]
        return self.property(claim).variables[-1][2]

    def target(self, question: Question) -> Target:
        """The target of runs that a question is."""
        claim, _ = question
        variables = self.property(claim).variables
        term = self.violation(question)
        return Target(claim.title, term, claim.on_step, variables, claim.variant)

    def unrolling(self, generations: int = GENERATIONS) -> Unrolling:
        """An unrolling of no steps yet; see `statecheck.smt.grounding` about generations."""
        return Unrolling(
            self.transitions,
            seed=self.seed,
            time_left=self.remaining,
            numbers=self.numbers,
            generations=generations,
        )

    def violation(self, question: Question) -> z3.BoolRef:
        """The term of a question: what refutes the claim, or what reaches it."""
        claim, region = question
        formula = self.property(claim)
        event = z3.Not(formula.holds) if claim.kind is Kind.ALWAYS else formula.holds
        parts = [*self.transitions.variant_constraints(claim.variant), event]
        if region is not None:
            parts.append(membership(region, self.number(claim), self.transitions))
        return z3.And(*parts) if len(parts) > 1 else event

    def excluded(self, questions: Iterable[Question], clauses: Sequence[Clause]) -> set[Question]:
        """The questions that no step from, or no state of, the clauses makes true. Each is asked
        once.
        """
        questions = list(questions)
        key = tuple(sorted(map(id, clauses)))
        _, answers = self._answers.setdefault(key, ([*clauses], {}))
        asked = {q: self.violation(q) for q in questions if q not in answers}
        steps = {question: term for question, term in asked.items() if question[0].on_step}
        states = {question: term for question, term in asked.items() if question not in steps}
        admitted: set[Question] = (
            set(self.induction.state_violations(states, clauses)) if states else set()
        )
        for command in self.transitions.commands:
            left = {question: term for question, term in steps.items() if question not in admitted}
            admitted |= (
                set(self.induction.step_violations(left, clauses, command)) if left else set()
            )
        answers.update((question, question not in admitted) for question in asked)
        return {question for question in questions if answers[question]}
