"""What becomes of a mutant: some verdict changes, or it is the same system after all.

Everything that the claims' verdicts rest on is a *stake*: a violation that never happens, or a run
that does. A mutant is killed where a stake is lost:

* a run of the mutant, replayed on its plain machines, does what never happened before; or
* what happened before is excluded for the mutant, by a proof for any number of entities, or, and
  the evidence says so, by exhaustive search of a small instance.

A mutant that keeps every stake is compared with the original, guard by guard and update by update.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

import z3

from model.kernel import ModelError
from proofs.engine.bounded import Found, Goal, Unrolling, shortest
from proofs.engine.claims import ANY_READING, Claim, Inapplicable, Kind
from proofs.engine.differences import Differences, comparable, identical
from proofs.engine.explicit import Finding, Instance, Outcome, check
from proofs.engine.extract import Command
from proofs.engine.induction import Clause, Induction
from proofs.engine.prove import DEPTH, Prover
from proofs.engine.recover import plans
from proofs.engine.regions import Cell
from proofs.engine.replay import Player, ReplayError, Stage
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


class Event(enum.Enum):
    """What may happen about a claim."""

    VIOLATION = "is violated"
    REACHED = "is reached"
    PREMISE = "applies"
    ANSWER = "has another answer"


@dataclass(frozen=True)
class Stake:
    """Something that a verdict rests on: ``run`` shows that it happens; None: it never does.

    ``cell`` are the numbers of a derived claim that it is about.
    """

    title: str
    event: Event
    cell: Cell | None = None
    run: Found | None = field(default=None, compare=False)

    @property
    def lost(self) -> str:
        """What is said of the claim when the stake is lost."""
        if self.cell is not None:
            return Event.ANSWER.value
        if self.run is None:
            return self.event.value
        return {
            Event.VIOLATION: "is no longer violated",
            Event.REACHED: "is no longer reached",
            Event.PREMISE: "no longer applies to anything",
        }[self.event]


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


class Original:
    """The model as it is: the stakes of its claims, and the invariant.

    ``questions`` are claims that are asked only where no other one sees a mutant. Raises ValueError
    where a verdict is not the expected one, for then nothing can be said about mutants; Timeout.
    """

    def __init__(
        self, prover: Prover, claims: Sequence[Claim], questions: Sequence[Claim] = ()
    ) -> None:
        self.prover = prover
        self.claims = {c.title: c for c in (*claims, *questions) if c.kind is not Kind.EVENTUALLY}
        self.clauses = prover.invariant()
        wanted = list(self._wanted())
        never = [stake for stake in wanted if stake[1] is False]
        admitted = _admitted(prover, [stake for stake, _ in never], self.clauses)
        if admitted:
            raise ValueError(f"{admitted[0].title} is not proven of the model itself")
        happens = [stake for stake, truth in wanted if truth]
        found = {stake: replace(stake, run=run) for stake, run in _runs(prover, happens, DEPTH)}
        missing = [stake.title for stake in happens if stake not in found]
        if missing:
            raise ValueError(f"no run of the model itself was found for {missing[0]}")
        self.stakes = tuple(found.get(stake, stake) for stake, _ in wanted)
        self.terms = {stake: term(prover, stake) for stake in self.stakes}
        self.others = {
            claim.title: _said(prover, claim)
            for claim in claims
            if claim.kind in (Kind.RECOVERABLE, Kind.EVENTUALLY)
        }
        later = {question.title for question in questions}
        self.groups = tuple(
            [stake for stake in self.stakes if (stake.title in later) is asked]
            for asked in (False, True)
        )

    def _wanted(self) -> Iterator[tuple[Stake, bool]]:
        """The stakes without their runs, and whether they happen."""
        for title, claim in self.claims.items():
            if claim.kind is Kind.DERIVED:
                yield from self._answer(claim)
            elif claim.kind is Kind.POSSIBLE:
                yield Stake(title, Event.REACHED), True
            elif claim.kind is not Kind.RECOVERABLE:
                yield Stake(title, Event.VIOLATION), claim.expected == Verdict.REFUTED.value
                if claim.expected == Verdict.PROVED.value:
                    yield Stake(title, Event.PREMISE), True

    def _answer(self, claim: Claim) -> Iterator[tuple[Stake, bool]]:
        """That both ends of every region are reached, and nothing between the regions is."""
        (result,) = self.prover.settle([claim])
        if result.verdict is not Verdict.DERIVED:
            raise ValueError(f"{claim.title} is {result.verdict}: {result.detail}")
        type_ = claim.variables[-1][1]
        numbers = self.prover.numbers[type_]
        below = numbers.low
        for region in result.answer:
            low, high = int(type_.parse(region["from"])), int(type_.parse(region["to"]))
            for end in dict.fromkeys((low, high)):
                yield Stake(claim.title, Event.REACHED, Cell(end, end)), True
            if below < low:
                yield Stake(claim.title, Event.REACHED, Cell(below, low - 1)), False
            below = high + 1
        if below <= numbers.high:
            yield Stake(claim.title, Event.REACHED, Cell(below, numbers.high)), False


def _claim(prover: Prover, stake: Stake) -> Claim:
    return next(claim for claim in prover.catalogue if claim.title == stake.title)


def term(prover: Prover, stake: Stake) -> z3.BoolRef:
    """What a stake says, about a state or a step of a prover's system."""
    claim = _claim(prover, stake)
    formula = prover.property(claim)
    event = {
        Event.VIOLATION: z3.Not(formula.holds),
        Event.REACHED: formula.holds,
        Event.PREMISE: formula.antecedent,
    }[stake.event]
    parts = [*prover.transitions.under(claim.reading), event]
    if stake.cell is not None:
        parts.append(stake.cell.holds(formula.variables[-1][2]))
    return z3.And(*parts)


def _admitted(
    prover: Prover,
    stakes: Iterable[Stake],
    clauses: Sequence[Clause],
    commands: Sequence[Command] | None = None,
) -> list[Stake]:
    """The stakes that some state, or some step of these commands, from the clauses admits."""
    asked = {stake: term(prover, stake) for stake in stakes}
    steps = {stake: said for stake, said in asked.items() if _claim(prover, stake).on_step}
    states = {stake: said for stake, said in asked.items() if stake not in steps}
    found = set(prover.induction.of_states(states, clauses)) if states else set()
    for command in prover.transitions.commands if commands is None else commands:
        left = {stake: said for stake, said in steps.items() if stake not in found}
        found |= set(prover.induction.of_steps(left, clauses, command)) if left else set()
    return [stake for stake in asked if stake in found]


def _runs(prover: Prover, stakes: Sequence[Stake], limit: int) -> Iterator[tuple[Stake, Found]]:
    """A shortest run for each stake that has one of so many steps, replayed."""
    goals = {}
    for stake in stakes:
        claim = _claim(prover, stake)
        variables = prover.property(claim).variables
        name = f"{stake.title} {stake.event.name}"
        goal = Goal(name, term(prover, stake), claim.on_step, variables, claim.reading)
        goals[goal] = stake
    unrolling = Unrolling(
        prover.transitions, seed=prover.seed, deadline=prover.remaining, numbers=prover.numbers
    )
    for goal, _, model in shortest(unrolling, goals, limit):
        for whole in (False, True):
            found = unrolling.decode(model, goal, whole=whole)
            if happens(prover, goals[goal], found):
                yield goals[goal], found
                break
        else:
            raise ReplayError(f"the run of {goal.name} replays, but does not end as it should")


def happens(prover: Prover, stake: Stake, run: Found) -> bool:
    """Whether a run, played on the plain machines, ends with what a stake is about."""
    claim = _claim(prover, stake)
    types = tuple(type_ for _, type_ in claim.variables)
    # Without entities that the run does not name; where a claim asks for all of them, with them.
    for trim in (True, False):
        own = replace(run, types=types)
        player = Player(prover.system, prover.histories, own, trim=trim, stage=_stage(prover))
        try:
            player.play()
        except ReplayError:
            if trim:
                continue
            raise
        said = player.judge(claim)
        if (
            said is not None
            if stake.event is Event.PREMISE
            else said is (stake.event is Event.REACHED)
        ):
            return True
    return False


def _stage(prover: Prover) -> Stage:
    if prover not in _STAGES:
        _STAGES[prover] = Stage(prover.system)
    return _STAGES[prover]


_STAGES: WeakKeyDictionary[Prover, Stage] = WeakKeyDictionary()
"""Runs of one model are played on the same machines, one after the other."""


class Judge:
    """Decides what becomes of mutants of a model.

    ``limit`` is how long runs are searched for.
    """

    def __init__(self, original: Original, *, limit: int = 8) -> None:
        self.original, self.limit = original, limit

    def judge(self, prover: Prover, instance: Instance) -> Judgement:
        """What becomes of the system of ``prover``. Raises Timeout, or what the mutant raises."""
        same = self._same(prover)
        # Of a relation that is the same, only claims that read another word can say otherwise.
        only = None if same is None else self._reworded(prover)
        if same is not None and only is not None and not only:
            return Judgement(Fate.EQUIVALENT, same)
        kills, doubts = self._kills(prover, instance, only)
        if kills:
            return Judgement(Fate.KILLED, "", tuple(kills))
        if same is not None:
            return Judgement(Fate.EQUIVALENT, f"{same}; only claims and plain starts read it")
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

    # -- other verdicts ---------------------------------------------------------------------------

    def _kills(
        self, prover: Prover, instance: Instance, only: set[Stake] | None
    ) -> tuple[list[Kill], list[str]]:
        """The claims that see a mutant, and those of which that is not known. ``only`` are the
        stakes that may be lost where the relation is the original's.
        """
        clauses: Sequence[Clause] = self.original.clauses
        if only is None:
            clauses = surviving(prover.induction, clauses, self._suspicious(prover))
        doubts: list[str] = []
        for group in self.original.groups:
            stakes = [stake for stake in group if only is None or stake in only]
            kills, open_ = self._lost(prover, stakes, clauses, instance)
            if kills:
                return kills, []
            doubts += [f"{stake.title} {stake.lost}" for stake in open_]
        others = [
            claim
            for claim in prover.catalogue
            if claim.kind in (Kind.RECOVERABLE, Kind.EVENTUALLY)
            and not (only is not None and self._says_the_same(prover, claim))
        ]
        kills = list(_stuck(prover, others, clauses, instance))
        return kills or list(_endless(prover, others, clauses, doubts)), doubts

    def _says_the_same(self, prover: Prover, claim: Claim) -> bool:
        pairs = zip(self.original.others[claim.title], _said(prover, claim), strict=True)
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
        instance: Instance,
    ) -> tuple[list[Kill], list[Stake]]:
        """The claims that see a mutant, by proof or by a run, and what was not decided."""
        never = [stake for stake in stakes if stake.run is None]
        gone = [s for s in stakes if s.run is not None and not _kept(prover, s)]
        open_ = set(_admitted(prover, gone, clauses)) if gone else set()
        kills = [Kill(s.title, s.lost, "proof") for s in gone if s not in open_]
        if kills:
            return kills, []
        suspects = self._suspects(prover, never, clauses)
        undecided = [*suspects, *(stake for stake in gone if stake in open_)]
        # A small instance is searched sooner than many steps of any number of entities.
        for first in (True, False):
            for stake in () if kills or (first and suspects) else list(undecided):
                if stake.run is not None and stake.cell is None and not kills:
                    undecided.remove(stake)
                    kills += self._exhaustively(prover, stake, instance)
            for stake, run in self._search(prover, undecided, bool(kills)) if first else ():
                undecided = [other for other in undecided if other != stake]
                if stake.run is None:
                    kills.append(Kill(stake.title, stake.lost, f"run of {len(run.steps)} steps"))
        return kills, undecided

    def _suspects(
        self, prover: Prover, never: Sequence[Stake], clauses: Sequence[Clause]
    ) -> list[Stake]:
        """What never happened and is not excluded any more."""
        if len(clauses) < len(self.original.clauses):
            return _admitted(prover, never, clauses)
        terms = self.original.terms
        same = [stake for stake in never if terms[stake].eq(term(prover, stake))]
        fresh = [stake for stake in never if stake not in same]
        changed = self._changed(prover, histories=True)
        found = {*_admitted(prover, same, clauses, changed), *_admitted(prover, fresh, clauses)}
        return [stake for stake in never if stake in found]

    def _search(
        self, prover: Prover, stakes: Sequence[Stake], found: bool
    ) -> Iterator[tuple[Stake, Found]]:
        """Runs for stakes; once a mutant is known to be killed, no longer ones."""
        steps = 0
        for stake, run in _runs(prover, stakes, self.limit):
            if found and len(run.steps) > max(steps, 2):
                return
            steps = len(run.steps)
            found = found or stake.run is None
            yield stake, run

    def _exhaustively(self, prover: Prover, stake: Stake, instance: Instance) -> list[Kill]:
        outcome = _searched(prover, _claim(prover, stake), instance)
        gone = {
            Event.VIOLATION: outcome.finding is Finding.HOLDS,
            Event.REACHED: outcome.finding is Finding.UNREACHED,
            Event.PREMISE: outcome.antecedent_reached is False,
        }[stake.event]
        how = f"no run in {_sizes(instance)}, {outcome.states} states"
        return [Kill(stake.title, stake.lost, how)] if gone else []


def _said(prover: Prover, claim: Claim) -> list[z3.ExprRef]:
    """What a claim that is none of one state or step says, as terms."""
    if claim.kind is Kind.RECOVERABLE:
        return [prover.property(claim).antecedent, prover.property(claim).holds]
    terms = prover.endings.terms(claim)
    return [terms.premise, terms.there, terms.goal, *terms.never, *terms.finitely]


def _stuck(
    prover: Prover, claims: Sequence[Claim], clauses: Sequence[Clause], instance: Instance
) -> Iterator[Kill]:
    """Recoverable claims that are none any more."""
    for claim in claims:
        if claim.kind is Kind.RECOVERABLE and not plans(
            prover.induction, prover.property(claim), clauses, prover.numbers
        ):
            outcome = _searched(prover, claim, instance)
            if outcome.finding is Finding.VIOLATED:
                how = f"a state with no way out in {_sizes(instance)}"
                yield Kill(claim.title, "is not recoverable", how)


def _endless(
    prover: Prover, claims: Sequence[Claim], clauses: Sequence[Clause], doubts: list[str]
) -> Iterator[Kill]:
    """Claims about the end of a run that some fair run for ever violates; what is open is added to
    the doubts.
    """
    for claim in claims:
        if claim.kind is not Kind.EVENTUALLY:
            continue
        own = [clause for clause in clauses if clause.reading in (ANY_READING, claim.reading)]
        result = prover.endings.settle(claim, own, reached=True)
        if result.verdict is Verdict.REFUTED:
            yield Kill(claim.title, "is refuted", f"lasso of {result.steps} steps")
        elif result.verdict is not Verdict.PROVED:
            doubts.append(f"{claim.title} {result.detail}")


def _searched(prover: Prover, claim: Claim, instance: Instance) -> Outcome:
    """Exhaustive search; of every value where a mutant reads what the original calls dead."""
    try:
        return check(claim, prover.histories, instance)
    except ModelError:
        return check(claim, prover.histories, replace(instance, forget=False))


def _kept(prover: Prover, stake: Stake) -> bool:
    """Whether the original's run still shows what a stake says."""
    assert stake.run is not None
    try:
        return happens(prover, stake, stake.run)
    except (ReplayError, Inapplicable, KeyError, IndexError):
        return False


def _sizes(instance: Instance) -> str:
    counts = (
        (size if isinstance(size, int) else len(size), name)
        for name, size in instance.sizes.items()
    )
    return ", ".join(f"{count} {name}" for count, name in counts)


def surviving(
    induction: Induction, clauses: Sequence[Clause], suspicious: Sequence[Command] | None = None
) -> list[Clause]:
    """The largest set of these clauses that is inductive for a system.

    ``suspicious`` are the only commands that may break them, and only they may, if given.
    """
    if suspicious is not None and not _broken(induction, clauses, suspicious):
        return list(clauses)
    kept = list(clauses)
    while True:
        gone = set(induction.of_starts({clause: induction.violation(clause) for clause in kept}))
        left = [clause for clause in kept if clause not in gone]
        gone |= _broken(induction, kept, induction.transitions.commands, left)
        if not gone:
            return kept
        kept = [clause for clause in kept if clause not in gone]


def _broken(
    induction: Induction,
    known: Sequence[Clause],
    commands: Sequence[Command],
    asked: Sequence[Clause] | None = None,
) -> set[Clause]:
    """Those clauses that some step of these commands from the known ones breaks."""
    primed = {
        clause: induction.transitions.primed(induction.violation(clause))
        for clause in (known if asked is None else asked)
    }
    gone: set[Clause] = set()
    for command in commands:
        left = {clause: said for clause, said in primed.items() if clause not in gone}
        gone |= set(induction.of_steps(left, known, command)) if left else set()
    return gone
