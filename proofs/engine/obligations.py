"""Proof obligations as text: what has to be unsatisfiable for a verdict to stand.

They are written anew from the extracted commands, the clauses and the claims, however the prover
came to its answer: quantified, with the invariant as it reads and every action as definitions of
the functions after it. So another solver checks not only the answers of Z3 but also the grounding.

An obligation is made of *parts* that are the same in all obligations that name them, and a goal of
a few lines that says which of their names are asserted.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from proofs.engine.bounded import Numbers
from proofs.engine.claims import Claim
from proofs.engine.extract import Command
from proofs.engine.induction import Clause
from proofs.engine.smtlib import (
    At,
    Sexp,
    Writer,
    conjunction,
    constructor,
    disjunction,
    layout,
    sort_name,
    symbol,
)
from proofs.engine.transitions import Property, Transitions
from proofs.engine.vocabulary import Key

LOGIC = "UFDTLIA"
"""Uninterpreted functions, data types, linear integer arithmetic. Without quantifiers the logic is
called QF_UFDTLIA, and solvers are several times faster if they are told."""


@dataclass(frozen=True)
class Part:
    """A named section of an obligation."""

    name: str
    text: str


@dataclass(frozen=True)
class Obligation:
    """One text that has to be unsatisfiable.

    ``rule`` says what for, ``about`` to what the rule is applied; ``says`` is a sentence.
    """

    path: str
    rule: str
    about: tuple[tuple[str, Any], ...]
    says: str
    parts: tuple[Part, ...]
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
        """What is asserted beyond what the parts say."""
        return "\n".join(map(layout, self.goal))


@dataclass(frozen=True)
class Premise:
    """Something else that a claim's proof rests on, such as that a rank never rises.

    ``violated`` is what no state of the claim's clauses, or no step from one, may make true: a term
    over ``variables``, which are a property's. ``name`` is unique in the claim.
    """

    name: str
    says: str
    violated: z3.BoolRef
    variables: tuple[tuple[str, Any, z3.ExprRef], ...]
    on_step: bool


def name_of(clauses: Sequence[Clause]) -> dict[Clause, str]:
    """A symbol for each clause, in the order of the lock file."""
    ordered = sorted(clauses, key=lambda c: (c.reading.name, c.sort, c.literals))
    return {clause: f"clause.{number}" for number, clause in enumerate(ordered, 1)}


def _grouped(name: str, *groups: tuple[str, list[Sexp]]) -> Part:
    lines = [line for title, items in groups for line in (f"; {title}", *map(layout, items))]
    return Part(name, "\n".join(lines))


def place(function: Any) -> str:
    """Where code is written: ``model/site.py:61``."""
    code = inspect.unwrap(function).__code__
    return f"{function.__module__.replace('.', '/')}.py:{code.co_firstlineno}"


class Obligations:
    """Writes the obligations of one system under one invariant."""

    def __init__(self, transitions: Transitions, clauses: Sequence[Clause]) -> None:
        self.transitions = transitions
        self.clauses = name_of(clauses)
        self.writer = Writer(transitions)
        self.steps = {c.name: self.step(c) for c in transitions.commands}
        self.start = self._start()
        self.invariant = self._invariant()
        self.types = self._types()
        self.vocabulary = self._vocabulary()

    # -- parts ----------------------------------------------------------------------------------

    def _types(self) -> Part:
        writer = self.writer
        return _grouped(
            "types",
            ("kinds of entities: any number of each", writer.kinds()),
            ("finite types", writer.enumerations()),
            ("numbers that the model names", writer.named()),
            ("what never changes", writer.references()),
        )

    def _vocabulary(self) -> Part:
        writer = self.writer
        return _grouped(
            "state and step",
            ("the state: of machines, and what claims remember of the run", writer.functions()),
            ("the step: its action, and the arguments of each", writer.parameters()),
        )

    def _invariant(self) -> Part:
        lines = []
        for clause, name in self.clauses.items():
            lines += [f"; {clause}", layout(self.clause(clause, name))]
        return Part("invariant", "\n".join(lines))

    def clause(self, clause: Clause, name: str, state: str = "") -> Sexp:
        """The definition of a clause, said of a state."""
        at = At(state, constants={str(clause.variable.decl().name()): "x"})
        body = self.writer.write(clause.term, at)
        fixed = [self.writer.write(term, at) for term in self.transitions.under(clause.reading)]
        if fixed:
            body = ("=>", conjunction(fixed), body)
        own = symbol(name + state)
        return ("define-fun", own, (("x", symbol(clause.sort)),), "Bool", body)

    def _start(self) -> Part:
        lines = []
        for key in self.transitions.initial:
            equal = ("=", (symbol(str(key)), "x"), self.first(key))
            lines.append(layout(("assert", ("forall", (("x", symbol(key.entity)),), equal))))
        return Part("start", "\n".join(lines))

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
    ) -> Part:
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
        return Part(f"step {command.name}", "\n".join(lines))

    def described(self, command: Command) -> list[str]:
        """What an action is, and where it is written, as comments."""
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
    ) -> Part:
        """A claim: its variables, its reading, and what it says.

        ``constants`` say what the action and the arguments of the step are, ``variables`` what
        the claim's variables are; those that are left out are any. Those ``declared`` are
        known already.
        """
        chosen = dict(variables or {})
        named = {str(term.decl().name()): symbol(name) for name, _, term in formula.variables}
        types = [(str(term.decl().name()), type_) for _, type_, term in formula.variables]
        writer = Writer(self.transitions, types)
        at = At(state, after, {**(constants or {}), **named})
        body = writer.write(formula.holds, at)
        fixed = [writer.write(term, at) for term in self.transitions.under(claim.reading)]
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
        return Part(f"claim {claim.title}", "\n".join(lines))

    def premise(self, claim: Claim, premise: Premise) -> Part:
        """A premise of a claim: its variables, and what violates it."""
        named = {str(term.decl().name()): symbol(name) for name, _, term in premise.variables}
        types = [(str(term.decl().name()), type_) for _, type_, term in premise.variables]
        writer, at = Writer(self.transitions, types), At(constants=dict(named))
        fixed = [writer.write(term, at) for term in self.transitions.under(claim.reading)]
        body = conjunction([*fixed, writer.write(premise.violated, at)])
        lines = [f"; {claim.title}, {premise.name}: {premise.says}"]
        lines += map(layout, writer.named(self.writer.numbers))
        for name, _, term in premise.variables:
            lines.append(layout(("declare-const", symbol(name), sort_name(term.sort()))))
        lines.append(layout(("define-fun", "violated", (), "Bool", body)))
        return Part(f"premise {premise.name}", "\n".join(lines))

    # -- goals ----------------------------------------------------------------------------------

    def assumed(self, clauses: Iterable[Clause]) -> list[Sexp]:
        """That clauses hold in the state before."""
        return [
            ("assert", ("forall", (("x", symbol(clause.sort)),), (self.clauses[clause], "x")))
            for clause in clauses
        ]

    def taken(self, command: Command) -> list[Sexp]:
        """That the step is an action, and that it is enabled."""
        chosen = constructor(self.transitions.actions[command.name])
        return [("assert", ("=", "action", chosen)), ("assert", "enabled")]

    def of_invariant(self) -> Iterator[Obligation]:
        """That each clause holds initially, and that each step keeps it."""
        for clause, name in self.clauses.items():
            here: Sexp = ("declare-const", "here", symbol(clause.sort))
            yield Obligation(
                f"invariant/start/{name}.smt2",
                "start",
                (("clause", name),),
                f"Initially {clause}.",
                (self.types, self.vocabulary, self.invariant, self.start),
                (here, ("assert", ("not", (name, "here")))),
            )
            for command in self.transitions.commands:
                after = self.clause(clause, name, "!1")
                yield Obligation(
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
    ) -> Iterator[Obligation]:
        """That no state, or no step, of the clauses violates a claim."""
        part = self.claim(claim, formula)
        violated: list[Sexp] = [("assert", "reading"), ("assert", ("not", "claim"))]
        yield from self._excluded(claim, part, clauses, violated, "keeps to it")

    def outside(
        self,
        claim: Claim,
        formula: Property,
        clauses: Sequence[Clause],
        numbers: Numbers,
        regions: Sequence[tuple[int, int]],
    ) -> Iterator[Obligation]:
        """That no state, or no step, reaches a goal for a number outside of the regions."""
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
        part: Part,
        clauses: Sequence[Clause],
        event: Sequence[Sexp],
        words: str,
    ) -> Iterator[Obligation]:
        support = [self.invariant] if clauses else []
        if not claim.on_step:
            yield Obligation(
                f"{folder(claim)}/states.smt2",
                "states",
                (("claim", claim.title),),
                f"{claim.title}: every state {words}.",
                (self.types, self.vocabulary, *support, part),
                (*self.assumed(clauses), *event),
            )
            return
        for command in self.transitions.commands:
            yield Obligation(
                f"{folder(claim)}/{command.name}.smt2",
                "steps",
                (("claim", claim.title), ("action", command.name)),
                f"{claim.title}: {command.name} {words}.",
                (self.types, self.vocabulary, *support, self.steps[command.name], part),
                (*self.assumed(clauses), *self.taken(command), *event),
            )

    def of_premise(
        self, claim: Claim, premise: Premise, clauses: Sequence[Clause]
    ) -> Iterator[Obligation]:
        """That no state, or no step, of the clauses violates a premise."""
        part = self.premise(claim, premise)
        support = [self.invariant] if clauses else []
        violated: Sexp = ("assert", "violated")
        own = (("claim", claim.title), ("premise", premise.name))
        if not premise.on_step:
            yield Obligation(
                f"{folder(claim)}/{premise.name}.smt2",
                "premise",
                own,
                f"{claim.title}, {premise.name}: so it is in every state.",
                (self.types, self.vocabulary, *support, part),
                (*self.assumed(clauses), violated),
            )
            return
        for command in self.transitions.commands:
            yield Obligation(
                f"{folder(claim)}/{premise.name}.{command.name}.smt2",
                "premise",
                (*own, ("action", command.name)),
                f"{claim.title}, {premise.name}: so it is for {command.name}.",
                (self.types, self.vocabulary, *support, self.steps[command.name], part),
                (*self.assumed(clauses), *self.taken(command), violated),
            )


def between(low: int, name: str, high: int) -> Sexp:
    """That a number is from ``low`` to ``high``, both included."""
    return ("and", ("<=", str(low), name), ("<=", name, str(high)))


def folder(claim: Claim) -> str:
    """Where the obligations of a claim are."""
    return f"claims/{claim.id}" + (f".{claim.reading.name}" if claim.reading.name else "")
