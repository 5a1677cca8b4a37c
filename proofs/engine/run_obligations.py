"""Obligations about runs: plans that work, runs that happen, and that there is no shorter one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from proofs.engine.bounded import Unrolling, _Slots, _together, rename
from proofs.engine.claims import Claim, Kind
from proofs.engine.ground import polarities
from proofs.engine.induction import Clause
from proofs.engine.obligations import Obligation, Obligations, Part, between, folder
from proofs.engine.smtlib import (
    At,
    Sexp,
    conjunction,
    constructor,
    layout,
    sort_name,
    symbol,
)
from proofs.engine.transitions import Property
from proofs.engine.verdict import Plain, Run, Trace
from proofs.engine.vocabulary import Key


def _state(index: int) -> str:
    """What marks the functions of a state."""
    return f"!{index}" if index else ""


def _own(term: z3.ExprRef) -> str:
    return _name(term.decl())


def _name(decl: z3.FuncDeclRef) -> str:
    return str(decl.name())


class Runs:
    """Writes the obligations that are about more than one step."""

    def __init__(self, obligations: Obligations) -> None:
        self.base = obligations
        self.transitions = obligations.transitions
        self.writer = obligations.writer
        self.unrolling = Unrolling(self.transitions)

    # -- plans ----------------------------------------------------------------------------------

    def plan(
        self,
        claim: Claim,
        formula: Property,
        clauses: Sequence[Clause],
        plans: Sequence[Sequence[tuple[str, tuple[str | int, ...]]]],
    ) -> Iterator[Obligation]:
        """That from every state of the clauses some plan leads to the goal."""
        lines: list[str] = []
        for number, plan in enumerate(plans, 1):
            state, works = "", []
            for index, (action, arguments) in enumerate(plan, 1):
                after, enabled = f"!{number}.{index}", f"plan.{number}.{index}"
                command = self.transitions.command(action)
                given = {
                    _own(term): self._argument(word, type_)
                    for (_, type_, term), word in zip(command.parameters, arguments, strict=True)
                }
                part = self.base.step(
                    command, state=state, after=after, enabled=enabled, arguments=given
                )
                lines.append(part.text)
                works.append(symbol(enabled))
                state = after
            own = {_own(term): symbol(name) for name, _, term in formula.variables}
            goal = self.writer.write(formula.holds, At(state, constants=own))
            works_out: Sexp = conjunction([*works, goal])
            lines.append(layout(("define-fun", f"plan.{number}", (), "Bool", works_out)))
        names = [f"plan.{number}" for number in range(1, len(plans) + 1)]
        base = self.base
        yield Obligation(
            f"{folder(claim)}/plans.smt2",
            "plans",
            (("claim", claim.title), ("plans", len(plans))),
            f"{claim.title}: from every state some plan leads there.",
            (
                base.types,
                base.vocabulary,
                base.invariant,
                base.claim(claim, formula),
                Part("plans", "\n".join(lines)),
            ),
            (
                *base.assumed(clauses),
                ("assert", "reading"),
                ("assert", ("not", "claim")),
                *(("assert", ("not", name)) for name in names),
            ),
        )

    def _argument(self, word: str | int, type_: Any) -> Sexp:
        return symbol(word) if isinstance(word, str) else str(int(word))

    # -- runs that happen -----------------------------------------------------------------------

    def run(
        self,
        claim: Claim,
        formula: Property,
        run: Run,
        numbers: tuple[int, int] | None = None,
    ) -> Iterator[Obligation]:
        """That a run happens, and ends as it should; for each of these numbers, if given."""
        trace = run.trace
        if trace is None:
            return
        typed = dict(zip((n for n, _ in claim.variables), trace.witness, strict=True))
        last = claim.variables[-1][0] if numbers else None
        varies = None if last is None else (typed[last], symbol(last))
        parts = [self._entities(run, trace), self._first(trace, varies)]
        taken: list[Sexp] = []
        step: dict[str, Sexp] = {}
        for index, (shown, values) in enumerate(zip(run.steps, trace.arguments, strict=True)):
            command = self.transitions.command(shown.action)
            step = {
                _own(term): self._value(value, term.sort(), varies)
                for (_, _, term), value in zip(command.parameters, values, strict=True)
            }
            step[_own(self.transitions.action)] = constructor(
                self.transitions.actions[command.name]
            )
            enabled = f"enabled.{index + 1}"
            part = self.base.step(
                command,
                state=_state(index),
                after=_state(index + 1),
                enabled=enabled,
                arguments=step,
            )
            parts.append(Part(f"step {index + 1}", part.text))
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
            state=_state(before),
            after=_state(before + 1),
            constants=step,
            variables=variables,
            declared=() if last is None else (last,),
        )
        universal = claim.kind in (Kind.ALWAYS, Kind.FINDING)
        ends: Sexp = ("not", "claim") if universal else "claim"
        goal: list[Sexp] = [("assert", ("not", conjunction([*taken, "reading", ends])))]
        if numbers is not None and varies is not None:
            goal.insert(0, ("assert", between(numbers[0], varies[1], numbers[1])))
        name = "run" if numbers is None else f"from-{numbers[0]}-to-{numbers[1]}"
        every = "" if numbers is None else " for every number of the region"
        yield Obligation(
            f"{folder(claim)}/{name}.smt2",
            "run",
            (("claim", claim.title), ("steps", len(run.steps)), ("numbers", numbers)),
            f"{claim.title}: the run happens{every}, and ends as it should.",
            (*parts, said),
            tuple(goal),
        )

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

    def _entities(self, run: Run, trace: Trace) -> Part:
        """The types of a run: just so many entities of each kind."""
        writer, info = self.writer, self.transitions.info
        sizes = dict(run.sizes)
        lines = ["; the entities of this run"]
        for entity in info.entities:
            names = tuple(
                (f"{entity.name.lower()}{index + 1}",) for index in range(sizes[entity.plural])
            )
            if not names:
                lines.append(layout(("declare-sort", symbol(entity.name), "0")))
            else:
                lines.append(layout(("declare-datatype", symbol(entity.name), names)))
        lines += ["; finite types", *map(layout, writer.enumerations())]
        lines += ["; numbers that the model names", *map(layout, writer.named())]
        return Part("types of the run", "\n".join(lines))

    def _first(self, trace: Trace, varies: tuple[Plain, str] | None) -> Part:
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
            plain = self._value(values[_own(constant)][""], constant.sort(), None)
            sort = sort_name(constant.sort())
            lines.append(layout(("define-fun", symbol(_own(constant)), (), sort, plain)))
        open_ = [
            *vocabulary.references.values(),
            *(d for key, d in vocabulary.functions.items() if key not in transitions.initial),
        ]
        lines += [layout(_table(decl, self._cases(decl, values, varies))) for decl in open_]
        lines += [
            layout(self.base.defined(key, "", self.base.first(key))) for key in transitions.initial
        ]
        return Part("first state", "\n".join(lines))

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

    # -- no shorter run -------------------------------------------------------------------------

    def shorter(self, claim: Claim, formula: Property, steps: int) -> Iterator[Obligation]:
        """That no run of fewer steps ends as a claim's shortest run does, whatever the sizes."""
        keys = self.transitions.relevant([formula.holds])
        parts = [self.base.types, self._any_first()]
        named = [(symbol(name), sort_name(term.sort())) for name, _, term in formula.variables]
        universals: list[tuple[str, str]] = []
        for depth in range(steps):
            if depth:
                step = self._any_step(depth - 1, keys)
                parts.append(step.part)
                named += step.entities
                universals += step.universals
            elif claim.on_step:
                continue
            last = depth - 1 if claim.on_step else depth
            said = self.base.claim(
                claim,
                formula,
                state=_state(last),
                after=_state(last + 1),
                constants=self._constants(last),
            )
            ends: Sexp = "claim" if claim.kind is Kind.POSSIBLE else ("not", "claim")
            enabled: list[Sexp] = [("assert", f"enabled@{index}") for index in range(depth)]
            yield Obligation(
                f"{folder(claim)}/no-run-of-{depth}.smt2",
                "shorter",
                (("claim", claim.title), ("steps", depth)),
                f"{claim.title}: no run of {depth} steps ends so, at any size.",
                (*parts, said, _instances(universals, named)),
                (*enabled, ("assert", "reading"), ("assert", ends)),
            )

    def _constants(self, index: int) -> dict[str, Sexp]:
        """What the action and the arguments of a step are called; actions share arguments."""
        names: dict[str, Sexp] = {_own(self.transitions.action): f"action@{index}"}
        for command in self.transitions.commands:
            slots = _Slots(index)
            for _, _, parameter in command.parameters:
                names[_own(parameter)] = symbol(_own(slots.take(parameter.sort())))
        return names

    def _any_first(self) -> Part:
        """Any first state: what it leaves open is any, the rest is what it has to be."""
        fixed = {str(key) for key in self.transitions.initial}
        lines = [layout(item) for item in self.writer.functions() if str(item[1]) not in fixed]
        lines += [
            layout(self.base.defined(key, "", self.base.first(key)))
            for key in self.transitions.initial
        ]
        return Part("any first state", "\n".join(lines))

    def _any_step(self, index: int, keys: set[Key]) -> _AnyStep:
        """Any step: its action, its arguments, what they lead to, and the state after it.

        Written as the search has it, in names for the entities of each step: from the functions
        of one state to those of the next by cases, over the actions that make a difference.
        """
        transitions, writer = self.transitions, self.writer
        at = At(_state(index))
        action = z3.Const(f"action@{index}", transitions.action.sort())
        constants: dict[str, z3.ExprRef] = {_own(action): action}
        led: list[Sexp] = []
        guards: list[Sexp] = []
        every: list[tuple[z3.ExprRef, z3.ExprRef]] = []
        renamed: dict[str, list[tuple[z3.ExprRef, z3.ExprRef]]] = {}
        for command in transitions.commands:
            chosen = ("=", _own(action), constructor(transitions.actions[command.name]))
            slots = _Slots(index)
            pairs = [(own, slots.take(own.sort())) for _, _, own in command.parameters]
            for template in self.unrolling._led_to[command.name]:
                term = rename(template, pairs)
                pairs.append((term, slots.take(term.sort())))
                equal = ("=", symbol(_own(pairs[-1][1])), writer.write(term, at))
                led.append(("assert", ("=>", chosen, equal)))
            for _, constant in pairs:
                constants[_own(constant)] = constant
            guard = self._without_universals(rename(command.guard, pairs), index, every)
            guards.append(("=>", chosen, writer.write(guard, at)))
            renamed[command.name] = pairs
        lines = [
            layout(("declare-const", symbol(name), sort_name(constant.sort())))
            for name, constant in constants.items()
        ]
        lines += map(layout, led)
        universals = []
        for name, quantifier in every:
            own, sort = _own(name), quantifier.var_sort(0)
            here = z3.Const("here", sort)
            said = z3.substitute_vars(quantifier.body(), here)
            body = writer.write(z3.Not(said) if quantifier.is_exists() else said, at)
            lines.append(layout(("declare-const", own, "Bool")))
            arguments = (("here", sort_name(sort)),)
            lines.append(layout(("define-fun", f"{own}.at", arguments, "Bool", body)))
            universals.append((own, sort_name(sort)))
        lines.append(layout(("define-fun", f"enabled@{index}", (), "Bool", conjunction(guards))))
        for key, decl in transitions.vocabulary.functions.items():
            if key not in keys:
                continue
            variable = transitions.world.variable(key)
            writes = [
                (
                    action == transitions.actions[command.name],
                    rename(command.updates[key].value, renamed[command.name]),
                )
                for command in transitions.commands
                if key in command.updates
            ]
            value = z3.simplify(_together(decl(variable), writes))
            body = writer.write(
                value,
                At(_state(index), constants={_own(variable): "x"}),
                transitions.vocabulary.types[key],
            )
            lines.append(layout(self.base.defined(key, _state(index + 1), body)))
        entities = [
            (symbol(name), sort_name(constant.sort())) for name, constant in constants.items()
        ]
        return _AnyStep(Part(f"any step {index + 1}", "\n".join(lines)), entities, universals)

    def _without_universals(
        self, guard: z3.BoolRef, index: int, found: list[tuple[z3.ExprRef, z3.ExprRef]]
    ) -> z3.BoolRef:
        """A guard with a Boolean in place of each "every entity"; it says less, so the guard does.

        That is kept to sorts that no function leads to: their entities have names in a run.
        """
        led_to = {function.range().name() for function in self.unrolling.grounding.functions}
        for quantifier, signs in polarities(guard):
            if signs != {not quantifier.is_exists()} or quantifier.var_sort(0).name() in led_to:
                continue
            name = z3.Bool(f"every.{len(found) + 1}@{index}")
            found.append((name, quantifier))
            stands = z3.Not(name) if quantifier.is_exists() else name
            guard = z3.simplify(z3.substitute(guard, (quantifier, stands)))
        return guard


@dataclass(frozen=True)
class _AnyStep:
    """Any step; the constants that it names, and the universals that Booleans stand for in it,
    each with its sort.
    """

    part: Part
    entities: list[tuple[str, str]]
    universals: list[tuple[str, str]]


def _table(decl: z3.FuncDeclRef, cases: Sequence[tuple[str, Sexp]]) -> Sexp:
    """The definition of a function by its values; a declaration where there are no entities."""
    name, domain, range_ = symbol(_name(decl)), sort_name(decl.domain(0)), sort_name(decl.range())
    if not cases:
        return ("declare-fun", name, (domain,), range_)
    value = cases[-1][1]
    for entity, other in reversed(cases[:-1]):
        value = ("ite", ("=", "x", entity), other, value)
    return ("define-fun", name, (("x", domain),), range_, value)


def _instances(universals: Sequence[tuple[str, str]], named: Sequence[tuple[str, str]]) -> Part:
    """What universals say of the entities that a run names; the others do not matter to it."""
    lines = [
        layout(("assert", ("=>", own, (f"{own}.at", name))))
        for own, sort in universals
        for name, other in named
        if other == sort
    ]
    return Part("instances", "\n".join(lines))
