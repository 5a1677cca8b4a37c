"""Catalogues of claims about a system, in plain Python over its states and steps.

A claim is a function whose annotated parameters are its variables. The first is ``tower`` (any name
that is annotated with the system) for a claim about states, or ``step: Step`` for one about steps::

    @CATALOGUE.always("doors.open_at_rest", "Doors")
    def open_at_rest(step: Step, lift: Lift) -> bool:
        \"\"\"Doors open only while the lift stands.\"\"\"
        assume(step.fires(Tower.open_doors, lift))
        return lift.cabin.standing.is_active
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from statecheck.claims.claim import LEMMA, OPENING, Claim, Kind, Ranges, Section
from statecheck.claims.fairness import Assumption
from statecheck.modeling import NO_VARIANT, ModelError, Step, System, Variant
from statecheck.modeling.observation import annotated_types


@dataclass
class Catalogue:
    """Claims in the order in which they are declared."""

    system: type[System]
    claims: list[Claim] = field(default_factory=list)

    def _declare(
        self,
        kind: Kind,
        id_: str,
        section: str | Section,
        expected: dict[Variant, str],
        assumptions: tuple[str, ...],
        fairness: tuple[Assumption, ...] = (),
        answer: Ranges | None = None,
        at_least: Ranges | None = None,
        across: str = "",
        word: str = "",
        opening: str = OPENING,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def declare(body: Callable[..., Any]) -> Callable[..., Any]:
            hints = annotated_types(body, sys._getframe(1).f_locals)
            first, *rest = inspect.signature(body).parameters or ("",)
            for name in rest:
                if isinstance(hints[name], type) and issubclass(hints[name], System):
                    raise ModelError(
                        f"{body.__name__}: {name} is a {hints[name].__name__}; a claim takes the "
                        "system or a step, and after it entities and numbers; of a step ask "
                        "entities, and step.after"
                    )
            text = " ".join((inspect.getdoc(body) or "").split("\n\n")[0].split())
            for variant, verdict in expected.items():
                self.claims.append(
                    Claim(
                        id_,
                        section if isinstance(section, Section) else Section(section),
                        kind,
                        text,
                        body,
                        tuple((name, hints[name]) for name in rest),
                        bool(first) and issubclass(hints[first], Step),
                        variant,
                        verdict,
                        assumptions,
                        fairness,
                        answer,
                        at_least,
                        across,
                        word,
                        opening,
                    )
                )
            return body

        return declare

    def always(
        self,
        id_: str,
        section: str | Section,
        *,
        under: Variant = NO_VARIANT,
        refuted_under: tuple[Variant, ...] = (),
        assumptions: tuple[str, ...] = (),
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare what holds in every reachable state, or of every step.

        It does not establish that the antecedent is ever reached; that is checked, too.
        """
        expected = {under: "PROVED"} | dict.fromkeys(refuted_under, "REFUTED")
        return self._declare(Kind.ALWAYS, id_, section, expected, assumptions)

    def lemma(
        self, id_: str, section: str | Section, *, under: Variant = NO_VARIANT
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare what holds in every reachable state and helps to prove other claims.

        It is proven like any other claim, with them and with what is found; it is never assumed.
        """
        return self._declare(Kind.ALWAYS, id_, section, {under: "PROVED"}, (), word=LEMMA)

    def possible(
        self, id_: str, section: str | Section, *, assumptions: tuple[str, ...] = ()
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare what some run reaches. It says nothing about how likely or common that is."""
        return self._declare(Kind.POSSIBLE, id_, section, {NO_VARIANT: "REACHED"}, assumptions)

    def refuted(
        self,
        id_: str,
        section: str | Section,
        *,
        under: Variant = NO_VARIANT,
        assumptions: tuple[str, ...] = (),
        across: str = "",
        expecting: Ranges | None = None,
        word: str = "",
        opening: str = OPENING,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare what may be taken to hold always, and a run refutes.

        ``across`` names a constant of which a range is known: the solver works out for which of its
        values a run refutes it, and proves it for the others. The ranges that one is ``expecting``
        are only compared with that. ``word`` and ``opening`` are those of the `Claim`.
        """
        return self._declare(
            Kind.ALWAYS,
            id_,
            section,
            {under: "REFUTED"},
            assumptions,
            answer=expecting,
            across=across,
            word=word,
            opening=opening,
        )

    def recoverable(
        self, id_: str, section: str | Section, *, assumptions: tuple[str, ...] = ()
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare what can be reached from every reachable state. Nobody need take that way."""
        return self._declare(Kind.RECOVERABLE, id_, section, {NO_VARIANT: "PROVED"}, assumptions)

    def derived(
        self,
        id_: str,
        section: str | Section,
        *,
        under: Variant = NO_VARIANT,
        assumptions: tuple[str, ...] = (),
        expecting: Ranges | None = None,
        at_least: Ranges | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a question whose last variable is a number: for which numbers does some run reach
        it? The solver works out the answer. What one expects, ranges with both ends included, is
        only compared with it. The answer may depend on a constant of which a range is known: then
        one expects those numbers for some value of it, and ``at_least`` those for every value.
        """
        return self._declare(
            Kind.DERIVED,
            id_,
            section,
            {under: "DERIVED"},
            assumptions,
            answer=expecting,
            at_least=at_least,
        )

    def eventually(
        self,
        id_: str,
        section: str | Section,
        *,
        fairness: tuple[Assumption, ...],
        under: Variant = NO_VARIANT,
        assumptions: tuple[str, ...] = (),
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare what every run reaches that is as ``fairness`` assumes; the body `leads_to` it.

        It does not establish when. The number of entities is finite, and each assumption is about
        single entities, not about kinds of actions.
        """
        expected = {under: "PROVED"}
        return self._declare(Kind.EVENTUALLY, id_, section, expected, assumptions, fairness)
