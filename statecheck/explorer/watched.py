"""Claims that a page watches: whether each holds in the state, or of the step, that is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.results import Result
from statecheck.explorer.javascript import Code
from statecheck.explorer.types import Types
from statecheck.safety.properties import Property, Uncounted, claim_property
from statecheck.symbolic.codes import encoded
from statecheck.symbolic.transition_system import TransitionSystem

WATCHED = (Kind.ALWAYS, Kind.POSSIBLE, Kind.RECOVERABLE, Kind.DERIVED)
"""The kinds of claims that are about a state or a step. One about the end of a run is not."""


def watched(
    transitions: TransitionSystem,
    claims: Sequence[Claim],
    results: Sequence[Result],
    code: Code,
    types: Types,
) -> Iterator[dict[str, Any]]:
    """The claims as JSON, with their verdicts where there are any."""
    verdicts = {result.claim: result for result in results}
    for claim in claims:
        found = {**_head(claim, verdicts.get(claim)), **_variant(transitions, claim)}
        if claim.kind not in WATCHED or (terms := _terms(transitions, claim)) is None:
            yield found
            continue
        yield {
            **found,
            "step": claim.on_step,
            "variables": [
                {"name": name, "key": str(term.decl().name()), "type": types.name(type_)}
                for name, type_, term in terms.variables
            ],
            "applies": code.add(terms.antecedent),
            "holds": code.add(terms.holds),
        }


def _terms(transitions: TransitionSystem, claim: Claim) -> Property | None:
    """The terms of a claim; none of one that asks how many entities there are such that."""
    try:
        return claim_property(transitions, claim)
    except Uncounted:
        return None


def _head(claim: Claim, result: Result | None) -> dict[str, Any]:
    return {
        "id": claim.id,
        "title": claim.title,
        "section": str(claim.section),
        "kind": str(claim.kind),
        "about": claim.text,
        "verdict": "" if result is None else str(result.verdict),
    }


def _variant(transitions: TransitionSystem, claim: Claim) -> dict[str, Any]:
    """The constants that a claim's variant fixes."""
    types = {name: type_ for name, type_, _ in transitions.info.constants}
    fixed = {}
    for name, value in claim.variant.constants:
        key = str(transitions.vocabulary.constants[name].decl().name())
        found = encoded(value, types[name])
        fixed[key] = found if isinstance(found, bool | str) else str(found)
    return {"variant": fixed}
