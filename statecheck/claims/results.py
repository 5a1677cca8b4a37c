"""Verdicts, their evidence, how they add up, and the exit code: the only place that decides these.

UNDETERMINED is never rounded up, and no claims at all are an error, not a success.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from statecheck.claims.answers import Answer, Standing
from statecheck.claims.claim import Claim
from statecheck.claims.clause_text import ClauseText
from statecheck.claims.derived_answers import Dependence
from statecheck.claims.regions import Region
from statecheck.claims.run import Run
from statecheck.exit_codes import Exit
from statecheck.modeling.mention import Expression, Mention
from statecheck.shown import Shown

SAYS_NOTHING = "holds whatever the system does: what is claimed is always true"
"""The detail of a claim that is vacuous because its own words are true of anything."""


class Verdict(enum.Enum):
    """The status of a claim after its proof."""

    PROVED = "PROVED"
    """It holds, for any number of entities."""
    REACHED = "REACHED"
    """A run reaches it; the run was replayed on the plain machines."""
    REFUTED = "REFUTED"
    """A run violates it; the run was replayed on the plain machines."""
    DERIVED = "DERIVED"
    """The solver worked out the answer."""
    UNDETERMINED = "UNDETERMINED"
    """Neither was established; the result's detail says what is missing."""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class CorePart:
    """A part of the model that a proof needs: a guard (a condition that an action branches on), an
    effect (a function that an action writes) or a start (what a function is initially).

    ``function`` is the one that an effect writes or a start fixes; ``origins`` are the lines that
    the part stands on: file, line, function.
    """

    kind: str
    action: str
    expression: Expression
    function: Mention | None
    origins: tuple[tuple[str, int, str], ...]

    @property
    def text(self) -> str:
        """The part in the model's names."""
        return self.expression.text


@dataclass(frozen=True)
class Core:
    """The parts of the model that a proof needs: with any one left out as well, it fails.

    ``clauses`` are those of the invariant, ``variant`` whether the claim's variant is needed,
    ``untouched`` the functions of the state that no part of the proof mentions.
    """

    parts: tuple[CorePart, ...]
    clauses: tuple[Expression, ...]
    variant: bool
    untouched: tuple[str, ...]


@dataclass(frozen=True)
class Joint:
    """An induction on several claims at once: the titles of these, the lemmas about one entity or
    two that help, and the titles of the claims whose words these are made of.

    A claim that ``follows`` is none of these: it is true in each state in which they hold. Where
    that takes an entity with the greatest or the least number of some, ``extreme`` says which: as a
    system has finitely many entities there is one.

    What numbers count, ``counts`` says, as equations; ``counted`` are the clauses that follow and
    that the induction needs.
    """

    claims: tuple[str, ...]
    lemmas: tuple[ClauseText, ...]
    words_of: tuple[str, ...]
    follows: bool = False
    extreme: str | None = None
    counts: tuple[str, ...] = ()
    counted: tuple[ClauseText, ...] = ()


@dataclass(frozen=True)
class Dropped:
    """A claim about the end of a run without one of its assumptions: the lasso that refutes it, or
    what is known in its place.
    """

    assumption: str
    detail: str
    run: Run | None


@dataclass(frozen=True)
class Result(Shown):
    """The verdict on one claim under one variant, with its evidence.

    ``steps`` is the length of the shortest run, ``invariant`` the clauses that the proof rests on,
    ``vacuous`` whether an always claim's antecedent is out of reach, or a derived answer is empty
    and nobody expects that, ``seconds`` the wall time, ``plans`` actions with arguments: the
    claim's variables by name, or numbers. ``shortest`` says whether no shorter run than ``steps``
    exists, ``joint`` is there where the proof is an induction on several claims, or on lemmas about
    several entities, at once. ``argument`` says why every fair run gets there, phase by phase,
    ``ledger`` what becomes of the claim without each of its assumptions, ``needs`` a least set of
    them under which it holds, and ``core`` what the proof needs of the model. ``suspect`` is one
    step that would break an undetermined claim, from a state that no invariant excludes and that
    may not be reachable: a counterexample to induction, whose ``start`` describes that state. An
    undetermined claim is ``unread`` where its own words cannot be understood. ``numbers`` are those
    of entities that the claim, or what its proof rests on, asks for, in words. ``left_out``
    says why no certificate can have the result, where that is not told by the rest of it.

    ``answer`` is what was derived (JSON-ready): for some value of each constant of which only a
    range is known. ``at_least`` is the answer whatever these are, and ``depends`` says which value
    gives which, where it is not always the same. Of a claim across the values of a constant
    ``answer`` are those that a run refutes it for, and ``proved`` the others. ``regions`` are what
    the answer is made of, each with a run if there is one.
    """

    claim: Claim
    verdict: Verdict
    detail: str
    steps: int | None = None
    run: Run | None = None
    invariant: tuple[ClauseText, ...] | None = None
    vacuous: bool | None = None
    seconds: float = 0.0
    answer: Any = None
    argument: tuple[str, ...] | None = None
    ledger: tuple[Dropped, ...] | None = None
    needs: tuple[str, ...] | None = None
    core: Core | None = None
    numbers: tuple[str, ...] = ()
    left_out: str = ""
    at_least: Any = None
    depends: Dependence | None = None
    proved: Any = None
    regions: tuple[tuple[Region, Run | None], ...] = ()
    plans: tuple[tuple[tuple[str, tuple[str | int, ...]], ...], ...] = ()
    shortest: bool = True
    suspect: Run | None = None
    joint: Joint | None = None
    unread: bool = False

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Everything that this claim assumes besides what the whole report does: a variant, the ids
        of assumptions of the model, fairness.
        """
        variant = (self.claim.variant.phrase or self.claim.variant.name,)
        fairness = map(str, self.claim.fairness)
        return tuple(text for text in (*variant, *self.claim.assumptions, *fairness) if text)

    @property
    def jointly(self) -> bool:
        """True of a claim that is proven together with others, or with lemmas."""
        return self.joint is not None

    @property
    def as_expected(self) -> bool:
        """The verdict and the answer are what the catalogue expects; the claim is not vacuous."""
        right = self.verdict.value == self.claim.expected and not self.vacuous
        is_open = self.answer is None and bool(self.claim.across)
        if not right or self.awaited is None or is_open:
            return right
        if self.at_least is not None and self.at_least != self.awaited_at_least:
            return False
        return bool(self.answer == self.awaited)

    @property
    def is_unexpected(self) -> bool:
        """It is known, and not what the catalogue expects."""
        return not self.as_expected and self.verdict is not Verdict.UNDETERMINED

    @property
    def inside(self) -> tuple[tuple[Region, Run], ...]:
        """The regions that are reached, each with its run."""
        return tuple((region, run) for region, run in self.regions if run is not None)

    @property
    def awaited(self) -> list[dict[str, str]] | None:
        """The answer that the catalogue expects, as ``answer`` has it; None: any."""
        expected = self.claim.answer
        return None if expected is None else [{"from": a, "to": b} for a, b in expected]

    @property
    def awaited_at_least(self) -> list[dict[str, str]] | None:
        """The answer that the catalogue expects whatever the unknown constants are, as ``at_least``
        has it.
        """
        expected = self.claim.at_least
        if expected is None:
            return None if self.claim.across else self.awaited
        return [{"from": a, "to": b} for a, b in expected]


@dataclass(frozen=True)
class Report(Shown):
    """The results of a proof run.

    ``digest`` identifies the model that it is about; ``notes`` are for whoever ran it;
    ``environment`` says in sentences what is assumed of whoever uses the model, and has the axioms
    of a system and the assumptions of a project. ``answers`` are
    those to the standard questions, where nothing was claimed.
    """

    digest: str
    results: tuple[Result, ...]
    interrupted: bool = False
    tables: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __getitem__(self, name: str) -> Result:
        """The result on a claim, by its title (``always.1``, ``doors.shut [slow]``), its id or its
        text.

        Raises KeyError that names the claims there are, and where several results have an id.
        """
        for key in ("title", "id", "text"):
            found = [result for result in self.results if getattr(result.claim, key) == name]
            if len(found) == 1:
                return found[0]
            if found:
                titles = ", ".join(result.claim.title for result in found)
                raise KeyError(f"{name} is the {key} of several claims: {titles}")
        titles = ", ".join(result.claim.title for result in self.results) or "none"
        raise KeyError(f"{name} is no claim of this report; the claims are {titles}")

    @property
    def as_expected(self) -> bool:
        """Every verdict is the one that is expected, and no answer is suspicious or open."""
        return exit_code(self) is Exit.AS_EXPECTED

    @property
    def derived(self) -> dict[str, Any]:
        """Every derived answer by claim id, and the derived tables by name."""
        derived = (r for r in self.results if r.verdict is Verdict.DERIVED)
        return {r.claim.id: r.answer for r in derived} | self.tables


def exit_code(report: Report, *, allow_undetermined: bool = False) -> Exit:
    """The exit code of a proof run."""
    if report.interrupted:
        return Exit.INTERRUPTED
    if not report.results and not report.answers:
        return Exit.USAGE
    standings = {answer.standing for answer in report.answers}
    undetermined = [r for r in report.results if r.verdict is Verdict.UNDETERMINED]
    others = [r for r in report.results if r.verdict is not Verdict.UNDETERMINED]
    if Standing.SUSPICIOUS in standings or not all(result.as_expected for result in others):
        return Exit.DIFFERS
    if any(result.unread for result in undetermined):
        return Exit.USAGE
    if (undetermined or Standing.OPEN in standings) and not allow_undetermined:
        return Exit.UNDETERMINED
    return Exit.AS_EXPECTED


def unread(claim: Claim, error: str) -> Result:
    """The result on a claim whose words cannot be understood: an error that names the claim."""
    why = error.removeprefix(f"claim {claim.id}").lstrip()
    detail = f"it cannot be read{'' if why.startswith('(') else ':'} {why}"
    return Result(claim, Verdict.UNDETERMINED, detail, unread=True)


def tally(results: Iterable[Result]) -> dict[Verdict, int]:
    """How many results have each verdict; verdicts that none has are left out."""
    counts: dict[Verdict, int] = {}
    for result in results:
        counts[result.verdict] = counts.get(result.verdict, 0) + 1
    return counts
