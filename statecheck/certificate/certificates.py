"""A certificate: everything that another solver needs to prove the verdicts again, as files.

The texts are written anew from the extracted commands, the clauses, and the claims; nothing is
taken from how the prover came to its answers. What they do not cover is said in the manifest, whose
format ``certificate.schema.json`` describes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from statecheck.certificate.assembly import catalogue_text, digest, receipt_of, sealed
from statecheck.certificate.extremes import extreme_section
from statecheck.certificate.hypotheses import Hypothesis, of_claims, of_clauses, of_lemmas
from statecheck.certificate.minimality import MinimalityObligations
from statecheck.certificate.obligations import ObligationWriter, SmtObligation, folder
from statecheck.certificate.run_obligations import RunObligations
from statecheck.certificate.sections import SmtSection
from statecheck.certificate.worlds import worlds
from statecheck.claims.claim import Claim, Kind
from statecheck.claims.clause_text import ClauseText
from statecheck.claims.derived_answers import covering
from statecheck.claims.results import Result, Verdict
from statecheck.claims.run import Run
from statecheck.modeling import NO_VARIANT, ModelError
from statecheck.prover.prover import Prover
from statecheck.recheck.definitions import Definitions
from statecheck.recheck.demands import RUNS
from statecheck.recheck.evidence import Extreme
from statecheck.recheck.formulas import CATALOGUE
from statecheck.recheck.premises import ChainRule, Premise
from statecheck.runs import itf
from statecheck.safety.induction import Clause

_TITLE = re.compile(r"\w[\w.+-]*( \[\w[\w.+-]*\])?")
"""Titles of claims that can be names of files."""


def certificate(
    prover: Prover, results: Iterable[Result], catalogue: Sequence[str] = ()
) -> dict[str, str]:
    """The files of a certificate by path, ``manifest.json`` among them.

    ``catalogue`` has the titles of all claims that there are, in their order; those without a
    result are left out. The same model, claims and seed give the same bytes. Raises Timeout where
    the invariant does, and ModelError for what cannot be certified.
    """
    found = [result for result in results if not result.unread and why_left_out(result) is None]
    known = list(dict.fromkeys((*catalogue, *(result.claim.title for result in found))))
    found.sort(key=lambda result: known.index(result.claim.title))
    try:
        return _Assembly(prover, found, known).files()
    except ValueError as error:
        raise ModelError(f"this cannot be certified: {error}") from error


def why_left_out(result: Result) -> str | None:
    """Why no certificate of a system can have a result; None where one can."""
    if result.joint is not None and result.joint.counts:
        return "it rests on a number that counts entities"
    if result.numbers:
        return "it asks for a number of entities, or rests on one"
    is_of_states = result.claim.kind not in (Kind.RECOVERABLE, Kind.EVENTUALLY)
    if result.joint is not None and (result.claim.on_step or not is_of_states):
        return "it is about more than states, and rests on what is proven of several entities"
    if is_of_states:
        return None
    if result.claim.kind is Kind.EVENTUALLY:
        return None
    if result.verdict is Verdict.REFUTED:
        return "its trap was found by going through a small instance"
    return result.left_out or None


class _Assembly:
    def __init__(self, prover: Prover, results: Sequence[Result], catalogue: Sequence[str]) -> None:
        self.prover, self.results, self.catalogue = prover, results, catalogue
        context = prover.context
        resting = any(r.invariant or r.verdict is Verdict.DERIVED for r in results)
        self.clauses = context.invariant() if resting else []
        self.rests = {clause.text: clause for clause in self.clauses}
        ends = [result for result in results if _is_ending(result)]
        bounds = [bound for result in ends for bound in self._bounds(result)]
        self.clauses = [*{**self.rests, **{bound.text: bound for bound in bounds}}.values()]
        self.stated = of_clauses(self.clauses)
        self.lemmas = of_lemmas(context, results)
        self.together = of_claims(context, results)
        joint = [own for text, own in self.lemmas.items() if text not in self.stated]
        clauses = [*self.stated.values(), *joint, *self.together.values()]
        self.base = ObligationWriter(context.transitions, clauses)
        self.runs = RunObligations(self.base)
        self.said = {result.claim.title: self._said(result) for result in results}
        self.shared = [self._catalogue(), *self.base.shared, *self.said.values()]
        self.known = Definitions({part.name: part.text for part in self.shared})
        self.minimality = MinimalityObligations(self.base, self.known)
        self.phases = {result.claim.title: self._phases(result) for result in ends}
        self.extremes = {
            result.claim.title: extreme_section(
                context,
                result.claim,
                result.joint.extreme,
                [hypothesis.term for hypothesis in self._resting_on(result)],
            )
            for result in results
            if result.joint is not None and result.joint.extreme is not None
        }
        self.premises: dict[str, list[Premise]] = {
            title: ChainRule(self.known, self.known.claims[title], part.text).premises()
            for title, part in self.phases.items()
        }

    def files(self) -> dict[str, str]:
        files: dict[str, str] = {}
        about: dict[str, Any] = {}
        claims: list[dict[str, Any]] = []

        def keep(obligations: Iterable[SmtObligation]) -> list[str]:
            paths = []
            for obligation in obligations:
                self.prover.context.remaining()
                if obligation.path in files:
                    raise ModelError(
                        f"{obligation.path} would be two obligations; rename an action"
                    )
                files[obligation.path] = obligation.text
                about[obligation.path] = _about(obligation)
                paths.append(obligation.path)
            return paths

        entries = [self._claim(result) for result in self.results]
        invariant = keep(self.base.of_invariant())
        for result, entry in zip(self.results, entries, strict=True):
            entry["obligations"] = keep(self._obligations(result))
            for path, run in _shown(result):
                files[path] = itf.text(self.prover.context.transitions.info, result.claim, run)
            entry["runs"] = {path: digest(files[path]) for path, _ in _shown(result)}
            claims.append(entry)
        shared = [*self.shared, *self.phases.values(), *self.extremes.values()]
        readings = dict.fromkeys(result.claim.variant for result in self.results)
        return sealed(
            self.known,
            worlds(self.prover.context.transitions, readings),
            {part.name: part.text for part in shared},
            claims,
            invariant,
            files,
            about,
            self.prover.context.transitions.digest,
            self.catalogue,
        )

    # -- definitions ----------------------------------------------------------------------------

    def _catalogue(self) -> SmtSection:
        """The model, and the claims that there are of it."""
        for title in self.catalogue:
            if not _TITLE.fullmatch(title):
                raise ModelError(
                    f"the claim {title!r} cannot be certified: its files could not be called so"
                )
        transitions = self.prover.context.transitions
        name = transitions.info.cls.__name__
        return SmtSection(CATALOGUE, catalogue_text(name, transitions.digest, self.catalogue))

    def _said(self, result: Result) -> SmtSection:
        """The section of a claim, about any state or step."""
        claim, context = result.claim, self.prover.context
        if claim.kind is Kind.EVENTUALLY:
            return self.base.eventuality(claim, context.liveness.terms(claim))
        formula = context.property(claim)
        if claim.kind is not Kind.DERIVED:
            return self.base.claim(claim, formula)
        numbers = context.numbers[formula.variables[-1][1]]
        return self.base.claim(claim, formula, numbers=numbers, ends=_ends(result))

    def _phases(self, result: Result) -> SmtSection:
        liveness = self.prover.context.liveness
        phases = liveness.phases(result.claim, self._found_with(result)) or ()
        return self.base.phases(result.claim, liveness.terms(result.claim), phases)

    def _found_with(self, result: Result) -> list[Clause]:
        """The clauses that the phases of a proof were found with."""
        return [self.rests[text] for text in _clauses_of(result) if text in self.rests]

    def _bounds(self, result: Result) -> list[Clause]:
        """The clauses beside these that they take."""
        return self.prover.context.liveness.bounds(result.claim, self._found_with(result))

    def _resting_on(self, result: Result) -> list[Hypothesis]:
        joint = result.joint
        if joint is not None and joint.follows:
            claims = [self.together[result.claim.variant, title] for title in joint.claims]
            known = {**self.lemmas, **self.stated}
            return [*(known[text] for text in _clauses_of(result)), *claims]
        if joint is not None:
            return [self.together[result.claim.variant, result.claim.title]]
        return [self.stated[text] for text in _clauses_of(result)]

    # -- claims ---------------------------------------------------------------------------------

    def _claim(self, result: Result) -> dict[str, Any]:
        claim = result.claim
        entry: dict[str, Any] = {
            **self.known.claims[claim.title].entry(),
            "verdict": result.verdict.value,
            "steps": result.steps,
            "shortest": None,
            "clauses": [self.base.clauses[clause] for clause in self._resting_on(result)],
            "plans": [
                [{"action": action, "arguments": list(arguments)} for action, arguments in plan]
                for plan in result.plans
            ],
            "premises": [premise.entry for premise in self.premises.get(claim.title, ())],
            "numbers": None,
        }
        if (claim.kind.value, result.verdict.value) in RUNS:
            entry["shortest"] = result.shortest
        if result.verdict is Verdict.DERIVED:
            entry["clauses"] = [self.base.clauses[clause] for clause in self._usable(claim)]
            name, type_, _ = self.prover.context.property(claim).variables[-1]
            numbers = self.prover.context.numbers[type_]
            entry["numbers"] = {
                "variable": name,
                "low": numbers.low,
                "high": numbers.high,
                "regions": [[low, high] for low, high, _ in covering(result.inside)],
                "says": result.answer,
            }
        return entry

    def _usable(self, claim: Claim) -> list[Hypothesis]:
        return [c for c in self.stated.values() if c.variant in (NO_VARIANT, claim.variant)]

    def _obligations(self, result: Result) -> Iterator[SmtObligation]:
        claim, verdict = result.claim, result.verdict
        clauses = self._resting_on(result)
        said = self.said[claim.title]
        for premise in self.premises.get(claim.title, ()):
            yield from self.base.of_premise(
                claim, (said, self.phases[claim.title]), premise, clauses
            )
        if verdict is Verdict.UNDETERMINED or claim.kind is Kind.EVENTUALLY:
            return
        formula = self.prover.context.property(claim)
        if result.plans:
            yield from self.runs.plan(claim, formula, clauses, result.plans, said)
        elif verdict is Verdict.DERIVED:
            covered = covering(result.inside)
            regions = [(low, high) for low, high, _ in covered]
            yield from self.base.outside(claim, said, self._usable(claim), regions)
            numbers = self.prover.context.numbers[formula.variables[-1][1]]
            for low, high, run in covered:
                yield from self.runs.run(
                    claim, formula, run, (low, high), range_=numbers, ends=_ends(result)
                )
        elif result.run is not None and result.steps is not None:
            yield from self.runs.run(claim, formula, result.run)
            if result.shortest:
                yield from self.minimality.of_claim(claim, said, result.steps)
        else:
            extreme = self.extremes.get(claim.title)
            known = self.known.claims[claim.title]
            facts = [] if extreme is None else Extreme(self.known, known, extreme.text).facts
            own = [said] if extreme is None else [said, extreme]
            yield from self.base.of_claim(claim, own, clauses, facts)


def _is_ending(result: Result) -> bool:
    return result.claim.kind is Kind.EVENTUALLY and result.verdict is Verdict.PROVED


def _ends(result: Result) -> list[int]:
    """The ends of a derived claim's regions, joined and not."""
    return sorted({end for low, high, _ in covering(result.inside) for end in (low, high)})


def _clauses_of(result: Result) -> tuple[ClauseText, ...]:
    """The clauses that a verdict rests on. A derived one may use all that its variant admits."""
    return result.invariant or ()


def _shown(result: Result) -> list[tuple[str, Run]]:
    """The runs of a result, each with the path of its file."""
    home = folder(result.claim)
    runs = [(f"{home}/run.itf.json", result.run)] if result.run is not None else []
    runs += [
        (f"{home}/without-{number}.itf.json", entry.run)
        for number, entry in enumerate(result.ledger or (), 1)
        if entry.run is not None
    ]
    if result.verdict is Verdict.DERIVED:
        for low, high, run in covering(result.inside):
            runs.append((f"{home}/from-{low}-to-{high}.itf.json", run))
    return runs


def _about(obligation: SmtObligation) -> dict[str, Any]:
    return {
        "rule": obligation.rule,
        **dict(obligation.about),
        "sections": [part.name for part in obligation.parts],
        "sha256": digest(obligation.text),
        "fragment": receipt_of([*(part.text for part in obligation.parts), obligation.goal_text]),
    }
