"""The extracted commands run on states with named entities, without a solver."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import z3

from statecheck.modeling import Entity
from statecheck.smt.evaluation import Compiled, Valuation, compiled, tabulated
from statecheck.smt.terms import numerals
from statecheck.symbolic.axioms.instances import Instances
from statecheck.symbolic.codes import finite_codes
from statecheck.symbolic.commands import Update
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key

_T = TypeVar("_T")

CHOICES = 6
"""So many choices of what never changes are made for each size, where there are axioms."""

BEGINNINGS = 8
"""So many are tried until the constants of the system have the values that are wanted."""


@dataclass(frozen=True)
class _Runnable:
    name: str
    types: tuple[Any, ...]
    parameters: tuple[str, ...]
    guard: Compiled
    writes: tuple[str, ...]
    values: Compiled


class Simulator:
    """Executes extracted commands. Numbers range over those that the model compares with."""

    def __init__(self, transitions: TransitionSystem) -> None:
        self.transitions = transitions
        self.numbers = landmarks(transitions)
        self.commands = [
            _Runnable(
                command.name,
                tuple(type_ for _, type_, _ in command.parameters),
                tuple(term.decl().name() for _, _, term in command.parameters),
                compiled(command.guard),
                *_table(command.updates),
            )
            for command in transitions.commands
        ]
        self._named = {command.name: command for command in self.commands}
        self.initial, self._first = _table(transitions.initial)
        self._instances = Instances(transitions)
        self._choices: dict[tuple[tuple[str, int], ...], list[Valuation]] = {}

    def choices(self, type_: Any, sizes: dict[str, int]) -> Sequence[Any]:
        """The codes of a type that are tried."""
        codes = finite_codes(type_)
        if codes is not None:
            return codes
        if issubclass(type_, Entity):
            return range(sizes[self.transitions.info.entity(type_).name])
        return self.numbers

    def start(self, sizes: dict[str, int], pick: random.Random) -> Valuation | None:
        """A random initial state; None where the axioms allow none of these sizes."""
        if not self.transitions.axioms:
            return self.start_from(sizes, pick, None)
        key = tuple(sizes.items())
        if key not in self._choices:
            made = [self._instances.one(sizes, pick) for _ in range(CHOICES)]
            self._choices[key] = [choice for choice in made if choice is not None]
        known = self._choices[key]
        return self.start_from(sizes, pick, pick.choice(known)) if known else None

    def allowed(self, sizes: Sequence[dict[str, int]]) -> Sequence[dict[str, int]]:
        """Numbers of entities of each kind that can be sampled: these, or, where the axioms do not
        allow them, with one entity of some kinds; where they allow none of these either, with more
        entities of one kind.
        """
        if not self.transitions.axioms:
            return sizes
        fitting = [fit for own in sizes if (fit := self._fitting(own)) is not None]
        if fitting:
            return fitting
        return [dict(more) for own in sizes if (more := self._instances.grown(own)) is not None]

    def _fitting(self, sizes: dict[str, int]) -> dict[str, int] | None:
        """These numbers of entities, with one of as few kinds as may be in place of more, so that
        the axioms allow them; None if they do not.
        """
        more = [kind for kind, size in sizes.items() if size > 1]
        for count in range(len(more) + 1):
            for kinds in itertools.combinations(more, count):
                fit = sizes | dict.fromkeys(kinds, 1)
                if self._instances.are_allowed(fit):
                    return fit
        return None

    def start_from(
        self, sizes: dict[str, int], pick: random.Random, chosen: Valuation | None
    ) -> Valuation:
        """A random initial state in which what never changes is as it was ``chosen``."""
        vocabulary = self.transitions.vocabulary
        choose = partial(_choice, pick.getrandbits)
        functions: dict[str, list[Any]] = {}
        for (entity, name), decl in vocabulary.references.items():
            target = range(sizes[decl.range().name()])
            functions[f"{entity}.{name}"] = [choose(target) for _ in range(sizes[entity])]
        for key, type_ in vocabulary.types.items():
            options = self.choices(type_, sizes)
            functions[str(key)] = [choose(options) for _ in range(sizes[key.entity])]
        if chosen is not None:
            functions.update(chosen.functions)
        constants = {
            vocabulary.constants[name].decl().name(): pick.choice(self._values(name, type_, sizes))
            for (name, type_, _) in self.transitions.info.constants
        }
        if chosen is not None:
            constants.update(chosen.constants)
        first = self._first(functions, constants, sizes)
        functions.update(zip(self.initial, first, strict=True))
        return Valuation(sizes, functions, constants)

    def _values(self, constant: str, type_: Any, sizes: dict[str, int]) -> Sequence[Any]:
        """The values of a constant that are tried: of one that has a range those in it."""
        known = dict(self.transitions.info.ranges).get(constant)
        values = self.choices(type_, sizes)
        return values if known is None else [value for value in values if value in known]

    def fire(self, state: Valuation, action: str, arguments: tuple[Any, ...]) -> Valuation | None:
        """The state after an action, or None where it is disabled."""
        command = self._named[action]
        constants = state.constants | dict(zip(command.parameters, arguments, strict=True))
        if not command.guard(state.functions, constants, state.sizes)[0]:
            return None
        values = command.values(state.functions, constants, state.sizes)
        functions = state.functions | dict(zip(command.writes, values, strict=True))
        return Valuation(state.sizes, functions, state.constants)

    def instances(self, sizes: dict[str, int]) -> list[tuple[str, tuple[Any, ...]]]:
        """Every action with every choice of arguments."""
        return [
            (command.name, arguments)
            for command in self.commands
            for arguments in itertools.product(
                *(self.choices(type_, sizes) for type_ in command.types)
            )
        ]

    def walk(
        self,
        sizes: dict[str, int],
        steps: int,
        pick: random.Random,
        constants: Mapping[str, Any] | None = None,
    ) -> Iterator[Valuation]:
        """The states of a random run. Actions are equally likely, whatever their arguments.

        Constants of the system have certain values where some of a few beginnings give them these.
        """
        wanted = (constants or {}).items()
        state = self.start(sizes, pick)
        for _ in range(BEGINNINGS if wanted else 0):
            if state is None or wanted <= state.constants.items():
                break
            state = self.start(sizes, pick)
        if state is not None:
            yield from self.walk_from(state, steps, pick)

    def walk_from(self, state: Valuation, steps: int, pick: random.Random) -> Iterator[Valuation]:
        """The states of a random run from a state, which is the first of them."""
        yield state
        options = {
            command.name: [self.choices(type_, state.sizes) for type_ in command.types]
            for command in self.commands
        }
        commands = [command for command in self.commands if all(options[command.name])]
        choose = partial(_choice, pick.getrandbits)
        for _ in range(steps if commands else 0):
            for _attempt in range(20):
                command = choose(commands)
                arguments = tuple(map(choose, options[command.name]))
                following = self.fire(state, command.name, arguments)
                if following is not None:
                    state = following
                    yield state
                    break


def _choice(bits: Callable[[int], int], options: Sequence[_T]) -> _T:
    """One of some options, as ``random.choice`` chooses it, which takes twice as long."""
    count = len(options)
    width = count.bit_length()
    chosen = bits(width)
    while chosen >= count:
        chosen = bits(width)
    return options[chosen]


def _table(updates: Mapping[Key, Update]) -> tuple[tuple[str, ...], Compiled]:
    """The functions that are written, and one that evaluates them at every entity."""
    columns = [(update.variable, update.value) for update in updates.values()]
    return tuple(map(str, updates)), tabulated(*columns)


def landmarks(transitions: TransitionSystem) -> tuple[int, ...]:
    """The numbers that a model's terms compare with, and those just below them, in order; the ends
    of ranges, and those just outside.
    """
    numbers, seen = {0}, set[int]()
    for _, known in transitions.info.ranges:
        low, high = int(known.low), int(known.high)
        numbers |= {low - 1, low, high - 1, high, high + 1}
    for command in transitions.commands:
        for term in (command.guard, *(update.value for update in command.updates.values())):
            for number in filter(z3.is_int_value, numerals(term, seen)):
                numbers |= {number.as_long(), max(0, number.as_long() - 1)}
    return tuple(sorted(numbers))
