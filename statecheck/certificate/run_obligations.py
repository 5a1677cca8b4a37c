"""Obligations that a shown run happens, and that a plan works."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import z3

from statecheck.certificate.hypotheses import Hypothesis
from statecheck.certificate.obligations import (
    ObligationWriter,
    SmtObligation,
    applied,
    between,
    folder,
)
from statecheck.certificate.sections import SmtSection, literal
from statecheck.certificate.smtlib import (
    At,
    Sexp,
    conjunction,
    constructor,
    layout,
    sort_name,
    symbol,
)
from statecheck.claims.claim import Claim, Kind
from statecheck.claims.concrete_run import IntegerType
from statecheck.claims.run import Plain, Run, Trace
from statecheck.modeling import SystemInfo
from statecheck.modeling.entity import entity_name
from statecheck.recheck.formulas import axiom_name
from statecheck.recheck.texts import emptied, read, variable
from statecheck.safety.properties import Property


def state_mark(index: int) -> str:
    """The suffix of the functions of a state."""
    return f"!{index}" if index else ""


def own_name(term: z3.ExprRef) -> str:
    """The name of a constant."""
    return _name(term.decl())


def _name(decl: z3.FuncDeclRef) -> str:
    return str(decl.name())


class RunObligations:
    """Writes the obligations that are about more than one step."""

    def __init__(self, obligations: ObligationWriter) -> None:
        self.base = obligations
        self.transitions = obligations.transitions
        self.writer = obligations.writer

    # -- plans ----------------------------------------------------------------------------------

    def plan(
        self,
        claim: Claim,
        formula: Property,
        clauses: Sequence[Hypothesis],
        plans: Sequence[Sequence[tuple[str, tuple[str | int, ...]]]],
        said: SmtSection,
    ) -> Iterator[SmtObligation]:
        """From every state of the clauses some plan leads to the goal."""
        lines: list[str] = []
        for number, plan in enumerate(plans, 1):
            state, works = "", []
            for index, (action, arguments) in enumerate(plan, 1):
                after, enabled = f"!{number}.{index}", f"plan.{number}.{index}"
                command = self.transitions.command(action)
                given = {
                    own_name(term): self._argument(word, type_)
                    for (_, type_, term), word in zip(command.parameters, arguments, strict=True)
                }
                part = self.base.step(
                    command, state=state, after=after, enabled=enabled, arguments=given
                )
                lines.append(part.text)
                works.append(symbol(enabled))
                state = after
            own = {own_name(term): variable(name) for name, _, term in formula.variables}
            goal = self.writer.write(formula.holds, At(state, constants=own))
            works_out: Sexp = conjunction([*works, goal])
            lines.append(layout(("define-fun", f"plan.{number}", (), "Bool", works_out)))
        names = [f"plan.{number}" for number in range(1, len(plans) + 1)]
        base = self.base
        yield SmtObligation(
            f"{folder(claim)}/plans.smt2",
            "plans",
            (("claim", claim.title), ("plans", len(plans))),
            f"{claim.title}: from every state some plan leads there.",
            (
                *base.state,
                *([base.invariant] if clauses else []),
                said,
                SmtSection("plans", "\n".join(lines)),
            ),
            (
                *base.assumed(clauses, base.numbers_of(claim)),
                ("assert", "reading"),
                ("assert", ("not", "claim")),
                *(("assert", ("not", name)) for name in names),
            ),
        )

    def _argument(self, word: str | int, type_: Any) -> Sexp:
        return variable(word) if isinstance(word, str) else literal(int(word))

    # -- runs that happen -----------------------------------------------------------------------

    def run(
        self,
        claim: Claim,
        formula: Property,
        run: Run,
        numbers: tuple[int, int] | None = None,
        *,
        range_: IntegerType | None = None,
        ends: Sequence[int] = (),
    ) -> Iterator[SmtObligation]:
        """A run happens, and ends as it should; for each of these numbers, if given."""
        trace = run.trace
        if trace is None:
            return
        typed = dict(zip((n for n, _ in claim.variables), trace.witness, strict=True))
        last = claim.variables[-1][0] if numbers else None
        varies = None if last is None else (typed[last], variable(last))
        parts = [self._entities(run, trace), self._first(trace, varies)]
        parts += [self.base.axioms] if self.transitions.axioms else []
        taken: list[Sexp] = []
        step: dict[str, Sexp] = {}
        for index, (shown, values) in enumerate(zip(run.steps, trace.arguments, strict=True)):
            command = self.transitions.command(shown.action)
            step = {
                own_name(term): self._value(value, term.sort(), varies)
                for (_, _, term), value in zip(command.parameters, values, strict=True)
            }
            step[own_name(self.transitions.action)] = constructor(
                self.transitions.actions[command.name]
            )
            enabled = f"enabled.{index + 1}"
            part = self.base.step(
                command,
                state=state_mark(index),
                after=state_mark(index + 1),
                enabled=enabled,
                arguments=step,
            )
            parts.append(SmtSection(f"step {index + 1}", part.text))
            taken.append(enabled)
        before = len(run.steps) - 1 if claim.on_step else len(run.steps)
        variables = {
            name: self._value(typed[name], term.sort(), None)
            for name, _, term in formula.variables
            if name != last
        }
        said = self.base.claim(
            claim,
            formula,
            state=state_mark(before),
            after=state_mark(before + 1),
            constants=step,
            variables=variables,
            declared=() if last is None else (last,),
            numbers=range_,
            ends=ends,
        )
        universal = claim.kind is Kind.ALWAYS
        event: Sexp = ("not", "claim") if universal else "claim"
        met = [*self._world(run), *taken, "reading", event]
        goal: list[Sexp] = [("assert", ("not", conjunction(met)))]
        if numbers is not None and varies is not None:
            goal.insert(0, ("assert", between(numbers[0], varies[1], numbers[1])))
        name = "run" if numbers is None else f"from-{numbers[0]}-to-{numbers[1]}"
        every = "" if numbers is None else " for every number of the region"
        yield SmtObligation(
            f"{folder(claim)}/{name}.smt2",
            "run",
            (
                ("claim", claim.title),
                ("steps", len(run.steps)),
                ("numbers", None if numbers is None else list(numbers)),
            ),
            f"{claim.title}: the run happens{every}, and ends as it should.",
            tuple(_as_in(run, section, self.transitions.info) for section in (*parts, said)),
            tuple(goal),
        )

    def _world(self, run: Run) -> list[Sexp]:
        """The axioms, of each choice of the entities of a run."""
        entities, sizes = self.transitions.info.entities, dict(run.sizes)
        members = {
            e.name: [entity_name(e.name, index) for index in range(sizes[e.plural])]
            for e in entities
        }
        return [
            applied(axiom_name(axiom.name), [symbol(name) for name in chosen])
            for axiom in self.transitions.axioms
            for chosen in itertools.product(
                *(members[str(variable.sort().name())] for variable in axiom.variables)
            )
        ]

    def _value(self, value: Plain, sort: z3.SortRef, varies: tuple[Plain, str] | None) -> Sexp:
        """The expression of a plain value; ``varies`` is the number that is any, and its name."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            if varies is not None and value == varies[0]:
                return varies[1]
            return str(value) if value >= 0 else ("-", str(-value))
        if sort.kind() == z3.Z3_DATATYPE_SORT:
            return symbol(f"{sort_name(sort).strip('|')}.{value}")
        return symbol(value)

    def _entities(self, run: Run, trace: Trace) -> SmtSection:
        """The types of a run: just so many entities of each kind."""
        writer, info = self.writer, self.transitions.info
        sizes = dict(run.sizes)
        lines = ["; the entities of this run"]
        for entity in info.entities:
            names = tuple(
                (entity_name(entity.name, index),) for index in range(sizes[entity.plural])
            )
            if not names:
                lines.append(layout(("declare-sort", symbol(entity.name), "0")))
            else:
                lines.append(layout(("declare-datatype", symbol(entity.name), names)))
        lines += ["; finite types", *map(layout, writer.enumerations())]
        lines += ["; numbers that the model names", *map(layout, writer.named())]
        return SmtSection("types of the run", "\n".join(lines))

    def _first(self, trace: Trace, varies: tuple[Plain, str] | None) -> SmtSection:
        """The first state: what it leaves open is as in the run, the rest is what it has to be."""
        transitions, vocabulary = self.transitions, self.transitions.vocabulary
        values: dict[str, dict[str, Plain]] = {}
        for name, entity, value in (*trace.constants, *trace.states[0]):
            values.setdefault(name, {})[entity] = value
        lines = []
        if varies is not None:
            lines.append(layout(("declare-const", varies[1], "Int")))
        lines.append("; arguments of actions that are not taken: any")
        lines += map(layout, self.writer.parameters()[1:])
        for constant in vocabulary.constants.values():
            plain = self._value(values[own_name(constant)][""], constant.sort(), None)
            sort = sort_name(constant.sort())
            lines.append(layout(("define-fun", symbol(own_name(constant)), (), sort, plain)))
        open_ = [
            *vocabulary.references.values(),
            *(d for key, d in vocabulary.functions.items() if key not in transitions.initial),
        ]
        lines += [layout(_table(decl, self._cases(decl, values, varies))) for decl in open_]
        lines += [
            layout(self.base.defined(key, "", self.base.first(key))) for key in transitions.initial
        ]
        return SmtSection("first state", "\n".join(lines))

    def _cases(
        self,
        decl: z3.FuncDeclRef,
        values: Mapping[str, Mapping[str, Plain]],
        varies: tuple[Plain, str] | None,
    ) -> list[tuple[str, Sexp]]:
        """The values of a function, by entity."""
        known = values.get(str(decl.name()), {})
        return [
            (symbol(entity), self._value(value, decl.range(), varies))
            for entity, value in known.items()
        ]


def _as_in(run: Run, section: SmtSection, info: SystemInfo) -> SmtSection:
    """A section as it is where a run has no entity of some kind."""
    sizes = dict(run.sizes)
    without = {symbol(entity.name) for entity in info.entities if not sizes[entity.plural]}
    if not without:
        return section
    said = [line for line in section.text.splitlines() if line.startswith(";")]
    trees = [layout(emptied(tree, without)) for tree in read(section.text)]
    return SmtSection(section.name, "\n".join([*said, *trees]))


def _table(decl: z3.FuncDeclRef, cases: Sequence[tuple[str, Sexp]]) -> Sexp:
    """The definition of a function by its values; a declaration where there are no entities."""
    name, domain, range_ = symbol(_name(decl)), sort_name(decl.domain(0)), sort_name(decl.range())
    if not cases:
        return ("declare-fun", name, (domain,), range_)
    value = cases[-1][1]
    for entity, other in reversed(cases[:-1]):
        value = ("ite", ("=", "x", entity), other, value)
    return ("define-fun", name, (("x", domain),), range_, value)
