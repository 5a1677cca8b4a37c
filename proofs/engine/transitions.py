"""The symbolic transition system: commands, histories and initial states of a system as terms."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import z3

from model.kernel import STATE, ModelError, Start, System, signature
from proofs.engine.claims import UNIVERSAL, Claim, History, Inapplicable, Reading, Step
from proofs.engine.explore import Explorer, Leaf, Node, merge
from proofs.engine.extract import Command, Update, constants, extract, located, present, subterms
from proofs.engine.lint import check_identity, code_of
from proofs.engine.substitution import Macros
from proofs.engine.values import lift, truth
from proofs.engine.vocabulary import HISTORY, Key, Vocabulary, enumeration
from proofs.engine.world import World

INAPPLICABLE = object()
"""Stands for what the body of a claim returns where its antecedent does not hold."""


@dataclass(frozen=True)
class Property:
    """A claim as terms.

    ``variables`` are its constants; ``antecedent`` and ``holds`` are over the functions before the
    step and, primed, after it, over the action and its parameters. ``holds`` is true where the
    antecedent is not.
    """

    variables: tuple[tuple[str, Any, z3.ExprRef], ...]
    antecedent: z3.BoolRef
    holds: z3.BoolRef


class SymbolicStep(Step):
    """Any step of the system."""

    def __init__(self, transitions: Transitions) -> None:
        self.transitions = transitions
        self.before = transitions.world.system
        self.after = transitions.next_world.system

    def fires(self, action: Callable[..., Any], *arguments: Any) -> Any:
        """Whether the step is this action with these arguments."""
        command = self.transitions.command(action.__name__)
        vocabulary = self.transitions.vocabulary
        parts = [self.transitions.action == self.transitions.actions[command.name]]
        for (_, _, parameter), argument in zip(command.parameters, arguments, strict=False):
            parts.append(parameter == lift(argument, vocabulary))
        return truth(z3.And(*parts), vocabulary)

    def _keeps(self, entity: Any, functions: Sequence[tuple[str, str]]) -> Any:
        before, after = self.transitions.vocabulary, self.transitions.next_vocabulary
        keys = [Key(entity.kind.name, slot, name) for slot, name in functions]
        same = [before.functions[k](entity.term) == after.functions[k](entity.term) for k in keys]
        return truth(z3.And(*same), before)


class Transitions:
    """A system, the histories that its claims keep, and everything that can happen, as terms.

    The state is a set of functions (see ``vocabulary``). ``initial`` gives those that an initial
    state fixes; the others may be anything there. ``commands`` include the updates of histories.
    """

    def __init__(self, system: type[System], histories: Iterable[History[Any]] = ()) -> None:
        histories = tuple(histories)
        self.info = signature(system)
        check_identity(*code_of(self.info), *(h.update for h in histories))
        self.vocabulary = Vocabulary(self.info)
        self.next_vocabulary = Vocabulary(self.info, prime="'")
        self.explorer = Explorer()
        self.world = World(self.info, self.vocabulary, self.explorer)
        self.next_world = World(self.info, self.next_vocabulary, self.explorer)
        self.histories = histories
        for item in self.histories:
            for vocabulary in (self.vocabulary, self.next_vocabulary):
                vocabulary.declare(self.history_key(item), item.type)
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
        self.step = SymbolicStep(self)
        self._macros: dict[str, Macros] = {}
        self._simple: dict[int, tuple[z3.ExprRef, z3.ExprRef]] = {}
        self.initial = self._initial()
        self.commands = self._with_histories()

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
        for said in self.ranges:
            text.update(f"{fingerprint(said, known)}\n".encode())
        for key, update in sorted(self.initial.items(), key=lambda item: str(item[0])):
            text.update(f"{key} = {fingerprint(update.value, known)}\n".encode())
        for command in self.commands:
            text.update(f"{command.name}: {fingerprint(command.guard, known)}\n".encode())
            for key, update in sorted(command.updates.items(), key=lambda item: str(item[0])):
                text.update(f"{key} := {fingerprint(update.value, known)}\n".encode())
        return text.hexdigest()

    def relevant(self, terms: Iterable[z3.ExprRef]) -> set[Key]:
        """The functions that terms, the guards and the updates of such functions depend on."""
        needed: set[Key] = set()
        left = self._guarding | self._mentioned(terms)
        while left:
            needed |= left
            left = set().union(*(self._dependencies[key] for key in left)) - needed
        return needed

    def _mentioned(self, terms: Iterable[z3.ExprRef]) -> set[Key]:
        seen: set[int] = set()
        parts = (part for term in terms for part in subterms(term, seen) if z3.is_app(part))
        decls = {part.decl().get_id() for part in parts if part.num_args()}
        return {key for key, numbers in self._numbers.items() if not decls.isdisjoint(numbers)}

    @cached_property
    def _numbers(self) -> dict[Key, tuple[int, int]]:
        primed = self.next_vocabulary.functions
        own = self.vocabulary.functions.items()
        return {key: (decl.get_id(), primed[key].get_id()) for key, decl in own}

    @cached_property
    def _guarding(self) -> set[Key]:
        return self._mentioned(command.guard for command in self.commands)

    @cached_property
    def _dependencies(self) -> dict[Key, set[Key]]:
        """For each function those that its updates and its initial value mention."""
        values: dict[Key, list[z3.ExprRef]] = {key: [] for key in self.keys}
        for updates in (self.initial, *(command.updates for command in self.commands)):
            for key, update in updates.items():
                values[key].append(update.value)
        return {key: {key} | self._mentioned(terms) for key, terms in values.items()}

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
                        term = self.evaluate(f"{key}", partial(_of_machine, function, owner, slot))
                        initial[key] = Update(x, self.at_start(term, initial))
        for item in self.histories:
            key = self.history_key(item)
            x = self.world.variable(key)
            entity_value = self.world.entity(item.entity, x)
            term = self.evaluate(
                f"history {item.name}", partial(item.first, entity_value), item.type
            )
            initial[key] = Update(x, self.at_start(term, initial))
        return initial

    def at_start(self, term: z3.ExprRef, initial: dict[Key, Update] | None = None) -> Any:
        """A term about a state, in an initial state."""
        if initial is None:
            return self._first(term)
        return substitute(term, self.vocabulary, initial)

    @cached_property
    def _first(self) -> Macros:
        return Macros(defined(self.vocabulary, self.initial))

    # -- code to terms --------------------------------------------------------------------------

    def evaluate(self, what: str, run: Callable[[], Any], type_: Any = None) -> z3.ExprRef:
        """Run code that changes nothing along all its paths and merge what it returns.

        Raises ModelError where that is not of a type, if one is given.
        """
        tree = self._explore(what, run)
        wanted = None if type_ is None else self.vocabulary.sort(type_)
        return self._term(what, z3.simplify(merge(tree, partial(self._lifted, what, wanted))))

    def _lifted(self, what: str, wanted: Any, value: Any) -> z3.ExprRef:
        """The term of what code returned; None for where a claim says nothing."""
        if value is None:
            raise ModelError(f"{what} returns nothing on some way through it; return a value")
        try:
            term = lift(value, self.vocabulary)
        except ModelError as error:
            raise ModelError(f"{what} returns {value!r}: {error}") from None
        if wanted is not None and term.sort() != wanted:
            raise ModelError(f"{what} returns a {term.sort()} where a {wanted} is wanted")
        return term

    def _term(self, what: str, term: z3.ExprRef) -> z3.ExprRef:
        """A term that is sure to speak of no element of a loop."""
        term = present(term)
        for constant in constants(term):
            if "!" in constant.decl().name():
                raise ModelError(
                    f"{what}: an element of a loop is used after the loop; use all() or any()"
                )
        return term

    def _explore(self, what: str, run: Callable[[], Any]) -> Node | Leaf:
        def once() -> Any:
            self.world.reset()
            self.next_world.reset()
            return run()

        self.explorer.onlooker = what
        try:
            with located(what):
                return self.explorer.explore(once, isolated=True)
        finally:
            self.explorer.onlooker = ""

    def claimed(
        self, claim: Claim
    ) -> tuple[tuple[tuple[str, Any, z3.ExprRef], ...], list[Any], Node | Leaf]:
        """A claim's variables, as constants and as what its body gets, and what the body returns;
        INAPPLICABLE where the claim does not apply.
        """
        check_identity(claim.body)
        # Claims share their variables, first attachment with first attachment, so that a search for
        # many of them at once has few terms to deal with.
        counts: dict[str, int] = {}
        values = []
        for _, type_ in claim.variables:
            kind = type_.__name__
            counts[kind] = counts.get(kind, 0) + 1
            values.append(self.world.parameter(f"any:{kind}{counts[kind]}", type_))
        first = self.step if claim.on_step else self.world.system

        def run() -> Any:
            try:
                return claim.body(first, *values)
            except Inapplicable:
                return INAPPLICABLE

        variables = tuple(
            (name, type_, value.term)
            for (name, type_), value in zip(claim.variables, values, strict=True)
        )
        return variables, values, self._explore(f"claim {claim.id}", run)

    def property(self, claim: Claim) -> Property:
        """The terms of a claim."""
        variables, _, tree = self.claimed(claim)
        what = f"claim {claim.id}"
        # Where an always claim says nothing it is not violated; nothing else is there reached.
        elsewhere = z3.BoolVal(claim.kind in UNIVERSAL)

        def holds(value: Any) -> z3.ExprRef:
            if value is INAPPLICABLE:
                return elsewhere
            return self._lifted(what, z3.BoolSort(), value)

        return Property(
            variables,
            z3.simplify(merge(tree, lambda value: z3.BoolVal(value is not INAPPLICABLE))),
            self._term(what, z3.simplify(merge(tree, holds))),
        )

    def _with_histories(self) -> tuple[Command, ...]:
        updates: list[tuple[Key, z3.ExprRef, z3.ExprRef]] = []
        for item in self.histories:
            key = self.history_key(item)
            x = self.world.variable(key)
            entity = self.world.entity(item.entity, x)
            term = self.evaluate(
                f"history {item.name}", partial(item.update, self.step, entity), item.type
            )
            updates.append((key, x, term))
        commands = []
        for command in self.commands:
            own = dict(command.updates)
            macros = self.macros(command.updates)
            seen: set[int] = set()
            values: list[z3.ExprRef] = []
            for key, x, term in updates:
                said = self.of_action(term, command)
                value = z3.simplify(macros(said))
                values.append(value)
                for constant in constants(value, seen):
                    if constant.decl().name().endswith("'"):
                        raise ModelError(f"history {key.name} reads a history after the step")
                if not value.eq(self.vocabulary.functions[key](x)):
                    own[key] = Update(x, value)
            commands.append(replace(command, updates=own))
        return tuple(commands)

    def after(self, term: z3.ExprRef, command: Command) -> Any:
        """A term about a step, for one action: primed functions become what it writes."""
        said = self.of_action(term, command)
        return z3.simplify(self.written(command)(said))

    def of_action(self, term: z3.ExprRef, command: Command) -> Any:
        """A term about a step, for one action; still over primed functions."""
        said = z3.substitute(term, (self.action, self.actions[command.name]))
        if not said.eq(term):
            return z3.simplify(said)
        # It is about any action: the same for all of them.
        if term.get_id() not in self._simple:
            self._simple[term.get_id()] = term, z3.simplify(term)
        return self._simple[term.get_id()][1]

    def written(self, command: Command) -> Macros:
        """What the primed functions stand for after an action."""
        if command.name not in self._macros:
            self._macros[command.name] = self.macros(command.updates)
        return self._macros[command.name]

    def macros(self, updates: dict[Key, Update]) -> Macros:
        """What the primed functions stand for, if these are the updates."""
        pairs = []
        for key, decl in self.vocabulary.functions.items():
            variable = z3.Var(0, decl.domain(0))
            update = updates.get(key)
            value = decl(variable) if update is None else update.at(variable)
            pairs.append((self.next_vocabulary.functions[key], value))
        return Macros(pairs)

    def primed(self, term: z3.ExprRef) -> Any:
        """A term about a state, said of the state after a step."""
        return self._primes(term)

    @cached_property
    def _primes(self) -> Macros:
        return Macros(
            (decl, self.next_vocabulary.functions[key](z3.Var(0, decl.domain(0))))
            for key, decl in self.vocabulary.functions.items()
        )

    def under(self, reading: Reading) -> list[z3.BoolRef]:
        """What is known of the constants under a reading: their ranges, and what it fixes."""
        return [*self.ranges, *self.fixed(reading)]

    @cached_property
    def ranges(self) -> list[z3.BoolRef]:
        """That each constant of which a range is known lies in it."""
        constants = self.vocabulary.constants
        return [
            z3.And(constants[name] >= int(known.low), constants[name] <= int(known.high))
            for name, known in self.info.ranges
        ]

    def ranges_differ(self, other: Transitions) -> bool:
        """Whether other values are possible for some constant than in another system."""
        return self.info.ranges != other.info.ranges

    def fixed(self, reading: Reading) -> list[z3.BoolRef]:
        """What a reading fixes, as terms."""
        return [
            self.vocabulary.constants[name] == self.vocabulary.literal(value)
            for name, value in reading.constants
        ]


_COMMUTATIVE = (z3.Z3_OP_AND, z3.Z3_OP_OR, z3.Z3_OP_EQ, z3.Z3_OP_IFF, z3.Z3_OP_ADD)


def fingerprint(term: z3.ExprRef, known: dict[int, str]) -> str:
    """A digest of a term that the order of conjuncts and the like does not change.

    Z3 orders them by when they were first seen, which depends on what else the process did.
    ``known`` remembers the digests of subterms.
    """
    key = term.get_id()
    if key not in known:
        if z3.is_quantifier(term):
            word = "exists" if term.is_exists() else "forall"
            parts = [word, term.var_sort(0).name(), fingerprint(term.body(), known)]
        elif z3.is_var(term):
            parts = ["bound", str(z3.get_var_index(term))]
        else:
            inner = [fingerprint(child, known) for child in term.children()]
            if term.decl().kind() in _COMMUTATIVE:
                inner.sort()
            parts = [str(term) if not inner else term.decl().name(), *inner]
        known[key] = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return known[key]


def _of_machine(function: Callable[[Any], Any], owner: Any, slot: str) -> Any:
    return function(getattr(owner, slot))


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
