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
from proofs.engine.ground import Grounding, entity_functions, polarities, solver
from proofs.engine.induction import Timeout
from proofs.engine.pattern import Pattern, rename
from proofs.engine.substitution import Macros, Renaming
from proofs.engine.transitions import Transitions
from proofs.engine.vocabulary import Key, States


@dataclass(frozen=True)
class Numbers:
    """A type of numbers: its least and greatest member, those that runs are to prefer, and what
    reads the text of one.
    """

    low: int
    high: int
    preferred: tuple[int, ...]
    parse: Callable[[str], int] = int

    def include(self, term: z3.ArithRef) -> z3.BoolRef:
        """That a term is a number of the type."""
        return z3.And(term >= self.low, term <= self.high)


@dataclass(frozen=True, eq=False)
class Goal:
    """Something to be met by the last step of a run, or by the last state.

    ``term`` is over the functions before the step and, primed, after it. ``variables`` are its
    constants, ``reading`` fixes constants of the system. ``besides`` is said of the run too: the
    entities that make it true are needed although neither actions nor variables lead to them.
    """

    name: str
    term: z3.BoolRef
    on_step: bool
    variables: tuple[tuple[str, Any, z3.ExprRef], ...]
    reading: Reading
    besides: tuple[z3.BoolRef, ...] = ()


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
    """One step of the unrolling: its action, its parameters, what the pattern's constants are in it
    (``own``), and the functions before and after it.

    ``said`` and ``functions`` are what a goal's own constants, and its functions, stand for.
    """

    action: z3.ExprRef
    arguments: dict[str, tuple[z3.ExprRef, ...]]
    own: Renaming
    before: Macros
    after: Macros
    said: Renaming
    functions: Macros


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
        self.grounding.constraints.extend(transitions.ranges)
        self.solver = solver(seed)
        self.layers: list[_Layer] = []
        self.asserted = 0
        self._scanned = 0
        self._later: list[z3.BoolRef] = []
        self._seen: set[int] = set()
        self._atoms: dict[int, z3.ExprRef] = {}
        self.meaning: dict[int, z3.BoolRef] = {}
        self._stand_ins: dict[int, list[z3.BoolRef]] = {}
        self._shapes: dict[Goal, Any] = {}
        self._keys: dict[Goal, set[Key]] = {}
        self.seconds = 0.0
        self.queries = 0
        for key, decl in vocabulary.functions.items():
            bounds = self.numbers.get(vocabulary.types[key])
            if bounds is not None and key not in transitions.initial:
                self.grounding.forall(key.entity, partial(self._within, decl, bounds))
        self._first = Macros(
            (decl, transitions.initial[key].at(z3.Var(0, decl.domain(0))))
            for key, decl in vocabulary.functions.items()
            if key in transitions.initial
        )

    def _within(self, decl: z3.FuncDeclRef, numbers: Numbers, entity: z3.ExprRef) -> z3.BoolRef:
        """That a number of the first state is one of its type.

        Where an entity is known by its place alone, such as the server that a mailbox was on, that
        is demanded once a model needs it: see ``check``.
        """
        within = numbers.include(decl(entity))
        if z3.is_const(entity):
            return within
        self._later.append(within)
        return z3.BoolVal(True)

    @property
    def constraints(self) -> list[z3.BoolRef]:
        """What makes the terms of the unrolling a run."""
        return self.grounding.constraints

    def atoms(self) -> list[z3.ExprRef]:
        """The terms whose values make a run: constants, and functions of the initial state."""
        for constraint in self.constraints[self._scanned :]:
            for term in subterms(constraint, self._seen):
                if term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
                    self._atoms[term.get_id()] = term
        self._scanned = len(self.constraints)
        return list(self._atoms.values())

    @property
    def depth(self) -> int:
        """The number of steps unrolled."""
        return len(self.layers)

    def state(self, depth: int) -> Macros:
        """What the functions of the state are after some steps."""
        return self.layers[depth - 1].after if depth else self._first

    def extend(self, goals: Iterable[Goal] | None = None) -> None:
        """Unroll one more step; of the state after it only what these goals depend on, if given.

        Later goals have to be among them.
        """
        transitions, pattern = self.transitions, self._pattern
        before = self.state(self.depth)
        own = pattern.at(self.depth)
        keys = set(transitions.keys) if goals is None else self._relevant(goals)
        arguments = {}
        for name, choice in pattern.choices.items():
            arguments[name] = tuple(map(own, choice.arguments))
            self.constraints.extend(before(own(fact)) for fact in choice.facts)
            for constant in choice.entities:
                self.grounding.entity(own(constant), own(pattern.there[constant.get_id()]))
            guard = own(choice.guard)
            self.constraints.append(
                self.grounding.expand(guard, before) if choice.quantified else before(guard)
            )
        functions = transitions.vocabulary.functions.items()
        after = Macros(
            [(d, before(own(pattern.value(key)))) for key, d in functions if key in keys]
        )
        nexts = {str(key): decl for key, decl in transitions.next_vocabulary.functions.items()}
        # Claims name a command's parameters only beside the choice of that command.
        said = [(transitions.action, own(pattern.action))]
        for command in transitions.commands:
            shared = arguments[command.name]
            said += [(p, c) for (_, _, p), c in zip(command.parameters, shared, strict=True)]
        primed = [(nexts[decl.name()], value) for decl, value in after]
        self.layers.append(
            _Layer(
                own(pattern.action),
                arguments,
                own,
                before,
                after,
                Renaming(said),
                Macros([*before, *primed]),
            )
        )
        self.flush()

    def _relevant(self, goals: Iterable[Goal]) -> set[Key]:
        """The functions of the state that some goal depends on."""
        found: set[Key] = set()
        for goal in goals:
            if goal not in self._keys:
                self._keys[goal] = self.transitions.relevant([goal.term])
            found |= self._keys[goal]
        return found

    @cached_property
    def _pattern(self) -> Pattern:
        ranges = {type_: (numbers.low, numbers.high) for type_, numbers in self.numbers.items()}
        return Pattern(self.transitions, ranges)

    def named(self, layer: _Layer, command: Command, term: z3.ExprRef) -> z3.ExprRef:
        """What stands for an entity that a command names, in a step that takes the command."""
        return layer.own(rename(term, self._pattern.choices[command.name].named))

    def flush(self) -> None:
        """Assert the constraints that have come since."""
        self.asserted = self.grounding.tell(self.solver, self.asserted)

    def said_of_last(self, goal: Goal) -> z3.BoolRef:
        """A Boolean for a goal, said of the last step or state; ``meaning`` has what it means."""
        if goal.on_step:
            rename_, functions = self.layers[-1].said, self.layers[-1].functions
        else:
            rename_, functions = Renaming(), self.state(self.depth)
        if goal not in self._shapes:
            constants = [t for t in subterms(goal.term) if z3.is_const(t) and _is_entity(t)]
            self._shapes[goal] = constants, polarities(goal.term)
        entities, quantified = self._shapes[goal]
        for entity in entities:
            self.grounding.entity(rename_(entity))
        stand_ins = [
            (quantifier, self.grounding.name(functions(rename_(quantifier)), signs))
            for quantifier, signs in quantified
        ]
        term = z3.substitute(goal.term, *stand_ins) if stand_ins else goal.term
        name = z3.FreshBool("goal")
        within = [
            self.numbers[type_].include(value)
            for _, type_, value in goal.variables
            if type_ in self.numbers
        ]
        under = self.transitions.under(goal.reading)
        self.meaning[name.get_id()] = z3.And(functions(rename_(term)), *under, *within)
        self._stand_ins[name.get_id()] = [stand_in for _, stand_in in stand_ins]
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
        if answer != z3.sat:
            return None
        model = self.solver.model()
        if not true_in(model, z3.And(*self._later)):
            demanded = [within for within in self._later if not true_in(model, within)]
            self._later = [within for within in self._later if true_in(model, within)]
            self.constraints.extend(demanded)
            return self.check(*terms)
        return model

    def read(self, goal: Goal, said: z3.BoolRef, model: z3.ModelRef, *besides: z3.BoolRef) -> Found:
        """The canonical run that meets a goal at the present depth, where a model does; ``besides``
        are other terms that hold in the model, and are to hold of the run.

        Of all runs of this length it takes the actions that are declared first, step by step, then
        constants of the system as they are declared, no entity that it can do without, and what its
        types prefer: an entity that has come before, the first member, or a number that the system
        names.
        """
        self.flush()
        asserted = self.asserted
        self.solver.push()
        try:
            self.solver.add(said, *besides)
            return self.decode(self._canonical(goal, said, model), goal, said)
        finally:
            self.solver.pop()
            self.asserted = asserted

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
        for name, type_, default in transitions.info.constants:
            constant = transitions.vocabulary.constants[name]
            first = transitions.vocabulary.literal(default)
            model = self._prefer(constant, [first, *self._options(type_)], model)
        settled: dict[int, z3.ExprRef] = {}
        while True:
            for term, options in self._choices(model, goal, said):
                if term.get_id() not in settled:
                    settled[term.get_id()] = term
                    better = self._prefer(term, options, model)
                    if better is not model:
                        # Which terms are about the same server may have changed.
                        model = better
                        break
            else:
                return model

    def _prefer(
        self, term: z3.ExprRef, options: Iterable[z3.ExprRef], model: z3.ModelRef
    ) -> z3.ModelRef:
        """Give a term the first value that some model admits; return that model."""
        known = list(options)
        while True:
            taken = (i for i, option in enumerate(known) if true_in(model, term == option))
            at = next(taken, len(known))
            better = self.check(z3.Or(*(term == option for option in known[:at]))) if at else None
            if better is None:
                break
            model = better
        if at < len(known):
            self.solver.add(term == known[at])
        return model

    def decode(
        self, model: z3.ModelRef, goal: Goal, *said: z3.BoolRef, whole: bool = False
    ) -> Found:
        """The run of a model, with the entities that an ``any()`` in what is ``said`` speaks of;
        ``whole``: with all that some formula names.
        """
        return _Reader(self, model, goal).found(said, whole=whole)

    def witnesses(
        self, said: Iterable[z3.BoolRef], model: z3.ModelRef
    ) -> Iterator[tuple[z3.BoolRef, z3.ExprRef]]:
        """The entities that make quantified formulas true in a model, of what is said there; each
        with what says that it is one.
        """
        for name in said:
            if true_in(model, name):
                for part in self._stand_ins.get(name.get_id(), ()):
                    known = self.grounding.witnesses.get(part.get_id())
                    if known is not None and true_in(model, known[0]):
                        yield known

    def _choices(
        self, model: z3.ModelRef, goal: Goal, said: z3.BoolRef
    ) -> Iterable[tuple[z3.ExprRef, Sequence[Any]]]:
        """What a run leaves open in its initial state and its arguments, with the values that it is
        to take, the best first; before that, the entities that it is to do without if it can.
        """
        for needed, _ in self.witnesses((said, *goal.besides), model):
            yield needed, [z3.BoolVal(False)]
        before: dict[str, list[z3.ExprRef]] = {}
        for term in self._entities(model, goal, said):
            known = before.setdefault(term.sort().name(), [])
            yield term, known
            if not any(true_in(model, term == other) for other in known):
                known.append(term)
        vocabulary = self.transitions.vocabulary
        for key, type_ in vocabulary.types.items():
            options = self._options(type_)
            if key not in self.transitions.initial and options:
                for entity in before.get(key.entity, ()):
                    yield vocabulary.functions[key](entity), options
        for layer in self.layers:
            command = self._taken(model, layer)
            for (_, type_, _), constant in zip(
                command.parameters, layer.arguments[command.name], strict=True
            ):
                yield constant, self._options(type_)
        for _, type_, constant in goal.variables:
            yield constant, self._options(type_)

    def _entities(self, model: z3.ModelRef, goal: Goal, said: z3.BoolRef) -> Iterable[z3.ExprRef]:
        """The terms for the entities of a run: those that it names, and what these lead to."""
        named = [
            constant
            for layer in self.layers
            for constant in layer.arguments[self._taken(model, layer).name]
        ]
        named += [constant for _, _, constant in goal.variables]
        named += [witness for _, witness in self.witnesses((said, *goal.besides), model)]
        for term in named:
            if _is_entity(term):
                yield term
                named += [f(term) for f in self.grounding.functions if f.domain(0) == term.sort()]

    def _options(self, type_: Any) -> Sequence[Any]:
        """The values of a type that runs are to prefer; none for entities."""
        if type_ in self.numbers:
            return [z3.IntVal(number) for number in self.numbers[type_].preferred]
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


def _is_entity(term: z3.ExprRef) -> bool:
    return bool(term.sort_kind() == z3.Z3_UNINTERPRETED_SORT)


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
        self.numbers: dict[int, int] = {}

    def value(self, term: z3.ExprRef) -> z3.ExprRef:
        """A term's value in the model."""
        return self.model.eval(term, model_completion=True)

    def number(self, term: z3.ExprRef) -> int:
        """The number of an entity; a new one if it was not seen before."""
        value = self.value(term)
        key = value.get_id()
        if key not in self.numbers:
            members = self.members[value.sort().name()]
            self.numbers[key] = len(members)
            members.append(value)
        return self.numbers[key]

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
        named = self.unrolling.witnesses((*self.goal.besides, *said), self.model)
        besides = dict.fromkeys((term.sort().name(), self.number(term)) for _, term in named)
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
    unrolling: Unrolling, goals: Iterable[Goal], limit: int, known: Mapping[Goal, int] | None = None
) -> Iterator[tuple[Goal, z3.BoolRef, z3.ModelRef | None]]:
    """Extend the unrolling up to ``limit`` steps; yield each goal at the first depth that meets it,
    what stands for it there, and a model.

    Of a goal whose ``known`` run has so many steps it is only asked whether fewer do; if not, it
    comes without a model. When a goal is yielded, the unrolling stands at its depth.
    Raises Timeout.
    """
    left, known = list(goals), known or {}
    while True:
        for goal in [goal for goal in left if known.get(goal, limit + 1) <= unrolling.depth]:
            left.remove(goal)
            yield goal, z3.BoolVal(True), None
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
