"""The reachable states of a small instance: all of them where they can be read, else in heaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from statecheck.explicit.packing import Code
from statecheck.explicit.state_space import FiniteInstance
from statecheck.modeling import STATE, signature

READABLE = 8
"""So many states are drawn one by one."""


@dataclass(frozen=True)
class Heap:
    """States that are drawn as one: what they have in common, how many they are, how many of them
    are initial, and the actions that lead from one to another of them.
    """

    common: tuple[str, ...]
    states: int
    initial: int
    within: tuple[str, ...]


@dataclass(frozen=True)
class Reachable:
    """A state graph: its heaps, and the actions between two of them. ``rule`` says what a heap is;
    ``together`` are the parts that the states of a heap have in common.
    """

    title: str
    subtitle: str
    heaps: tuple[Heap, ...]
    steps: Mapping[tuple[int, int], tuple[str, ...]]
    states: int
    rule: str
    source: str


def explore(
    instance: FiniteInstance, parts: Sequence[str], title: str, subtitle: str, source: str
) -> Reachable:
    """The reachable states. ``parts`` are names of machines or of their fields, such as
    ``lift1.cabin`` and ``lift1.door.opened``: by these states are told apart when there are
    more than READABLE. Raises ModelError.
    """
    (space,) = instance.spaces()
    names = [
        f"{member}.{machine.slot}" + ("" if name == STATE else f".{name}")
        for member, machine, name in space.cells
    ]
    first = space.initial()
    order: dict[Code, None] = dict.fromkeys(first)
    steps: dict[tuple[int, int], set[str]] = {}
    queue = list(order)
    steps_taken: list[tuple[Code, str, Code]] = []
    for state in queue:
        for number, _, kept in space.steps(state):
            steps_taken.append((state, space.actions[number][0], kept))
            if kept not in order:
                order[kept] = None
                queue.append(kept)
    whole = len(queue) <= READABLE
    kept_names = [n for n in names if n in parts]

    def common(state: Code) -> tuple[str, ...]:
        values = dict(zip(names, map(str, space.values(state)), strict=True))
        return tuple(values[name] for name in kept_names)

    heaps: dict[tuple[Any, ...], int] = {}
    members: dict[int, list[Code]] = {}
    for state in queue:
        key: tuple[Any, ...] = (state,) if whole else common(state)
        heap = heaps.setdefault(key, len(heaps))
        members.setdefault(heap, []).append(state)
    of = {state: heap for heap, states in members.items() for state in states}
    for before, action, after in steps_taken:
        steps.setdefault((of[before], of[after]), set()).add(action)
    initial = set(first)
    declared = [action.name for action in signature(instance.system).actions]

    def in_order(actions: set[str]) -> tuple[str, ...]:
        return tuple(action for action in declared if action in actions)

    drawn = tuple(
        Heap(
            common(states[0]),
            len(states),
            sum(state in initial for state in states),
            in_order(steps.get((heap, heap), set())),
        )
        for heap, states in members.items()
    )
    rule = (
        f"Every one of the {len(queue)} reachable states is drawn."
        if whole
        else f"{len(queue)} states in {len(members)} boxes: those that agree in "
        f"{', '.join(kept_names)} are one box, with their number."
    )
    arrows = {pair: in_order(actions) for pair, actions in steps.items() if pair[0] != pair[1]}
    return Reachable(title, subtitle, drawn, arrows, len(queue), rule, source)


def description(states: Reachable) -> str:
    """The state graph in words."""
    words = [states.rule]
    for heap in states.heaps:
        count = f" ({heap.states} states)" if heap.states > 1 else ""
        words.append(f"{', '.join(heap.common)}{count}.")
    for (a, b), actions in states.steps.items():
        before, after = states.heaps[a].common, states.heaps[b].common
        words.append(f"{', '.join(before)} to {', '.join(after)}: {', '.join(actions)}.")
    return " ".join(words)
