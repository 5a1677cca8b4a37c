"""Exhaustive search of small instances on the plain machines, without a solver.

The real python-statemachine engine executes every action. What it does depends only on the values
that it reads, so an execution is remembered by what it read and is not repeated where that is the
same. Histories and claims are evaluated, and remembered, in the same way.

It establishes nothing about more entities, or about other values, than the instance has.
"""

from __future__ import annotations

import enum
import operator
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import CodeType, FunctionType
from typing import Any

from statecheck.claims.claim import Claim, Kind
from statecheck.explicit.read_tracing import Code, Memo, Side
from statecheck.explicit.state_space import Instance, Reach, Space, reach
from statecheck.modeling import FORGOTTEN, Entity, History, Inapplicable, ModelError, Step

__all__ = [
    "Finding",
    "Instance",
    "Outcome",
    "Product",
    "Reach",
    "Sample",
    "Space",
    "Trail",
    "answers",
    "check",
    "kept_for",
    "product",
    "reach",
    "sample",
]

State = tuple[Code, Code]
"""A state of a product: its cells, its histories."""

_POSSIBILITIES = (Kind.POSSIBLE, Kind.DERIVED)


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

    def __init__(self, product: Product, side: Side, offset: int, state: Code) -> None:
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
        found = self.side.fire(name, [system[a] if isinstance(a, Entity) else a for a in arguments])
        self.side.system.undo()
        return found


def product(space: Space, histories: Iterable[History[Any]]) -> Product:
    """A space with histories kept in addition; it is built once."""
    key = tuple(histories)
    if key not in space.products:
        space.products[key] = Product(space, key)
    found: Product = space.products[key]
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
        self._firsts = [Memo(space.trace, partial(self._first, *slot)) for slot in self.slots]
        self._updates = [
            [Memo(space.trace, partial(self._update, k, *slot)) for slot in self.slots]
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

    def judges(self, claim: Claim, number: int | None) -> list[tuple[tuple[Any, ...], Memo]]:
        """For each choice of a claim's variables, what the claim says of a row: True, False or
        Inapplicable. ``number`` is the step's action.
        """
        types = (type_ for _, type_ in claim.variables)
        return [
            (choice, Memo(self.space.trace, partial(self._judge, claim, number, choice)))
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

    Where the claim's variant leaves constants open, a claim that something holds has to hold under
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
    return [product(space, kept) for space in instance.spaces(claim.variant)]


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
        (product(space, kept), state)
        for space in instance.spaces()
        for state in product(space, kept).initial()
    ]
    for _ in range(walks):
        walked, state = pick.choice(starts)
        yield walked.sample(state)
        for _ in range(steps):
            choices = [(cells, past) for _, _, cells, past in walked.steps(*state)]
            if not choices:
                break
            state = pick.choice(choices)
            yield walked.sample(state)
