"""Guarded commands: an action as a guard and updates, both terms; and their dependencies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import z3

from statecheck.modeling import ModelError, Start, SystemInfo
from statecheck.smt.substitution import Macros
from statecheck.smt.terms import functions_in, subterms
from statecheck.symbolic.paths import Origin
from statecheck.symbolic.vocabulary import Key, Vocabulary


@dataclass(frozen=True)
class Update:
    """The next value of a function of the state, at any entity: ``value`` at ``variable``."""

    variable: z3.ExprRef
    value: z3.ExprRef

    def at(self, entity: z3.ExprRef) -> z3.ExprRef:
        """The next value at an entity."""
        return z3.substitute(self.value, (self.variable, entity))


@dataclass(frozen=True)
class Command:
    """An action as a guarded command for any number of entities.

    ``guard`` says when it is enabled; ``updates`` what it writes then, functions that it does not
    write left out. Both are over the functions of the state before, the parameters' constants and
    the constants of the system. ``paths`` counts the ways through its code. ``origins`` has the
    lines of the model that write each function, ``asked`` those that make each condition, by its
    `skeleton`.
    """

    name: str
    parameters: tuple[tuple[str, Any, z3.ExprRef], ...]
    guard: z3.BoolRef
    updates: dict[Key, Update]
    paths: int
    origins: dict[Key, tuple[Origin, ...]]
    asked: dict[str, tuple[Origin, ...]]


class Relevance:
    """The dependencies between the functions of the state."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        next_vocabulary: Vocabulary,
        initial: Mapping[Key, Update],
        commands: Sequence[Command],
    ) -> None:
        self.vocabulary, self.next_vocabulary = vocabulary, next_vocabulary
        self.initial, self.commands = initial, commands

    def of(self, terms: Iterable[z3.ExprRef]) -> set[Key]:
        """The functions that terms, the guards and the updates of such functions depend on."""
        return _closed(self._guarding | self.mentioned(terms), self._dependencies)

    def cone(self, terms: Iterable[z3.ExprRef]) -> frozenset[Key]:
        """The functions that terms depend on, and the steps that change what terms depend on; with
        those that no step changes.
        """
        return frozenset(_closed(self._fixed | self.mentioned(terms), self._influences))

    def slice(self, terms: Iterable[z3.ExprRef]) -> Iterator[Command]:
        """The commands that write what terms depend on, and of their updates only these."""
        cone = self.cone(terms)
        for command in self.commands:
            updates = {key: update for key, update in command.updates.items() if key in cone}
            if updates:
                yield replace(command, updates=updates)

    def mentioned(self, terms: Iterable[z3.ExprRef]) -> set[Key]:
        """The functions that occur in terms, before a step or after it."""
        found = functions_in(terms)
        return {
            key for key, functions in self._functions.items() if not found.isdisjoint(functions)
        }

    @cached_property
    def _functions(self) -> dict[Key, tuple[int, int]]:
        """The addresses of each function, before a step and after it."""
        primed = self.next_vocabulary.functions
        own = self.vocabulary.functions.items()
        return {key: (decl.ast.value, primed[key].ast.value) for key, decl in own}

    @cached_property
    def _guarding(self) -> set[Key]:
        return self.mentioned(command.guard for command in self.commands)

    @cached_property
    def _fixed(self) -> set[Key]:
        return self.vocabulary.functions.keys() - set().union(*(c.updates for c in self.commands))

    @cached_property
    def _influences(self) -> dict[Key, set[Key]]:
        """For each function what it depends on, and the guards of the steps that change it."""
        found = {key: {*own} for key, own in self._dependencies.items()}
        for command in self.commands:
            asked = self.mentioned([command.guard])
            for key in command.updates:
                found[key] |= asked
        return found

    @cached_property
    def _dependencies(self) -> dict[Key, set[Key]]:
        """For each function those that its updates and its initial value mention."""
        values: dict[Key, list[z3.ExprRef]] = {key: [] for key in self.vocabulary.functions}
        for updates in (self.initial, *(command.updates for command in self.commands)):
            for key, update in updates.items():
                values[key].append(update.value)
        return {key: {key} | self.mentioned(terms) for key, terms in values.items()}


def _closed(keys: set[Key], found: Mapping[Key, set[Key]]) -> set[Key]:
    """Some functions, what is found for them, and so on."""
    closed: set[Key] = set()
    left = keys
    while left:
        closed |= left
        left = set().union(*(found[key] for key in left)) - closed
    return closed


def substitute(term: z3.ExprRef, vocabulary: Vocabulary, macros: dict[Key, Update]) -> z3.ExprRef:
    """Replace functions of a vocabulary by their values. The values are not looked into again."""
    return Macros(defined(vocabulary, macros))(term)


def defined(
    vocabulary: Vocabulary, macros: dict[Key, Update]
) -> Iterator[tuple[z3.FuncDeclRef, z3.ExprRef]]:
    """Functions of a vocabulary with their values, over ``Var(0)``."""
    for key, macro in macros.items():
        decl = vocabulary.functions[key]
        yield decl, macro.at(z3.Var(0, decl.domain(0)))


def check_order(
    info: SystemInfo, vocabulary: Vocabulary, key: Key, term: z3.ExprRef, known: Mapping[Key, Any]
) -> None:
    """Raise ModelError where the term of a derived field asks for one that is derived later than
    those that are ``known``.
    """
    fields = ((e, m, f) for e in info.entities for m in e.machines for f in m.fields)
    derived = {Key(e.name, m.slot, f.name) for e, m, f in fields if f.field.start is Start.DERIVED}
    for part in subterms(term):
        asked = vocabulary.key_of(part.decl()) if z3.is_app(part) else None
        if asked in derived - known.keys():
            raise ModelError(
                f"{key} is derived and asks for {asked}, which is not derived before it; change "
                "their order"
            )
