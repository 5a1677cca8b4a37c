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
from statecheck.explicit.read_tracing import Code, ReadMemo, SystemCopy
from statecheck.explicit.state_space import StateSpace
from statecheck.modeling import FORGOTTEN, Entity, History, Inapplicable, ModelError, Step

State = tuple[Code, Code]
"""A state of a product: its cells, its histories."""


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

    def __init__(self, product: Product, side: SystemCopy, offset: int, state: Code) -> None:
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
    """A space whose states also have the values of some histories.

    What is evaluated sees a row of numbers: the cells before the step, those after it, the
    histories before it and, for claims, after it. For a claim about states both are the same.
    """

    def __init__(self, space: StateSpace, histories: Sequence[History[Any]]) -> None:
        self.space = space
        system = space.before.system
        self.slots = [
            (history, member)
            for history in histories
            for member in system.entities_of(system.info.entity(history.entity))
        ]
        self.places = {(item.name, member): k for k, (item, member) in enumerate(self.slots)}
        self._firsts = [ReadMemo(space.trace, partial(self._first, *slot)) for slot in self.slots]
        self._updates = [
            [ReadMemo(space.trace, partial(self._update, k, *slot)) for slot in self.slots]
            for k in range(len(space.actions))
        ]

    def initial(self) -> Iterator[tuple[Code, Code]]:
        """Every initial state: its cells, its histories."""
        for cells in self.space.initial():
            yield cells, self.firsts(cells)

    def firsts(self, cells: Code) -> Code:
        """The histories of an initial state."""
        return tuple([first(cells + cells) for first in self._firsts])

    def steps(self, cells: Code, past: Code) -> Iterator[tuple[int, Code, Code, Code]]:
        """For each enabled action its number, the row of the step, and the state it leads to."""
        for number, after, kept in self.space.steps(cells):
            row = cells + after + past
            known = tuple([update(row) for update in self._updates[number]])
            yield number, row + known, kept, known

    def step(self, number: int, cells: Code, past: Code) -> tuple[Code, Code, Code]:
        """The row of the step of an enabled action, and the state that it leads to."""
        after, kept = next((a, k) for n, a, k in self.space.steps(cells) if n == number)
        row = cells + after + past
        known = tuple([update(row) for update in self._updates[number]])
        return row + known, kept, known

    def row(self, state: State) -> Code:
        """The row of a state, for a claim about states."""
        cells, past = state
        return cells + cells + past + past

    def sample(self, state: State) -> Sample:
        """A state with its values by name."""
        space, values = self.space, self.space.table.values
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
        return self.space.table.number(history.first(member))

    def _update(self, number: int, history: History[Any], member: Entity, row: Code) -> int:
        self._load(row)
        step = _ConcreteStep(self.space, number)
        return self.space.table.number(history.update(step, member))

    def judges(self, claim: Claim, number: int | None) -> list[tuple[tuple[Any, ...], ReadMemo]]:
        """For each choice of a claim's variables, the claim's answer about a row: True, False or
        Inapplicable. ``number`` is the step's action.
        """
        types = (type_ for _, type_ in claim.variables)
        return [
            (choice, ReadMemo(self.space.trace, partial(self._judge, claim, number, choice)))
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
