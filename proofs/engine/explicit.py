"""Exhaustive search of small instances on the plain machines, without a solver.

The real python-statemachine engine executes every action. What it does depends only on the values
that it reads, so an execution is remembered by what it read and is not repeated where that is the
same. Histories and claims are evaluated, and remembered, in the same way.

It establishes nothing about more entities, or about other values, than the instance has.
"""

from __future__ import annotations

import enum
import itertools
import operator
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import CodeType, FunctionType
from typing import Any, ClassVar

from model.kernel import (
    FORGOTTEN,
    STATE,
    ActionDisabled,
    Entity,
    MachineInfo,
    ModelError,
    Record,
    Start,
    System,
)
from proofs.engine.claims import ANY_READING, Claim, History, Inapplicable, Kind, Reading, Step

Code = tuple[int, ...]
"""Numbers that stand for the values of cells, in the order of ``System.cells``."""

State = tuple[Code, Code]
"""A state of a product: its cells, its histories."""

_POSSIBILITIES = (Kind.POSSIBLE, Kind.DERIVED)


@dataclass(frozen=True, eq=False)
class Instance:
    """A system with so many entities, and the values that each type of data ranges over.

    ``sizes`` is what the system's constructor takes: a number of entities, or a table of their
    references, for each kind. ``values`` serves parameters, initial values of ``anything`` fields
    and variables of claims; entities, enumerations and Booleans need none. Constants that are not
    given range over their type too. ``forget`` drops the values of ``Machine.dead_fields``, and
    ``memoise`` remembers executions.
    """

    system: type[System]
    sizes: Mapping[str, int | Sequence[Mapping[str, int]]]
    values: Mapping[type, Sequence[Any]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    forget: bool = True
    memoise: bool = True
    _spaces: dict[tuple[Any, ...], Space] = field(default_factory=dict, init=False, repr=False)

    def domain(self, type_: Any, system: System) -> Sequence[Any]:
        """The values of a type. Raises ModelError where the instance does not list them."""
        if type_ in self.values:
            return self.values[type_]
        if isinstance(type_, type):
            if issubclass(type_, Entity):
                return system.members(system.info.entity(type_))
            if issubclass(type_, enum.Enum):
                return tuple(type_)
            if issubclass(type_, bool):
                return (False, True)
        name = getattr(type_, "__name__", type_)
        raise ModelError(f"{name} has too many values to try all; list some: {{{name}: (...)}}")

    def spaces(self, reading: Reading = ANY_READING) -> Iterator[Space]:
        """The state spaces, one for each choice of the constants that a reading leaves open."""
        bare = self.system()
        fixed = {**self.constants, **dict(reading.constants)}
        for name, value in self.constants.items():
            if fixed[name] != value:
                raise ModelError(f"the reading {reading.name} and the instance differ in {name}")
        options = [
            (fixed[name],) if name in fixed else self.domain(type_, bare)
            for name, type_, _ in bare.info.constants
        ]
        for choice in itertools.product(*options):
            if choice not in self._spaces:
                names = (name for name, _, _ in bare.info.constants)
                self._spaces[choice] = Space(self, dict(zip(names, choice, strict=True)))
            yield self._spaces[choice]


# -- execution that is remembered -----------------------------------------------------------------


class _Trace:
    """The cells that an execution reads before it writes them, in order, and those it writes."""

    def __init__(self, *, memoise: bool) -> None:
        self.memoise = memoise
        self.on = False
        self.reads: dict[int, None] = {}
        self.written: set[int] = set()
        self.within: range | None = None

    def start(self) -> None:
        self.on, self.reads, self.written, self.within = True, {}, set(), None


class _Traced(Record):
    """A record that reports what is read and written. Raises ModelError for a forgotten value."""

    _cells: ClassVar[Mapping[str, int]] = {}
    _trace: _Trace
    _machine: str

    def __getattribute__(self, name: str) -> Any:
        value = object.__getattribute__(self, name)
        if not name.startswith("_") and name in self._cells:
            self._read(name, value)
        return value

    def _read(self, name: str, value: Any) -> None:
        trace, cell = self._trace, self._cells[name]
        if not trace.on:
            return
        if trace.within is not None and cell not in trace.within:
            raise ModelError(f"dead_fields of {self._machine} depend on another machine's {name}")
        if cell in trace.written:
            return
        if value is FORGOTTEN:
            raise ModelError(
                f"{name} of {self._machine} is read where its dead_fields say that nothing reads "
                "it; take it off them, or search with forget=False"
            )
        trace.reads[cell] = None

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name in self._cells:
            self._trace.written.add(self._cells[name])

    def _restore(self, name: str, value: Any) -> None:
        super()._restore(name, value)
        if name in self._cells:
            self._trace.written.discard(self._cells[name])


class _Memo:
    """A function of a state that is executed only where what it reads is new.

    ``tree`` has at None what to look at first: a cell and a branch for each of its values, or the
    answer, which is no tuple.
    """

    __slots__ = ("execute", "trace", "tree")

    def __init__(self, trace: _Trace, execute: Callable[[Code], Any]) -> None:
        self.execute, self.trace = execute, trace
        self.tree: dict[int | None, Any] = {}

    def __call__(self, state: Code) -> Any:
        node = self.tree.get(None)
        while node.__class__ is tuple:
            node = node[1].get(state[node[0]])
        return self._learn(state) if node is None else node

    def _learn(self, state: Code) -> Any:
        self.trace.start()
        try:
            answer = self.execute(state)
        finally:
            self.trace.on = False
        if not self.trace.memoise:
            return answer
        branch, key = self.tree, None
        for cell in self.trace.reads:
            node = branch.setdefault(key, (cell, {}))
            if node.__class__ is not tuple or node[0] != cell:
                raise ModelError("what the model does depends on more than the state")
            branch, key = node[1], state[cell]
        branch[key] = answer
        return answer


class _Codes:
    """Numbers the values that occur; 1, True and an IntEnum's 1 are different values."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[tuple[type, Any], int] = {}

    def number(self, value: Any) -> int:
        number = self._numbers.setdefault((type(value), value), len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


class _Side:
    """One of the two copies of the system: that before a step, or that after it."""

    def __init__(self, system: System, codes: _Codes, trace: _Trace, offset: int) -> None:
        self.system, self.codes = system, codes
        self.slots: list[tuple[dict[str, Any], str]] = []
        for cell, (member, machine, name) in enumerate(system.cells(), offset):
            record = getattr(member, machine.slot).model
            own = record.__dict__
            own["_cells"] = {**own.get("_cells", {}), name: cell}
            own["_trace"], own["_machine"] = trace, f"{member}.{machine.slot}"
            self.slots.append((own, name))
        self.loaded: list[int] = [-1] * len(self.slots)

    def load(self, state: Sequence[int]) -> None:
        """Bring the copy into a state."""
        for cell, (old, new) in enumerate(zip(self.loaded, state, strict=True)):
            if old != new:
                own, name = self.slots[cell]
                own[name] = self.value(new)
                self.loaded[cell] = new

    def value(self, number: int) -> Any:
        """The value that a number stands for; an entity is one of this copy."""
        value = self.codes.values[number]
        return self.system[value] if isinstance(value, Entity) else value

    def number(self, cell: int) -> int:
        """The number of a cell's present value."""
        own, name = self.slots[cell]
        return self.codes.number(own[name])

    def fire(self, name: str, arguments: Iterable[Any]) -> bool:
        """Fire an action, or find it disabled. ``System.undo`` takes it back."""
        own = (self.system[a] if isinstance(a, Entity) else a for a in arguments)
        try:
            getattr(self.system, name)(*own)
        except ActionDisabled:
            return False
        return True


# -- states and steps -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Effect:
    """What an action writes, and what of it remains when the dead fields are forgotten."""

    writes: tuple[tuple[int, int], ...]
    forgets: tuple[tuple[int, int], ...]


_DISABLED = _Effect((), ())


class Space:
    """The states and steps of an instance under fixed constants."""

    def __init__(self, instance: Instance, constants: Mapping[str, Any]) -> None:
        self.instance, self.constants = instance, constants
        self.trace, self.codes = _Trace(memoise=instance.memoise), _Codes()
        traced = type(
            instance.system.__name__,
            (instance.system,),
            {"record_type": _Traced, "__module__": instance.system.__module__},
        )
        systems = [traced(**instance.sizes, **constants) for _ in range(2)]
        self.cells = systems[0].cells()
        self.before = _Side(systems[0], self.codes, self.trace, 0)
        self.after = _Side(systems[1], self.codes, self.trace, len(self.cells))
        self.actions: list[tuple[str, tuple[Any, ...]]] = [
            (action.name, arguments)
            for action in systems[0].info.actions
            for arguments in self.choices(type_ for _, type_ in action.parameters)
        ]
        self._effects = [_Memo(self.trace, partial(self._fire, *action)) for action in self.actions]
        self._products: dict[tuple[History[Any], ...], Product] = {}

    def choices(self, types: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
        """Every choice of values of some types."""
        system = self.before.system
        return itertools.product(*(self.instance.domain(type_, system) for type_ in types))

    def product(self, histories: Iterable[History[Any]]) -> Product:
        """The space with histories kept in addition."""
        key = tuple(histories)
        if key not in self._products:
            self._products[key] = Product(self, key)
        return self._products[key]

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
            if self.instance.forget:
                side.system.forget()
            side.loaded = [side.number(cell) for cell in range(len(self.cells))]
            states[tuple(side.loaded)] = None
        return list(states)

    def _starts(self, machine: MachineInfo, name: str) -> Sequence[Any]:
        if name == STATE:
            return machine.starts_in
        info = next(info for info in machine.fields if info.name == name)
        if info.field.start is Start.ANYTHING:
            return self.instance.domain(info.type, self.before.system)
        return (None if info.field.start is Start.DERIVED else info.field.value,)

    def _fire(self, name: str, arguments: tuple[Any, ...], state: Code) -> _Effect:
        side, trace = self.before, self.trace
        side.load(state)
        side.system.observed = None
        if not side.fire(name, arguments):
            return _DISABLED
        try:
            writes = {cell: side.number(cell) for cell in sorted(trace.written)}
            forgets = dict.fromkeys(self._dead(writes), self.codes.number(FORGOTTEN))
        finally:
            side.system.undo()
        return _Effect(tuple(writes.items()), tuple(forgets.items()))

    def _dead(self, written: Iterable[int]) -> Iterator[int]:
        """The dead cells of the machines that were written; elsewhere they are as they were."""
        if not self.instance.forget:
            return
        for member, machine in dict.fromkeys(self.cells[cell][:2] for cell in written):
            instance = getattr(member, machine.slot)
            cells = instance.model._cells
            self.trace.within = range(min(cells.values()), max(cells.values()) + 1)
            yield from (cells[name] for name in instance.dead_fields)
        self.trace.within = None

    def steps(self, state: Code) -> Iterator[tuple[int, Code, Code]]:
        """For each enabled action its number, the state after it, and that state without what the
        dead fields hold.
        """
        for number, effect in enumerate(self._effects):
            found = effect(state)
            if found is _DISABLED:
                continue
            cells = list(state)
            for cell, value in found.writes:
                cells[cell] = value
            after = kept = tuple(cells)
            if found.forgets:
                for cell, value in found.forgets:
                    cells[cell] = value
                kept = tuple(cells)
            yield number, after, kept


@dataclass(frozen=True)
class Reach:
    """How many initial and reachable states there are, and how far away the farthest is."""

    initial: int
    states: int
    depth: int


def reach(instance: Instance) -> Reach:
    """Count the states of an instance, under every choice of the constants that it leaves open."""
    found = []
    for space in instance.spaces():
        distance = dict.fromkeys(space.initial(), 0)
        queue = list(distance)
        initial = len(queue)
        for state in queue:
            further = distance[state] + 1
            for _, _, kept in space.steps(state):
                if kept not in distance:
                    distance[kept] = further
                    queue.append(kept)
        found.append((initial, len(queue), distance[queue[-1]]))
    initials, states, depths = zip(*found, strict=True)
    return Reach(sum(initials), sum(states), max(depths))


# -- histories and claims -------------------------------------------------------------------------


class _ConcreteStep(Step):
    def __init__(self, space: Space, number: int) -> None:
        self.before, self.after = space.before.system, space.after.system
        self.name, self.arguments = space.actions[number]
        self.trace = space.trace

    def fires(self, action: Callable[..., Any], *arguments: Any) -> bool:
        return action.__name__ == self.name and all(map(operator.eq, self.arguments, arguments))

    def _same(self, entity: Any, slot: str, name: str) -> bool:
        old, new = (getattr(s[entity], slot).model for s in (self.before, self.after))
        if old.__dict__[name] is FORGOTTEN is new.__dict__[name]:
            # The step would have written it, had it changed.
            self.trace.reads |= {old._cells[name]: None, new._cells[name]: None}
            return True
        return bool(getattr(old, name) == getattr(new, name))


class _Observed:
    """What claims see of one side besides its machines: histories, and what is enabled."""

    def __init__(self, product: Product, side: _Side, offset: int, state: Code) -> None:
        self.product, self.side, self.offset, self.state = product, side, offset, state

    def observe(self, name: str, entity: Entity, type_: Any) -> Any:
        cell = self.product.places.get((name, entity))
        if cell is None:
            raise ModelError(f"the history {name} is read but not kept; call it by its name")
        cell += self.offset
        if cell >= len(self.state):
            raise ModelError(f"the history {name} is not known at this point")
        self.product.space.trace.reads[cell] = None
        return self.side.value(self.state[cell])

    def enabled(self, name: str, arguments: Iterable[Any]) -> bool:
        found = self.side.fire(name, arguments)
        self.side.system.undo()
        return found


class Product:
    """A space whose states also have the values of some histories.

    What is evaluated sees a row of numbers: the cells before the step, those after it, the
    histories before it and, for claims, after it. For a claim about states both are the same.
    """

    def __init__(self, space: Space, histories: Sequence[History[Any]]) -> None:
        self.space = space
        system = space.before.system
        self.slots = [
            (history, member)
            for history in histories
            for member in system.members(system.info.entity(history.entity))
        ]
        self.places = {(item.name, member): k for k, (item, member) in enumerate(self.slots)}
        self._firsts = [_Memo(space.trace, partial(self._first, *slot)) for slot in self.slots]
        self._updates = [
            [_Memo(space.trace, partial(self._update, k, *slot)) for slot in self.slots]
            for k in range(len(space.actions))
        ]

    def initial(self) -> Iterator[tuple[Code, Code]]:
        """Every initial state: its cells, its histories."""
        for cells in self.space.initial():
            yield cells, tuple([first(cells + cells) for first in self._firsts])

    def steps(self, cells: Code, past: Code) -> Iterator[tuple[int, Code, Code, Code]]:
        """For each enabled action its number, the row of the step, and the state it leads to."""
        for number, after, kept in self.space.steps(cells):
            row = cells + after + past
            known = tuple([update(row) for update in self._updates[number]])
            yield number, row + known, kept, known

    def row(self, state: State) -> Code:
        """The row of a state, for a claim about states."""
        cells, past = state
        return cells + cells + past + past

    def sample(self, state: State) -> Sample:
        """A state with its values by name."""
        space, values = self.space, self.space.codes.values
        return Sample(
            {
                (member.name, machine.slot, name): values[number]
                for (member, machine, name), number in zip(space.cells, state[0], strict=True)
            },
            {
                (item.name, member.name): values[number]
                for (item, member), number in zip(self.slots, state[1], strict=True)
            },
            space.constants,
        )

    def _load(self, row: Code) -> None:
        space, size = self.space, len(self.space.cells)
        for side, start, offset in (
            (space.before, 0, 2 * size),
            (space.after, size, 2 * size + len(self.slots)),
        ):
            side.load(row[start : start + size])
            side.system.observed = _Observed(self, side, offset, row)

    def _first(self, history: History[Any], member: Entity, row: Code) -> int:
        self._load(row)
        return self.space.codes.number(history.first(member))

    def _update(self, number: int, history: History[Any], member: Entity, row: Code) -> int:
        self._load(row)
        step = _ConcreteStep(self.space, number)
        return self.space.codes.number(history.update(step, member))

    def judges(self, claim: Claim, number: int | None) -> list[tuple[tuple[Any, ...], _Memo]]:
        """For each choice of a claim's variables, what the claim says of a row: True, False or
        Inapplicable. ``number`` is the step's action.
        """
        types = (type_ for _, type_ in claim.variables)
        return [
            (choice, _Memo(self.space.trace, partial(self._judge, claim, number, choice)))
            for choice in self.space.choices(types)
        ]

    def _judge(
        self, claim: Claim, number: int | None, choice: tuple[Any, ...], row: Code
    ) -> object:
        self._load(row)
        system = self.space.before.system
        first = system if number is None else _ConcreteStep(self.space, number)
        try:
            return bool(claim.body(first, *choice))
        except Inapplicable:
            return Inapplicable


def kept_for(claim: Claim, histories: Iterable[History[Any]]) -> list[History[Any]]:
    """The histories that a claim names, and those that these and its helpers name."""
    named = {item.name: item for item in histories}
    found: dict[History[Any], None] = {}
    seen: set[object] = set()
    todo: list[object] = [claim.body]
    while todo:
        item = todo.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        match item:
            case History():
                found[item] = None
                todo += [item.update, item.initially]
            case FunctionType():
                todo += [cell.cell_contents for cell in item.__closure__ or ()]
                for name in _names(item.__code__):
                    todo += [item.__globals__.get(name), named.get(name)]
            case _:
                pass
    return sorted(found, key=lambda item: item.name)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


# -- the search -----------------------------------------------------------------------------------


class Finding(enum.Enum):
    """What the search found out about a claim, for one instance."""

    HOLDS = "holds"
    VIOLATED = "violated"
    REACHED = "reached"
    UNREACHED = "unreached"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Trail:
    """A shortest run: the system's constants, its initial state as ``System.snapshot`` gives it
    but for what is forgotten, its actions with arguments, and the claim's variables.
    """

    constants: Mapping[str, Any]
    start: tuple[Any, ...]
    steps: tuple[tuple[str, tuple[Any, ...]], ...]
    witness: tuple[Any, ...]


@dataclass(frozen=True)
class Outcome:
    """The answer to a claim. ``steps`` counts the actions of the shortest run that violates or
    reaches it, the step that a claim is about included. ``antecedent_reached`` is None where the
    claim has none. ``states`` counts the states looked at, with the histories that the claim needs.
    """

    finding: Finding
    steps: int | None
    antecedent_reached: bool | None
    states: int
    run: Trail | None = None


def check(claim: Claim, histories: Iterable[History[Any]], instance: Instance) -> Outcome:
    """Decide a claim for an instance by breadth-first search of its states.

    Where the claim's reading leaves constants open, a claim that something holds has to hold under
    every choice of them, and a run may take any. Raises ModelError for a claim of another kind.
    """
    if claim.kind is Kind.EVENTUALLY or (claim.kind is Kind.RECOVERABLE and claim.on_step):
        raise ModelError(f"{claim.id} is a claim of kind {claim.kind} that no search decides")
    look = _look_back if claim.kind is Kind.RECOVERABLE else _look
    outcomes = [look(claim, product) for product in _products(claim, histories, instance)]
    decisive = [outcome for outcome in outcomes if outcome.steps is not None] or outcomes
    applies = any(outcome.antecedent_reached for outcome in outcomes)
    return replace(
        min(decisive, key=lambda outcome: outcome.steps or 0),
        antecedent_reached=None if claim.kind in _POSSIBILITIES else applies,
        states=sum(outcome.states for outcome in outcomes),
    )


def answers(
    claim: Claim, histories: Iterable[History[Any]], instance: Instance
) -> frozenset[tuple[Any, ...]]:
    """The choices of a claim's variables of which it holds in some reachable state or step."""
    return frozenset(
        choice
        for product in _products(claim, histories, instance)
        for _, _, choice, answer in _Search(claim, product).judged()
        if answer is True
    )


def _products(claim: Claim, histories: Iterable[History[Any]], instance: Instance) -> list[Product]:
    kept = kept_for(claim, histories)
    return [space.product(kept) for space in instance.spaces(claim.reading)]


class _Search:
    """The states of a product in breadth-first order, and what a claim says of them."""

    def __init__(self, claim: Claim, product: Product) -> None:
        self.claim, self.product = claim, product
        start: tuple[int, State | None, int] = (0, None, -1)
        self.origin = dict.fromkeys(product.initial(), start)

    def judged(self) -> Iterator[tuple[State, tuple[int, ...], tuple[Any, ...], object]]:
        """A state, the action if the claim is about steps, the claim's variables, and the answer:
        True, False or Inapplicable. States at a lesser distance come first.
        """
        product, on_step = self.product, self.claim.on_step
        actions = range(len(product.space.actions)) if on_step else (None,)
        judges = {number: product.judges(self.claim, number) for number in actions}
        queue = list(self.origin)
        for state in queue:
            if not on_step:
                row = product.row(state)
                for choice, judge in judges[None]:
                    yield state, (), choice, judge(row)
            further = self.origin[state][0] + 1
            for number, row, kept, known in product.steps(*state):
                if on_step:
                    for choice, judge in judges[number]:
                        yield state, (number,), choice, judge(row)
                target = kept, known
                if target not in self.origin:
                    self.origin[target] = further, state, number
                    queue.append(target)

    def run(self, state: State, last: tuple[int, ...], witness: tuple[Any, ...]) -> Trail:
        """The run that first reached a state, with its step ``last``."""
        space, numbers = self.product.space, [*last]
        _, previous, number = self.origin[state]
        while previous is not None:
            numbers.insert(0, number)
            state = previous
            _, previous, number = self.origin[state]
        start = tuple(space.codes.values[number] for number in state[0])
        trail = tuple(space.actions[number] for number in numbers)
        return Trail(space.constants, start, trail, witness)

    def outcome(self, finding: Finding, run: Trail | None, *, applies: bool) -> Outcome:
        """What the search has found."""
        steps = None if run is None else len(run.steps)
        return Outcome(finding, steps, applies, len(self.origin), run)


def _look(claim: Claim, product: Product) -> Outcome:
    """Look for what a claim is false of, or true of if it claims a possibility."""
    search, applies = _Search(claim, product), False
    wanted = claim.kind in _POSSIBILITIES
    for state, last, choice, answer in search.judged():
        applies |= answer is not Inapplicable
        if answer is wanted:
            finding = Finding.REACHED if wanted else Finding.VIOLATED
            return search.outcome(finding, search.run(state, last, choice), applies=True)
    finding = Finding.UNREACHED if wanted else Finding.HOLDS
    return search.outcome(finding, None, applies=applies)


def _look_back(claim: Claim, product: Product) -> Outcome:
    """Search backwards from where a claim's body holds; what it says nothing of owes nothing."""
    search = _Search(claim, product)
    said: dict[tuple[Any, ...], dict[State, object]] = {}
    for state, _, choice, answer in search.judged():
        said.setdefault(choice, {})[state] = answer
    before: dict[State, list[State]] = {state: [] for state in search.origin}
    for state in search.origin:
        for _, _, *target in product.steps(*state):
            before[target[0], target[1]].append(state)
    applies = False
    for choice, answer_at in said.items():
        queue = [state for state, answer in answer_at.items() if answer is True]
        safe = set(queue)
        for state in queue:
            fresh = set(before[state]) - safe
            safe |= fresh
            queue += fresh
        owing = [state for state, answer in answer_at.items() if answer is not Inapplicable]
        applies |= bool(owing)
        for state in owing:
            if state not in safe:
                run = search.run(state, (), choice)
                return search.outcome(Finding.VIOLATED, run, applies=True)
    return search.outcome(Finding.HOLDS, None, applies=applies)


@dataclass(frozen=True)
class Sample:
    """A state of a random run. Cells go by entity, machine and field, such as ``("server1",
    "store", "version")``, histories by name and entity.
    """

    cells: Mapping[tuple[str, str, str], Any]
    histories: Mapping[tuple[str, str], Any]
    constants: Mapping[str, Any]


def sample(
    instance: Instance, histories: Iterable[History[Any]], *, walks: int, steps: int, seed: int
) -> Iterator[Sample]:
    """The states of random runs, each of so many steps; every enabled step is equally likely."""
    pick, kept = random.Random(seed), tuple(histories)
    starts = [
        (space.product(kept), state)
        for space in instance.spaces()
        for state in space.product(kept).initial()
    ]
    for _ in range(walks):
        product, state = pick.choice(starts)
        yield product.sample(state)
        for _ in range(steps):
            choices = [(cells, past) for _, _, cells, past in product.steps(*state)]
            if not choices:
                break
            state = pick.choice(choices)
            yield product.sample(state)
