"""Verdicts on claims about the end of a run: phases that prove one, or a lasso that refutes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import z3

from statecheck.claims.claim import Claim, vacuity_claim
from statecheck.claims.clause_text import ClauseText
from statecheck.claims.concrete_run import IntegerType
from statecheck.claims.fairness import Assumption
from statecheck.claims.results import Dropped, Result, Verdict
from statecheck.claims.run import Run
from statecheck.clock import Stopwatch
from statecheck.liveness.chain_rule import Phase, RulePremise, premises, violated_premises
from statecheck.liveness.eventuality import Eventuality, eventuality
from statecheck.liveness.lasso import Effort, lassos, unsearched
from statecheck.liveness.ledger import replay_lasso
from statecheck.liveness.phases import Proof, candidate_phases, counted_phases, proof
from statecheck.liveness.ranks import entities
from statecheck.modeling import NO_VARIANT, History, System
from statecheck.runs.replay import ReplayError
from statecheck.safety.induction import Clause, Fact, Induction
from statecheck.safety.joint.lemmas import Lemma, lemma_of
from statecheck.safety.proof_core import ProofTask
from statecheck.smt.terms import has_quantifier
from statecheck.symbolic.commands import Command
from statecheck.symbolic.spelling import spell

LENGTH = 8
"""Lassos of more steps, stem and loop together, are not searched for."""

SHORT = 4
"""Before longer runs that pass a premise are searched for, it is asked whether there are any."""

T = TypeVar("T")


class LivenessProver:
    """Decides claims about the end of a run. With ``explain`` each of a claim's assumptions is
    dropped in turn.
    """

    def __init__(
        self,
        system: type[System],
        histories: Iterable[History[Any]],
        induction: Induction,
        numbers: Mapping[Any, IntegerType],
        *,
        explain: bool,
    ) -> None:
        self.system, self.histories = system, tuple(histories)
        self.base = self.induction = induction
        self.transitions = induction.transitions
        self.numbers, self.explain = numbers, explain
        self._terms: dict[Claim, Eventuality] = {}
        self._proofs: dict[tuple[Claim, tuple[Clause, ...]], Proof | None] = {}
        self._suggested: dict[tuple[Claim, tuple[Clause, ...]], list[Phase] | None] = {}
        self._unreal: dict[Claim, ReplayError] = {}

    def knowing(self, facts: Sequence[Fact]) -> LivenessProver:
        """A prover for which facts are known to hold in every state that is reached."""
        own = self.system, self.histories, self.induction.knowing(facts), self.numbers
        prover = LivenessProver(*own, explain=self.explain)
        prover.base = self.induction
        return prover

    def terms(self, claim: Claim) -> Eventuality:
        """A claim as terms."""
        if claim not in self._terms:
            self._terms[claim] = eventuality(self.transitions, claim, claim.fairness)
        return self._terms[claim]

    def phases(self, claim: Claim, clauses: Sequence[Clause]) -> list[Phase] | None:
        """The phases of a claim's proof; None where none is found. Raises Timeout."""
        known = self._proof(claim, clauses)
        return None if known is None else known.phases

    def bounds(self, claim: Claim, clauses: Sequence[Clause]) -> list[Clause]:
        """The further clauses that a claim's proof takes, inductive together with these."""
        known = self._proof(claim, clauses)
        return [] if known is None else known.bounds

    def _proof(self, claim: Claim, clauses: Sequence[Clause]) -> Proof | None:
        key = claim, tuple(clauses)
        if key not in self._proofs:
            self._proofs[key] = proof(self.induction, self.terms(claim), clauses)
        return self._proofs[key]

    def enough(self, claim: Claim, clauses: Sequence[Clause]) -> set[Fact]:
        """Few of the facts that are known with which the phases of a claim prove it."""
        left = [*self.induction.facts]
        known, asked = [*clauses, *self.bounds(claim, clauses)], self.rule_premises(claim, clauses)
        for fact in [*left]:
            rest = [other for other in left if other is not fact]
            induction = self.base.knowing(rest)
            if not violated_premises(induction, self.terms(claim), asked, known):
                left = rest
        return {*left}

    def wanted(self, claim: Claim) -> list[Lemma]:
        """The lemmas that a claim is never pending, and that a fair action is enabled wherever it
        is, one for each that has to do with it: the claim's proof may lack one that holds.
        """
        terms = self.terms(claim)
        if claim.variant != NO_VARIANT:
            return []
        names = {term.get_id(): name for name, _, term in terms.variables}
        variables = [term for _, _, term in terms.variables]
        sort = variables[0].sort().name() if variables else ""
        helpers = (helper.only for helper in terms.helpers)
        found = []
        for helpful in (z3.BoolVal(False), *(h.enabled for h in helpers if h is not None)):
            if not has_quantifier(helpful, terms.pending):
                lemma = lemma_of(z3.Implies(terms.pending, helpful), variables)
                pending, enabled = (
                    spell(z3.simplify(term), self.transitions, names)
                    for term in (terms.pending, helpful)
                )
                literals = f"not ({pending})", f"({enabled})"
                said = literals[:1] if z3.is_false(helpful) else literals
                found.append(replace(lemma, text=ClauseText("", sort, said)))
        return found

    def rule_premises(self, claim: Claim, clauses: Sequence[Clause]) -> list[RulePremise]:
        """The premises of the chain rule for a claim's proof. Raises Timeout."""
        return list(
            premises(self.transitions, self.terms(claim), self.phases(claim, clauses) or ())
        )

    def proof_variables(
        self, claim: Claim, clauses: Sequence[Clause]
    ) -> list[tuple[str, Any, z3.ExprRef]]:
        """The variables of a claim, and those that stand for any instance of a helper."""
        free = {
            term.decl().name(): (term.decl().name().replace(":", " "), Any, term)
            for phase in self.phases(claim, clauses) or ()
            for term in phase.helper.free
        }
        return [*self.terms(claim).variables, *free.values()]

    def obligations(self, claim: Claim, clauses: Sequence[Clause]) -> list[ProofTask]:
        """The premises of a proof, as what has to be excluded."""
        return [
            ProofTask(premise.violation, premise.on_step)
            for premise in self.rule_premises(claim, clauses)
        ]

    def goals(self, claim: Claim, clauses: Sequence[Clause]) -> list[Any] | None:
        """The terms to be excluded of a step of each command, so that a claim is proven as some
        clauses suggest; None where they suggest nothing.
        """
        phases = self._suggestion(claim, clauses)
        if phases is None:
            return None
        asked = premises(self.transitions, self.terms(claim), phases)
        return [partial(self._excluded_by, premise.on_step, premise.violation) for premise in asked]

    def counted_goals(self, claim: Claim, clauses: Sequence[Clause]) -> list[Any] | None:
        """The same of a proof in which numbers fall; no terms where it can do without."""
        if self._suggestion(claim, clauses) is not None:
            return []
        terms = self.terms(claim)
        found = counted_phases(self.induction, terms, clauses)
        if found is None:
            return None
        known = [
            bound.at(place)
            for place in entities(self.transitions, terms.variables)
            for bound in found.bounds
            if bound.variable.sort() == place.sort()
        ]
        asked = premises(self.transitions, terms, found.phases)
        return [
            partial(self._excluded_by, premise.on_step, z3.And(*known, premise.violation))
            for premise in asked
        ]

    def _suggestion(self, claim: Claim, clauses: Sequence[Clause]) -> list[Phase] | None:
        key = claim, tuple(clauses)
        if key not in self._suggested:
            found = candidate_phases(self.induction, self.terms(claim), clauses)
            self._suggested[key] = found
        return self._suggested[key]

    def _excluded_by(self, on_step: bool, term: z3.BoolRef, command: Command) -> z3.BoolRef:
        excluded: z3.BoolRef = self.transitions.after(term, command) if on_step else term
        return excluded

    def prove(self, claims: Mapping[Claim, Sequence[Clause]]) -> Iterator[Result]:
        """The verdicts on claims, each with the clauses that its proof may use. Raises Timeout."""
        clock, seconds = Stopwatch(), dict[Claim, float]()
        for claim, clauses in claims.items():
            if self.phases(claim, clauses) is None:
                yield self._refuted(claim, clock)
            seconds[claim] = clock.lap()
        left = {c: clauses for c, clauses in claims.items() if self.phases(c, clauses) is not None}
        for claim in self._met(tuple(left), Effort(SHORT)):
            yield self._proved(claim, left.pop(claim), seconds[claim] + clock.lap())
        for claim in list(left):
            if proof(self.induction, self._passing(claim), left[claim]) is not None:
                why = "holds because no run that is as it assumes ever gets there"
                yield self._proved(claim, left.pop(claim), seconds[claim] + clock.lap(), why)
        effort = Effort(LENGTH)
        for claim in self._met(tuple(left), effort):
            yield self._proved(claim, left.pop(claim), seconds[claim] + clock.lap())
        for claim, clauses in left.items():
            unsought = _unsought(self.terms(claim))
            why = f"holds, but {unsought or f'no fair lasso of up to {effort} is as it assumes'}"
            # No lasso is no proof: where a number grows for ever, no state comes again.
            result = self._proved(claim, clauses, seconds[claim] + clock.lap(), why)
            yield replace(result, vacuous=None)

    def _proved(
        self, claim: Claim, clauses: Sequence[Clause], seconds: float, unmet: str = ""
    ) -> Result:
        """A claim that holds; ``unmet`` says why it is vacuous, if it is."""
        ledger, needs = self._ledger(claim, clauses) if self.explain else (None, None)
        return Result(
            claim,
            Verdict.PROVED,
            unmet or "every fair run gets there, for any finite number of entities",
            invariant=tuple(c.text for c in (*clauses, *self.bounds(claim, clauses))),
            vacuous=bool(unmet),
            seconds=seconds,
            argument=tuple(map(str, self.phases(claim, clauses) or ())),
            ledger=ledger,
            needs=needs,
        )

    def _met(self, claims: Iterable[Claim], effort: Effort) -> Iterator[Claim]:
        """The claims whose premise some run that an effort finds passes that is as they assume,
        whether or not it reaches the goal. The run goes round for ever, and is replayed.
        """
        asked = {self._passing(claim): claim for claim in claims}
        for terms, lasso in lassos(
            self.transitions,
            asked,
            effort,
            seed=self.induction.seed,
            time_left=self.induction.time_left,
            numbers=self.numbers,
            canonical=False,
        ):
            claim = asked[terms]
            passing = vacuity_claim(claim)
            try:
                replay_lasso(self.system, self.histories, lasso, passing, claim.fairness)
            except ReplayError:
                continue  # what does not happen shows nothing
            yield claim

    def _passing(self, claim: Claim) -> Eventuality:
        return replace(self.terms(claim), goal=z3.BoolVal(False), goal_holds=z3.BoolVal(False))

    def _refuted(self, claim: Claim, clock: Stopwatch) -> Result:
        effort = Effort(LENGTH)
        run = self._lassos(claim, {0: claim.fairness}, effort).get(0)
        if run is None:
            why = _unsought(self.terms(claim)) or f"no fair lasso of up to {effort}"
            if claim in self._unreal:
                why = f"the lasso that the solver proposes is none: {self._unreal[claim]}"
            detail = f"no argument found, and {why}"
            return Result(claim, Verdict.UNDETERMINED, detail, seconds=clock.lap())
        steps = len(run.steps)
        detail = f"the shortest fair lasso, at any size, has {steps} steps"
        return Result(claim, Verdict.REFUTED, detail, steps, run, seconds=clock.lap())

    def _ledger(
        self, claim: Claim, clauses: Sequence[Clause]
    ) -> tuple[tuple[Dropped, ...], tuple[str, ...] | None]:
        """A claim that holds, without each of its assumptions; and a least set of them under which
        it holds, None where it is not known to be a least one.
        """
        without = {
            item: tuple(other for other in claim.fairness if other is not item)
            for item in claim.fairness
        }
        effort = Effort(LENGTH)
        runs = self._lassos(claim, without, effort)
        ledger = []
        needed = list(claim.fairness)
        for item, rest in without.items():
            run = runs.get(item)
            if run is not None:
                steps = len(run.steps)
                detail = f"refuted by a lasso of {steps} step{'s' * (steps > 1)}"
            else:
                unsought = _unsought(eventuality(self.transitions, claim, rest))
                detail = unsought or f"no fair lasso of up to {effort}"
                fewer = [other for other in needed if other is not item]
                if self._holds(claim, fewer, clauses):
                    needed, detail = fewer, "not needed"
                elif self._holds(claim, rest, clauses):
                    detail = "needed only because another one is left out already"
            ledger.append(Dropped(str(item), detail, run))
        doubtful = {
            item: [other for other in needed if other is not item]
            for item in needed
            if item not in runs
        }
        is_least = not doubtful or len(self._lassos(claim, doubtful, Effort(LENGTH))) == len(
            doubtful
        )
        return tuple(ledger), tuple(map(str, needed)) if is_least else None

    def _holds(
        self, claim: Claim, assumptions: Sequence[Assumption], clauses: Sequence[Clause]
    ) -> bool:
        """True where a claim is proved under some assumptions."""
        terms = eventuality(self.transitions, claim, assumptions)
        return proof(self.induction, terms, clauses) is not None

    def _lassos(
        self, claim: Claim, variants: Mapping[T, Sequence[Assumption]], effort: Effort
    ) -> dict[T, Run]:
        """For each choice of assumptions the shortest lasso that refutes a claim, replayed."""
        asked = {
            eventuality(self.transitions, claim, assumptions): key
            for key, assumptions in variants.items()
        }
        found = lassos(
            self.transitions,
            asked,
            effort,
            seed=self.induction.seed,
            time_left=self.induction.time_left,
            numbers=self.numbers,
        )
        runs = {}
        for terms, lasso in found:
            key = asked[terms]
            try:
                runs[key] = replay_lasso(self.system, self.histories, lasso, claim, variants[key])
            except ReplayError as error:
                self._unreal[claim] = error
        return runs


def _unsought(claim: Eventuality) -> str | None:
    """Words for that no lasso of a claim is looked for, and why; None where one is."""
    why = unsearched(claim)
    return None if why is None else f"no lasso is looked for: {why}"
