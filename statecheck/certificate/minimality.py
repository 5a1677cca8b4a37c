"""Obligations that there is no shorter run, whatever the number of entities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import z3

from statecheck.certificate.obligations import ObligationWriter, SmtObligation, folder
from statecheck.certificate.run_obligations import own_name, state_mark
from statecheck.certificate.sections import SmtSection
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
from statecheck.safety.properties import Property
from statecheck.safety.step_template import StepConstants, lookups, merge_writes
from statecheck.safety.unrolling import Unrolling
from statecheck.smt.grounding import polarities
from statecheck.smt.substitution import substitute_in_turn
from statecheck.symbolic.vocabulary import Key


class MinimalityObligations:
    """Writes the obligations about runs that are too short."""

    def __init__(self, obligations: ObligationWriter) -> None:
        self.base = obligations
        self.transitions = obligations.transitions
        self.writer = obligations.writer
        self.unrolling = Unrolling(self.transitions)
        self.lookups = lookups(self.transitions)

    def of_claim(self, claim: Claim, formula: Property, steps: int) -> Iterator[SmtObligation]:
        """No run of fewer steps ends as a claim's shortest run does, whatever the sizes."""
        keys = self.transitions.relevance.of([formula.holds])
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
                state=state_mark(last),
                after=state_mark(last + 1),
                constants=self._constants(last),
            )
            ends: Sexp = "claim" if claim.kind is Kind.POSSIBLE else ("not", "claim")
            enabled: list[Sexp] = [("assert", f"enabled@{index}") for index in range(depth)]
            yield SmtObligation(
                f"{folder(claim)}/no-run-of-{depth}.smt2",
                "shorter",
                (("claim", claim.title), ("steps", depth)),
                f"{claim.title}: no run of {depth} steps ends so, at any size.",
                (*parts, said, _instances(universals, named)),
                (*enabled, ("assert", "reading"), ("assert", ends)),
            )

    def _constants(self, index: int) -> dict[str, Sexp]:
        """The names of the action and the arguments of a step; actions share arguments."""
        names: dict[str, Sexp] = {own_name(self.transitions.action): f"action@{index}"}
        for command in self.transitions.commands:
            slots = StepConstants(index)
            for _, _, parameter in command.parameters:
                names[own_name(parameter)] = symbol(own_name(slots.take(parameter.sort())))
        return names

    def _any_first(self) -> SmtSection:
        """Any first state: what it leaves open is any, the rest is what it has to be."""
        fixed = {str(key) for key in self.transitions.initial}
        lines = [layout(item) for item in self.writer.functions() if str(item[1]) not in fixed]
        lines += [
            layout(self.base.defined(key, "", self.base.first(key)))
            for key in self.transitions.initial
        ]
        return SmtSection("any first state", "\n".join(lines))

    def _any_step(self, index: int, keys: set[Key]) -> _AnyStep:
        """Any step: its action, its arguments, what they lead to, and the state after it.

        Written as the search has it, in names for the entities of each step: from the functions
        of one state to those of the next by cases, over the actions that make a difference.
        """
        transitions, writer = self.transitions, self.writer
        at = At(state_mark(index))
        action = z3.Const(f"action@{index}", transitions.action.sort())
        constants: dict[str, z3.ExprRef] = {own_name(action): action}
        led: list[Sexp] = []
        guards: list[Sexp] = []
        every: list[tuple[z3.ExprRef, z3.ExprRef]] = []
        renamed: dict[str, list[tuple[z3.ExprRef, z3.ExprRef]]] = {}
        for command in transitions.commands:
            chosen = ("=", own_name(action), constructor(transitions.actions[command.name]))
            slots = StepConstants(index)
            pairs = [(own, slots.take(own.sort())) for _, _, own in command.parameters]
            for template in self.lookups[command.name]:
                term = substitute_in_turn(template, pairs)
                pairs.append((term, slots.take(term.sort())))
                equal = ("=", symbol(own_name(pairs[-1][1])), writer.write(term, at))
                led.append(("assert", ("=>", chosen, equal)))
            for _, constant in pairs:
                constants[own_name(constant)] = constant
            guard = self._without_universals(substitute_in_turn(command.guard, pairs), index, every)
            guards.append(("=>", chosen, writer.write(guard, at)))
            renamed[command.name] = pairs
        lines = [
            layout(("declare-const", symbol(name), sort_name(constant.sort())))
            for name, constant in constants.items()
        ]
        lines += map(layout, led)
        universals = []
        for name, quantifier in every:
            own, sort = own_name(name), quantifier.var_sort(0)
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
                    substitute_in_turn(command.updates[key].value, renamed[command.name]),
                )
                for command in transitions.commands
                if key in command.updates
            ]
            value = z3.simplify(merge_writes(decl(variable), writes))
            body = writer.write(
                value,
                At(state_mark(index), constants={own_name(variable): "x"}),
                transitions.vocabulary.types[key],
            )
            lines.append(layout(self.base.defined(key, state_mark(index + 1), body)))
        entities = [
            (symbol(name), sort_name(constant.sort())) for name, constant in constants.items()
        ]
        return _AnyStep(SmtSection(f"any step {index + 1}", "\n".join(lines)), entities, universals)

    def _without_universals(
        self, guard: z3.BoolRef, index: int, found: list[tuple[z3.ExprRef, z3.ExprRef]]
    ) -> z3.BoolRef:
        """A guard with a Boolean in place of each "every entity": a weaker guard.

        That is kept to sorts that no function leads to: their entities have names in a run.
        """
        lookups = {function.range().name() for function in self.unrolling.grounding.functions}
        for quantifier, signs in polarities(guard):
            if signs != {not quantifier.is_exists()} or quantifier.var_sort(0).name() in lookups:
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

    part: SmtSection
    entities: list[tuple[str, str]]
    universals: list[tuple[str, str]]


def _instances(
    universals: Sequence[tuple[str, str]], named: Sequence[tuple[str, str]]
) -> SmtSection:
    """The instances of universals for the entities that a run names; no others matter to it."""
    lines = [
        layout(("assert", ("=>", own, (f"{own}.at", name))))
        for own, sort in universals
        for name, other in named
        if other == sort
    ]
    return SmtSection("instances", "\n".join(lines))
