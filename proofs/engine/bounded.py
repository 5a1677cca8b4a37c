"""Shortest runs at any size: bounded search from the initial states, for any number of entities.

One unrolling serves every goal. A goal is met at the first depth that admits it, and every lesser
depth was unsatisfiable, whatever the number of entities.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import z3

from proofs.engine.ask import ask
from proofs.engine.claims import Reading
from proofs.engine.extract import Command, subterms
from proofs.engine.ground import Grounding, entity_functions, solver
from proofs.engine.induction import Timeout
from proofs.engine.transitions import Transitions
from proofs.engine.vocabulary import States


@dataclass(frozen=True)
class Numbers:
    """A type of numbers: its least and greatest member, and those that runs are to prefer."""

    low: int
    high: int
    preferred: tuple[int, ...]

    def include(self, term: z3.ArithRef) -> z3.BoolRef:
        """That a term is a number of the type."""
        return z3.And(term >= self.low, term <= self.high)


@dataclass(frozen=True, eq=False)
class Goal:
    """Something to be met by the last step of a run, or by the last state.

    ``term`` is over the functions before the step and, primed, after it. ``variables`` are its
    constants, ``reading`` fixes constants of the system. ``besides`` gives entities that a run
    needs although neither its actions nor the variables lead to them.
    """

    name: str
    term: z3.BoolRef
    on_step: bool
    variables: tuple[tuple[str, Any, z3.ExprRef], ...]
    reading: Reading
    besides: Callable[[z3.ModelRef], Iterable[z3.ExprRef]] = lambda _: ()


@dataclass(frozen=True)
class Found:
    """A model of a shortest run: the entities' numbers by sort, and everything about the start.

    ``initial`` gives references, and what an initial state leaves open, at every entity,
    ``constants`` the system's constants, ``steps`` actions with arguments, ``witness`` the goal's
    variables and ``types`` their types, ``besides`` what else the run needs, by sort. Entities are
    numbers, enumeration members names, other values plain.
    """

    sizes: dict[str, int]
    initial: dict[str, list[Any]]
    constants: dict[str, Any]
    steps: tuple[tuple[str, tuple[Any, ...]], ...]
    witness: tuple[Any, ...]
    types: tuple[Any, ...]
    besides: tuple[tuple[str, int], ...] = ()


@dataclass
class _Layer:
    """One step of the unrolling: its action, its parameters, what stands for the entities that each
    command names, and the functions before and after it.
    """

    action: z3.ExprRef
    arguments: dict[str, tuple[z3.ExprRef, ...]]
    named: dict[str, list[tuple[z3.ExprRef, z3.ExprRef]]]
    before: list[tuple[z3.FuncDeclRef, z3.ExprRef]]
    after: list[tuple[z3.FuncDeclRef, z3.ExprRef]]


def _within(decl: z3.FuncDeclRef, numbers: Numbers, entity: z3.ExprRef) -> z3.BoolRef:
    return numbers.include(decl(entity))


class _Slots:
    """The constants of one step, by sort; each command takes them from the first on."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.taken: dict[str, int] = {}

    def take(self, sort: z3.SortRef) -> z3.ExprRef:
        """The next constant of a sort."""
        ordinal = self.taken[sort.name()] = self.taken.get(sort.name(), 0) + 1
        return z3.Const(f"{sort.name().lower()}{ordinal}@{self.depth}", sort)


def rename(term: z3.ExprRef, pairs: Iterable[tuple[z3.ExprRef, z3.ExprRef]]) -> z3.ExprRef:
    """Replace subterms one after the other: later pairs see what earlier ones put in."""
    for pair in pairs:
        term = z3.substitute(term, pair)
    return term


def _together(old: z3.ExprRef, writes: Iterable[tuple[z3.BoolRef, z3.ExprRef]]) -> z3.ExprRef:
    """What a function becomes: ``old``, or what the one action that is chosen writes.

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
            same = next((found for term, found in values if term.eq(leaf)), None)
            if same is None:
                values.append((leaf, same := []))
            same.append(z3.And(chosen, *conditions))
    result = old
    for leaf, found in reversed(values):
        result = z3.If(z3.Or(*found), leaf, result)
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


class Unrolling:
    """The runs of a system, step by step, as ground formulas over the initial state."""

    def __init__(
        self,
        transitions: Transitions,
        *,
        seed: int = 0,
        deadline: Callable[[], float | None] = lambda: None,
        numbers: Mapping[type, Numbers] | None = None,
    ) -> None:
        self.transitions = transitions
        self.deadline = deadline
        self.numbers = numbers or {}
        vocabulary = transitions.vocabulary
        self.grounding = Grounding(
            entity_functions([*vocabulary.references.values(), *vocabulary.functions.values()])
        )
        self.solver = solver(seed)
        self.layers: list[_Layer] = []
        self.asserted = 0
        self._scanned = 0
        self._atoms: dict[int, z3.ExprRef] = {}
        self.meaning: dict[int, z3.BoolRef] = {}
        self.seconds = 0.0
        self.queries = 0
        for key, decl in vocabulary.functions.items():
            bounds = self.numbers.get(vocabulary.types[key])
            if bounds is not None and key not in transitions.initial:
                self.grounding.forall(key.entity, partial(_within, decl, bounds))
        self.start = [
            (decl, transitions.initial[key].at(z3.Var(0, decl.domain(0))))
            for key, decl in vocabulary.functions.items()
            if key in transitions.initial
        ]

    @property
    def constraints(self) -> list[z3.BoolRef]:
        """What makes the terms of the unrolling a run."""
        return self.grounding.constraints

    def atoms(self) -> list[z3.ExprRef]:
        """The terms whose values make a run: constants, and functions of the initial state."""
        for constraint in self.constraints[self._scanned :]:
            self._atoms.update((term.get_id(), term) for term in uninterpreted(constraint))
        self._scanned = len(self.constraints)
        return list(self._atoms.values())

    @property
    def depth(self) -> int:
        """The number of steps unrolled."""
        return len(self.layers)

    def state(self, depth: int) -> list[tuple[z3.FuncDeclRef, z3.ExprRef]]:
        """What the functions of the state are after some steps, for ``substitute_funs``."""
        return self.layers[depth - 1].after if depth else self.start

    def extend(self, goals: Iterable[Goal] | None = None) -> None:
        """Unroll one more step; of the state after it only what these goals depend on, if given.

        Later goals have to be among them.
        """
        transitions = self.transitions
        depth = self.depth
        before = self.state(depth)
        action = z3.Const(f"action@{depth}", transitions.action.sort())
        keys = (
            set(transitions.keys)
            if goals is None
            else transitions.relevant(goal.term for goal in goals)
        )
        arguments = {}
        renamed: dict[str, list[tuple[z3.ExprRef, z3.ExprRef]]] = {}
        for command in transitions.commands:
            chosen = action == transitions.actions[command.name]
            slots = _Slots(depth)
            pairs = [
                (parameter, slots.take(parameter.sort())) for _, _, parameter in command.parameters
            ]
            arguments[command.name] = tuple(constant for _, constant in pairs)
            for (_, type_, _), (_, constant) in zip(command.parameters, pairs, strict=True):
                if type_ in self.numbers:
                    self.constraints.append(self.numbers[type_].include(constant))
            for template in self._led_to[command.name]:
                term = rename(template, pairs)
                constant = slots.take(term.sort())
                pairs.append((term, constant))
                value = z3.substitute_funs(term, *before)
                self.constraints.append(z3.Implies(chosen, constant == value))
            for _, constant in pairs:
                if constant.sort().kind() == z3.Z3_UNINTERPRETED_SORT:
                    self.grounding.entity(constant)
            guard = self.grounding.expand(rename(command.guard, pairs), before)
            self.constraints.append(z3.Implies(chosen, guard))
            renamed[command.name] = pairs
        after = []
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
            value = _together(decl(variable), writes)
            value = z3.substitute(value, (variable, z3.Var(0, decl.domain(0))))
            after.append((decl, z3.substitute_funs(z3.simplify(value), *before)))
        self.layers.append(_Layer(action, arguments, renamed, before, after))
        self.flush()

    def named(self, layer: _Layer, command: Command, term: z3.ExprRef) -> z3.ExprRef:
        """What stands for an entity that a command names, in a step that takes the command."""
        return rename(term, layer.named[command.name])

    @cached_property
    def _led_to(self) -> dict[str, list[z3.ExprRef]]:
        """The entities that each command looks up from its parameters, the nearest first.

        A step has a constant for each, such as the server that an attachment is on: the states
        after it grow by names, not by the history behind them. Commands share these constants and
        those of the parameters, for only one of them is taken.
        """
        result = {}
        for command in self.transitions.commands:
            found: dict[int, z3.ExprRef] = {}
            parameters = {parameter.get_id() for _, _, parameter in command.parameters}
            values = [update.value for update in command.updates.values()]
            for term in (command.guard, *values):
                for part in subterms(term):
                    if not z3.is_app(part) or part.num_args() != 1:
                        continue
                    if part.sort().kind() == z3.Z3_UNINTERPRETED_SORT:
                        inner = [p for p in subterms(part) if z3.is_var(p) or p.num_args() == 0]
                        if all(p.get_id() in parameters for p in inner):
                            found[part.get_id()] = part
            result[command.name] = sorted(found.values(), key=lambda t: (len(str(t)), str(t)))
        return result

    def flush(self) -> None:
        """Assert the constraints that have come since."""
        self.solver.add(*self.grounding.constraints[self.asserted :])
        self.asserted = len(self.grounding.constraints)

    def said_of_last(self, goal: Goal) -> z3.BoolRef:
        """A Boolean for a goal, said of the last step or state; ``meaning`` has what it means."""
        transitions = self.transitions
        if goal.on_step:
            layer = self.layers[-1]
            nexts = {str(key): decl for key, decl in transitions.next_vocabulary.functions.items()}
            pairs = layer.before + [(nexts[decl.name()], value) for decl, value in layer.after]
            # Claims name a command's parameters only beside the choice of that command.
            renaming = [(transitions.action, layer.action)]
            for command in transitions.commands:
                shared = layer.arguments[command.name]
                for (_, _, parameter), constant in zip(command.parameters, shared, strict=True):
                    renaming.append((parameter, constant))
            term = z3.substitute(goal.term, *renaming)
        else:
            pairs, term = self.state(self.depth), goal.term
        term = self.grounding.expand(term, pairs)
        name = z3.FreshBool("goal")
        within = [
            self.numbers[type_].include(value)
            for _, type_, value in goal.variables
            if type_ in self.numbers
        ]
        self.meaning[name.get_id()] = z3.And(term, *transitions.under(goal.reading), *within)
        self.solver.add(name == self.meaning[name.get_id()])
        return name

    def check(self, *terms: z3.BoolRef) -> z3.ModelRef | None:
        """A model in which terms hold in addition, or None. Raises Timeout."""
        self.flush()
        asked = z3.FreshBool("asked")
        self.solver.add(z3.Implies(asked, z3.And(*terms)))
        started = time.perf_counter()
        # An assumption rather than a scope of its own: what the solver learns stays.
        answer = ask(self.solver, (asked,), self.deadline)
        self.seconds += time.perf_counter() - started
        self.queries += 1
        if answer == z3.unknown:
            raise Timeout(self.solver.reason_unknown())
        return self.solver.model() if answer == z3.sat else None

    def read(self, goal: Goal, said: z3.BoolRef, model: z3.ModelRef) -> Found:
        """The canonical run that meets a goal at the present depth, where a model does.

        Of all runs of this length it takes the actions that are declared first, step by step, then
        constants of the system as they are declared, and what its types prefer: the first member,
        or a number that the system names.
        """
        self.flush()
        self.solver.push()
        try:
            self.solver.add(said)
            return self.decode(self._canonical(goal, said, model), goal, said)
        finally:
            self.solver.pop()

    def _canonical(self, goal: Goal, said: z3.BoolRef, model: z3.ModelRef) -> z3.ModelRef:
        """The model of the preferred run, of those that the solver admits at present."""
        transitions = self.transitions
        names = list(transitions.actions)
        for layer in self.layers:
            while True:
                earlier = names[: names.index(self._taken(model, layer).name)]
                choices = [layer.action == transitions.actions[name] for name in earlier]
                better = self.check(z3.Or(*choices)) if choices else None
                if better is None:
                    break
                model = better
            self.solver.add(layer.action == transitions.actions[names[len(earlier)]])
        for name, _, default in transitions.info.constants:
            constant = transitions.vocabulary.constants[name]
            model = self._prefer(constant, [transitions.vocabulary.literal(default)], model)
        settled: list[z3.ExprRef] = []
        while True:
            # Which terms are about the same server may change with every choice.
            left = (
                (term, options)
                for term, options in self._choices(model, goal, said)
                if not any(term.eq(other) for other in settled)
            )
            chosen = next(left, None)
            if chosen is None:
                return model
            settled.append(chosen[0])
            model = self._prefer(*chosen, model)

    def _prefer(self, term: z3.ExprRef, options: Iterable[Any], model: z3.ModelRef) -> z3.ModelRef:
        """Give a term the first value that some model admits; return that model."""
        for option in options:
            choice = term == option
            if not z3.is_true(model.eval(choice, model_completion=True)):
                better = self.check(choice)
                if better is None:
                    continue
                model = better
            self.solver.add(choice)
            break
        return model

    def decode(
        self, model: z3.ModelRef, goal: Goal, *said: z3.BoolRef, whole: bool = False
    ) -> Found:
        """The run of a model, with the entities that an ``any()`` in what is ``said`` speaks of;
        ``whole``: with all that some formula names.
        """
        return _Reader(self, model, goal).found(said, whole=whole)

    def witnesses(self, said: Iterable[z3.BoolRef], model: z3.ModelRef) -> Iterator[z3.ExprRef]:
        """The entities that make quantified formulas true in a model, of what is said there."""
        for name in said:
            if true_in(model, name):
                for part in subterms(self.meaning[name.get_id()]):
                    known = self.grounding.witnesses.get(part.get_id())
                    if known is not None and true_in(model, known[0]):
                        yield known[1]

    def _choices(
        self, model: z3.ModelRef, goal: Goal, said: z3.BoolRef
    ) -> Iterable[tuple[z3.ExprRef, Sequence[Any]]]:
        """What a run leaves open in its initial state and its arguments, with the values that it is
        to take, the best first.
        """
        vocabulary = self.transitions.vocabulary
        reader = _Reader(self, model, goal)
        reader.found((said,))
        for key, type_ in vocabulary.types.items():
            options = self._options(type_)
            if key in self.transitions.initial or not options:
                continue
            seen: list[z3.ExprRef] = []
            for entity in self.grounding.terms.get(key.entity, {}).values():
                value = model.eval(entity, model_completion=True)
                in_run = any(value.eq(member) for member in reader.members[key.entity])
                if in_run and not any(value.eq(other) for other in seen):
                    seen.append(value)
                    yield vocabulary.functions[key](entity), options
        for layer in self.layers:
            command = self._taken(model, layer)
            for (_, type_, _), constant in zip(
                command.parameters, layer.arguments[command.name], strict=True
            ):
                yield constant, self._options(type_)
        for _, type_, constant in goal.variables:
            yield constant, self._options(type_)

    def _options(self, type_: Any) -> Sequence[Any]:
        """The values of a type that runs are to prefer; none for entities."""
        if type_ in self.numbers:
            return self.numbers[type_].preferred
        if isinstance(type_, States):
            return [type_.value(member) for member in type_.members]
        if issubclass(type_, enum.Enum | bool):
            members = type_ if issubclass(type_, enum.Enum) else (False, True)
            return [self.transitions.vocabulary.literal(member) for member in members]
        return ()

    def _taken(self, model: z3.ModelRef, layer: _Layer) -> Any:
        chosen = model.eval(layer.action, model_completion=True)
        return next(
            command
            for command in self.transitions.commands
            if self.transitions.actions[command.name].eq(chosen)
        )


def true_in(model: z3.ModelRef, name: z3.BoolRef) -> bool:
    """Whether a model makes a name true."""
    return bool(z3.is_true(model.eval(name, model_completion=True)))


def uninterpreted(term: z3.ExprRef) -> Iterable[z3.ExprRef]:
    """The applications of uninterpreted functions and constants in a ground term."""
    for part in subterms(term):
        if part.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            yield part


class _Reader:
    """Reads a run off a model: only the entities that it names, and those that they lead to."""

    def __init__(self, unrolling: Unrolling, model: z3.ModelRef, goal: Goal) -> None:
        self.unrolling = unrolling
        self.model = model
        self.goal = goal
        self.vocabulary = unrolling.transitions.vocabulary
        self.members: dict[str, list[z3.ExprRef]] = {
            entity.name: [] for entity in unrolling.transitions.info.entities
        }

    def value(self, term: z3.ExprRef) -> z3.ExprRef:
        """A term's value in the model."""
        return self.model.eval(term, model_completion=True)

    def number(self, term: z3.ExprRef) -> int:
        """The number of an entity; a new one if it was not seen before."""
        value = self.value(term)
        members = self.members[value.sort().name()]
        for index, member in enumerate(members):
            if member.eq(value):
                return index
        members.append(value)
        return len(members) - 1

    def plain(self, term: z3.ExprRef) -> Any:
        """The plain value of a term."""
        if term.sort().kind() == z3.Z3_UNINTERPRETED_SORT:
            return self.number(term)
        value = self.value(term)
        if z3.is_int_value(value):
            return value.as_long()
        if z3.is_bool(value):
            return z3.is_true(value)
        return str(value.decl().name())

    def found(self, said: Iterable[z3.BoolRef] = (), *, whole: bool = False) -> Found:
        """The run, with the witnesses of what is said; ``whole``: with every entity that some
        formula of the unrolling names.
        """
        steps = []
        for layer in self.unrolling.layers:
            command = self.unrolling._taken(self.model, layer)
            arguments = tuple(self.plain(term) for term in layer.arguments[command.name])
            steps.append((command.name, arguments))
        witness = tuple(self.plain(term) for _, _, term in self.goal.variables)
        own = (name for name in said if name.get_id() in self.unrolling.meaning)
        named = (*self.goal.besides(self.model), *self.unrolling.witnesses(own, self.model))
        besides = dict.fromkeys((term.sort().name(), self.number(term)) for term in named)
        for terms in self.unrolling.grounding.terms.values() if whole else ():
            for term in terms.values():
                self.number(term)
        initial: dict[str, list[Any]] = {}
        done: dict[str, int] = {}
        while any(done.get(sort, 0) < len(members) for sort, members in self.members.items()):
            for sort, members in self.members.items():
                for member in list(members[done.get(sort, 0) :]):
                    self._describe(sort, member, initial)
                    done[sort] = done.get(sort, 0) + 1
        constants = {name: self.plain(term) for name, term in self.vocabulary.constants.items()}
        sizes = {sort: len(members) for sort, members in self.members.items()}
        types = tuple(type_ for _, type_, _ in self.goal.variables)
        return Found(sizes, initial, constants, tuple(steps), witness, types, tuple(besides))

    def _describe(self, sort: str, member: z3.ExprRef, initial: dict[str, list[Any]]) -> None:
        for (entity, name), decl in self.vocabulary.references.items():
            if entity == sort:
                initial.setdefault(f"{entity}.{name}", []).append(self.plain(decl(member)))
        for key, decl in self.vocabulary.functions.items():
            if key.entity == sort and key not in self.unrolling.transitions.initial:
                initial.setdefault(str(key), []).append(self.plain(decl(member)))


def shortest(
    unrolling: Unrolling, goals: Iterable[Goal], limit: int
) -> Iterable[tuple[Goal, z3.BoolRef, z3.ModelRef]]:
    """Extend the unrolling up to ``limit`` steps; yield each goal at the first depth that meets it,
    what stands for it there, and a model.

    When a goal is yielded, the unrolling stands at its depth. Raises Timeout.
    """
    left = list(goals)
    while True:
        asked = [goal for goal in left if unrolling.depth or not goal.on_step]
        said = {goal: unrolling.said_of_last(goal) for goal in asked}
        while asked:
            model = unrolling.check(z3.Or(*(said[goal] for goal in asked)))
            if model is None:
                break
            met = [
                goal for goal in asked if z3.is_true(model.eval(said[goal], model_completion=True))
            ]
            for goal in met:
                yield goal, said[goal], model
            asked = [goal for goal in asked if goal not in met]
            left = [goal for goal in left if goal not in met]
        if not left or unrolling.depth >= limit:
            return
        unrolling.extend(left)
