"""The sections that obligations are made of: definitions that many of them share.

A section only defines; what is assumed and what is asked is in an obligation's goal. Two sections
assert: the one that says what an initial state fixes, and the one that says what any step is.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from statecheck.certificate.hypotheses import Hypothesis
from statecheck.certificate.smtlib import At, Sexp, Writer, conjunction, layout, sort_name, symbol
from statecheck.claims.claim import Claim
from statecheck.claims.concrete_run import IntegerType
from statecheck.claims.fairness import Fair, Often
from statecheck.liveness.chain_rule import Lap, Phase
from statecheck.liveness.eventuality import Eventuality
from statecheck.modeling import ModelError
from statecheck.recheck.formulas import AXIOMS, axiom_name
from statecheck.recheck.texts import argument_names, variable
from statecheck.safety.properties import Property
from statecheck.symbolic.commands import Command
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key


@dataclass(frozen=True)
class SmtSection:
    """A named section of an obligation."""

    name: str
    text: str


def sentence(text: str) -> str:
    """A text on one line, of characters that print."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


def _grouped(name: str, *groups: tuple[str, list[Sexp]]) -> SmtSection:
    lines = [line for title, items in groups for line in (f"; {title}", *map(layout, items))]
    return SmtSection(name, "\n".join(lines))


def place(function: Any) -> str:
    """Where code is written: ``model/site.py:61``."""
    code = inspect.unwrap(function).__code__
    return f"{function.__module__.replace('.', '/')}.py:{code.co_firstlineno}"


class SectionWriter:
    """Writes the sections of one system under one invariant."""

    def __init__(self, transitions: TransitionSystem, clauses: Sequence[Hypothesis]) -> None:
        self.transitions = transitions
        self.clauses = {clause: f"clause.{number}" for number, clause in enumerate(clauses, 1)}
        named = [item for clause in clauses for item in clause.variables]
        self.writer = Writer(transitions, [(str(v.decl().name()), type_) for v, type_ in named])
        self.steps = {c.name: self.step(c) for c in transitions.commands}
        self.start = self._start()
        self.axioms = self._axioms()
        self.invariant = self._invariant()
        self.types = self._types()
        self.vocabulary = self._vocabulary()

    @property
    def shared(self) -> list[SmtSection]:
        """The sections that obligations share."""
        return [
            *(self.types, self.vocabulary, self.axioms, self.invariant, self.start),
            *self.steps.values(),
        ]

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

    def _axioms(self) -> SmtSection:
        lines = []
        for axiom in self.transitions.axioms:
            function = self.transitions.info.axiom(axiom.name).function
            words = sentence((inspect.getdoc(function) or axiom.name).split("\n\n")[0])
            own = argument_names(len(axiom.variables))
            named = zip(axiom.variables, own, strict=True)
            at = At(constants={str(v.decl().name()): name for v, name in named})
            binding = tuple(zip(own, (sort_name(v.sort()) for v in axiom.variables), strict=True))
            body = self.writer.write(axiom.term, at)
            lines.append(f"; {axiom.name}: {words}")
            lines.append(layout(("define-fun", axiom_name(axiom.name), binding, "Bool", body)))
        return SmtSection(AXIOMS, "\n".join(lines))

    def _invariant(self) -> SmtSection:
        lines = []
        for clause, name in self.clauses.items():
            lines += [f"; {sentence(clause.says)}", layout(self.clause(clause, name))]
        return SmtSection("invariant", "\n".join(lines))

    def clause(self, clause: Hypothesis, name: str, state: str = "") -> Sexp:
        """The definition of a clause in a state."""
        own = argument_names(len(clause.variables))
        named = zip(clause.variables, own, strict=True)
        at = At(state, constants={str(v.decl().name()): name for (v, _), name in named})
        binding = tuple(zip(own, map(sort_name, clause.sorts), strict=True))
        body = self.writer.write(clause.term, at)
        fixed = [
            self.writer.write(term, at)
            for term in self.transitions.variant_constraints(clause.variant)
        ]
        if fixed:
            body = ("=>", conjunction(fixed), body)
        return ("define-fun", symbol(name + state), binding, "Bool", body)

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
        words = sentence((inspect.getdoc(function) or command.name).split("\n\n")[0])
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
        numbers: IntegerType | None = None,
        ends: Sequence[int] = (),
    ) -> SmtSection:
        """A claim: its kind, its variables, its reading, and its body.

        ``constants`` are the action and the arguments of the step, ``variables`` the claim's
        variables; those that are left out are any. Those ``declared`` are
        known already. A derived one asks about all of the ``numbers``; the ``ends`` of its regions
        have their words.
        """
        chosen = dict(variables or {})
        named = {str(term.decl().name()): variable(name) for name, _, term in formula.variables}
        types = [(str(term.decl().name()), type_) for _, type_, term in formula.variables]
        writer = Writer(self.transitions, types)
        at = At(state, after, {**(constants or {}), **named})
        body = writer.write(formula.holds, at)
        fixed = [
            writer.write(term, at) for term in self.transitions.variant_constraints(claim.variant)
        ]
        for value in ends:
            writer.named_number(value, formula.variables[-1][1])
        lines = self._told(claim)
        lines += map(layout, writer.named(self.writer.numbers))
        for name, _, term in formula.variables:
            sort = sort_name(term.sort())
            if name in declared:
                continue
            if name in chosen:
                lines.append(layout(("define-fun", variable(name), (), sort, chosen[name])))
            else:
                lines.append(layout(("declare-const", variable(name), sort)))
        if numbers is not None:
            name = variable(formula.variables[-1][0])
            low, high = literal(numbers.low), literal(numbers.high)
            inside = ("and", ("<=", low, name), ("<=", name, high))
            lines.append(layout(("define-fun", "range", (), "Bool", inside)))
        lines.append(layout(("define-fun", "reading", (), "Bool", conjunction(fixed))))
        lines.append(layout(("define-fun", "claim", (), "Bool", body)))
        return SmtSection(f"claim {claim.title}", "\n".join(lines))

    def _told(self, claim: Claim) -> list[str]:
        """The lines that say of what kind a claim is, and what is expected of it."""
        told = {
            "kind": claim.kind.value,
            "about": "steps" if claim.on_step else "states",
            "expected": claim.expected,
        }
        if claim.variant.name:
            told["reading"] = claim.variant.name
        lines = [f"; {claim.title}: {sentence(claim.text)}", f"; {place(claim.body)}"]
        lines += [layout(("set-info", f":{name}", symbol(value))) for name, value in told.items()]
        for item in claim.fairness:
            words = (
                [item.strength.value, item.name, *map(variable, item.bound)]
                if isinstance(item, Fair)
                else [_RARE[item.often]]
            )
            lines.append(layout(("set-info", ":assumes", symbol(" ".join(words)))))
        return lines

    def eventuality(self, claim: Claim, terms: Eventuality) -> SmtSection:
        """A claim about the end of a run: its premise, its goal, and the steps that are rare."""
        named = {str(term.decl().name()): variable(name) for name, _, term in terms.variables}
        types = [(str(term.decl().name()), type_) for _, type_, term in terms.variables]
        writer, at = Writer(self.transitions, types), At(constants=dict(named))
        fixed = [
            writer.write(term, at) for term in self.transitions.variant_constraints(claim.variant)
        ]
        never, finitely = iter(terms.never), iter(terms.finitely)
        bodies: dict[str, Sexp] = {
            "premise": writer.write(terms.premise, at),
            "goal": writer.write(terms.goal if claim.on_step else terms.goal_holds, at),
        }
        for number, item in enumerate(claim.fairness, 1):
            if not isinstance(item, Fair):
                term = next(never if item.often is Often.NEVER else finitely)
                bodies[f"rare.{number}"] = writer.write(term, at)
        lines = self._told(claim)
        lines += map(layout, writer.named(self.writer.numbers))
        for name, _, term in terms.variables:
            lines.append(layout(("declare-const", variable(name), sort_name(term.sort()))))
        lines.append(layout(("define-fun", "reading", (), "Bool", conjunction(fixed))))
        lines += [layout(("define-fun", n, (), "Bool", body)) for n, body in bodies.items()]
        return SmtSection(f"claim {claim.title}", "\n".join(lines))

    def phases(self, claim: Claim, terms: Eventuality, phases: Sequence[Phase]) -> SmtSection:
        """The phases of a proof: for each one its helper, and when it is in it."""
        named = {str(term.decl().name()): variable(name) for name, _, term in terms.variables}
        types = [(str(term.decl().name()), type_) for _, type_, term in terms.variables]
        lines: list[str] = []
        known: list[Lap] = []
        for number, phase in enumerate(phases, 1):
            helper = phase.helper
            own = f"each.{number}"
            each = {str(term.decl().name()): own for term in helper.free}
            writer, at = Writer(self.transitions, types), At(constants={**named, **each})
            assumed = str(claim.fairness.index(helper.fair) + 1)
            lines.append(f"; {sentence(str(phase))}")
            lines.append(layout(("set-info", ":helper", symbol(assumed))))
            lines += [
                layout(("declare-const", own, sort_name(term.sort()))) for term in helper.free
            ]
            for name, term in (("phase", phase.holds), ("link", helper.link)):
                body = writer.write(term, at)
                lines.append(layout(("define-fun", f"{name}.{number}", (), "Bool", body)))
            for lap in phase.laps:
                if lap not in known:
                    known.append(lap)
                    body = writer.write(lap.rank, at)
                    lines.append(layout(("define-fun", f"rank.{len(known)}", (), "Int", body)))
                lines.append(layout(("set-info", ":lap", symbol(str(known.index(lap) + 1)))))
            if writer.named(self.writer.numbers):
                raise ModelError(f"{claim.title}: its phases name a number that nothing else does")
        return SmtSection(f"phases {claim.title}", "\n".join(lines))


_RARE = {Often.NEVER: "never", Often.FINITELY: "finitely"}


def literal(value: int) -> Sexp:
    """A number."""
    return str(value) if value >= 0 else ("-", str(-value))
