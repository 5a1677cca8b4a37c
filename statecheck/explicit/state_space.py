"""The state space of a small instance, by execution of the plain machines."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, NamedTuple

from statecheck.explicit.packing import Code, Packing, ValueTable, tables_of
from statecheck.explicit.read_tracing import MOST, ReadMemo, ReadTrace, SystemCopy, Traced
from statecheck.modeling import (
    FORGOTTEN,
    NO_VARIANT,
    STATE,
    Entity,
    MachineInfo,
    ModelError,
    Start,
    System,
    Variant,
    unread_fields,
)


@dataclass(frozen=True, eq=False)
class FiniteInstance:
    """A system with so many entities, and the values that each type of data ranges over.

    ``sizes`` is what the system's constructor takes: a number of entities, or a table of their
    references, for each kind. ``values`` serves parameters, initial values of ``anything`` fields
    and variables of claims; entities, enumerations and Booleans need none. Constants that are not
    given range over their type too; those of which a range is known take its two ends. ``forget``
    drops the values of ``Machine.dead_fields``, and ``memoise`` remembers executions.
    """

    system: type[System]
    sizes: Mapping[str, int | Sequence[Mapping[str, int]]]
    values: Mapping[type, Sequence[Any]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    forget: bool = True
    memoise: bool = True
    _spaces: dict[tuple[Any, ...], StateSpace] = field(default_factory=dict, init=False, repr=False)

    def domain(self, type_: Any, system: System) -> Sequence[Any]:
        """The values of a type. Raises ModelError where the instance does not list them."""
        if type_ in self.values:
            return self.values[type_]
        if isinstance(type_, type):
            if issubclass(type_, Entity):
                return system.entities_of(system.info.entity(type_))
            if issubclass(type_, enum.Enum):
                return tuple(type_)
            if issubclass(type_, bool):
                return (False, True)
        name = getattr(type_, "__name__", type_)
        raise ModelError(f"{name} has too many values to try all; list some: {{{name}: (...)}}")

    def _values(self, constant: str, type_: Any, system: System) -> Sequence[Any]:
        """The values of a constant; the two ends of its range, if it has one."""
        known = dict(system.info.ranges).get(constant)
        if known is None:
            return self.domain(type_, system)
        return tuple(dict.fromkeys((known.low, known.high)))

    def spaces(self, variant: Variant = NO_VARIANT) -> Iterator[StateSpace]:
        """The state spaces, one for each choice of the constants that a variant leaves open."""
        bare = self.system.before_its_start()
        fixed = {**self.constants, **dict(variant.constants)}
        for name, value in self.constants.items():
            if fixed[name] != value:
                raise ModelError(f"the reading {variant.name} and the instance differ in {name}")
        options = [
            (fixed[name],) if name in fixed else self._values(name, type_, bare)
            for name, type_, _ in bare.info.constants
        ]
        for choice in itertools.product(*options):
            if choice not in self._spaces:
                names = (name for name, _, _ in bare.info.constants)
                self._spaces[choice] = StateSpace(self, dict(zip(names, choice, strict=True)))
            yield self._spaces[choice]


@dataclass(frozen=True, eq=False)
class _Effect:
    """The effect of an action: the bits that it writes and what it puts there; likewise with what
    the dead fields hold, which is forgotten.
    """

    written: Code
    put: Code
    written_or_dead: Code
    put_forgetting: Code


_DISABLED = _Effect(0, 0, 0, 0)


class Move(NamedTuple):
    """An enabled action by its number, and the bits that it changes; likewise where what the dead
    fields hold is forgotten.
    """

    number: int
    changed: Code
    changed_forgetting: Code


class _Actions:
    """Actions that are looked up at once, by all that any of them ever read or wrote.

    ``known`` has the moves from a state, and what those that lead to another one change.
    """

    __slots__ = ("_effects", "_trace", "_written", "known", "mask")

    def __init__(self, trace: ReadTrace, effects: Mapping[int, ReadMemo]) -> None:
        self._trace, self._effects = trace, effects
        self._written: Code = 0
        self.mask: Code = 0
        self.known: dict[Code, tuple[list[Move], tuple[Code, ...]]] = {}

    def look_up(self, state: Code) -> tuple[list[Move], tuple[Code, ...]]:
        """The moves from a state, as ``known`` is to have them from now on."""
        effects = [
            (number, effect)
            for number, memo in self._effects.items()
            if (effect := memo(state)) is not _DISABLED
        ]
        moves = [
            Move(
                number,
                state & effect.written ^ effect.put,
                state & effect.written_or_dead ^ effect.put_forgetting,
            )
            for number, effect in effects
        ]
        found = moves, tuple(move.changed_forgetting for move in moves if move.changed_forgetting)
        for _, effect in effects:
            self._written |= effect.written_or_dead
        mask = self._written
        for memo in self._effects.values():
            mask |= memo.mask
        if mask != self.mask:
            self.mask = mask
            self.known.clear()
        if self._trace.memoise and len(self.known) < MOST:
            self.known[state & mask] = found
        return found


class StateSpace:
    """The states and steps of an instance under fixed constants."""

    def __init__(self, instance: FiniteInstance, constants: Mapping[str, Any]) -> None:
        self.instance, self.constants = instance, constants
        self.trace = ReadTrace(memoise=instance.memoise)
        self._traced: type[System] = type(
            instance.system.__name__,
            (instance.system,),
            {"record_type": Traced, "__module__": instance.system.__module__},
        )
        system = self._built()
        self.cells = system.state_variables()
        self.packing = Packing(self._tables(system))
        self.before = SystemCopy(system, self.packing.tables, self.trace, 0)
        self.actions: list[tuple[str, tuple[Any, ...]]] = [
            (action.name, arguments)
            for action in system.info.actions
            for arguments in self.choices(type_ for _, type_ in action.parameters)
        ]
        self._actions = self._grouped()
        self.products: dict[Any, Any] = {}
        """For whoever searches the space with something kept in addition."""

    def _built(self) -> System:
        return self._traced.before_its_start(**{**self.instance.sizes, **self.constants})

    @cached_property
    def after(self) -> SystemCopy:
        """The copy for what is after a step, which claims and histories look at."""
        return SystemCopy(self._built(), self.packing.tables, self.trace, len(self.cells))

    def _tables(self, system: System) -> list[ValueTable]:
        """The table of each cell; the same for the same field of each entity of a kind."""
        shared: dict[tuple[type, str], dict[str, ValueTable]] = {}
        found = []
        for member, machine, name in self.cells:
            key = type(member), machine.slot
            if key not in shared:
                shared[key] = tables_of(machine, system)
            found.append(shared[key][name])
        return found

    def _grouped(self) -> list[_Actions]:
        """The actions in groups: those with the same first argument read about the same."""
        groups: dict[Any, dict[int, ReadMemo]] = {}
        for number, (name, arguments) in enumerate(self.actions):
            first = arguments[0] if arguments and isinstance(arguments[0], Entity) else None
            effect = ReadMemo(self.trace, self.packing, partial(self._fire, name, arguments))
            groups.setdefault(first, {})[number] = effect
        return [_Actions(self.trace, effects) for effects in groups.values()]

    def choices(self, types: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
        """Every choice of values of some types."""
        system = self.before.system
        return itertools.product(*(self.instance.domain(type_, system) for type_ in types))

    def initial(self) -> list[Code]:
        """Every initial state."""
        side = self.before
        states: dict[Code, None] = {}
        options = [self._starts(machine, name) for _, machine, name in self.cells]
        for choice in itertools.product(*options):
            for (own, name), value in zip(side.slots, choice, strict=True):
                own[name] = value
            for (own, name), (member, machine, _) in zip(side.slots, self.cells, strict=True):
                declared = machine.cls.fields.get(name)
                if declared is not None and declared.start is Start.DERIVED:
                    own[name] = declared.value(getattr(member, machine.slot))
            is_initial = _obeys_axioms(side.system)
            if self.instance.forget:
                side.system.forget()
            side.loaded = [side.number(cell) for cell in range(len(self.cells))]
            if is_initial:
                states[self.packing.pack(side.loaded)] = None
        return list(states)

    def choices_at_start(self) -> list[int]:
        """For each cell the number of values that it may have in an initial state."""
        return [len(self._starts(machine, name)) for _, machine, name in self.cells]

    def _starts(self, machine: MachineInfo, name: str) -> Sequence[Any]:
        if name == STATE:
            return machine.starts_in
        info = next(info for info in machine.fields if info.name == name)
        if info.field.start is Start.ANYTHING:
            return self.instance.domain(info.type, self.before.system)
        return (None if info.field.start is Start.DERIVED else info.field.value,)

    def _fire(self, name: str, arguments: tuple[Any, ...], state: Code) -> _Effect:
        side, trace, packing = self.before, self.trace, self.packing
        side.load(packing.unpack(state))
        side.system.observed = None
        if not side.fire(name, arguments):
            return _DISABLED
        try:
            writes = {cell: side.number(cell) for cell in sorted(trace.written)}
            dead = {c: packing.tables[c].number(FORGOTTEN) for c in self._dead(writes)}
        finally:
            side.system.undo()
        forgetting = writes | dead
        return _Effect(
            packing.mask(writes),
            packing.put(writes.items()),
            packing.mask(forgetting),
            packing.put(forgetting.items()),
        )

    def _dead(self, written: Iterable[int]) -> Iterator[int]:
        """The dead cells of the machines that were written; elsewhere they are as they were."""
        if not self.instance.forget:
            return
        for member, machine in dict.fromkeys(self.cells[cell][:2] for cell in written):
            instance = getattr(member, machine.slot)
            cells = instance.model._cells
            self.trace.within = range(min(cells.values()), max(cells.values()) + 1)
            yield from (cells[name] for name in unread_fields(instance))
        self.trace.within = None

    def steps(self, state: Code) -> Iterator[tuple[int, Code, Code]]:
        """For each enabled action its number, the state after it, and that state without what the
        dead fields hold.
        """
        moves: list[Move] = []
        for actions in self._actions:
            known = actions.known.get(state & actions.mask)
            moves += (actions.look_up(state) if known is None else known)[0]
        moves.sort()
        for number, changed, changed_forgetting in moves:
            yield number, state ^ changed, state ^ changed_forgetting

    def targets(self, state: Code) -> list[Code]:
        """The other states that a state leads to, without what the dead fields hold."""
        return [
            state ^ changed
            for actions in self._actions
            for changed in (actions.known.get(state & actions.mask) or actions.look_up(state))[1]
        ]

    def discover(self, state: Code, origin: dict[Code, Code | None]) -> list[Code]:
        """The states that a state is the first to lead to; ``origin`` has that of each from now
        on.
        """
        fresh = []
        for actions in self._actions:
            for changed in (actions.known.get(state & actions.mask) or actions.look_up(state))[1]:
                target = state ^ changed
                if target not in origin:
                    origin[target] = state
                    fresh.append(target)
        return fresh

    def values(self, state: Code) -> list[Any]:
        """The value of each cell in a state."""
        return self.packing.values(state)


def _obeys_axioms(system: System) -> bool:
    try:
        system.check_axioms()
    except ModelError:
        return False
    return True


@dataclass(frozen=True)
class StateCount:
    """How many initial and reachable states there are, and how far away the farthest is."""

    initial: int
    states: int
    depth: int


def count_states(instance: FiniteInstance) -> StateCount:
    """Count the states of an instance, under every choice of the constants that it leaves open."""
    initials, states, depths = 0, 0, []
    for space in instance.spaces():
        layer, depth = space.initial(), -1
        origin: dict[Code, Code | None] = dict.fromkeys(layer)
        initials += len(layer)
        while layer:
            layer = [target for state in layer for target in space.discover(state, origin)]
            depth += 1
        states += len(origin)
        depths.append(depth)
    return StateCount(initials, states, max(depths))
