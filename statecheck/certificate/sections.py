"""The sections that obligations are made of: definitions that many of them share.

A section only defines; what is assumed and what is asked is in an obligation's goal. Two sections
assert: the one that says what an initial state fixes, and the one that says what any step is.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from statecheck.certificate.premises import CertifiedPremise
from statecheck.certificate.smtlib import At, Sexp, Writer, conjunction, layout, sort_name, symbol
from statecheck.claims.claim import Claim
from statecheck.safety.induction import Clause
from statecheck.safety.properties import Property
from statecheck.symbolic.commands import Command
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key


@dataclass(frozen=True)
class SmtSection:
    """A named section of an obligation."""

    name: str
    text: str


def clause_names(clauses: Sequence[Clause]) -> dict[Clause, str]:
    """A symbol for each clause, in the order of the lock file."""
    ordered = sorted(clauses, key=lambda c: (c.variant.name, c.sort, c.literals))
    return {clause: f"clause.{number}" for number, clause in enumerate(ordered, 1)}


def _grouped(name: str, *groups: tuple[str, list[Sexp]]) -> SmtSection:
    lines = [line for title, items in groups for line in (f"; {title}", *map(layout, items))]
    return SmtSection(name, "\n".join(lines))


def place(function: Any) -> str:
    """Where code is written: ``model/site.py:61``."""
    code = inspect.unwrap(function).__code__
    return f"{function.__module__.replace('.', '/')}.py:{code.co_firstlineno}"


class SectionWriter:
    """Writes the sections of one system under one invariant."""

    def __init__(self, transitions: TransitionSystem, clauses: Sequence[Clause]) -> None:
        self.transitions = transitions
        self.clauses = clause_names(clauses)
        self.writer = Writer(transitions)
        self.steps = {c.name: self.step(c) for c in transitions.commands}
        self.start = self._start()
        self.invariant = self._invariant()
        self.types = self._types()
        self.vocabulary = self._vocabulary()

    @property
    def shared(self) -> list[SmtSection]:
        """The sections that obligations share."""
        return [self.types, self.vocabulary, self.invariant, self.start, *self.steps.values()]

    def _types(self) -> SmtSection:
        writer = self.writer
        return _grouped(
            "types",
            ("kinds of entities: any number of each", writer.kinds()),
            ("finite types", writer.enumerations()),
            ("numbers that the model names", writer.named()),
            ("what never changes", writer.references()),
        )

    def _vocabulary(self) -> SmtSection:
        writer = self.writer
        return _grouped(
            "state and step",
            ("the state: of machines, and what claims remember of the run", writer.functions()),
            ("the step: its action, and the arguments of each", writer.parameters()),
        )

    def _invariant(self) -> SmtSection:
        lines = []
        for clause, name in self.clauses.items():
            lines += [f"; {clause}", layout(self.clause(clause, name))]
        return SmtSection("invariant", "\n".join(lines))

    def clause(self, clause: Clause, name: str, state: str = "") -> Sexp:
        """The definition of a clause in a state."""
        at = At(state, constants={str(clause.variable.decl().name()): "x"})
        body = self.writer.write(clause.term, at)
        fixed = [
            self.writer.write(term, at)
            for term in self.transitions.variant_constraints(clause.variant)
        ]
        if fixed:
            body = ("=>", conjunction(fixed), body)
        own = symbol(name + state)
        return ("define-fun", own, (("x", symbol(clause.sort)),), "Bool", body)

    def _start(self) -> SmtSection:
        lines = []
        for key in self.transitions.initial:
            equal = ("=", (symbol(str(key)), "x"), self.first(key))
            lines.append(layout(("assert", ("forall", (("x", symbol(key.entity)),), equal))))
        return SmtSection("start", "\n".join(lines))

    def first(self, key: Key) -> Sexp:
        """The value at ``x`` that an initial state gives to a function."""
        update = self.transitions.initial[key]
        at = At(constants={str(update.variable.decl().name()): "x"})
        return self.writer.write(update.value, at, self.transitions.vocabulary.types[key])

    def step(
        self,
        command: Command,
        *,
        state: str = "",
        after: str = "!1",
        enabled: str = "enabled",
        arguments: Mapping[str, Sexp] | None = None,
    ) -> SmtSection:
        """An action: when it is enabled in a state, and the functions of the state after it."""
        given = dict(arguments or {})
        vocabulary = self.transitions.vocabulary
        guard = self.writer.write(command.guard, At(state, after, given))
        lines = [
            *self.described(command),
            layout(("define-fun", symbol(enabled), (), "Bool", guard)),
        ]
        for key in vocabulary.functions:
            value = self.written(command, key, state, given)
            lines.append(layout(self.defined(key, after, value)))
        return SmtSection(f"step {command.name}", "\n".join(lines))

    def described(self, command: Command) -> list[str]:
        """The sentence about an action and its place in the source, as comments."""
        function = self.transitions.info.action(command.name).function
        words = " ".join((inspect.getdoc(function) or command.name).split("\n\n")[0].split())
        return [f"; {command.name}: {words}", f"; {place(function)}"]

    def written(
        self, command: Command, key: Key, state: str = "", given: Mapping[str, Sexp] | None = None
    ) -> Sexp:
        """The value of a function at ``x`` after an action."""
        update = command.updates.get(key)
        if update is None:
            return (symbol(str(key) + state), "x")
        constants = dict(given or {}) | {str(update.variable.decl().name()): "x"}
        at = At(state, constants=constants)
        return self.writer.write(update.value, at, self.transitions.vocabulary.types[key])

    def defined(self, key: Key, state: str, value: Sexp) -> Sexp:
        """The definition of a function in a state, by its value at ``x``."""
        sort = sort_name(self.transitions.vocabulary.functions[key].range())
        argument = (("x", symbol(key.entity)),)
        return ("define-fun", symbol(str(key) + state), argument, sort, value)

    def claim(
        self,
        claim: Claim,
        formula: Property,
        *,
        state: str = "",
        after: str = "!1",
        constants: Mapping[str, Sexp] | None = None,
        variables: Mapping[str, Sexp] | None = None,
        declared: Sequence[str] = (),
    ) -> SmtSection:
        """A claim: its variables, its reading, and its body.

        ``constants`` are the action and the arguments of the step, ``variables`` the claim's
        variables; those that are left out are any. Those ``declared`` are
        known already.
        """
        chosen = dict(variables or {})
        named = {str(term.decl().name()): symbol(name) for name, _, term in formula.variables}
        types = [(str(term.decl().name()), type_) for _, type_, term in formula.variables]
        writer = Writer(self.transitions, types)
        at = At(state, after, {**(constants or {}), **named})
        body = writer.write(formula.holds, at)
        fixed = [
            writer.write(term, at) for term in self.transitions.variant_constraints(claim.variant)
        ]
        lines = [f"; {claim.title}: {claim.text}", f"; {place(claim.body)}"]
        lines += map(layout, writer.named(self.writer.numbers))
        for name, _, term in formula.variables:
            sort = sort_name(term.sort())
            if name in declared:
                continue
            if name in chosen:
                lines.append(layout(("define-fun", symbol(name), (), sort, chosen[name])))
            else:
                lines.append(layout(("declare-const", symbol(name), sort)))
        lines.append(layout(("define-fun", "reading", (), "Bool", conjunction(fixed))))
        lines.append(layout(("define-fun", "claim", (), "Bool", body)))
        return SmtSection(f"claim {claim.title}", "\n".join(lines))

    def premise(self, claim: Claim, premise: CertifiedPremise) -> SmtSection:
        """A premise of a claim: its variables, and its violation."""
        named = {str(term.decl().name()): symbol(name) for name, _, term in premise.variables}
        types = [(str(term.decl().name()), type_) for _, type_, term in premise.variables]
        writer, at = Writer(self.transitions, types), At(constants=dict(named))
        fixed = [
            writer.write(term, at) for term in self.transitions.variant_constraints(claim.variant)
        ]
        body = conjunction([*fixed, writer.write(premise.violated, at)])
        lines = [f"; {claim.title}, {premise.name}: {premise.says}"]
        lines += map(layout, writer.named(self.writer.numbers))
        for name, _, term in premise.variables:
            lines.append(layout(("declare-const", symbol(name), sort_name(term.sort()))))
        lines.append(layout(("define-fun", "violated", (), "Bool", body)))
        return SmtSection(f"premise {premise.name}", "\n".join(lines))
