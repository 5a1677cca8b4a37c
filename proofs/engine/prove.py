"""From claims to verdicts: proof first, then search, and a replay of whatever was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import z3

from proofs.engine.bounded import Goal, Unrolling, shortest, true_in
from proofs.engine.claims import ANY_READING, UNIVERSAL, Claim, Kind
from proofs.engine.core import Cores, Obligation
from proofs.engine.endings import Clock
from proofs.engine.grounds import Grounds, Question
from proofs.engine.induction import Clause, Timeout
from proofs.engine.recall import written
from proofs.engine.recover import LENGTH, plans
from proofs.engine.regions import (
    Cell,
    Range,
    at_least,
    at_most,
    by_value,
    joined,
    shown,
    works_throughout,
)
from proofs.engine.runs import Runs, Unfit
from proofs.engine.verdict import Core, Result, Run, Verdict

SHORT = 6
"""Runs of more steps are not looked for where an invariant is: to infer one takes less time."""


class Prover(Grounds):
    """Settles claims about a system.

    What the time cuts off is UNDETERMINED. With ``explain`` each result says what it rests on, and
    each assumption of a claim about the end of a run is dropped in turn.
    """

    _cores: Cores | None = None

    @cached_property
    def _runs(self) -> Runs:
        return Runs(self.system, self.histories, self.numbers, self.depth, self.remaining)

    def settle(self, claims: Sequence[Claim]) -> Iterator[Result]:
        """Settle claims; results come as they are found, each claim once."""
        left = dict.fromkeys(claims)
        try:
            for result in self._settle(claims):
                left.pop(result.claim, None)
                yield result
        except Timeout as gave_up:
            for claim in left:
                yield Result(claim, Verdict.UNDETERMINED, f"timed out: {gave_up}")
            return
        detail = f"no proof, and no run of {self.depth} steps"
        if self._is_locked and self.lock_file is not None:
            detail += (
                f"; if claims were added, or {self.lock_file.name} was edited, "
                "--write-lock finds an invariant that may do"
            )
        for claim in left:
            yield Result(claim, Verdict.UNDETERMINED, detail)

    def _settle(self, claims: Sequence[Claim]) -> Iterator[Result]:
        settled = self._settled(claims)
        eventual = [c for c in claims if c.kind is Kind.EVENTUALLY]
        for claim in claims:
            if claim.kind is Kind.RECOVERABLE:
                yield self._recovered(claim, settled.invariant)
        for result in self.endings.settle({c: settled.clauses(c) for c in eventual}):
            yield self._explained(result, settled) if self.explain else result
        yield from self._search(settled)

    def _settled(self, claims: Sequence[Claim]) -> _Settled:
        """What proofs settle of some claims."""
        clock = Clock()
        provable = [c for c in claims if c.kind in (*UNIVERSAL, Kind.DERIVED)]
        invariant = self.invariant() if any(c.kind is not Kind.POSSIBLE for c in claims) else []
        questions = list(self.questions(provable))
        alone = self.excluded(questions, ())
        rest = [question for question in questions if question not in alone]
        excluded = alone | (self.excluded(rest, invariant) if rest else set())
        return _Settled(claims, alone, excluded, invariant, clock.lap() / max(1, len(provable)))

    def unmet(self, questions: Sequence[Question]) -> list[Question]:
        """The questions that no short run is found for."""
        left = {self._goal_of(question): question for question in questions}
        for goal, _, _ in shortest(self._unrolling(), list(left), SHORT):
            del left[goal]
        return list(left.values())

    def _sought(self, settled: _Settled) -> dict[Goal, Question]:
        """What runs are looked for: to what was not excluded, to the antecedents of the rest."""
        sought: dict[Goal, Question] = {}
        for claim in settled.claims:
            if claim.kind in (Kind.RECOVERABLE, Kind.EVENTUALLY):
                continue
            formula = self.property(claim)
            for question in self.questions([claim]):
                if question not in settled.excluded:
                    sought[self._goal_of(question)] = question
                elif claim.kind in UNIVERSAL and question[1] is None:
                    name, variables = claim.title, formula.variables
                    term = z3.And(*self.transitions.under(claim.reading), formula.antecedent)
                    sought[Goal(name, term, claim.on_step, variables, claim.reading)] = question
        return sought

    def _unrolling(self) -> Unrolling:
        return Unrolling(
            self.transitions, seed=self.seed, deadline=self.remaining, numbers=self.numbers
        )

    def runs(self) -> dict[Claim, Run]:
        """The preferred one of the shortest runs to whatever is looked for, of the catalogue's
        claims that are no questions, in their order. Raises Timeout.
        """
        claims = [claim for claim in self.catalogue if claim.kind is not Kind.DERIVED]
        settled, unrolling = self._settled(claims), self._unrolling()
        sought = self._sought(settled)
        found = {}
        for goal, said, model in shortest(unrolling, sought, self.depth):
            claim, cell = question = sought[goal]
            if cell is not None:
                continue
            proven = question in settled.excluded
            run = self._runs.replay(unrolling.read(goal, said, model), claim, proven=proven)
            with suppress(*Unfit):  # not all that a system prints can be read back
                found[claim] = self._runs.again(written(run), claim, proven=proven)
        return {claim: found[claim] for claim in claims if claim in found}

    def _recalled(self, claim: Claim, *, proven: bool) -> Run | None:
        """The run that the lock file has of a claim, replayed; None if it has none that happens."""
        kept = None if self._file is None else self._file.runs.get(claim.title)
        run = None if kept is None else self._runs.recalled(kept, claim, proven=proven)
        if isinstance(run, str):
            if self._lock is not None:  # a run of another model need not happen
                self._complain(claim, run)
            return None
        return run

    def _complain(self, claim: Claim, wrong: str) -> None:
        if self.lock_file is not None:
            self.notes.append(f"{self.lock_file.name}: the run of {claim.title}: {wrong}")

    def _search(self, settled: _Settled) -> Iterator[Result]:
        """Look for shortest runs: of what was not excluded, and to the antecedents of the rest."""
        clock = Clock()
        sought = self._sought(settled)
        regions = {c: _Regions() for c in settled.claims if self.cells(c)}
        known: dict[Goal, Run] = {}
        for goal, question in list(sought.items()):
            claim, cell = question
            proven = question in settled.excluded
            if cell is not None:
                regions[claim].open.add(cell)
            elif (run := self._recalled(claim, proven=proven)) is None:
                continue
            elif proven:
                del sought[goal]
                yield self._proved(claim, settled, False, clock.lap())
            else:
                known[goal] = run
        for claim, found in regions.items():
            if not found.open and claim.kind is Kind.DERIVED:
                yield self._derived(claim, found, settled.share)
        unrolling = self._unrolling()
        lengths = {goal: len(run.steps) for goal, run in known.items()}
        unmet = dict(sought)
        for goal, said, model in shortest(unrolling, sought, self.depth, lengths):
            question = unmet.pop(goal)
            claim, cell = question
            if question in settled.excluded:
                yield self._proved(claim, settled, False, clock.lap())
            elif cell is None:
                if model is None:
                    run = known[goal]
                else:
                    if goal in known:
                        self._complain(claim, "there is a shorter one")
                    run = self._runs.replay(unrolling.read(goal, said, model), claim)
                met = self._met(claim, run, settled.share + clock.lap())
                yield from self._across(met, regions[claim]) if claim.across else (met,)
            elif model is not None:
                run = self._of_cell(unrolling, goal, said, model, question)
                if run is not None:
                    found = regions[claim]
                    found.open.discard(cell)
                    found.met.append((cell, run))
                    if found.result is not None:
                        yield from self._across(found.result, found)
                    elif not found.open and claim.kind is Kind.DERIVED:
                        yield self._derived(claim, found, settled.share + clock.lap())
        for question in unmet.values():
            claim, _ = question
            if question in settled.excluded:
                yield self._unreached(claim, settled)
            elif claim.kind is Kind.POSSIBLE:
                yield from self._out_of_reach(claim, settled)

    def _of_cell(
        self,
        unrolling: Unrolling,
        goal: Goal,
        said: z3.BoolRef,
        model: z3.ModelRef,
        question: Question,
    ) -> Run | None:
        """A run that works throughout a cell; None if the one that was found does not."""
        claim, cell = question
        assert cell is not None
        number = self.number(claim)
        # A run that is about the end where least is allowed tends to work throughout.
        for pair in (*(cell.corners() if claim.across else cell.best), cell):
            besides = pair.holds(number, self.transitions)
            found = model if true_in(model, besides) else unrolling.check(said, besides)
            if found is None or not works_throughout(unrolling, number, said, cell, found):
                continue
            # Only a range with a preferred number is worth the time of a canonical run.
            if claim.kind is Kind.DERIVED and cell in self._shown(claim):
                read = unrolling.read(goal, said, found, besides)
            else:
                read = unrolling.decode(found, goal)
            return self._runs.replay(read, claim)
        return None

    def _shown(self, claim: Claim) -> set[Cell]:
        return shown(self.cells(claim), self.numbers[claim.variables[-1][1]].preferred)

    def _explained(self, result: Result, settled: _Settled) -> Result:
        """The result on a claim about the end of a run, with what its proof needs of the model."""
        claim = result.claim
        if result.verdict is not Verdict.PROVED:
            return result
        asked = self.endings.obligations(claim, settled.clauses(claim))
        fixed = self.transitions.fixed(claim.reading)
        return replace(result, core=self.cores(settled.invariant).core(asked, fixed))

    def _goal_of(self, question: Question) -> Goal:
        claim, _ = question
        formula = self.property(claim)
        term = self.violation(question)
        return Goal(claim.title, term, claim.on_step, formula.variables, claim.reading)

    def _met(self, claim: Claim, run: Run, seconds: float) -> Result:
        steps = len(run.steps)
        reached = claim.kind is Kind.POSSIBLE
        return Result(
            claim,
            Verdict.REACHED if reached else Verdict.REFUTED,
            f"the shortest run, at any size, has {steps} steps",
            steps,
            run,
            seconds=seconds,
        )

    def _proved(
        self, claim: Claim, settled: _Settled, vacuous: bool | None, seconds: float
    ) -> Result:
        needed = [] if (claim, None) in settled.alone else settled.clauses(claim)
        detail = "holds for any number of entities"
        if vacuous:
            detail = "holds because nothing ever gets there"
        elif vacuous is None:
            detail = f"holds, but no run of {self.depth} steps reaches its antecedent"
        return Result(
            claim,
            Verdict.PROVED,
            detail,
            invariant=tuple(map(str, needed)),
            vacuous=vacuous,
            seconds=settled.share + seconds,
            core=self._core(claim, settled.invariant) if self.explain else None,
        )

    def _core(self, claim: Claim, invariant: Sequence[Clause]) -> Core:
        """What the proof of a claim needs of the model."""
        obligation = Obligation(z3.Not(self.property(claim).holds), claim.on_step)
        fixed = self.transitions.fixed(claim.reading)
        return self.cores(invariant).core([obligation], fixed)

    def cores(self, invariant: Sequence[Clause]) -> Cores:
        """The cores of proofs that rest on the invariant."""
        if self._cores is None:
            self._cores = Cores(self.induction, invariant)
        return self._cores

    def _unreached(self, claim: Claim, settled: _Settled) -> Result:
        """A claim that holds, and whose antecedent no run was found for."""
        clock = Clock()
        formula = self.property(claim)
        key = (claim, None)
        term = z3.And(*self.transitions.under(claim.reading), formula.antecedent)
        if claim.on_step:
            reached = any(
                self.induction.of_steps({key: term}, settled.invariant, command)
                for command in self.transitions.commands
            )
        else:
            reached = bool(self.induction.of_states({key: term}, settled.invariant))
        return self._proved(claim, settled, None if reached else True, clock.lap())

    def _out_of_reach(self, claim: Claim, settled: _Settled) -> Iterator[Result]:
        """A proof that no run reaches what is claimed to be possible, if one is found."""
        clock = Clock()
        question = (claim, None)
        known = list(settled.invariant)
        if question not in self.excluded([question], known):
            known = self.inferred([claim])
            if not self.induction.is_invariant(known):
                raise AssertionError("an inferred invariant is not inductive")
            if question not in self.excluded([question], known):
                return
        yield Result(
            claim,
            Verdict.REFUTED,
            "no run gets there, for any number of entities",
            invariant=tuple(str(c) for c in known if c.reading in (ANY_READING, claim.reading)),
            seconds=clock.lap(),
        )

    def _derived(self, claim: Claim, found: _Regions, seconds: float) -> Result:
        type_ = self.property(claim).variables[-1][1]
        numbers, every, met = self.numbers[type_], self.cells(claim), dict(found.met)
        answer = _spelled(type_, at_most(met))
        unmet = [cell for cell in every if cell not in met]
        return Result(
            claim,
            Verdict.DERIVED,
            "every number in it has a run, every other one is excluded by proof",
            max((len(run.steps) for run in met.values()), default=None),
            vacuous=not answer and claim.answer != (),
            seconds=seconds,
            answer=answer,
            at_least=_spelled(type_, at_least(unmet, numbers.low, numbers.high)),
            depends=by_value(every, met, lambda number: str(type_(number))),
            cells=tuple((cell, met.get(cell)) for cell in every),
        )

    def _across(self, result: Result, found: _Regions) -> Iterator[Result]:
        """The result on a claim that is refuted for some values of a constant, with these, once all
        of its cells are settled.
        """
        found.result, claim = result, result.claim
        if found.open:
            return
        (type_,) = (t for name, t, _ in self.transitions.info.constants if name == claim.across)
        every, met = self.cells(claim), dict(found.met)
        yield replace(
            result,
            answer=_spelled(type_, joined(cell.numbers for cell in met)),
            proven=_spelled(type_, joined(cell.numbers for cell in every if cell not in met)),
            cells=tuple((cell, met.get(cell)) for cell in every),
        )

    def _recovered(self, claim: Claim, invariant: Sequence[Clause]) -> Result:
        clock = Clock()
        found = plans(self.induction, self.property(claim), invariant, self.numbers)
        if found is None:
            detail = f"no plans of up to {LENGTH} steps lead there from every state"
            return Result(claim, Verdict.UNDETERMINED, detail, seconds=clock.lap())
        words = "; else ".join(", then ".join(map(str, plan)) for plan in found)
        usable = tuple(str(clause) for clause in invariant if clause.reading == ANY_READING)
        steps = max(map(len, found))
        return Result(
            claim,
            Verdict.PROVED,
            words,
            steps,
            invariant=usable,
            seconds=clock.lap(),
            plans=tuple(tuple((s.action, s.arguments) for s in plan) for plan in found),
        )


@dataclass
class _Regions:
    """A derived claim under way: cells with a run that works throughout, and cells still open; of a
    claim across the values of a constant, its result without these.
    """

    met: list[tuple[Cell, Run]] = field(default_factory=list)
    open: set[Cell | None] = field(default_factory=set)
    result: Result | None = None


def _spelled(type_: Any, ranges: Sequence[Range]) -> list[dict[str, str]]:
    """Ranges of a type's numbers as an answer has them."""
    return [{"from": str(type_(low)), "to": str(type_(high))} for low, high in ranges]


@dataclass(frozen=True)
class _Settled:
    """What was settled by proof: questions excluded by themselves, and with the invariant."""

    claims: Sequence[Claim]
    alone: set[Question]
    excluded: set[Question]
    invariant: Sequence[Clause]
    share: float

    def clauses(self, claim: Claim) -> list[Clause]:
        """The clauses that a claim's proof may use."""
        return [c for c in self.invariant if c.reading in (ANY_READING, claim.reading)]
