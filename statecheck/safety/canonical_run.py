"""The canonical run among all shortest ones."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import z3

from statecheck.claims.concrete_run import ConcreteRun
from statecheck.safety.run_decoding import decoded_run
from statecheck.safety.unrolling import Target, Unrolling
from statecheck.smt.solving import true_in
from statecheck.symbolic.vocabulary import States


def canonical_run(
    unrolling: Unrolling,
    target: Target,
    literal: z3.BoolRef,
    model: z3.ModelRef,
    *required: z3.BoolRef,
) -> ConcreteRun:
    """The canonical run that meets a target at the present depth, where a model does; ``required``
    are other terms that hold in the model, and are to hold of the run.

    Of all runs of this length it takes the actions that are declared first, step by step, then
    constants of the system as they are declared, no entity that it can do without, and what its
    types prefer: an entity that has come before, the first member, or a number that the system
    names; failing that, the number nearest to the first of these, or to 0. So it does not depend on
    what the solver was asked before.
    """
    unrolling.flush()
    asserted = unrolling.asserted
    unrolling.solver.push()
    try:
        unrolling.solver.add(literal, *required)
        preferred = _Preference(unrolling, target, literal).of(model)
        return decoded_run(unrolling, preferred, target, literal)
    finally:
        unrolling.solver.pop()
        unrolling.asserted = asserted


class _Preference:
    """The choice of the run that is preferred, among those that the solver admits at present."""

    def __init__(self, unrolling: Unrolling, target: Target, literal: z3.BoolRef) -> None:
        self.unrolling, self.target, self.literal = unrolling, target, literal
        self._leading: dict[str, list[z3.FuncDeclRef]] = defaultdict(list)
        for function in unrolling.grounding.functions:
            self._leading[function.domain(0).name()].append(function)

    def of(self, model: z3.ModelRef) -> z3.ModelRef:
        """The model of the preferred run, of those that the solver admits at present."""
        transitions = self.unrolling.transitions
        names = list(transitions.actions)
        for layer in self.unrolling.layers:
            while True:
                earlier = names[: names.index(self.unrolling.taken(model, layer).name)]
                choices = [layer.action == transitions.actions[name] for name in earlier]
                better = self.unrolling.check(z3.Or(*choices)) if choices else None
                if better is None:
                    break
                model = better
            self.unrolling.solver.add(layer.action == transitions.actions[names[len(earlier)]])
        for name, type_, default in transitions.info.constants:
            constant = transitions.vocabulary.constants[name]
            first = transitions.vocabulary.literal(default)
            options, start = self._options(type_)
            model = self._prefer(constant, [first, *options], start, model)
        settled: dict[int, z3.ExprRef] = {}
        while True:
            for term, options, start in self._choices(model):
                if term.get_id() not in settled:
                    settled[term.get_id()] = term
                    better = self._prefer(term, options, start, model)
                    if better is not model:
                        # Which terms are about the same entity may have changed.
                        model = better
                        break
            else:
                return model

    def _prefer(
        self,
        term: z3.ExprRef,
        options: Iterable[z3.ExprRef],
        start: int | None,
        model: z3.ModelRef,
    ) -> z3.ModelRef:
        """Give a term the first value that some model admits, a number failing these the one that
        is nearest to ``start``; return that model.
        """
        known = list(options)
        while True:
            taken = (i for i, option in enumerate(known) if true_in(model, term == option))
            at = next(taken, len(known))
            better = (
                self.unrolling.check(z3.Or(*(term == option for option in known[:at])))
                if at
                else None
            )
            if better is None:
                break
            model = better
        if at < len(known):
            self.unrolling.solver.add(term == known[at])
        elif start is not None:
            return self._nearest(term, start, model)
        return model

    def _nearest(self, term: z3.ArithRef, start: int, model: z3.ModelRef) -> z3.ModelRef:
        """Give a number the value that is nearest to another; return a model that has it."""
        least, most = 0, _distance(model, term, start)
        while least < most:
            middle = (least + most) // 2
            within = z3.And(term >= start - middle, term <= start + middle)
            better = self.unrolling.check(within)
            if better is None:
                least = middle + 1
            else:
                model, most = better, _distance(better, term, start)
        ends = [z3.IntVal(start + most), z3.IntVal(start - most)]
        return self._prefer(term, ends, None, model)

    def _choices(
        self, model: z3.ModelRef
    ) -> Iterable[tuple[z3.ExprRef, Sequence[z3.ExprRef], int | None]]:
        """The open choices of a run in its initial state and its arguments, with the values that it
        is to take, the best first; before that, the entities that it is to do without if it can. A
        number also has the one that it is to be near to.
        """
        for needed, _ in self.unrolling.witnesses(
            (self.literal, *self.target.required_entities), model
        ):
            yield needed, [z3.BoolVal(False)], None
        before: dict[str, list[z3.ExprRef]] = {}
        for term in self._entities(model):
            known = before.setdefault(term.sort().name(), [])
            yield term, known, None
            if not any(true_in(model, term == other) for other in known):
                known.append(term)
        vocabulary = self.unrolling.transitions.vocabulary
        for key, type_ in vocabulary.types.items():
            options, start = self._options(type_)
            if key not in self.unrolling.transitions.initial and options:
                for entity in before.get(key.entity, ()):
                    yield vocabulary.functions[key](entity), options, start
        for layer in self.unrolling.layers:
            command = self.unrolling.taken(model, layer)
            for (_, type_, _), constant in zip(
                command.parameters, layer.arguments[command.name], strict=True
            ):
                yield constant, *self._options(type_)
        for _, type_, constant in self.target.variables:
            yield constant, *self._options(type_)

    def _entities(self, model: z3.ModelRef) -> Iterable[z3.ExprRef]:
        """The terms for the entities of a run: those that it names, and what these lead to."""
        named = [
            constant
            for layer in self.unrolling.layers
            for constant in layer.arguments[self.unrolling.taken(model, layer).name]
        ]
        named += [constant for _, _, constant in self.target.variables]
        named += [
            witness
            for _, witness in self.unrolling.witnesses(
                (self.literal, *self.target.required_entities), model
            )
        ]
        for term in named:
            if term.sort_kind() == z3.Z3_UNINTERPRETED_SORT:
                yield term
                following = [function(term) for function in self._leading[term.sort().name()]]
                # Where references lead round in a circle, only so many terms are known.
                known = self.unrolling.grounding.terms
                named += [t for t in following if t.get_id() in known[t.sort().name()]]

    def _options(self, type_: Any) -> tuple[Sequence[z3.ExprRef], int | None]:
        """The values of a type that runs are to prefer, none for entities; for numbers also where
        others are to be near to.
        """
        if type_ in self.unrolling.numbers:
            numbers = self.unrolling.numbers[type_]
            start = numbers.preferred[0] if numbers.preferred else numbers.low
            return [z3.IntVal(number) for number in numbers.preferred], start
        if isinstance(type_, States):
            return [type_.value(member) for member in type_.members], None
        if issubclass(type_, enum.Enum | bool):
            members = type_ if issubclass(type_, enum.Enum) else (False, True)
            literal = self.unrolling.transitions.vocabulary.literal
            return [literal(member) for member in members], None
        if issubclass(type_, int):
            return [z3.IntVal(0)], 0
        return (), None


def _distance(model: z3.ModelRef, term: z3.ArithRef, start: int) -> int:
    value: int = model.eval(term, model_completion=True).as_long()
    return abs(value - start)
