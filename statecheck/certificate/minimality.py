"""Obligations that there is no shorter run, whatever the number of entities."""

from __future__ import annotations

from collections.abc import Iterator

from statecheck.certificate.obligations import ObligationWriter, SmtObligation, folder
from statecheck.certificate.sections import SmtSection
from statecheck.certificate.smtlib import Sexp, layout
from statecheck.claims.claim import Claim, Kind
from statecheck.recheck.definitions import Definitions
from statecheck.recheck.searches import Searches


class MinimalityObligations:
    """Writes the obligations about runs that are too short, as the re-checker makes them."""

    def __init__(self, obligations: ObligationWriter, known: Definitions) -> None:
        self.base, self.known = obligations, known
        self.searches = Searches(known)

    def of_claim(self, claim: Claim, said: SmtSection, steps: int) -> Iterator[SmtObligation]:
        """No run of fewer steps ends as a claim's shortest run does, whatever the sizes."""
        words = [line for line in said.text.splitlines() if line.startswith("; ")]
        for depth in range(1 if claim.on_step else 0, steps):
            parts = [self.base.types]
            for name, trees in self.searches.sections(self.known.claims[claim.title], depth):
                head = words if name == said.name else []
                if name == self.base.axioms.name:
                    parts.append(self.base.axioms)
                    continue
                parts.append(SmtSection(name, "\n".join([*head, *map(layout, trees)])))
            ends: Sexp = "claim" if claim.kind is Kind.POSSIBLE else ("not", "claim")
            enabled: list[Sexp] = [("assert", f"enabled@{index}") for index in range(depth)]
            yield SmtObligation(
                f"{folder(claim)}/no-run-of-{depth}.smt2",
                "shorter",
                (("claim", claim.title), ("steps", depth)),
                f"{claim.title}: no run of {depth} steps ends so, at any size.",
                tuple(parts),
                (*self.base.world, *enabled, ("assert", "reading"), ("assert", ends)),
            )
