"""The runs of a system, unrolled from the initial states, for any number of entities."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import z3

from statecheck.claims.concrete_run import IntegerType
from statecheck.clock import TimeLeft, unlimited
from statecheck.modeling import Variant
from statecheck.safety.step_template import StepTemplate, step_template
from statecheck.smt.grounding import GENERATIONS, Grounding, entity_functions
from statecheck.smt.quantifiers import polarities
from statecheck.smt.solving import ground_solver, is_satisfiable, limited, true_in
from statecheck.smt.substitution import Macros, Renaming, substitute_in_turn
from statecheck.smt.terms import (
    entity_constants,
    has_quantifier,
    in_range,
    is_entity,
    uninterpreted,
)
from statecheck.symbolic.commands import Command, Update
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key


@dataclass(frozen=True, eq=False)
class Target:
    """Something to be met by the last step of a run, or by the last state.

    ``term`` is over the functions before the step and, primed, after it. ``variables`` are its
    constants, ``variant`` fixes constants of the system. The entities that make
    ``required_entities`` true belong to the run although neither actions nor variables lead to
    them.
    """

    name: str
    term: z3.BoolRef
    on_step: bool
    variables: tuple[tuple[str, Any, z3.ExprRef], ...]
    variant: Variant
    required_entities: tuple[z3.BoolRef, ...] = ()


@dataclass
class Layer:
    """One step of the unrolling: its action, its arguments, and the functions before and after it.

    ``own`` makes the template's constants those of the step, ``renaming`` the constants of a
    target; ``functions`` expands the functions of a target. ``stand_ins`` has what stands for the
    quantified formulas that each action asks for.
    """

    action: z3.ExprRef
    arguments: dict[str, tuple[z3.ExprRef, ...]]
    own: Renaming
    before: Macros
    after: Macros
    renaming: Renaming
    functions: Macros
    stand_ins: dict[str, list[z3.ExprRef]]


class Unrolling:
    """The runs of a system, step by step, as ground formulas over the initial state.

    The functions of ``initial`` are known in the first state; those of all initial states, unless
    others are given.
    """

    def __init__(
        self,
        transitions: TransitionSystem,
        *,
        seed: int = 0,
        time_left: TimeLeft = unlimited,
        numbers: Mapping[type, IntegerType] | None = None,
        initial: Mapping[Key, Update] | None = None,
        generations: int = GENERATIONS,
    ) -> None:
        self.transitions = transitions
        self.initial = transitions.initial if initial is None else initial
        self.time_left = time_left
        self.numbers = numbers or {}
        vocabulary = transitions.vocabulary
        self.grounding = Grounding(
            entity_functions([*vocabulary.references.values(), *vocabulary.functions.values()]),
            generations,
        )
        self.grounding.constraints.extend(transitions.ranges)
        transitions.assume_axioms(self.grounding)
        self.solver = ground_solver(seed)
        self.layers: list[Layer] = []
        self.asserted = 0
        self._scanned = 0
        self._later: list[z3.BoolRef] = []
        self._seen: set[int] = set()
        self._atoms: list[z3.ExprRef] = []
        self.meaning: dict[int, z3.BoolRef] = {}
        self._stand_ins: dict[int, list[z3.BoolRef]] = {}
        self._shapes: dict[Target, Any] = {}
        self._keys: dict[Target, set[Key]] = {}
        self.is_whole = True
        self.seconds = 0.0
        self.queries = 0
        for key, decl in vocabulary.functions.items():
            bounds = self.numbers.get(vocabulary.types[key])
            if bounds is not None and key not in self.initial:
                self.grounding.forall(key.entity, partial(self._within, decl, bounds))
        self._first = self._macros(
            (decl, self.initial[key].at(z3.Var(0, decl.domain(0))))
            for key, decl in vocabulary.functions.items()
            if key in self.initial
        )

    def _within(self, decl: z3.FuncDeclRef, numbers: IntegerType, entity: z3.ExprRef) -> z3.BoolRef:
        """The formula by which a number of the first state is one of its type.

        Where an entity is known by its place alone, such as the lift that a call was for, that
        is demanded once a model needs it: see ``check``.
        """
        within = in_range(decl(entity), numbers.low, numbers.high)
        if z3.is_const(entity):
            return within
        self._later.append(within)
        return z3.BoolVal(True)

    @property
    def constraints(self) -> list[z3.BoolRef]:
        """The formulas that make the terms of the unrolling a run."""
        return self.grounding.constraints

    def atoms(self) -> list[z3.ExprRef]:
        """The terms whose values make a run: constants, and functions of the initial state."""
        for constraint in self.constraints[self._scanned :]:
            self._atoms += uninterpreted(constraint, self._seen)
        self._scanned = len(self.constraints)
        return [*self._atoms]

    @property
    def depth(self) -> int:
        """The number of steps unrolled."""
        return len(self.layers)

    def state(self, depth: int) -> Macros:
        """The functions of the state after some steps."""
        return self.layers[depth - 1].after if depth else self._first

    def extend(self, targets: Iterable[Target] | None = None) -> None:
        """Unroll one more step; of the state after it only the functions that these
        targets depend on, if given.

        Later targets have to be among them. Raises Timeout, and then the unrolling is not whole.
        """
        self.is_whole = False
        transitions, template = self.transitions, self._template
        before = self.state(self.depth)
        own = template.at(self.depth)
        keys = set(transitions.keys) if targets is None else self._relevant(targets)
        arguments = {}
        stand_ins: dict[str, list[z3.ExprRef]] = {}
        for name, choice in template.choices.items():
            self.time_left()
            arguments[name] = tuple(map(own, choice.arguments))
            self.constraints.extend(self.expanded(own(fact), before) for fact in choice.facts)
            for constant in choice.entities:
                self.grounding.entity(own(constant), own(template.exists_when[constant.get_id()]))
            guard = own(choice.guard)
            stand_ins[name] = [
                self.grounding.name(before(own(quantifier)), signs)
                for quantifier, signs in choice.quantifiers
            ]
            for quantifier, constant in choice.asked:
                stand_ins[name].append(self.grounding.name(before(own(quantifier)), {True, False}))
                self.constraints.append(own(constant) == stand_ins[name][-1])
            self.constraints.append(
                self.grounding.expand(guard, before)
                if choice.quantified
                else self.expanded(guard, before)
            )
        functions = transitions.vocabulary.functions.items()
        after = self._macros(
            [(d, before(own(template.value(key)))) for key, d in functions if key in keys]
        )
        nexts = {str(key): decl for key, decl in transitions.next_vocabulary.functions.items()}
        # Claims name a command's parameters only beside the choice of that command.
        pairs = [(transitions.action, own(template.action))]
        for command in transitions.commands:
            shared = arguments[command.name]
            pairs += [(p, c) for (_, _, p), c in zip(command.parameters, shared, strict=True)]
        primed = [(nexts[decl.name()], value) for decl, value in after]
        self.layers.append(
            Layer(
                own(template.action),
                arguments,
                own,
                before,
                after,
                Renaming(pairs),
                self._macros([*before, *primed]),
                stand_ins,
            )
        )
        self.flush()
        self.is_whole = True

    def _macros(self, pairs: Iterable[tuple[z3.FuncDeclRef, z3.ExprRef]]) -> Macros:
        """The functions of a state, which has quantifiers only where some update has one."""
        return Macros(pairs, quantified=None if self._template.quantified else False)

    def expanded(self, term: z3.ExprRef, macros: Macros) -> Any:
        """A term with its functions expanded; ground, whatever their values are."""
        expanded = macros(term)
        if macros.quantified or has_quantifier(term):
            return self.grounding.ground(expanded)
        return expanded

    def _relevant(self, targets: Iterable[Target]) -> set[Key]:
        """The functions of the state that some target depends on."""
        relevant: set[Key] = set()
        for target in targets:
            if target not in self._keys:
                self._keys[target] = self.transitions.relevance.of([target.term])
            relevant |= self._keys[target]
        return relevant

    @cached_property
    def _template(self) -> StepTemplate:
        ranges = {type_: (numbers.low, numbers.high) for type_, numbers in self.numbers.items()}
        return step_template(self.transitions, ranges)

    def named(self, layer: Layer, command: Command, term: z3.ExprRef) -> z3.ExprRef:
        """The constant for an entity that a command names, in a step that takes the command."""
        return layer.own(substitute_in_turn(term, self._template.choices[command.name].named))

    def flush(self) -> None:
        """Assert the constraints that have come since."""
        self.asserted = self.grounding.assert_into(self.solver, self.asserted)

    def literal_for(self, target: Target) -> z3.BoolRef:
        """A Boolean for a target at the last step or state; ``meaning`` has its formula."""
        if target.on_step:
            renaming, functions = self.layers[-1].renaming, self.layers[-1].functions
        else:
            renaming, functions = Renaming(), self.state(self.depth)
        if target not in self._shapes:
            constants = entity_constants(target.term)
            # A variable stands for an entity that exists, whether or not the term names it.
            named = {constant.get_id() for constant in constants}
            variables = [v for _, _, v in target.variables if is_entity(v)]
            constants += [v for v in variables if v.get_id() not in named]
            self._shapes[target] = constants, polarities(target.term)
        entities, quantified = self._shapes[target]
        # The constants of a step exist when it takes their action, which the target need not ask.
        own = [e for e in entities if renaming(e).eq(e)]
        conditions = [c for e in own for c in self.grounding.suppose(e)]
        for entity in entities:
            self.grounding.entity(renaming(entity))
        stand_ins = [
            (quantifier, self.grounding.name(functions(renaming(quantifier)), signs))
            for quantifier, signs in quantified
        ]
        term = z3.substitute(target.term, *stand_ins) if stand_ins else target.term
        name = z3.FreshBool("goal")
        within = [
            in_range(value, self.numbers[type_].low, self.numbers[type_].high)
            for _, type_, value in target.variables
            if type_ in self.numbers
        ]
        under = self.transitions.variant_constraints(target.variant)
        said = self.expanded(renaming(term), functions)
        self.meaning[name.get_id()] = z3.And(said, *conditions, *under, *within)
        self._stand_ins[name.get_id()] = [stand_in for _, stand_in in stand_ins]
        self.solver.add(name == self.meaning[name.get_id()])
        return name

    def check(self, *terms: z3.BoolRef, work: int | None = None) -> z3.ModelRef | None:
        """A model in which terms hold in addition, or None. Raises Timeout, and OutOfWork where it
        would take more ``work``.
        """
        self.flush()
        asked = z3.FreshBool("asked")
        self.solver.add(z3.Implies(asked, z3.And(*terms)))
        started = time.perf_counter()
        # An assumption rather than a scope of its own: what the solver learns stays.
        with limited(self.solver, work):
            satisfiable = is_satisfiable(self.solver, (asked,), self.time_left)
        self.seconds += time.perf_counter() - started
        self.queries += 1
        if not satisfiable:
            return None
        model = self.solver.model()
        if not true_in(model, z3.And(*self._later)):
            demanded = [within for within in self._later if not true_in(model, within)]
            self._later = [within for within in self._later if true_in(model, within)]
            self.constraints.extend(demanded)
            return self.check(*terms, work=work)
        return model

    def witnesses(
        self, literals: Iterable[z3.BoolRef], model: z3.ModelRef
    ) -> Iterator[tuple[z3.BoolRef, z3.ExprRef]]:
        """The entities that make the quantified formulas behind literals true in a model, and those
        that the steps of its run ask for; each with the condition on which it is one.
        """
        parts = [
            part
            for literal in literals
            if true_in(model, literal)
            for part in self._stand_ins.get(literal.get_id(), ())
        ]
        for layer in self.layers:
            parts += layer.stand_ins[self.taken(model, layer).name]
        known = [w for part in parts if (w := self.grounding.witnesses.get(part.get_id()))]
        for witness in (*known, *self.grounding.nested_witnesses):
            if true_in(model, witness[0]):
                yield witness

    def taken(self, model: z3.ModelRef, layer: Layer) -> Command:
        """The command that a model's run takes in a step."""
        chosen = model.eval(layer.action, model_completion=True)
        return next(
            command
            for command in self.transitions.commands
            if self.transitions.actions[command.name].eq(chosen)
        )
