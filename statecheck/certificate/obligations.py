"""Proof obligations as text: what has to be unsatisfiable for a verdict to stand.

They are written anew from the extracted commands, the clauses and the claims, however the prover
came to its answer: quantified, with the invariant as it reads and every action as definitions of
the functions after it. So another solver checks not only the answers of Z3 but also the grounding.

An obligation is made of *parts* that are the same in all obligations that name them, and a goal of
a few lines that says which of their names are asserted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from statecheck.certificate.premises import CertifiedPremise
from statecheck.certificate.sections import SectionWriter, SmtSection
from statecheck.certificate.smtlib import Sexp, constructor, disjunction, layout, symbol
from statecheck.claims.claim import Claim
from statecheck.claims.concrete_run import IntegerType
from statecheck.safety.induction import Clause
from statecheck.safety.properties import Property
from statecheck.symbolic.commands import Command

LOGIC = "UFDTLIA"
"""Uninterpreted functions, data types, linear integer arithmetic. Without quantifiers the logic is
called QF_UFDTLIA, and solvers are several times faster if they are told."""


@dataclass(frozen=True)
class SmtObligation:
    """One text that has to be unsatisfiable.

    ``rule`` says what for, ``about`` to what the rule is applied; ``says`` is a sentence.
    """

    path: str
    rule: str
    about: tuple[tuple[str, Any], ...]
    says: str
    parts: tuple[SmtSection, ...]
    goal: tuple[Sexp, ...]

    @property
    def text(self) -> str:
        """The whole file."""
        lines = [f"; {self.says}", "; It is so if nothing satisfies all that is asserted here."]
        lines += ["(set-info :smt-lib-version 2.6)", "(set-info :status unsat)"]
        sections = [f"; == {part.name}\n{part.text}" for part in self.parts]
        quantified = any("(forall " in s or "(exists " in s for s in (*sections, self.goal_text))
        lines.append(f"(set-logic {'' if quantified else 'QF_'}{LOGIC})")
        return "\n".join([*lines, *sections, f"; == goal\n{self.goal_text}\n(check-sat)\n"])

    @property
    def goal_text(self) -> str:
        """The assertions of the goal."""
        return "\n".join(map(layout, self.goal))


class ObligationWriter(SectionWriter):
    """Writes the obligations of one system under one invariant."""

    def assumed(self, clauses: Iterable[Clause]) -> list[Sexp]:
        """Assertions of clauses in the state before."""
        return [
            ("assert", ("forall", (("x", symbol(clause.sort)),), (self.clauses[clause], "x")))
            for clause in clauses
        ]

    def taken(self, command: Command) -> list[Sexp]:
        """Assertions that the step is an action, and that it is enabled."""
        chosen = constructor(self.transitions.actions[command.name])
        return [("assert", ("=", "action", chosen)), ("assert", "enabled")]

    def of_invariant(self) -> Iterator[SmtObligation]:
        """Each clause holds initially, and each step keeps it."""
        for clause, name in self.clauses.items():
            here: Sexp = ("declare-const", "here", symbol(clause.sort))
            yield SmtObligation(
                f"invariant/start/{name}.smt2",
                "start",
                (("clause", name),),
                f"Initially {clause}.",
                (self.types, self.vocabulary, self.invariant, self.start),
                (here, ("assert", ("not", (name, "here")))),
            )
            for command in self.transitions.commands:
                after = self.clause(clause, name, "!1")
                yield SmtObligation(
                    f"invariant/{command.name}/{name}.smt2",
                    "step",
                    (("clause", name), ("action", command.name)),
                    f"{command.name} keeps: {clause}.",
                    (self.types, self.vocabulary, self.invariant, self.steps[command.name]),
                    (
                        after,
                        *self.assumed(self.clauses),
                        *self.taken(command),
                        here,
                        ("assert", ("not", (after[1], "here"))),
                    ),
                )

    def of_claim(
        self, claim: Claim, formula: Property, clauses: Sequence[Clause]
    ) -> Iterator[SmtObligation]:
        """No state, or no step, of the clauses violates a claim."""
        part = self.claim(claim, formula)
        violated: list[Sexp] = [("assert", "reading"), ("assert", ("not", "claim"))]
        yield from self._excluded(claim, part, clauses, violated, "keeps to it")

    def outside(
        self,
        claim: Claim,
        formula: Property,
        clauses: Sequence[Clause],
        numbers: IntegerType,
        regions: Sequence[tuple[int, int]],
    ) -> Iterator[SmtObligation]:
        """No state, or no step, reaches a goal for a number outside of the regions."""
        name = symbol(formula.variables[-1][0])
        inside = [between(low, name, high) for low, high in regions]
        reached: list[Sexp] = [
            ("assert", "reading"),
            ("assert", "claim"),
            ("assert", between(numbers.low, name, numbers.high)),
            ("assert", ("not", disjunction(inside))),
        ]
        part = self.claim(claim, formula)
        yield from self._excluded(claim, part, clauses, reached, "reaches it for no other number")

    def _excluded(
        self,
        claim: Claim,
        part: SmtSection,
        clauses: Sequence[Clause],
        event: Sequence[Sexp],
        words: str,
    ) -> Iterator[SmtObligation]:
        support = [self.invariant] if clauses else []
        if not claim.on_step:
            yield SmtObligation(
                f"{folder(claim)}/states.smt2",
                "states",
                (("claim", claim.title),),
                f"{claim.title}: every state {words}.",
                (self.types, self.vocabulary, *support, part),
                (*self.assumed(clauses), *event),
            )
            return
        for command in self.transitions.commands:
            yield SmtObligation(
                f"{folder(claim)}/{command.name}.smt2",
                "steps",
                (("claim", claim.title), ("action", command.name)),
                f"{claim.title}: {command.name} {words}.",
                (self.types, self.vocabulary, *support, self.steps[command.name], part),
                (*self.assumed(clauses), *self.taken(command), *event),
            )

    def of_premise(
        self, claim: Claim, premise: CertifiedPremise, clauses: Sequence[Clause]
    ) -> Iterator[SmtObligation]:
        """No state, or no step, of the clauses violates a premise."""
        part = self.premise(claim, premise)
        support = [self.invariant] if clauses else []
        violated: Sexp = ("assert", "violated")
        own = (("claim", claim.title), ("premise", premise.name))
        if not premise.on_step:
            yield SmtObligation(
                f"{folder(claim)}/{premise.name}.smt2",
                "premise",
                own,
                f"{claim.title}, {premise.name}: so it is in every state.",
                (self.types, self.vocabulary, *support, part),
                (*self.assumed(clauses), violated),
            )
            return
        for command in self.transitions.commands:
            yield SmtObligation(
                f"{folder(claim)}/{premise.name}.{command.name}.smt2",
                "premise",
                (*own, ("action", command.name)),
                f"{claim.title}, {premise.name}: so it is for {command.name}.",
                (self.types, self.vocabulary, *support, self.steps[command.name], part),
                (*self.assumed(clauses), *self.taken(command), violated),
            )


def between(low: int, name: str, high: int) -> Sexp:
    """True of a number from ``low`` to ``high``, both included."""
    return ("and", ("<=", str(low), name), ("<=", name, str(high)))


def folder(claim: Claim) -> str:
    """Where the obligations of a claim are."""
    return f"claims/{claim.id}" + (f".{claim.variant.name}" if claim.variant.name else "")
