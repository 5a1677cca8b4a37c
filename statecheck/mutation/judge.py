"""The verdict on a mutant: some verdict changes, or it is the same system after all.

Everything that the claims' verdicts rest on is an *observation*: a violation that never happens,
or a run that does. A mutant is killed where an observation no longer holds:

* a run of the mutant, replayed on its plain machines, does what never happened before; or
* what happened before is excluded for the mutant, by a proof for any number of entities.

So whoever asks for the verdicts on the mutant finds one that is not the expected one. What only an
exhaustive search of a small instance shows would leave a verdict open, and kills nothing.

A mutant that keeps every observation is compared with the model, guard by guard and update by
update.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.concrete_run import ConcreteRun
from statecheck.claims.results import Verdict
from statecheck.modeling import NO_VARIANT
from statecheck.mutation.baseline import Baseline, has_plan
from statecheck.mutation.differences import Differences, comparable, identical
from statecheck.mutation.observations import (
    Event,
    Observation,
    admitted,
    claim_terms,
    find_runs,
    formula,
    still_holds,
)
from statecheck.mutation.verdict import Kill, MutantStatus, MutantVerdict
from statecheck.prover.induction_results import recovery_of
from statecheck.prover.joint_proofs import recovered_by_any_means
from statecheck.prover.prover import Prover
from statecheck.safety.induction import Clause
from statecheck.safety.inferring.inductive_subset import inductive_subset
from statecheck.symbolic.commands import Command


class MutantJudge:
    """Judges the mutants of a model.

    ``limit`` is how long runs are searched for.
    """

    def __init__(self, baseline: Baseline, *, limit: int = 8) -> None:
        self.baseline, self.limit = baseline, limit

    def judge(self, prover: Prover) -> MutantVerdict:
        """The verdict on the system of ``prover``. Raises Timeout, or what the mutant raises."""
        same = self._same(prover)
        # Of a relation that is the same, only claims that read another word can say otherwise.
        only = None if same is None else self._reworded(prover)
        if same is not None and only is not None and not only:
            return MutantVerdict(MutantStatus.EQUIVALENT, same)
        if prover.context.transitions.ranges_differ(self.baseline.prover.context.transitions):
            kills, doubts = self._answers(prover)
        else:
            kills, doubts = self._kills(prover, only)
        if kills:
            return MutantVerdict(MutantStatus.KILLED, "", tuple(kills))
        if same is not None:
            return MutantVerdict(
                MutantStatus.EQUIVALENT, f"{same}; what claims read of it changes no verdict"
            )
        if doubts:
            open_ = ", ".join(doubts)
            return MutantVerdict(MutantStatus.UNDETERMINED, f"neither proof nor run: {open_}")
        return MutantVerdict(MutantStatus.SURVIVED, "another system, and every verdict is the same")

    # -- the same system --------------------------------------------------------------------------

    def _changed(self, prover: Prover, *, histories: bool = False) -> list[Command]:
        """The commands of a mutant that are not literally those of the original."""
        pairs = zip(
            self.baseline.prover.context.transitions.commands,
            prover.context.transitions.commands,
            strict=True,
        )
        return [new for old, new in pairs if not identical(old, new, histories=histories)]

    def _same(self, prover: Prover) -> str | None:
        """Why the relation is the original's; None where it is not shown to be.

        On the states of the invariant: as a mutant starts where the original starts, and steps as
        the original does from every state that the original reaches, it reaches the same states.
        """
        old, new = self.baseline.prover, prover
        if not comparable(old.context.transitions, new.context.transitions):
            return None
        differences, clauses = self._differences(prover), self.baseline.clauses
        first = differences.initially()
        if first and not differences.unread(first, clauses):
            return None
        changed = [command.name for command in self._changed(prover)]
        differing = [name for name in changed if differences.of(name, clauses)]
        if any(differences.reached(name, clauses) for name in differing):
            return None
        starts = "the same starts"
        if first:
            starts = f"starts that differ in what nothing reads ({', '.join(map(str, first))})"
        if differing:
            return f"{starts}, and the same steps: by induction none is reached that differs"
        if any(differences.of(name, ()) for name in changed):
            return f"{starts}, and the same steps from every state of the invariant"
        return f"{starts} and steps" + ("" if changed else ", term for term")

    def _differences(self, prover: Prover) -> Differences:
        old = self.baseline.prover
        return Differences(
            old.context.induction, old.context.transitions, prover.context.transitions
        )

    def _reworded(self, prover: Prover) -> set[Observation] | None:
        """The observations with other terms under the model's own relation; None where starts or
        histories differ too.
        """
        differences, clauses = self._differences(prover), self.baseline.clauses
        changed = self._changed(prover, histories=True)
        if self._suspicious(prover) is None or any(
            differences.remembered(command.name, clauses) for command in changed
        ):
            return None
        terms = self.baseline.terms.items()
        return {o for o, term in terms if not term.eq(formula(prover, o))}

    def _answers(self, prover: Prover) -> tuple[list[Kill], list[str]]:
        """Other answers, where a constant has another range: they are derived anew; and those of
        which nothing is known.
        """
        context = prover.context
        context.adopt(inductive_subset(context.induction, self.baseline.clauses))
        claims = [claim for claim in context.catalogue if context.regions(claim)]
        kills, doubts = list[Kill](), list[str]()
        for result in prover.prove(claims):
            if result.verdict is Verdict.UNDETERMINED:
                doubts.append(f"{result.claim.title} {result.detail}")
            elif result.is_unexpected:
                kills.append(Kill(result.claim.title, Event.ANSWER.value, "derived anew"))
        return kills, doubts

    # -- other verdicts ---------------------------------------------------------------------------

    def _kills(self, prover: Prover, only: set[Observation] | None) -> tuple[list[Kill], list[str]]:
        """The claims that see a mutant, and those of which that is not known. ``only`` are the
        observations that may no longer hold where the relation is the original's.
        """
        clauses: Sequence[Clause] = self.baseline.clauses
        if only is None:
            clauses = inductive_subset(prover.context.induction, clauses, self._suspicious(prover))
        doubts: list[str] = []
        for group in self.baseline.groups:
            observations = [o for o in group if only is None or o in only]
            kills, open_ = self._lost(prover, observations, clauses)
            if kills:
                return kills, []
            doubts += [f"{o.title} {o.describe_loss()}" for o in open_]
        others = [
            claim
            for claim in prover.context.catalogue
            if claim.kind in (Kind.RECOVERABLE, Kind.EVENTUALLY)
            and not (only is not None and self._says_the_same(prover, claim))
        ]
        kills = [*self._stuck(prover, others, clauses, doubts)]
        return kills or [*_endless(prover, others, clauses, doubts)], doubts

    def _says_the_same(self, prover: Prover, claim: Claim) -> bool:
        pairs = zip(self.baseline.others[claim.title], claim_terms(prover, claim), strict=True)
        return all(old.eq(new) for old, new in pairs)

    def _suspicious(self, prover: Prover) -> list[Command] | None:
        """The only commands that may break the invariant; None: any, for it may start otherwise."""
        old, new = self.baseline.prover.context.transitions, prover.context.transitions
        if old.initial.keys() != new.initial.keys() or any(
            not update.value.eq(new.initial[key].value) for key, update in old.initial.items()
        ):
            return None
        return self._changed(prover, histories=True)

    def _lost(
        self,
        prover: Prover,
        observations: Sequence[Observation],
        clauses: Sequence[Clause],
    ) -> tuple[list[Kill], list[Observation]]:
        """The claims that see a mutant, by proof or by a run, and what was not decided."""
        never = [o for o in observations if o.run is None]
        gone = [s for s in observations if s.run is not None and not still_holds(prover, s)]
        open_ = set(admitted(prover, gone, clauses)) if gone else set()
        kills = [Kill(s.title, s.describe_loss(), "proof") for s in gone if s not in open_]
        if kills:
            return kills, []
        suspects = self._suspects(prover, never, clauses)
        undecided = [*suspects, *(o for o in gone if o in open_)]
        for observation, run in self._search(prover, list(undecided), bool(kills)):
            undecided = [other for other in undecided if other != observation]
            if observation.run is None:
                how = f"run of {len(run.steps)} steps"
                kills.append(Kill(observation.title, observation.describe_loss(), how))
        return kills, undecided if kills else self._not_proven(prover, undecided)

    def _not_proven(self, prover: Prover, undecided: Sequence[Observation]) -> list[Observation]:
        """Those of what is undecided that are not excluded by proofs which claims have together."""
        titles = {o.title for o in undecided if o.run is None} & self.baseline.joint
        claims = [claim for claim in prover.context.catalogue if claim.title in titles]
        proven = {
            result.claim.title
            for result in (prover.prove(claims) if claims else ())
            if result.verdict is Verdict.PROVED
        }
        return [o for o in undecided if o.run is not None or o.title not in proven]

    def _suspects(
        self, prover: Prover, never: Sequence[Observation], clauses: Sequence[Clause]
    ) -> list[Observation]:
        """The observations that never happened and are not excluded any more."""
        if len(clauses) < len(self.baseline.clauses):
            return admitted(prover, never, clauses)
        terms = self.baseline.terms
        same = [o for o in never if terms[o].eq(formula(prover, o))]
        fresh = [o for o in never if o not in same]
        changed = self._changed(prover, histories=True)
        found = {*admitted(prover, same, clauses, changed), *admitted(prover, fresh, clauses)}
        return [o for o in never if o in found]

    def _search(
        self, prover: Prover, observations: Sequence[Observation], found: bool
    ) -> Iterator[tuple[Observation, ConcreteRun]]:
        """Runs for observations; once a mutant is known to be killed, no longer ones."""
        steps = 0
        for observation, run in find_runs(prover, observations, self.limit):
            if found and len(run.steps) > max(steps, 2):
                return
            steps = len(run.steps)
            found = found or observation.run is None
            yield observation, run

    def _stuck(
        self,
        prover: Prover,
        claims: Sequence[Claim],
        clauses: Sequence[Clause],
        doubts: list[str],
    ) -> Iterator[Kill]:
        """Recoverable claims that a run into a trap refutes; where no plan is found any more, that
        is added to the doubts.
        """
        context = prover.context
        for claim in claims:
            if claim.kind is not Kind.RECOVERABLE or has_plan(context, claim, clauses):
                continue
            if (run := prover.deep.trap(claim)) is not None:
                steps = len(run.steps)
                yield Kill(claim.title, "is refuted", f"run of {steps} steps into a trap")
            elif claim.title not in self.baseline.helped or (
                recovered_by_any_means(context, recovery_of(context, claim, clauses)) is None
            ):
                doubts.append(f"{claim.title} has no plan")


def _endless(
    prover: Prover, claims: Sequence[Claim], clauses: Sequence[Clause], doubts: list[str]
) -> Iterator[Kill]:
    """Claims about the end of a run that some fair run for ever violates; what is open is added to
    the doubts.
    """
    usable = {
        claim: [c for c in clauses if c.variant in (NO_VARIANT, claim.variant)]
        for claim in claims
        if claim.kind is Kind.EVENTUALLY
    }
    for result in prover.context.liveness.prove(usable):
        claim = result.claim
        if result.verdict is Verdict.REFUTED:
            yield Kill(claim.title, "is refuted", f"lasso of {result.steps} steps")
        elif result.vacuous:
            yield Kill(claim.title, "is vacuous", "no fair run gets to its premise")
        elif result.verdict is not Verdict.PROVED:
            doubts.append(f"{claim.title} {result.detail}")
