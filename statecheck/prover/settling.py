"""Results that rest on runs, of a claim whose answer has regions too; and those of proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import z3

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.derived_answers import at_least, at_most, by_value, joined
from statecheck.claims.regions import Bounds, Region
from statecheck.claims.results import SAYS_NOTHING, Core, Result, Verdict
from statecheck.claims.run import Run
from statecheck.clock import Stopwatch
from statecheck.modeling import NO_VARIANT
from statecheck.prover.context import ProofContext
from statecheck.prover.induction_results import InductiveResults
from statecheck.prover.joint_proofs import kept_in_words
from statecheck.safety.induction import Clause
from statecheck.safety.proof_core import Cores, ProofTask


@dataclass
class Settling:
    """A derived claim under way: regions with a run that works throughout, and regions still open;
    of a claim across the values of a constant, its result without these.
    """

    met: dict[Region, Run] = field(default_factory=dict)
    open: set[Region] = field(default_factory=set)
    result: Result | None = None

    def meet(self, region: Region, run: Run) -> None:
        """Take a run that works throughout a region."""
        self.open.discard(region)
        self.met[region] = run

    @property
    def open_across(self) -> Result | None:
        """The result on a claim that is refuted, where it is open for which values of a constant;
        None for any other claim.
        """
        return self.result if self.open else None

    def derived(self, context: ProofContext, claim: Claim, seconds: float) -> Result:
        """The result on a derived claim, all of whose regions are settled."""
        type_ = claim.variables[-1][1]
        numbers, every = context.numbers[type_], context.regions(claim)
        answer = _spelled(type_, at_most(self.met))
        unmet = [region for region in every if region not in self.met]
        return Result(
            claim,
            Verdict.DERIVED,
            "every number in it has a run, every other one is excluded by proof",
            max((len(run.steps) for run in self.met.values()), default=None),
            vacuous=not answer and claim.answer != (),
            seconds=seconds,
            answer=answer,
            at_least=_spelled(type_, at_least(unmet, numbers.low, numbers.high)),
            depends=by_value(every, self.met, lambda number: str(type_(number))),
            regions=tuple((region, self.met.get(region)) for region in every),
        )

    def across(self, context: ProofContext, result: Result) -> Iterator[Result]:
        """The result on a claim that is refuted for some values of a constant, with these, once all
        of its regions are settled.
        """
        self.result, claim = result, result.claim
        if self.open:
            return
        constants = context.transitions.info.constants
        (type_,) = (own for name, own, _ in constants if name == claim.across)
        every = context.regions(claim)
        yield replace(
            result,
            answer=_spelled(type_, at_most(self.met)),
            proved=_spelled(type_, joined(r.numbers for r in every if r not in self.met)),
            regions=tuple((region, self.met.get(region)) for region in every),
        )


def _spelled(type_: Any, ranges: Sequence[Bounds]) -> list[dict[str, str]]:
    """Ranges of a type's numbers as an answer has them."""
    return [{"from": str(type_(low)), "to": str(type_(high))} for low, high in ranges]


def by_run(claim: Claim, run: Run, seconds: float, *, shortest: bool = True) -> Result:
    """The result on a claim that a run reaches, or refutes."""
    steps = len(run.steps)
    shortest = shortest or steps == int(claim.on_step)
    reached = claim.kind is Kind.POSSIBLE
    detail = f"the shortest run, at any size, has {steps} steps"
    if not shortest:
        detail = f"a run of a small instance has {steps} steps; no shorter run is claimed"
    if claim.kind is Kind.RECOVERABLE:
        detail = "in an instance of this size nothing leads from there to the goal"
    return Result(
        claim,
        Verdict.REACHED if reached else Verdict.REFUTED,
        detail,
        steps,
        run,
        seconds=seconds,
        shortest=shortest,
    )


class ProvenResults:
    """Makes results of proofs; ``vacuity`` looks for a run to a claim's premise."""

    def __init__(self, context: ProofContext, vacuity: Callable[[Claim], bool | None]) -> None:
        self.context, self.vacuity = context, vacuity
        self._cores: Cores | None = None

    def proved(
        self, claim: Claim, inductive: InductiveResults, vacuous: bool | None, seconds: float
    ) -> Result:
        """A claim that is proven; ``vacuous`` says whether nothing reaches its antecedent, None if
        that is not known.
        """
        needed = [] if (claim, None) in inductive.alone else inductive.clauses(claim)
        detail = "holds for any number of entities"
        joint = inductive.joint.get(claim)
        texts = tuple(clause.text for clause in needed)
        if vacuous is None and self._has_no_premise(claim):
            vacuous = False
        if joint is not None:
            texts = (*texts, *joint.induction.counted, *joint.induction.lemmas)
            seconds += joint.seconds
            kept = kept_in_words(joint.induction, len(texts), on_step=claim.on_step)
            detail = "; ".join((kept, *joint.induction.counts))
        if self.context.property(claim).says_nothing:
            detail, vacuous = SAYS_NOTHING, True
        elif vacuous:
            detail = "holds because nothing ever gets there"
        elif vacuous is None and (joint is None or claim.expected == "PROVED"):
            # Of what was to be refuted no run to its antecedent was looked for.
            detail = f"holds, but no run of {self.context.depth} steps reaches its antecedent"
        return Result(
            claim,
            Verdict.PROVED,
            detail,
            invariant=texts,
            vacuous=vacuous,
            seconds=inductive.share + seconds,
            core=(
                self._core(claim, inductive.invariant)
                if self.context.explain and joint is None
                else None
            ),
            joint=None if joint is None else joint.induction,
        )

    def _has_no_premise(self, claim: Claim) -> bool:
        """Tell whether a claim is about every state, so that the first one is what it is about."""
        is_restricted = self.context.transitions.fixed_constants(claim.variant)
        return not (claim.on_step or is_restricted) and z3.is_true(
            self.context.property(claim).antecedent
        )

    def _core(self, claim: Claim, invariant: Sequence[Clause]) -> Core:
        """The parts of the model that the proof of a claim needs."""
        obligation = ProofTask(z3.Not(self.context.property(claim).holds), claim.on_step)
        fixed = self.context.transitions.fixed_constants(claim.variant)
        return self.cores(invariant).core([obligation], fixed)

    def cores(self, invariant: Sequence[Clause]) -> Cores:
        """The cores of proofs that rest on the invariant."""
        if self._cores is None:
            self._cores = Cores(self.context.induction, invariant)
        return self._cores

    def unreached(self, claim: Claim, inductive: InductiveResults) -> Result:
        """A claim that holds, and whose antecedent no run was found for."""
        clock = Stopwatch()
        formula = self.context.property(claim)
        key = (claim, None)
        term = z3.And(
            *self.context.transitions.variant_constraints(claim.variant), formula.antecedent
        )
        if claim.on_step:
            reached = any(
                self.context.induction.step_violations({key: term}, inductive.invariant, command)
                for command in self.context.transitions.commands
            )
        else:
            reached = bool(
                self.context.induction.state_violations({key: term}, inductive.invariant)
            )
        vacuous = not reached or self.vacuity(claim)
        return self.proved(claim, inductive, vacuous, clock.lap())

    def out_of_reach(self, claim: Claim, inductive: InductiveResults) -> Result | None:
        """A proof that no run reaches what is claimed to be possible, if one is found."""
        clock = Stopwatch()
        question = (claim, None)
        known = list(inductive.invariant)
        if question not in self.context.excluded([question], known):
            known = self.context.inferred([claim])
            if not self.context.induction.is_invariant(known):
                return None
            if question not in self.context.excluded([question], known):
                return None
        return Result(
            claim,
            Verdict.REFUTED,
            "no run gets there, for any number of entities",
            invariant=tuple(c.text for c in known if c.variant in (NO_VARIANT, claim.variant)),
            seconds=clock.lap(),
        )
