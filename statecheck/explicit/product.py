"""The states of a small instance together with the histories that claims read.

The real python-statemachine engine executes every action. What it does depends only on the values
that it reads, so an execution is remembered by what it read and is not repeated where that is the
same. Histories and claims are evaluated, and remembered, in the same way.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import CodeType, FunctionType
from typing import Any

from statecheck.claims.claim import Claim
from statecheck.clock import unlimited
from statecheck.explicit.packing import Code, Packing, table_of
from statecheck.explicit.read_tracing import ReadMemo, SystemCopy
from statecheck.explicit.state_space import StateSpace
from statecheck.modeling import FORGOTTEN, Entity, History, Inapplicable, ModelError, Step


@dataclass(frozen=True)
class Sample:
    """A state of a random run. Cells go by entity, machine and field, such as ``("server1",
    "store", "version")``, histories by name and entity.
    """

    cells: Mapping[tuple[str, str, str], Any]
    histories: Mapping[tuple[str, str], Any]
    constants: Mapping[str, Any]


class _ConcreteStep(Step):
    def __init__(self, space: StateSpace, number: int) -> None:
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
    """The histories of one copy of the system, and which of its actions are enabled."""

    def __init__(
        self, product: Product, side: SystemCopy, offset: int, numbers: Sequence[int]
    ) -> None:
        self.product, self.side, self.offset, self.numbers = product, side, offset, numbers

    def observe(self, name: str, entity: Entity, type_: Any) -> Any:
        cell = self.product.places.get((name, entity))
        if cell is None:
            raise ModelError(f"the history {name} is read but not kept; call it by its name")
        cell += self.offset
        if cell >= len(self.numbers):
            raise ModelError(f"the history {name} is not known at this point")
        self.product.space.trace.reads[cell] = None
        return self.side.own(self.product.value(cell, self.numbers[cell]))

    def enabled(self, name: str, arguments: Iterable[Any]) -> bool:
        system = self.side.system
        is_enabled = self.side.fire(
            name, [system[a] if isinstance(a, Entity) else a for a in arguments]
        )
        self.side.system.undo()
        return is_enabled


def product(space: StateSpace, histories: Iterable[History[Any]]) -> Product:
    """A space with histories kept in addition; it is built once."""
    key = tuple(histories)
    if key not in space.products:
        space.products[key] = Product(space, key)
    built: Product = space.products[key]
    return built


class Product:
    """A space whose states also have the values of some histories: a state has its cells first.

    What is evaluated sees a row: the cells before the step, those after it, the histories before it
    and, for claims, after it. A claim about states sees no more than what is before a step.
    """

    def __init__(self, space: StateSpace, histories: Sequence[History[Any]]) -> None:
        self.space = space
        system = space.before.system
        self.slots = [
            (history, member)
            for history in histories
            for member in system.entities_of(system.info.entity(history.entity))
        ]
        shared = {history: table_of(history.type, system) for history in histories}
        cells, past = space.packing, Packing([shared[history] for history, _ in self.slots])
        self.packing, self._past = cells + past, past
        self._first_row = cells + cells
        self._update_row = cells + cells + past
        self._row = cells + cells + past + past
        size = len(space.cells)
        self._sides = (space.before, 0, 0), (space.after, size, len(self.slots))
        self.places = {
            (item.name, member): 2 * size + k for k, (item, member) in enumerate(self.slots)
        }
        self._firsts = [self._remembered(self._first, *slot) for slot in self.slots]
        self._updates = [
            [self._remembered(self._update, k, *slot) for slot in self.slots]
            for k in range(len(space.actions))
        ]

    def _remembered(self, function: Callable[..., Any], *arguments: Any) -> ReadMemo:
        """A function of a row that is executed only where what it reads is new."""
        return ReadMemo(self.space.trace, self._row, partial(function, *arguments))

    def initial(self) -> Iterator[Code]:
        """Every initial state."""
        return map(self.started, self.space.initial())

    def started(self, cells: Code) -> Code:
        """The initial state that has these cells."""
        bits = self.space.packing.bits
        row = cells | cells << bits
        return cells | self._past.pack(first(row) for first in self._firsts) << bits

    def targets(self, state: Code) -> list[Code]:
        """The other states that enabled actions lead to."""
        if not self.slots:
            return self.space.targets(state)
        return [target for _, _, target in self.steps(state) if target != state]

    def discover(self, state: Code, origin: dict[Code, Code | None]) -> list[Code]:
        """The states that a state is the first to lead to; ``origin`` has that of each from now
        on.
        """
        if not self.slots:
            return self.space.discover(state, origin)
        targets = dict.fromkeys(target for _, _, target in self.steps(state))
        fresh = [target for target in targets if target not in origin]
        origin.update(dict.fromkeys(fresh, state))
        return fresh

    def reachable(self, time_left: Callable[[], object] = unlimited) -> Iterator[Code]:
        """Every reachable state; those at a lesser distance come first. ``time_left`` is called for
        each; it raises what is to end the search.
        """
        queue = []
        for state in self.initial():
            time_left()
            queue.append(state)
        origin: dict[Code, Code | None] = dict.fromkeys(queue)
        for state in queue:
            time_left()
            yield state
            queue += self.discover(state, origin)

    def steps(self, state: Code) -> Iterator[tuple[int, Code, Code]]:
        """For each enabled action its number, the row of the step, and the state it leads to."""
        bits, later = self.space.packing.bits, self._update_row.bits
        cells, past = state & self.space.packing.ones, state >> bits
        for number, after, kept in self.space.steps(cells):
            row = cells | after << bits | past << 2 * bits
            known = self._past.pack([update(row) for update in self._updates[number]])
            yield number, row | known << later, kept | known << bits

    def step(self, number: int, state: Code) -> tuple[Code, Code]:
        """The row of the step of an enabled action, and the state that it leads to."""
        return next((row, target) for n, row, target in self.steps(state) if n == number)

    def row(self, state: Code) -> Code:
        """The row of a state, for a claim about states."""
        if not self.slots:
            return state
        bits = self.space.packing.bits
        return state & self.space.packing.ones | state >> bits << 2 * bits

    def sample(self, state: Code) -> Sample:
        """A state with its values by name."""
        values, size = self.packing.values(state), len(self.space.cells)
        return Sample(
            {
                (member.name, machine.slot, name): value
                for (member, machine, name), value in zip(self.space.cells, values, strict=False)
            },
            {
                (item.name, member.name): value
                for (item, member), value in zip(self.slots, values[size:], strict=True)
            },
            self.space.constants,
        )

    def _load(self, row: Code, packing: Packing, *, on_step: bool = True) -> None:
        size, numbers = len(self.space.cells), packing.unpack(row)
        for side, start, offset in self._sides if on_step else self._sides[:1]:
            side.load(numbers[start : start + size])
            side.system.observed = _Observed(self, side, offset, numbers)

    def _first(self, history: History[Any], member: Entity, row: Code) -> int:
        self._load(row, self._first_row, on_step=False)
        return self._number(history, member, history.first(member))

    def _update(self, number: int, history: History[Any], member: Entity, row: Code) -> int:
        self._load(row, self._update_row)
        step = _ConcreteStep(self.space, number)
        return self._number(history, member, history.update(step, member))

    def value(self, cell: int, number: int) -> Any:
        """The value that a number stands for in a cell of a row."""
        return self._row.tables[cell].values[number]

    def _number(self, history: History[Any], member: Entity, value: Any) -> int:
        return self._row.tables[self.places[history.name, member]].number(value)

    def judges(self, claim: Claim, number: int | None) -> list[tuple[tuple[Any, ...], ReadMemo]]:
        """For each choice of a claim's variables, the claim's answer about a row: True, False or
        Inapplicable. ``number`` is the step's action.
        """
        types = (type_ for _, type_ in claim.variables)
        return [
            (choice, self._remembered(self._judge, claim, number, choice))
            for choice in self.space.choices(types)
        ]

    def _judge(
        self, claim: Claim, number: int | None, choice: tuple[Any, ...], row: Code
    ) -> object:
        self._load(row, self._row, on_step=number is not None)
        system = self.space.before.system
        first = system if number is None else _ConcreteStep(self.space, number)
        try:
            return bool(claim.body(first, *choice))
        except Inapplicable:
            return Inapplicable


def relevant_histories(claim: Claim, histories: Iterable[History[Any]]) -> list[History[Any]]:
    """The histories that a claim names, and those that these and its helpers name."""
    named = {item.name: item for item in histories}
    read: dict[History[Any], None] = {}
    seen: set[object] = set()
    todo: list[object] = [claim.body]
    while todo:
        item = todo.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        match item:
            case History():
                read[item] = None
                todo += [item.update, item.initially]
            case FunctionType():
                todo += [cell.cell_contents for cell in item.__closure__ or ()]
                for name in _names(item.__code__):
                    todo += [item.__globals__.get(name), named.get(name)]
            case _:
                pass
    return sorted(read, key=lambda item: item.name)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
