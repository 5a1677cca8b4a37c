"""The symbolic transition system: commands, histories and initial states of a system as terms."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import z3

from statecheck.modeling import (
    STATE,
    History,
    ModelError,
    Start,
    System,
    Variant,
    signature,
)
from statecheck.smt.fingerprint import fingerprint
from statecheck.smt.grounding import Grounding
from statecheck.smt.roles import PRIME, is_primed, variable_name
from statecheck.smt.substitution import Macros
from statecheck.smt.terms import constants, in_range
from statecheck.symbolic.commands import (
    Command,
    Relevance,
    Update,
    check_order,
    defined,
    substitute,
)
from statecheck.symbolic.extraction import ReadOnlyCode, extract
from statecheck.symbolic.paths import Explorer
from statecheck.symbolic.records import SymbolicStep
from statecheck.symbolic.surroundings.lint import check_identity, code_of, memory_of
from statecheck.symbolic.vocabulary import HISTORY, Key, Vocabulary, enumeration
from statecheck.symbolic.world import World


@dataclass(frozen=True)
class Axiom:
    """A formula about what never changes, which holds of any entities in place of variables."""

    name: str
    variables: tuple[z3.ExprRef, ...]
    term: z3.BoolRef

    def at(self, entities: Sequence[z3.ExprRef]) -> z3.BoolRef:
        """The formula for some entities."""
        return z3.substitute(self.term, *zip(self.variables, entities, strict=True))


class HistoryError(ModelError):
    """A history cannot be read; the message says where and why."""

    def __init__(self, item: History[Any], why: str) -> None:
        super().__init__(why)
        self.history = item


@contextmanager
def _reading(item: History[Any]) -> Iterator[None]:
    try:
        yield
    except ModelError as error:
        raise HistoryError(item, str(error)) from error


class TransitionSystem:
    """A system, the histories that its claims keep, and everything that can happen, as terms.

    The state is a set of functions (see ``vocabulary``). ``initial`` gives those that an initial
    state fixes; the others may be anything there. ``commands`` include the updates of histories.

    ``lost`` are the names of histories that it does without, each with the reason: who asks for one
    of them is refused. Raises ModelError for a system, HistoryError for a history.
    """

    def __init__(
        self,
        system: type[System],
        histories: Iterable[History[Any]] = (),
        *,
        lost: Mapping[str, str] | None = None,
    ) -> None:
        histories = tuple(histories)
        self.info = signature(system)
        code = check_identity(*code_of(self.info))
        memory = memory_of(self.info, code, (item.update for item in histories))
        self.vocabulary = Vocabulary(self.info)
        self.next_vocabulary = Vocabulary(self.info, prime=PRIME)
        self.explorer = Explorer()
        self.world = World(self.info, self.vocabulary, self.explorer)
        self.next_world = World(self.info, self.next_vocabulary, self.explorer)
        self.next_world.numbers = self.world.numbers
        self.world.lost = self.next_world.lost = dict(lost or {})
        self.histories = histories
        for item in self.histories:
            with _reading(item):
                check_identity(item.update, item.initially)
                if self.history_key(item) in self.vocabulary.functions:
                    raise ModelError(
                        f"two histories of a {item.entity.__name__} are called {item.name}; let "
                        "the functions that they are made of have names of their own"
                    )
                for vocabulary in (self.vocabulary, self.next_vocabulary):
                    vocabulary.declare(self.history_key(item), item.type)
        if not self.info.actions:
            raise ModelError(f"nothing happens in {system.__name__}: mark its steps with @action")
        sort, self.actions = enumeration(
            f"{system.__name__}.action", tuple(action.name for action in self.info.actions)
        )
        self.action = z3.Const("action", sort)
        self.commands: tuple[Command, ...] = extract(self.world)
        self.world.commands = {command.name: command for command in self.commands}
        self.next_world.commands = {
            command.name: replace(command, guard=self.primed(command.guard))
            for command in self.commands
        }
        self.code = ReadOnlyCode(self.explorer, self.vocabulary, (self.world, self.next_world))
        self.step = SymbolicStep(self)
        self._once: dict[Hashable, Any] = {}
        self.initial = self._initial()
        self.commands = self._with_histories()
        self.axioms = self._axioms()
        memory.check()

    def _axioms(self) -> tuple[Axiom, ...]:
        axioms = []
        for info in self.info.axioms:
            counts: dict[str, int] = {}
            values = []
            for _, type_ in info.parameters:
                kind = type_.__name__
                counts[kind] = counts.get(kind, 0) + 1
                values.append(self.world.parameter(variable_name(kind, counts[kind]), type_))
            term = self.code.evaluate(
                f"axiom {info.name}", partial(info.function, self.world.system, *values), bool
            )
            for key in sorted(self.relevance.mentioned([term]), key=str):
                for command in self.commands:
                    if key in command.updates:
                        raise ModelError(
                            f"axiom {info.name} asks for {key}, which {command.name} changes; an "
                            "axiom is about what never changes, a claim about what does; of how it "
                            "begins, say it of a field that no action writes, and let this one "
                            "start so, with derived(...)"
                        )
            axioms.append(Axiom(info.name, tuple(value.term for value in values), term))
        return tuple(axioms)

    def assume_axioms(self, grounding: Grounding) -> None:
        """Demand the axioms of all entities."""
        for axiom in self.axioms:
            grounding.demand(axiom.variables, axiom.at, of_witnesses=True)

    def history_key(self, item: History[Any]) -> Key:
        """The function that a history is."""
        return Key(self.info.entity(item.entity).name, HISTORY, item.name)

    def command(self, name: str) -> Command:
        """The command of an action. Raises ModelError for an unknown one."""
        self.info.action(name)
        return next(command for command in self.commands if command.name == name)

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Every function of the state."""
        return tuple(self.vocabulary.functions)

    @cached_property
    def digest(self) -> str:
        """A digest of the extracted commands and the initial states; histories included."""
        text = hashlib.sha256()
        known: dict[int, str] = {}
        for known_range in self.ranges:
            text.update(f"{fingerprint(known_range, known)}\n".encode())
        for axiom in self.axioms:
            text.update(f"axiom {axiom.name}: {fingerprint(axiom.term, known)}\n".encode())
        for key, update in sorted(self.initial.items(), key=lambda item: str(item[0])):
            text.update(f"{key} = {fingerprint(update.value, known)}\n".encode())
        for command in self.commands:
            text.update(f"{command.name}: {fingerprint(command.guard, known)}\n".encode())
            for key, update in sorted(command.updates.items(), key=lambda item: str(item[0])):
                text.update(f"{key} := {fingerprint(update.value, known)}\n".encode())
        return text.hexdigest()

    @cached_property
    def relevance(self) -> Relevance:
        """The functions of the state that terms depend on."""
        return Relevance(self.vocabulary, self.next_vocabulary, self.initial, self.commands)

    def slice(self, terms: Iterable[z3.ExprRef]) -> TransitionSystem:
        """The system without the steps and updates that terms do not depend on; the system itself
        if there are none. As much is true of what these terms depend on in both.
        """
        commands = tuple(self.relevance.slice(terms))
        if sum(len(c.updates) for c in commands) == sum(len(c.updates) for c in self.commands):
            return self
        return self.copied(commands, "relevance", "digest")

    def copied(self, commands: tuple[Command, ...], *names: str) -> TransitionSystem:
        """A copy with other commands, which has nothing kept under these names."""
        part = copy.copy(self)
        part.commands, part._once = commands, {}
        for name in names:
            vars(part).pop(name, None)
        return part

    # -- initial states -------------------------------------------------------------------------

    def _initial(self) -> dict[Key, Update]:
        initial: dict[Key, Update] = {}
        for entity in self.info.entities:
            for machine in entity.machines:
                key = Key(entity.name, machine.slot, STATE)
                type_ = self.vocabulary.types[key]
                if len(machine.starts_in) == 1:
                    (state,) = machine.starts_in
                    initial[key] = Update(self.world.variable(key), type_.value(state))
                elif set(machine.starts_in) != set(machine.states):
                    raise ModelError(
                        f"{machine.cls.__name__} starts in some states but not in all; "
                        "let it start in one or in any"
                    )
                # As on a plain system, what is derived finds every constant in place.
                for info in sorted(machine.fields, key=lambda f: f.field.start is Start.DERIVED):
                    key = Key(entity.name, machine.slot, info.name)
                    x = self.world.variable(key)
                    if info.field.start is Start.CONSTANT:
                        value = self.vocabulary.literal(info.field.value)
                        initial[key] = Update(x, value)
                    elif info.field.start is Start.DERIVED:
                        owner = self.world.entity(entity.cls, x)
                        function, slot = info.field.value, machine.slot
                        term = self.code.evaluate(
                            f"{key}", partial(_of_machine, function, owner, slot)
                        )
                        check_order(self.info, self.vocabulary, key, term, initial)
                        initial[key] = Update(x, self.in_initial_state(term, initial))
        for item in self.histories:
            key = self.history_key(item)
            x = self.world.variable(key)
            entity_value = self.world.entity(item.entity, x)
            with _reading(item):
                term = self.code.evaluate(
                    f"history {item.name}", partial(item.first, entity_value), item.type
                )
            initial[key] = Update(x, self.in_initial_state(term, initial))
        return initial

    def in_initial_state(self, term: z3.ExprRef, initial: dict[Key, Update] | None = None) -> Any:
        """A term about a state, in an initial state."""
        if initial is None:
            return self._first(term)
        return substitute(term, self.vocabulary, initial)

    @cached_property
    def _first(self) -> Macros:
        return Macros(defined(self.vocabulary, self.initial))

    def _with_histories(self) -> tuple[Command, ...]:
        updates: list[tuple[History[Any], Key, z3.ExprRef, z3.ExprRef]] = []
        for item in self.histories:
            key = self.history_key(item)
            x = self.world.variable(key)
            entity = self.world.entity(item.entity, x)
            with _reading(item):
                term = self.code.evaluate(
                    f"history {item.name}", partial(item.update, self.step, entity), item.type
                )
            updates.append((item, key, x, term))
        commands = []
        for command in self.commands:
            own = dict(command.updates)
            macros = self.macros(command.updates)
            seen: set[int] = set()
            values: list[z3.ExprRef] = []
            for item, key, x, term in updates:
                value = z3.simplify(macros(self.specialise(term, command)))
                values.append(value)
                for constant in constants(value, seen):
                    if is_primed(constant):
                        raise HistoryError(
                            item, f"history {key.name} reads a history after the step"
                        )
                if not value.eq(self.vocabulary.functions[key](x)):
                    own[key] = Update(x, value)
            commands.append(replace(command, updates=own))
        return tuple(commands)

    def after(self, term: z3.ExprRef, command: Command) -> Any:
        """A term about a step, for one action: primed functions become what it writes."""
        return z3.simplify(self.update_macros(command)(self.specialise(term, command)))

    def specialise(self, term: z3.ExprRef, command: Command) -> Any:
        """A term about a step, for one action; still over primed functions."""
        specialised = z3.substitute(term, (self.action, self.actions[command.name]))
        if not specialised.eq(term):
            return z3.simplify(specialised)
        # It is about any action: the same for all of them.
        _, simple = self.once(("simple", term.get_id()), lambda: (term, z3.simplify(term)))
        return simple

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """A value that ``make`` makes of this system: once for a key, and kept."""
        if key not in self._once:
            self._once[key] = make()
        return self._once[key]

    def update_macros(self, command: Command) -> Macros:
        """The definitions of the primed functions after an action."""
        macros: Macros = self.once(("macros", command.name), lambda: self.macros(command.updates))
        return macros

    def macros(self, updates: dict[Key, Update]) -> Macros:
        """The definitions of the primed functions for some updates."""
        pairs = []
        for key, decl in self.vocabulary.functions.items():
            variable = z3.Var(0, decl.domain(0))
            update = updates.get(key)
            value = decl(variable) if update is None else update.at(variable)
            pairs.append((self.next_vocabulary.functions[key], value))
        return Macros(pairs)

    def primed(self, term: z3.ExprRef) -> Any:
        """A term about a state, for the state after a step."""
        return self._primes(term)

    @cached_property
    def _primes(self) -> Macros:
        return Macros(
            (decl, self.next_vocabulary.functions[key](z3.Var(0, decl.domain(0))))
            for key, decl in self.vocabulary.functions.items()
        )

    def unprimed(self, term: z3.ExprRef) -> Any:
        """A term about a step, with what it asks of the state after it asked of the one before."""
        return Macros(
            (self.next_vocabulary.functions[key], decl(z3.Var(0, decl.domain(0))))
            for key, decl in self.vocabulary.functions.items()
        )(term)

    def variant_constraints(self, variant: Variant) -> list[z3.BoolRef]:
        """The formulas about the constants under a variant: their ranges, and the values that it
        fixes.
        """
        return [*self.ranges, *self.fixed_constants(variant)]

    @cached_property
    def ranges(self) -> list[z3.BoolRef]:
        """The range of each constant of which one is known, as a formula."""
        constants = self.vocabulary.constants
        return [
            in_range(constants[name], int(known.low), int(known.high))
            for name, known in self.info.ranges
        ]

    def ranges_differ(self, other: TransitionSystem) -> bool:
        """Tell whether other values are possible for some constant than in another system."""
        return self.info.ranges != other.info.ranges

    def fixed_constants(self, variant: Variant) -> list[z3.BoolRef]:
        """The formulas that fix the constants of a variant."""
        return [
            self.vocabulary.constants[name] == self.vocabulary.literal(value)
            for name, value in variant.constants
        ]


def _of_machine(function: Callable[[Any], Any], owner: Any, slot: str) -> Any:
    return function(getattr(owner, slot))


def read_system(
    system: type[System], histories: Sequence[History[Any]], *, isolate: bool
) -> tuple[TransitionSystem, dict[History[Any], str]]:
    """A system as terms, with the histories that can be read; why the others cannot.

    Raises ModelError for a system that cannot be read, and HistoryError unless histories are to be
    isolated.
    """
    lost: dict[History[Any], str] = {}
    while True:
        kept = [item for item in histories if item not in lost]
        try:
            names = {item.name: why for item, why in lost.items()}
            return TransitionSystem(system, kept, lost=names), lost
        except HistoryError as error:
            if not isolate:
                raise
            lost[error.history] = str(error)
