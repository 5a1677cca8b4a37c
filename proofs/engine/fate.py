"""What becomes of a mutant: some verdict changes, or it is the same system after all.

Everything that the claims' verdicts rest on is a *stake*: a violation that never happens, or a run
that does. A mutant is killed where a stake is lost:

* a run of the mutant, replayed on its plain machines, does what never happened before; or
* what happened before is excluded for the mutant, by a proof for any number of entities.

So whoever asks for the verdicts on the mutant finds one that is not the expected one. What only an
exhaustive search of a small instance shows would leave a verdict open, and kills nothing.

A mutant that keeps every stake is compared with the original, guard by guard and update by update.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from proofs.engine.bounded import Found
from proofs.engine.claims import ANY_READING, Claim, Kind
from proofs.engine.differences import Differences, comparable, identical
from proofs.engine.extract import Command
from proofs.engine.induction import Clause
from proofs.engine.prove import Prover
from proofs.engine.recover import plans
from proofs.engine.stakes import Event, Original, Stake, admitted, kept, runs, said, term
from proofs.engine.verdict import Verdict


class Fate(enum.Enum):
    """What became of a mutant."""

    KILLED = "killed"
    """Some verdict or derived answer is another one."""
    EQUIVALENT = "equivalent"
    """It is the same system: shown by Z3."""
    INVALID = "invalid"
    """It is no model: refused where it is read."""
    SURVIVED = "survived"
    """It is another system, and every verdict is the same: a claim is missing."""
    UNDETERMINED = "undetermined"
    """The time was up, or neither was found."""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Kill:
    """A claim that sees a mutant: what is said of it now, and how that is known."""

    claim: str
    what: str
    evidence: str


@dataclass(frozen=True)
class Judgement:
    """What became of a mutant, why, and the claims that were found to see it."""

    fate: Fate
    reason: str
    kills: tuple[Kill, ...] = ()


class Judge:
    """Decides what becomes of mutants of a model.

    ``limit`` is how long runs are searched for.
    """

    def __init__(self, original: Original, *, limit: int = 8) -> None:
        self.original, self.limit = original, limit

    def judge(self, prover: Prover) -> Judgement:
        """What becomes of the system of ``prover``. Raises Timeout, or what the mutant raises."""
        same = self._same(prover)
        # Of a relation that is the same, only claims that read another word can say otherwise.
        only = None if same is None else self._reworded(prover)
        if same is not None and only is not None and not only:
            return Judgement(Fate.EQUIVALENT, same)
        if prover.transitions.ranges_differ(self.original.prover.transitions):
            kills, doubts = self._answers(prover)
        else:
            kills, doubts = self._kills(prover, only)
        if kills:
            return Judgement(Fate.KILLED, "", tuple(kills))
        if same is not None:
            return Judgement(Fate.EQUIVALENT, f"{same}; what claims read of it changes no verdict")
        if doubts:
            said = ", ".join(doubts)
            return Judgement(Fate.UNDETERMINED, f"neither proof nor run: {said}")
        return Judgement(Fate.SURVIVED, "another system, and every verdict is the same")

    # -- the same system --------------------------------------------------------------------------

    def _changed(self, prover: Prover, *, histories: bool = False) -> list[Command]:
        """The commands of a mutant that are not literally those of the original."""
        pairs = zip(
            self.original.prover.transitions.commands, prover.transitions.commands, strict=True
        )
        return [new for old, new in pairs if not identical(old, new, histories=histories)]

    def _same(self, prover: Prover) -> str | None:
        """Why the relation is the original's; None where it is not shown to be.

        On the states of the invariant: as a mutant starts where the original starts, and steps as
        the original does from every state that the original reaches, it reaches the same states.
        """
        old, new = self.original.prover, prover
        if not comparable(old.transitions, new.transitions):
            return None
        differences, clauses = self._differences(prover), self.original.clauses
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
        old = self.original.prover
        return Differences(old.induction, old.transitions, prover.transitions)

    def _reworded(self, prover: Prover) -> set[Stake] | None:
        """The stakes that a mutant with the original's relation says in other words; None where
        starts or histories differ too.
        """
        differences, clauses = self._differences(prover), self.original.clauses
        changed = self._changed(prover, histories=True)
        if self._suspicious(prover) is None or any(
            differences.remembered(command.name, clauses) for command in changed
        ):
            return None
        terms = self.original.terms.items()
        return {stake for stake, said in terms if not said.eq(term(prover, stake))}

    def _answers(self, prover: Prover) -> tuple[list[Kill], list[str]]:
        """Other answers, where a constant has another range: they are derived anew; and those of
        which nothing is known.
        """
        kills, doubts = list[Kill](), list[str]()
        prover.adopt(prover.induction.surviving(self.original.clauses))
        claims = [claim for claim in prover.catalogue if prover.cells(claim)]
        for result in prover.settle(claims):
            if result.verdict is Verdict.UNDETERMINED:
                doubts.append(f"{result.claim.title} {result.detail}")
            elif not result.as_expected:
                kills.append(Kill(result.claim.title, Event.ANSWER.value, "derived anew"))
        return kills, doubts

    # -- other verdicts ---------------------------------------------------------------------------

    def _kills(self, prover: Prover, only: set[Stake] | None) -> tuple[list[Kill], list[str]]:
        """The claims that see a mutant, and those of which that is not known. ``only`` are the
        stakes that may be lost where the relation is the original's.
        """
        clauses: Sequence[Clause] = self.original.clauses
        if only is None:
            clauses = prover.induction.surviving(clauses, self._suspicious(prover))
        doubts: list[str] = []
        for group in self.original.groups:
            stakes = [stake for stake in group if only is None or stake in only]
            kills, open_ = self._lost(prover, stakes, clauses)
            if kills:
                return kills, []
            doubts += [f"{stake.title} {stake.lost}" for stake in open_]
        others = [
            claim
            for claim in prover.catalogue
            if claim.kind in (Kind.RECOVERABLE, Kind.EVENTUALLY)
            and not (only is not None and self._says_the_same(prover, claim))
        ]
        doubts += _stuck(prover, others, clauses)
        return list(_endless(prover, others, clauses, doubts)), doubts

    def _says_the_same(self, prover: Prover, claim: Claim) -> bool:
        pairs = zip(self.original.others[claim.title], said(prover, claim), strict=True)
        return all(old.eq(new) for old, new in pairs)

    def _suspicious(self, prover: Prover) -> list[Command] | None:
        """The only commands that may break the invariant; None: any, for it may start otherwise."""
        old, new = self.original.prover.transitions, prover.transitions
        if old.initial.keys() != new.initial.keys() or any(
            not update.value.eq(new.initial[key].value) for key, update in old.initial.items()
        ):
            return None
        return self._changed(prover, histories=True)

    def _lost(
        self,
        prover: Prover,
        stakes: Sequence[Stake],
        clauses: Sequence[Clause],
    ) -> tuple[list[Kill], list[Stake]]:
        """The claims that see a mutant, by proof or by a run, and what was not decided."""
        never = [stake for stake in stakes if stake.run is None]
        gone = [s for s in stakes if s.run is not None and not kept(prover, s)]
        open_ = set(admitted(prover, gone, clauses)) if gone else set()
        kills = [Kill(s.title, s.lost, "proof") for s in gone if s not in open_]
        if kills:
            return kills, []
        suspects = self._suspects(prover, never, clauses)
        undecided = [*suspects, *(stake for stake in gone if stake in open_)]
        for stake, run in self._search(prover, list(undecided), bool(kills)):
            undecided = [other for other in undecided if other != stake]
            if stake.run is None:
                kills.append(Kill(stake.title, stake.lost, f"run of {len(run.steps)} steps"))
        return kills, undecided

    def _suspects(
        self, prover: Prover, never: Sequence[Stake], clauses: Sequence[Clause]
    ) -> list[Stake]:
        """What never happened and is not excluded any more."""
        if len(clauses) < len(self.original.clauses):
            return admitted(prover, never, clauses)
        terms = self.original.terms
        same = [stake for stake in never if terms[stake].eq(term(prover, stake))]
        fresh = [stake for stake in never if stake not in same]
        changed = self._changed(prover, histories=True)
        found = {*admitted(prover, same, clauses, changed), *admitted(prover, fresh, clauses)}
        return [stake for stake in never if stake in found]

    def _search(
        self, prover: Prover, stakes: Sequence[Stake], found: bool
    ) -> Iterator[tuple[Stake, Found]]:
        """Runs for stakes; once a mutant is known to be killed, no longer ones."""
        steps = 0
        for stake, run in runs(prover, stakes, self.limit):
            if found and len(run.steps) > max(steps, 2):
                return
            steps = len(run.steps)
            found = found or stake.run is None
            yield stake, run


def _stuck(prover: Prover, claims: Sequence[Claim], clauses: Sequence[Clause]) -> Iterator[str]:
    """Recoverable claims for which no plan is found any more: nobody refutes such a claim."""
    for claim in claims:
        if claim.kind is Kind.RECOVERABLE and not plans(
            prover.induction, prover.property(claim), clauses, prover.numbers
        ):
            yield f"{claim.title} has no plan"


def _endless(
    prover: Prover, claims: Sequence[Claim], clauses: Sequence[Clause], doubts: list[str]
) -> Iterator[Kill]:
    """Claims about the end of a run that some fair run for ever violates; what is open is added to
    the doubts.
    """
    usable = {
        claim: [c for c in clauses if c.reading in (ANY_READING, claim.reading)]
        for claim in claims
        if claim.kind is Kind.EVENTUALLY
    }
    for result in prover.endings.settle(usable):
        claim = result.claim
        if result.verdict is Verdict.REFUTED:
            yield Kill(claim.title, "is refuted", f"lasso of {result.steps} steps")
        elif result.vacuous:
            yield Kill(claim.title, "is vacuous", "no fair run gets to its premise")
        elif result.verdict is not Verdict.PROVED:
            doubts.append(f"{claim.title} {result.detail}")
