"""Results that rest on runs: of a claim whose answer has regions, while these are settled, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.derived_answers import at_least, at_most, by_value, joined
from statecheck.claims.regions import Bounds, Region
from statecheck.claims.results import Result, Verdict
from statecheck.claims.run import Run
from statecheck.prover.context import ProofContext


@dataclass
class Settling:
    """A derived claim under way: regions with a run that works throughout, and regions still open;
    of a claim across the values of a constant, its result without these.
    """

    met: dict[Region, Run] = field(default_factory=dict)
    open: set[Region] = field(default_factory=set)
    result: Result | None = None

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
