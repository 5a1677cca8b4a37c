"""Exhaustive search of small instances on the plain machines, without a solver.

It establishes nothing about more entities, or about other values, than the instance has.
"""

from __future__ import annotations

import collections
import enum
import math
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from statecheck.claims.claim import Claim, Kind, conclusion_claim
from statecheck.clock import TimeLeft, unlimited
from statecheck.explicit.packing import Code
from statecheck.explicit.product import Product, Sample, product, relevant_histories
from statecheck.explicit.read_tracing import ReadMemo
from statecheck.explicit.state_space import FiniteInstance
from statecheck.modeling import History, Inapplicable, ModelError

_POSSIBILITIES = (Kind.POSSIBLE, Kind.DERIVED)


class Finding(enum.Enum):
    """The answer of a search to a claim, for one instance."""

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


def check(claim: Claim, histories: Iterable[History[Any]], instance: FiniteInstance) -> Outcome:
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


def first_run(
    claim: Claim,
    histories: Iterable[History[Any]],
    instance: FiniteInstance,
    most: int,
    time_left: TimeLeft = unlimited,
) -> tuple[Trail | None, int]:
    """A shortest run of an instance that violates a claim, or gets to what it says is possible,
    among the first ``most`` states; None if there is none. With it, the number of states looked at.

    Of a recoverable claim the run leads to a state from which nothing leads to where its conclusion
    holds. Where there are more states, not all ways are known, and none is found. Raises Timeout,
    and ModelError where the instance does not list the values of some type.
    """
    look = _first_trap if claim.kind is Kind.RECOVERABLE else _first_answer
    states = 0
    for kept in _products(claim, histories, instance):
        search = _Search(claim, kept, most - states, time_left)
        trail = look(search)
        states += len(search.origin)
        if trail is not None:
            return trail, states
    return None, states


def _first_answer(search: _Search) -> Trail | None:
    wanted = search.claim.kind in _POSSIBILITIES
    for state, last, choice, answer in search.judged():
        if answer is wanted:
            return search.run(state, last, choice)
    return None


def _first_trap(search: _Search) -> Trail | None:
    return _trapped(search)[0] if search.complete() else None


def answers(
    claim: Claim, histories: Iterable[History[Any]], instance: FiniteInstance
) -> frozenset[tuple[Any, ...]]:
    """The choices of a claim's variables of which it holds in some reachable state or step."""
    return frozenset(
        choice
        for product in _products(claim, histories, instance)
        for _, _, choice, answer in _Search(claim, product).judged()
        if answer is True
    )


def _products(
    claim: Claim, histories: Iterable[History[Any]], instance: FiniteInstance
) -> list[Product]:
    kept = relevant_histories(claim, histories)
    return [product(space, kept) for space in instance.spaces(claim.variant)]


_Judged = tuple[Code, tuple[int, ...], tuple[Any, ...], object]
"""A state, the action if a claim is about steps, the claim's variables, and the answer: True, False
or Inapplicable.
"""


class _Search:
    """The states of a product in breadth-first order, and the answers of a claim about them.

    The search ends where more than ``most`` states are known.
    """

    def __init__(
        self,
        claim: Claim,
        product: Product,
        most: float = math.inf,
        time_left: TimeLeft = unlimited,
    ) -> None:
        self.claim, self.product, self.most, self.time_left = claim, product, most, time_left
        self.origin: dict[Code, Code | None] = dict.fromkeys(product.initial())

    def judged(self) -> Iterator[_Judged]:
        """The answers, where they are given for the first time from what they read. States at a
        lesser distance come first. Raises Timeout.
        """
        return self._steps_judged() if self.claim.on_step else self._states_judged()

    def _states_judged(self) -> Iterator[_Judged]:
        product = self.product
        judges = product.judges(self.claim, None)
        for state in self._queue():
            row = product.row(state)
            for choice, judge in judges:
                if row & judge.mask not in judge.known:
                    yield state, (), choice, judge(row)
            self.queue += product.discover(state, self.origin)

    def _steps_judged(self) -> Iterator[_Judged]:
        product, origin = self.product, self.origin
        judges = [product.judges(self.claim, n) for n in range(len(product.space.actions))]
        for state in self._queue():
            for number, row, target in product.steps(state):
                for choice, judge in judges[number]:
                    if row & judge.mask not in judge.known:
                        yield state, (number,), choice, judge(row)
                if target not in origin:
                    origin[target] = state
                    self.queue.append(target)

    def _queue(self) -> Iterator[Code]:
        """The states in their order, as long as the search goes on."""
        self.queue = list(self.origin)
        for looked_at, state in enumerate(self.queue):
            if len(self.queue) > self.most:
                return
            if looked_at % 1000 == 0:
                self.time_left()
            yield state

    def complete(self) -> bool:
        """Go through the states; True where these are all that there are. Raises Timeout."""
        collections.deque(self.judged(), maxlen=0)
        return len(self.origin) <= self.most

    def run(self, state: Code, last: tuple[int, ...], witness: tuple[Any, ...]) -> Trail:
        """The run that first reached a state, with its step ``last``."""
        space, numbers = self.product.space, [*last]
        while (previous := self.origin[state]) is not None:
            steps = self.product.steps(previous)
            numbers.insert(0, next(number for number, _, target in steps if target == state))
            state = previous
        start = tuple(space.values(state))
        trail = tuple(space.actions[number] for number in numbers)
        return Trail(space.constants, start, trail, witness)

    def outcome(self, finding: Finding, run: Trail | None, *, applies: bool) -> Outcome:
        """An answer, with the number of states looked at."""
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
    """Search backwards from where a claim's conclusion holds."""
    search = _Search(claim, product)
    search.complete()
    trail, applies = _trapped(search)
    finding = Finding.HOLDS if trail is None else Finding.VIOLATED
    return search.outcome(finding, trail, applies=applies)


def _trapped(search: _Search) -> tuple[Trail | None, bool]:
    """A run to a state, among all, where the claim is applicable and from which nothing leads to
    one where its conclusion holds; and whether the claim is applicable anywhere. Raises Timeout.

    Where the conclusion makes no sense without what the claim assumes, it counts as reached: what
    is not known is no trap.
    """
    product = search.product
    before: dict[Code, list[Code]] = {state: [] for state in search.origin}
    for looked_at, state in enumerate(search.origin):
        if looked_at % 1000 == 0:
            search.time_left()
        for target in product.targets(state):
            before[target].append(state)
    applies = False
    goals = dict(product.judges(conclusion_claim(search.claim), None))
    for choice, judge in product.judges(search.claim, None):
        answer_at = {state: judge(product.row(state)) for state in search.origin}
        queue = [
            state
            for state, answer in answer_at.items()
            if answer is True
            or (answer is Inapplicable and _may_hold(goals[choice], product.row(state)))
        ]
        safe = set(queue)
        for state in queue:
            fresh = set(before[state]) - safe
            safe |= fresh
            queue += fresh
        claimed = [state for state, answer in answer_at.items() if answer is not Inapplicable]
        applies |= bool(claimed)
        for state in claimed:
            if state not in safe:
                return search.run(state, (), choice), True
    return None, applies


def _may_hold(conclusion: ReadMemo, row: Code) -> bool:
    try:
        return conclusion(row) is True
    except Exception:  # noqa: BLE001  (whatever the author's expression raises)
        return True


def sample(
    instance: FiniteInstance,
    histories: Iterable[History[Any]],
    *,
    walks: int,
    steps: int,
    seed: int,
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
            choices = [target for _, _, target in walked.steps(state)]
            if not choices:
                break
            state = pick.choice(choices)
            yield walked.sample(state)
