"""From claims to verdicts: proof first, then search, and a replay of whatever was found."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property

import z3

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.concrete_run import ConcreteRun
from statecheck.claims.derived_answers import shown
from statecheck.claims.regions import Region
from statecheck.claims.results import Result, Verdict, unread
from statecheck.claims.run import Run
from statecheck.clock import Stopwatch, Timeout
from statecheck.prover.context import ProofContext, Question
from statecheck.prover.deep_runs import DeepRuns
from statecheck.prover.induction_results import (
    InductiveResults,
    completed,
    prove_inductively,
    recovery_of,
)
from statecheck.prover.joint_proofs import (
    prove_jointly,
    prove_steps,
    proven_in_the_end,
    recovered_by_itself,
    recovered_together,
)
from statecheck.prover.lock import KeptRuns
from statecheck.prover.settling import ProvenResults, Settling, by_run
from statecheck.prover.suspects import HELP, suspected
from statecheck.runs.recorded import REJECTIONS, RunChecker
from statecheck.runs.replay import ReplayError
from statecheck.runs.text import to_text
from statecheck.safety.bounded import shortest
from statecheck.safety.canonical_run import canonical_run
from statecheck.safety.proof_core import Cores
from statecheck.safety.properties import Uncounted
from statecheck.safety.regions import membership, works_throughout
from statecheck.safety.run_decoding import decoded_run
from statecheck.safety.unrolling import Target, Unrolling
from statecheck.smt.solving import true_in

NO_TIME = "holds; the time was up before a run to its antecedent was found"


class Prover:
    """Proves or refutes claims about a system.

    Where the time is up a claim is UNDETERMINED. If the context is to ``explain``, each result has
    the parts of the model that it rests on, and each assumption of a claim about the end of a run
    is dropped in turn.
    """

    def __init__(self, context: ProofContext) -> None:
        self.context = context
        self._unreal: dict[Claim, str] = {}
        self._doubtful: set[Claim] = set()
        self._inductive: InductiveResults | None = None
        self.deep = DeepRuns(context, self._executed)
        self._proven = ProvenResults(context, self.deep.vacuity)

    @cached_property
    def _runs(self) -> RunChecker:
        return RunChecker(
            self.context.system,
            self.context.histories,
            self.context.numbers,
            self.context.depth,
            self.context.remaining,
        )

    def prove(self, claims: Sequence[Claim]) -> Iterator[Result]:
        """The results on claims, each claim once, as soon as it is known."""
        return map(self.context.asked.told, self._results(claims))

    def _results(self, claims: Sequence[Claim]) -> Iterator[Result]:
        left: dict[Claim, Result | None] = dict.fromkeys(claims)
        try:
            readable = self.context.readable(claims)
            for claim in claims:
                if claim in self.context.unreadable:
                    del left[claim]
                    yield self._unread(claim, self.context.unreadable[claim])
            for result in self._run(readable):
                if result.verdict is Verdict.UNDETERMINED and self.context.is_locked:
                    left[result.claim] = result
                    continue
                left.pop(result.claim, None)
                yield result
            if self.context.is_locked and completed(self.context, [*left]):
                for result in self._run([*left]):
                    left.pop(result.claim, None)
                    yield result
        except Timeout as gave_up:
            for claim, known in left.items():
                timed_out = Result(claim, Verdict.UNDETERMINED, f"timed out: {gave_up}")
                yield known or self._known_so_far(claim) or timed_out
            return
        detail = f"no proof, and no run of {self.context.depth} steps"
        facts = self._inductive.known() if self._inductive is not None else ()
        for claim, known in left.items():
            if known is not None:
                yield known
                continue
            suspect = suspected(self.context, claim, facts)
            why = self._unreal.get(claim, detail) + (f"; {HELP}" if suspect is not None else "")
            yield Result(claim, Verdict.UNDETERMINED, why, suspect=suspect)

    def _unread(self, claim: Claim, why: Exception) -> Result:
        """The result on a claim that has no terms; of one that counts, small instances may tell."""
        if not isinstance(why, Uncounted):
            return unread(claim, str(why))
        clock = Stopwatch()
        run = self.deep.run(claim) if claim.kind in (Kind.ALWAYS, Kind.POSSIBLE) else None
        if run is not None:
            return by_run(claim, run, clock.lap(), shortest=False)
        return Result(claim, Verdict.UNDETERMINED, f"{why}; no small instance tells, either")

    def _run(self, claims: Sequence[Claim]) -> Iterator[Result]:
        inductive = self._inductive = prove_inductively(self.context, claims)
        settled: set[Claim] = set()
        for result in self._prove_early(inductive):
            settled.add(result.claim)
            yield result
        eventual = [c for c in claims if c.kind is Kind.EVENTUALLY]
        for claim in claims:
            if claim.kind is Kind.RECOVERABLE:
                yield self._recovered(claim, inductive)
        for result in proven_in_the_end(self.context, eventual, inductive):
            is_explained = self.context.explain and result.joint is None
            yield self._explained(result, inductive) if is_explained else result
        yield from self._search(inductive, settled)

    def _known_so_far(self, claim: Claim) -> Result | None:
        """The result on a claim that was known when the time was up, if any was."""
        if (run := self.deep.known(claim)) is not None:
            return by_run(claim, run, 0.0, shortest=False)
        inductive = self._inductive
        if inductive is None or claim.kind is not Kind.ALWAYS or self.context.regions(claim):
            return None
        if (claim, None) not in inductive.excluded:
            return None
        with suppress(Timeout):
            result = self._proven.proved(claim, inductive, None, 0.0)
            return replace(result, detail=NO_TIME) if result.vacuous is None else result
        return None

    def _recovered(self, claim: Claim, inductive: InductiveResults) -> Result:
        clock = Stopwatch()
        if (run := self.deep.trap(claim, soon=True)) is None:
            asked = recovery_of(self.context, claim, inductive.invariant)
            result = recovered_by_itself(asked, inductive)
            if result.verdict is not Verdict.UNDETERMINED:
                return result
            if (run := self.deep.trap(claim)) is None:
                return recovered_together(self.context, asked, inductive) or result
        return by_run(claim, run, clock.lap(), shortest=False)

    def _prove_early(self, inductive: InductiveResults) -> Iterator[Result]:
        """Prove what is open, is hoped to hold, and no run of a few steps refutes: an induction on
        several claims takes less time than a long search, but no one knows how much. So first come
        the results that such runs give.
        """
        asked = [
            claim
            for claim in inductive.claims
            if claim.kind is Kind.ALWAYS and not claim.on_step and claim.expected == "PROVED"
        ]
        open_ = [
            question
            for question in self.context.questions(asked)
            if question not in inductive.excluded
            and self._recalled(question[0], proven=False) is None
        ]
        clock, early = Stopwatch(), set[Claim]()
        sought = {self.context.target(question): question for question in open_}
        for claim, run in self.deep.early(sought):
            early.add(claim)
            yield by_run(claim, run, inductive.share + clock.lap())
        open_ = [question for question in open_ if question[0] not in early]
        if open_ and self.context.remaining() is not None:
            for claim in inductive.claims:
                if claim.kind is Kind.POSSIBLE:
                    self.deep.is_soon_refuted(claim)
        prove_jointly(self.context, open_, inductive, self.deep.is_soon_refuted)
        hoped = [claim for claim in inductive.claims if claim.expected == "PROVED"]
        prove_steps(self.context, hoped, inductive)
        self._doubtful = {
            claim for claim, region in open_ if (claim, region) not in inductive.excluded
        }

    def runs(self) -> dict[Claim, Run]:
        """The preferred one of the shortest runs to whatever is looked for, of the catalogue's
        claims that are no questions, in their order. Raises Timeout.
        """
        asked = [claim for claim in self.context.catalogue if claim.kind is not Kind.DERIVED]
        claims = self.context.readable(asked)
        inductive = prove_inductively(self.context, claims)
        deque(self._prove_early(inductive), maxlen=0)
        sought = inductive.targets(self.context)
        for goal in self.deep.soon_met(sought, inductive.excluded):
            del sought[goal]
        doubtful = {g: sought.pop(g) for g in [*sought] if sought[g][0] in self._doubtful}
        unrolling = self.context.unrolling()
        for goal, said, model in shortest(unrolling, sought, self.context.depth):
            claim, region = question = sought[goal]
            if region is not None:
                continue
            proven = question in inductive.excluded
            chosen = canonical_run(unrolling, goal, said, model)
            with suppress(ReplayError):  # where instances are left out, a model may be no run
                self._keep(claim, self._runs.replay(chosen, claim, proven=proven), proven=proven)
        for claim, run, is_shortest in self.deep.shortened(doubtful, {}):
            if is_shortest:
                self._keep(claim, run, proven=False)
        found = self._kept.found
        return {claim: found[claim] for claim in claims if claim in found}

    def _keep(self, claim: Claim, run: Run, *, proven: bool) -> None:
        """Keep a run for the lock file, if it can be read back, as not all can that is printed."""
        with suppress(*REJECTIONS):
            kept = self._runs.replay_text(to_text(run), claim, proven=proven)
            self._kept.add(claim, kept, proven=proven)

    @cached_property
    def _kept(self) -> KeptRuns:
        return KeptRuns(self.context.lock, self._runs)

    def _recalled(self, claim: Claim, *, proven: bool) -> Run | None:
        """The run that the lock file has of a claim, replayed; None if it has none that happens."""
        run = self._kept.run(claim, proven=proven)
        # A run of another model need not happen.
        if isinstance(run, str) and self.context.is_own_lock:
            self._complain(claim, run)
        return None if isinstance(run, str) else run

    def _complain(self, claim: Claim, wrong: str) -> None:
        if self.context.lock_file is not None:
            note = f"{self.context.lock_file.name}: the run of {claim.title}: {wrong}"
            if note not in self.context.notes:
                self.context.notes.append(note)

    def _search(self, inductive: InductiveResults, settled: Container[Claim]) -> Iterator[Result]:
        """Look for shortest runs of what is not settled: of what was not excluded, and to the
        antecedents of the rest.
        """
        clock = Stopwatch()
        sought = inductive.targets(self.context, settled)
        settling = {c: Settling() for c in inductive.claims if self.context.regions(c)}
        known: dict[Target, Run] = {}
        doubtful: dict[Target, Question] = {}
        for goal in self.deep.soon_met(sought, inductive.excluded):
            yield self._proven.proved(sought.pop(goal)[0], inductive, False, clock.lap())
        for goal, question in list(sought.items()):
            claim, region = question
            proven = question in inductive.excluded
            if region is not None:
                settling[claim].open.add(region)
            elif (run := self._recalled(claim, proven=proven)) is None:
                if claim in self._doubtful:
                    doubtful[goal] = question
                    del sought[goal]
            elif proven:
                del sought[goal]
                yield self._proven.proved(claim, inductive, False, clock.lap())
            else:
                known[goal] = run
        yield from (
            under_way.derived(self.context, claim, inductive.share)
            for claim, under_way in settling.items()
            if not under_way.open and claim.kind is Kind.DERIVED
        )
        unrolling, unmet = self.context.unrolling(), dict(sought)
        lengths = {goal: self._kept.least(sought[goal][0], run) for goal, run in known.items()}
        for goal, said, model in shortest(unrolling, sought, self.context.depth, lengths):
            claim, region = question = unmet.pop(goal)
            if question in inductive.excluded:
                # Where instances are left out, a model may be no run.
                is_run = not unrolling.grounding.truncated or (
                    model is not None and self._reaches(decoded_run(unrolling, model, goal), claim)
                )
                yield self._proven.proved(
                    claim, inductive, not is_run and self.deep.vacuity(claim), clock.lap()
                )
            elif region is None:
                shown_run = known.get(goal)
                if model is not None:
                    if goal in known:
                        self._complain(claim, "there is a shorter one")
                    shown_run = self.deep.executed(unrolling, goal, said, model, claim)
                if shown_run is None:
                    unmet[goal] = question
                else:
                    met = by_run(claim, shown_run, inductive.share + clock.lap())
                    yield from settling[claim].across(self.context, met) if claim.across else (met,)
            elif model is not None:
                run_inside = self._run_throughout(unrolling, goal, said, model, question)
                if run_inside is not None:
                    under_way = settling[claim]
                    under_way.meet(region, run_inside)
                    if under_way.result is not None:
                        yield from under_way.across(self.context, under_way.result)
                    elif not under_way.open and claim.kind is Kind.DERIVED:
                        yield under_way.derived(self.context, claim, inductive.share + clock.lap())
        yield from self._unmet(list(unmet.values()), inductive)
        yield from filter(None, (under_way.open_across for under_way in settling.values()))
        for claim, run, is_shortest in self.deep.shortened(doubtful, self._unreal):
            yield by_run(claim, run, inductive.share + clock.lap(), shortest=is_shortest)

    def _unmet(
        self, questions: Sequence[Question], inductive: InductiveResults
    ) -> Iterator[Result]:
        """The results on claims that no run was found for, as far as there are any."""
        tried = [q for q in questions if q not in inductive.excluded and q[0].expected != "PROVED"]
        prove_jointly(self.context, tried, inductive, self.deep.is_soon_refuted)
        prove_steps(self.context, (claim for claim, _ in tried), inductive)
        for question in questions:
            claim, _ = question
            if question in inductive.excluded:
                yield self._proven.unreached(claim, inductive)
                continue
            if claim.kind is Kind.POSSIBLE and (
                excluded := self._proven.out_of_reach(claim, inductive)
            ):
                yield excluded
            elif (run := self.deep.run(claim)) is not None:
                yield by_run(claim, run, inductive.share, shortest=False)

    def _run_throughout(
        self,
        unrolling: Unrolling,
        target: Target,
        literal: z3.BoolRef,
        model: z3.ModelRef,
        question: Question,
    ) -> Run | None:
        """A run that works throughout a region; None if the one that was found does not."""
        claim, region = question
        assert region is not None
        number = self.context.number(claim)
        # A run that is about the end where least is allowed tends to work throughout.
        for pair in (*(region.corners() if claim.across else region.best), region):
            inside = membership(pair, number, self.context.transitions)
            own = model if true_in(model, inside) else unrolling.check(literal, inside)
            if own is None or not works_throughout(unrolling, number, literal, region, own):
                continue
            # Only a range with a preferred number is worth the time of a canonical run.
            if claim.kind is Kind.DERIVED and region in self._shown(claim):
                run = canonical_run(unrolling, target, literal, own, inside)
            else:
                run = decoded_run(unrolling, own, target)
            return self._executed(run, claim)
        return None

    def _shown(self, claim: Claim) -> set[Region]:
        preferred = self.context.numbers[claim.variables[-1][1]].preferred
        return shown(self.context.regions(claim), preferred)

    def _explained(self, result: Result, inductive: InductiveResults) -> Result:
        """The result on a claim about the end of a run, with what its proof needs of the model."""
        claim = result.claim
        if result.verdict is not Verdict.PROVED:
            return result
        clauses, liveness = inductive.clauses(claim), self.context.liveness
        asked = liveness.obligations(claim, clauses)
        fixed = self.context.transitions.fixed_constants(claim.variant)
        bounds = liveness.bounds(claim, clauses)
        cores = (
            Cores(self.context.induction, [*inductive.invariant, *bounds])
            if bounds
            else self._proven.cores(inductive.invariant)
        )
        return replace(result, core=cores.core(asked, fixed))

    def _reaches(self, run: ConcreteRun, claim: Claim) -> bool:
        """Tell whether a run happens and reaches the antecedent of a claim that is proven."""
        try:
            self._runs.replay(run, claim, proven=True)
        except ReplayError:
            return False
        return True

    def _executed(self, run: ConcreteRun, claim: Claim) -> Run | None:
        """A run that is proposed, executed; None where it does not happen. In a trap all entities
        of the instance count.
        """
        try:
            return self._runs.replay(run, claim, trim=claim.kind is not Kind.RECOVERABLE)
        except ReplayError as error:
            self._unreal[claim] = (
                f"no proof, and the run that the solver proposes does not happen: {error}"
            )
            return None
