"""A certificate: everything that another solver needs to prove the verdicts again, as files.

The texts are written anew from the extracted commands, the clauses, and the claims; nothing is
taken from how the prover came to its answers. What they do not cover is said in the manifest, whose
format ``proofs/certificate.schema.json`` describes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import metadata
from typing import Any

from statecheck.certificate.minimality import MinimalityObligations
from statecheck.certificate.obligations import ObligationWriter, SmtObligation, folder
from statecheck.certificate.premises import CertifiedPremise, rule_premises
from statecheck.certificate.run_obligations import RunObligations
from statecheck.certificate.sections import SmtSection
from statecheck.claims.claim import Claim, Kind
from statecheck.claims.clause_text import ClauseText
from statecheck.claims.derived_answers import covering
from statecheck.claims.results import Result, Verdict
from statecheck.claims.run import Run
from statecheck.modeling import NO_VARIANT
from statecheck.prover.prover import Prover
from statecheck.recheck.fragment import receipt
from statecheck.recheck.scope import COVERS, DEFINITIONS, DOES_NOT_COVER, MANIFEST, SCHEMA_VERSION
from statecheck.runs import itf
from statecheck.safety.induction import Clause


def digest(text: str) -> str:
    """The SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(content: Any) -> str:
    """JSON of which there is one text for each content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


Premises = Callable[[Result], Sequence[CertifiedPremise]]


def certificate(
    prover: Prover, results: Iterable[Result], further: Premises = lambda _: ()
) -> dict[str, str]:
    """The files of a certificate by path, ``manifest.json`` among them.

    A PROVED result may rest on ``further`` premises. The same model, claims and seed give the same
    bytes. Raises Timeout where the invariant does.
    """
    return _Assembly(prover, further).files(list(results))


class _Assembly:
    def __init__(self, prover: Prover, further: Premises = lambda _: ()) -> None:
        self.prover, self.further = prover, further
        self.clauses = prover.context.invariant()
        self.base = ObligationWriter(prover.context.transitions, self.clauses)
        self.runs = RunObligations(self.base)
        self.minimality = MinimalityObligations(self.base)

    def files(self, results: Sequence[Result]) -> dict[str, str]:
        files: dict[str, str] = {}
        about: dict[str, Any] = {}
        claims: list[dict[str, Any]] = []

        def keep(obligations: Iterable[SmtObligation]) -> list[str]:
            paths = []
            for obligation in obligations:
                self.prover.context.remaining()
                files[obligation.path] = obligation.text
                about[obligation.path] = _about(obligation)
                paths.append(obligation.path)
            return paths

        entries = [self._claim(result) for result in results]
        resting = any(entry["clauses"] for entry in entries)
        invariant = keep(self.base.of_invariant()) if resting else []
        for result, entry in zip(results, entries, strict=True):
            entry["obligations"] = keep(self._obligations(result))
            for path, run in _shown(result):
                files[path] = itf.text(self.prover.context.transitions.info, result.claim, run)
            entry["runs"] = {path: digest(files[path]) for path, _ in _shown(result)}
            claims.append(entry)
        shared = [*self.base.shared, *self._claims(results)]
        files[DEFINITIONS] = "".join(f"; == {part.name}\n{part.text}\n" for part in shared)
        manifest: dict[str, Any] = {
            "schema": SCHEMA_VERSION,
            "model": self._model(),
            "tools": {"z3-solver": metadata.version("z3-solver")},
            "covers": list(COVERS),
            "does_not_cover": list(DOES_NOT_COVER),
            "invariant": {
                "clauses": [
                    {"name": name, "every": c.sort, "reading": c.variant.name, "says": str(c)}
                    for c, name in self.base.clauses.items()
                ],
                "obligations": invariant,
            },
            "claims": claims,
            "sections": {part.name: digest(part.text) for part in shared},
            "definitions": digest(files[DEFINITIONS]),
            "files": dict(sorted(about.items())),
        }
        manifest["digest"] = digest(canonical(manifest))
        files[MANIFEST] = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        return files

    def _claims(self, results: Iterable[Result]) -> Iterator[SmtSection]:
        """A section for each claim, about any state or step."""
        for claim in (result.claim for result in results):
            if claim.kind is not Kind.EVENTUALLY:
                yield self.base.claim(claim, self.prover.context.property(claim))

    def _model(self) -> dict[str, Any]:
        transitions = self.prover.context.transitions
        return {
            "system": transitions.info.cls.__name__,
            "digest": transitions.digest,
            "actions": [command.name for command in transitions.commands],
            "functions": [str(key) for key in transitions.keys],
            "initially_fixed": [str(key) for key in transitions.initial],
        }

    def _claim(self, result: Result) -> dict[str, Any]:
        claim = result.claim
        names = {clause.text: name for clause, name in self.base.clauses.items()}
        entry: dict[str, Any] = {
            "title": claim.title,
            "says": claim.text,
            "kind": claim.kind.value,
            "about": "steps" if claim.on_step else "states",
            "verdict": result.verdict.value,
            "steps": result.steps,
            "clauses": [names[clause] for clause in _clauses_of(result)],
            "plans": [
                [{"action": action, "arguments": list(arguments)} for action, arguments in plan]
                for plan in result.plans
            ],
            "premises": [
                {
                    "name": premise.name,
                    "about": "steps" if premise.on_step else "states",
                    "says": premise.says,
                    "role": None if premise.role is None else vars(premise.role),
                }
                for premise in self._premises(result)
            ],
            "numbers": None,
        }
        if result.verdict is Verdict.DERIVED:
            entry["clauses"] = [names[clause.text] for clause in self._usable(claim)]
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

    def _usable(self, claim: Claim) -> list[Clause]:
        return [c for c in self.clauses if c.variant in (NO_VARIANT, claim.variant)]

    def _premises(self, result: Result) -> list[CertifiedPremise]:
        return [*rule_premises(self.prover, result), *self.further(result)]

    def _obligations(self, result: Result) -> Iterator[SmtObligation]:
        claim, verdict = result.claim, result.verdict
        known = {clause.text: clause for clause in self.clauses}
        clauses = [known[text] for text in _clauses_of(result)]
        for premise in self._premises(result):
            yield from self.base.of_premise(claim, premise, clauses)
        if verdict is Verdict.UNDETERMINED or claim.kind is Kind.EVENTUALLY:
            return
        formula = self.prover.context.property(claim)
        if result.plans:
            yield from self.runs.plan(claim, formula, clauses, result.plans)
        elif verdict is Verdict.PROVED:
            yield from self.base.of_claim(claim, formula, clauses)
        elif verdict is Verdict.DERIVED:
            covered = covering(result.inside)
            regions = [(low, high) for low, high, _ in covered]
            numbers = self.prover.context.numbers[formula.variables[-1][1]]
            usable = self._usable(claim)
            yield from self.base.outside(claim, formula, usable, numbers, regions)
            for low, high, run in covered:
                yield from self.runs.run(claim, formula, run, (low, high))
        elif result.run is not None and result.steps is not None:
            yield from self.runs.run(claim, formula, result.run)
            yield from self.minimality.of_claim(claim, formula, result.steps)


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
    found = receipt(*(part.text for part in obligation.parts), obligation.goal_text)
    return {
        "rule": obligation.rule,
        **dict(obligation.about),
        "sections": [part.name for part in obligation.parts],
        "sha256": digest(obligation.text),
        "fragment": {
            "decidable": found.leaves is None,
            "leaves": found.leaves,
            "edges": list(found.edges),
            "arithmetic": found.arithmetic,
        },
    }
