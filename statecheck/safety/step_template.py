"""One step of any run, written once: a step of a search is this pattern in constants of its own.

Each command takes the constants from the first on, for only one of them is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import z3

from statecheck.smt.quantifiers import polarities
from statecheck.smt.roles import of_step, step_constant
from statecheck.smt.substitution import Renaming, substitute_in_turn
from statecheck.smt.terms import has_quantifier, in_range, subterms
from statecheck.symbolic.commands import Command, Update
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key

Pairs = Sequence[tuple[z3.ExprRef, z3.ExprRef]]


class StepConstants:
    """The constants of one step, by sort; each command takes them from the first on."""

    def __init__(self, mark: int | str) -> None:
        self.mark = mark
        self.taken: dict[str, int] = {}

    def take(self, sort: z3.SortRef) -> z3.ExprRef:
        """The next constant of a sort."""
        ordinal = self.taken[sort.name()] = self.taken.get(sort.name(), 0) + 1
        return step_constant(f"{sort.name().lower()}{ordinal}", sort, self.mark)


@dataclass(frozen=True)
class CommandInstance:
    """A step that takes a command.

    ``arguments`` are the command's; ``named`` has what stands for the entities that it names, to be
    put in one after the other; ``entities`` are all of its constants that stand for one. ``facts``
    hold of every such step, and ``guard`` too, which has quantifiers if ``quantified``.
    ``quantifiers`` are those of the guard, with their signs. ``asked`` are those of updates that
    are the same for every entity, each with the constant that stands for it.
    """

    command: Command
    arguments: tuple[z3.ExprRef, ...]
    named: Pairs
    entities: Sequence[z3.ExprRef]
    facts: Sequence[z3.BoolRef]
    guard: z3.BoolRef
    quantified: bool
    quantifiers: Sequence[tuple[z3.ExprRef, set[bool]]]
    asked: Pairs


def step_template(
    transitions: TransitionSystem, numbered: Mapping[type, tuple[int, int]]
) -> StepTemplate:
    """The template of a system's step; kept, for each unrolling needs it."""
    key = "step template", tuple(numbered.items())
    template: StepTemplate = transitions.once(key, lambda: StepTemplate(transitions, numbered))
    return template


class StepTemplate:
    """The step of a system, in constants that every step has its own of.

    ``numbered`` says that a parameter is a number of its type. ``values`` are what the functions of
    the state become, over ``Var(0)``.
    """

    def __init__(
        self, transitions: TransitionSystem, numbered: Mapping[type, tuple[int, int]]
    ) -> None:
        self.transitions = transitions
        self.action = step_constant("action", transitions.action.sort())
        self.constants = {self.action.get_id(): self.action}
        self.choices: dict[str, CommandInstance] = {}
        looked_up = lookups(transitions)
        for command in transitions.commands:
            slots = StepConstants("")
            pairs = [(own, slots.take(own.sort())) for _, _, own in command.parameters]
            arguments = tuple(constant for _, constant in pairs)
            facts = []
            for (_, type_, _), constant in zip(command.parameters, arguments, strict=True):
                if type_ in numbered:
                    low, high = numbered[type_]
                    facts.append(in_range(constant, low, high))
            for template in looked_up[command.name]:
                term = substitute_in_turn(template, pairs)
                pairs.append((term, slots.take(term.sort())))
                facts.append(z3.Implies(self.chosen(command), pairs[-1][1] == term))
            constants = [constant for _, constant in pairs]
            self.constants.update((constant.get_id(), constant) for constant in constants)
            guard = substitute_in_turn(command.guard, pairs)
            self.choices[command.name] = CommandInstance(
                command,
                arguments,
                pairs,
                [c for c in constants if c.sort().kind() == z3.Z3_UNINTERPRETED_SORT],
                facts,
                z3.Implies(self.chosen(command), guard),
                has_quantifier(guard),
                polarities(guard),
                self._asked(command, pairs),
            )
        self.quantified = has_quantifier(
            *(u.value for u in transitions.initial.values()),
            *(u.value for command in transitions.commands for u in command.updates.values()),
        )
        self._values: dict[Key, z3.ExprRef] = {}

    @cached_property
    def exists_when(self) -> dict[int, z3.BoolRef]:
        """When a constant stands for an entity: when the step takes a command that it belongs to.

        By the number of the constant. Of a kind that the step has nothing to do with there may be
        no entity at all.
        """
        owners: dict[int, list[z3.BoolRef]] = {}
        for choice in self.choices.values():
            for constant in choice.entities:
                owners.setdefault(constant.get_id(), []).append(self.chosen(choice.command))
        return {key: z3.Or(*chosen) for key, chosen in owners.items()}

    def chosen(self, command: Command) -> z3.BoolRef:
        """The formula by which the step takes a command."""
        taken: z3.BoolRef = self.action == self.transitions.actions[command.name]
        return taken

    def value(self, key: Key) -> z3.ExprRef:
        """The next value of a function of the state, over ``Var(0)``."""
        if key not in self._values:
            decl = self.transitions.vocabulary.functions[key]
            variable = self.transitions.world.variable(key)
            writes = [
                (self.chosen(choice.command), self._written(choice, update))
                for choice in self.choices.values()
                if (update := choice.command.updates.get(key)) is not None
            ]
            value = merge_writes(decl(variable), writes)
            value = z3.substitute(value, (variable, z3.Var(0, decl.domain(0))))
            self._values[key] = z3.simplify(value)
        return self._values[key]

    def _asked(self, command: Command, named: Pairs) -> Pairs:
        """The quantified formulas of a command's updates that are the same for every entity, each
        with a constant that stands for it: they are asked once, not in each state that follows.
        """
        asked: dict[int, tuple[z3.ExprRef, z3.ExprRef]] = {}
        for update in command.updates.values():
            for quantifier, _ in polarities(substitute_in_turn(update.value, named)):
                if any(part.eq(update.variable) for part in subterms(quantifier)):
                    continue
                if quantifier.get_id() not in asked:
                    name = f"{command.name}.asks{len(asked) + 1}"
                    constant = step_constant(name, z3.BoolSort())
                    self.constants[constant.get_id()] = constant
                    asked[quantifier.get_id()] = quantifier, constant
        return list(asked.values())

    @staticmethod
    def _written(choice: CommandInstance, update: Update) -> z3.ExprRef:
        """The writes of a command, in the constants of the step."""
        value = substitute_in_turn(update.value, choice.named)
        return z3.substitute(value, *choice.asked) if choice.asked else value

    def at(self, depth: int) -> Renaming:
        """The pattern's constants become those of the step at a depth."""
        own = self.constants.values()
        return Renaming([(c, of_step(c, depth)) for c in own])


def lookups(transitions: TransitionSystem) -> dict[str, list[z3.ExprRef]]:
    """The entities that each command looks up from its parameters, the nearest first.

    A step has a constant for each, such as the lift that a call is for: the states after it
    grow by names, not by the history behind them.
    """
    result = {}
    for command in transitions.commands:
        entities: dict[int, z3.ExprRef] = {}
        parameters = {parameter.get_id() for _, _, parameter in command.parameters}
        values = [update.value for update in command.updates.values()]
        seen: set[int] = set()
        for term in (command.guard, *values):
            for part in subterms(term, seen):
                if not z3.is_app(part) or part.num_args() != 1:
                    continue
                if part.sort().kind() == z3.Z3_UNINTERPRETED_SORT:
                    inner = [p for p in subterms(part) if z3.is_var(p) or p.num_args() == 0]
                    if all(p.get_id() in parameters for p in inner):
                        entities[part.get_id()] = part
        result[command.name] = sorted(entities.values(), key=lambda t: (len(str(t)), str(t)))
    return result


def merge_writes(old: z3.ExprRef, writes: Iterable[tuple[z3.BoolRef, z3.ExprRef]]) -> z3.ExprRef:
    """The next value of a function: ``old``, or the value that the one chosen action writes.

    Sorted by what is written rather than by who writes it: one condition for each value.
    """
    if z3.is_bool(old):
        gained: list[z3.BoolRef] = []
        lost: list[z3.BoolRef] = []
        for chosen, value in writes:
            from_false = z3.simplify(z3.substitute(value, (old, z3.BoolVal(False))))
            from_true = z3.simplify(z3.substitute(value, (old, z3.BoolVal(True))))
            if not z3.is_false(from_false):
                gained.append(z3.And(chosen, from_false))
            if not z3.is_true(from_true):
                lost.append(z3.And(chosen, z3.Not(from_true)))
        return z3.If(old, z3.Not(z3.Or(*lost)), z3.Or(*gained))
    values: list[tuple[z3.ExprRef, list[z3.BoolRef]]] = []
    for chosen, value in writes:
        for conditions, leaf in _cases(value, old):
            same = next((known for term, known in values if term.eq(leaf)), None)
            if same is None:
                values.append((leaf, same := []))
            same.append(z3.And(chosen, *conditions))
    result = old
    for leaf, conditions in reversed(values):
        result = z3.If(z3.Or(*conditions), leaf, result)
    return result


def _cases(
    term: z3.ExprRef, old: z3.ExprRef
) -> Iterable[tuple[tuple[z3.BoolRef, ...], z3.ExprRef]]:
    """When a term is which value, but for ``old``."""
    if term.eq(old):
        return
    if term.decl().kind() != z3.Z3_OP_ITE:
        yield (), term
        return
    condition, then, other = term.children()
    for conditions, leaf in _cases(then, old):
        yield (condition, *conditions), leaf
    for conditions, leaf in _cases(other, old):
        yield (z3.Not(condition), *conditions), leaf
