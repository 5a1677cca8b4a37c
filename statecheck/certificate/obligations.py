"""Proof obligations as text: what has to be unsatisfiable for a verdict to stand.

They are written anew from the extracted commands, the clauses and the claims, however the prover
came to its answer: quantified, with the invariant as it reads and every action as definitions of
the functions after it. So another solver checks not only the answers of Z3 but also the grounding.

An obligation is made of *parts* that are the same in all obligations that name them, and a goal of
a few lines that says which of their names are asserted.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from statecheck.certificate.hypotheses import Hypothesis
from statecheck.certificate.sections import (
    SectionWriter,
    SmtSection,
    literal,
    sentence,
)
from statecheck.certificate.smtlib import (
    Sexp,
    constructor,
    disjunction,
    layout,
    sort_name,
    symbol,
)
from statecheck.claims.claim import Claim, Kind
from statecheck.recheck.demands import home
from statecheck.recheck.formulas import axiom_name
from statecheck.recheck.premises import Premise
from statecheck.recheck.rules import AFTER
from statecheck.recheck.texts import argument_names, variable
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

    def assumed(self, clauses: Iterable[Hypothesis], numbers: Sequence[str] = ()) -> list[Sexp]:
        """Assertions of the axioms, and of clauses in the state before; of numbers they are assumed
        of those that are named.
        """
        return [*self.world, *(a for c in clauses for a in self._assumed(c, numbers))]

    @property
    def world(self) -> list[Sexp]:
        """Assertions of the axioms."""
        return [
            _every(axiom_name(axiom.name), [sort_name(v.sort()) for v in axiom.variables])
            for axiom in self.transitions.axioms
        ]

    def _assumed(self, clause: Hypothesis, numbers: Sequence[str]) -> Iterator[Sexp]:
        sorts = [*map(sort_name, clause.sorts)]
        for chosen in itertools.product(numbers, repeat=sorts.count("Int")):
            yield _every(self.clauses[clause], sorts, chosen)

    def numbers_of(self, claim: Claim) -> list[str]:
        """The variables of a claim that are numbers."""
        vocabulary = self.transitions.vocabulary
        return [
            variable(name)
            for name, type_ in claim.variables
            if sort_name(vocabulary.sort(type_)) == "Int"
        ]

    @property
    def state(self) -> list[SmtSection]:
        """The sections about any state."""
        return [self.types, self.vocabulary, *([self.axioms] if self.transitions.axioms else [])]

    def taken(self, command: Command) -> list[Sexp]:
        """Assertions that the step is an action, and that it is enabled."""
        chosen = constructor(self.transitions.actions[command.name])
        return [("assert", ("=", "action", chosen)), ("assert", "enabled")]

    @property
    def any_after(self) -> SmtSection:
        """Declarations of the functions of any state after a step."""
        declared = [
            ("declare-fun", symbol(f"{name.strip('|')}!1"), domain, range_)
            for _, name, domain, range_ in map(tuple, self.writer.functions())
        ]
        return SmtSection(AFTER, "\n".join(map(layout, declared)))

    def of_invariant(self) -> Iterator[SmtObligation]:
        """Each clause holds initially, and each step keeps it."""
        for clause, name in self.clauses.items():
            own = named_here(len(clause.sorts))
            here: list[Sexp] = [
                ("declare-const", symbol, sort_name(sort))
                for symbol, sort in zip(own, clause.sorts, strict=True)
            ]
            sorts = zip(own, clause.sorts, strict=True)
            numbers = [symbol for symbol, sort in sorts if sort_name(sort) == "Int"]
            yield SmtObligation(
                f"invariant/at-start/{name}.smt2",
                "start",
                (("clause", name),),
                f"Initially {sentence(clause.says)}.",
                (*self.state, self.invariant, self.start),
                (*self.world, *here, ("assert", ("not", applied(name, own)))),
            )
            for command in self.transitions.commands:
                after = self.clause(clause, name, "!1")
                yield SmtObligation(
                    f"invariant/{command.name}/{name}.smt2",
                    "step",
                    (("clause", name), ("action", command.name)),
                    f"{command.name} keeps: {sentence(clause.says)}.",
                    (*self.state, self.invariant, self.steps[command.name]),
                    (
                        after,
                        *here,
                        *self.assumed(self.clauses, numbers),
                        *self.taken(command),
                        ("assert", ("not", applied(after[1], own))),
                    ),
                )

    def of_claim(
        self,
        claim: Claim,
        parts: Sequence[SmtSection],
        clauses: Sequence[Hypothesis],
        facts: Sequence[Sexp] = (),
    ) -> Iterator[SmtObligation]:
        """No state, or no step, of the clauses violates a claim, or gets to what is possible.

        ``parts`` has its section, and the one that ``facts`` speak of where there are any.
        """
        possible = claim.kind is Kind.POSSIBLE
        event: Sexp = "claim" if possible else ("not", "claim")
        violated: list[Sexp] = [*facts, ("assert", "reading"), ("assert", event)]
        words = "never gets there" if possible else "keeps to it"
        yield from self._excluded(claim, parts, clauses, violated, words)

    def outside(
        self,
        claim: Claim,
        part: SmtSection,
        clauses: Sequence[Hypothesis],
        regions: Sequence[tuple[int, int]],
    ) -> Iterator[SmtObligation]:
        """No state, or no step, reaches a goal for a number outside of the regions."""
        name = variable(claim.variables[-1][0])
        inside = [between(low, name, high) for low, high in regions]
        reached: list[Sexp] = [
            ("assert", "reading"),
            ("assert", "claim"),
            ("assert", "range"),
            ("assert", ("not", disjunction(inside))),
        ]
        yield from self._excluded(claim, [part], clauses, reached, "reaches it for no other number")

    def _excluded(
        self,
        claim: Claim,
        parts: Sequence[SmtSection],
        clauses: Sequence[Hypothesis],
        event: Sequence[Sexp],
        words: str,
    ) -> Iterator[SmtObligation]:
        support = [self.invariant] if clauses else []
        known = self.assumed(clauses, self.numbers_of(claim))
        if not claim.on_step:
            yield SmtObligation(
                f"{folder(claim)}/states.smt2",
                "states",
                (("claim", claim.title),),
                f"{claim.title}: every state {words}.",
                (*self.state, *support, *parts),
                (*known, *event),
            )
            return
        for command in self.transitions.commands:
            yield SmtObligation(
                f"{folder(claim)}/{command.name}.smt2",
                "steps",
                (("claim", claim.title), ("action", command.name)),
                f"{claim.title}: {command.name} {words}.",
                (*self.state, *support, self.steps[command.name], *parts),
                (*known, *self.taken(command), *event),
            )

    def of_premise(
        self,
        claim: Claim,
        said: Sequence[SmtSection],
        premise: Premise,
        clauses: Sequence[Hypothesis],
    ) -> Iterator[SmtObligation]:
        """No state, or no step, of the clauses violates a premise; ``said`` are the sections of
        the claim and of its phases.
        """
        lines = [f"; {claim.title}, {premise.name}: {premise.says}", *map(layout, premise.trees)]
        part = SmtSection(f"premise {premise.name}", "\n".join(lines))
        support = [self.invariant] if clauses else []
        violated: Sexp = ("assert", "violated")
        own = (("claim", claim.title), ("premise", premise.name))
        known = self.assumed(clauses, self.numbers_of(claim))
        if premise.about == "states":
            yield SmtObligation(
                f"{folder(claim)}/{premise.name}.smt2",
                "premise",
                own,
                f"{claim.title}, {premise.name}: so it is in every state.",
                (*self.state, *support, self.any_after, *said, part),
                (*known, violated),
            )
            return
        for command in self.transitions.commands:
            yield SmtObligation(
                f"{folder(claim)}/{premise.name}.{command.name}.smt2",
                "premise",
                (*own, ("action", command.name)),
                f"{claim.title}, {premise.name}: so it is for {command.name}.",
                (*self.state, *support, self.steps[command.name], *said, part),
                (*known, *self.taken(command), violated),
            )


def applied(name: Sexp, arguments: Sequence[str]) -> Sexp:
    """A definition at some arguments."""
    return (name, *arguments) if arguments else name


def named_here(count: int) -> list[str]:
    """The symbols of what an obligation is about: ``here``, ``here-2`` and so on."""
    return ["here", *(f"here-{number}" for number in range(2, count + 1))][:count]


def _every(name: str, sorts: Sequence[str], numbers: Sequence[str] = ()) -> Sexp:
    """The assertion of a formula for all of its arguments, but for numbers, which are chosen."""
    own = argument_names(len(sorts))
    binding = tuple(
        pair for pair in zip(own, sorts, strict=True) if not numbers or pair[1] != "Int"
    )
    chosen = iter(numbers)
    given = [
        next(chosen) if numbers and sort == "Int" else argument
        for argument, sort in zip(own, sorts, strict=True)
    ]
    body = applied(name, given)
    return ("assert", ("forall", binding, body) if binding else body)


def between(low: int, name: str, high: int) -> Sexp:
    """True of a number from ``low`` to ``high``, both included."""
    return ("and", ("<=", literal(low), name), ("<=", name, literal(high)))


def folder(claim: Claim) -> str:
    """Where the obligations of a claim are."""
    return home(claim.title)
