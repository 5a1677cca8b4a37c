"""Decision trees: the paths through a piece of code, and their merging into one term."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import z3

from statecheck.smt.terms import ite


@dataclass
class Leaf:
    """The end of a path; ``value`` is what the run returned there."""

    value: Any


Decisions = tuple[tuple[int, bool], ...]
"""A path as (term id, truth) pairs; the terms are kept alive by their nodes."""


@dataclass
class Node:
    """A decision on ``term``.

    ``implied`` is the only answer that the path before it allows, if there is but one. ``leaves``
    is the way out of a loop (the path's ``loop``-th) that the decision stands for: does some
    element take it? ``forced`` are the numbers of those of its decisions that are implied, ``said``
    is what the code does there.
    """

    term: z3.BoolRef
    implied: bool | None = None
    leaves: Decisions | None = None
    forced: frozenset[int] = frozenset()
    loop: int = 0
    said: str = ""
    branches: dict[bool, Node | Leaf | None] = field(default_factory=dict)
    done: set[bool] = field(default_factory=set)

    @property
    def choice(self) -> bool:
        """The branch to take now."""
        return self.implied if self.implied is not None else True not in self.done


@dataclass
class Tree:
    """A decision tree under construction, with a cursor on the path being run."""

    root: Node | Leaf | None = None
    path: list[tuple[Node, bool]] = field(default_factory=list)

    def at_cursor(self) -> Node | Leaf | None:
        """The item that an earlier run left where the present one stands."""
        if not self.path:
            return self.root
        node, taken = self.path[-1]
        return node.branches.get(taken)

    def place(self, item: Node | Leaf) -> None:
        """Put an item at the cursor."""
        if self.path:
            node, taken = self.path[-1]
            node.branches[taken] = item
        else:
            self.root = item

    def take(self, node: Node, truth: bool) -> None:
        """Go down a branch."""
        self.path.append((node, truth))

    def finish(self) -> bool:
        """End the path; back to the root. Returns whether every path is explored."""
        while self.path:
            node, taken = self.path.pop()
            node.done.add(taken)
            if node.implied is None and len(node.done) < 2:
                self.path.clear()
                return False
        return True

    def decisions(self) -> Decisions:
        """The present path."""
        return tuple((node.term.get_id(), taken) for node, taken in self.path)

    def open_decisions(self) -> Decisions:
        """The present path up to the last decision that could have gone otherwise."""
        taken = self.decisions()
        implied = itertools.takewhile(lambda step: step[0].implied is not None, self.path[::-1])
        return taken[: len(taken) - sum(1 for _ in implied)]

    def implied(self) -> frozenset[int]:
        """The numbers of the decisions of the present path that are implied, from 0."""
        return frozenset(n for n, (node, _) in enumerate(self.path) if node.implied is not None)

    def literals(self) -> list[z3.BoolRef]:
        """The present path as terms."""
        return [node.term if taken else z3.Not(node.term) for node, taken in self.path]


def merge(item: Node | Leaf | None, value: Callable[[Any], z3.ExprRef | None]) -> Any:
    """Fold a tree into one if-then-else term.

    ``value`` gives the term of a leaf, or None where any term will do.
    """
    if item is None:
        return None
    if isinstance(item, Leaf):
        return value(item.value)
    if item.implied is not None:
        return merge(item.branches.get(item.implied), value)
    then = merge(item.branches.get(True), value)
    other = merge(item.branches.get(False), value)
    if then is None or other is None:
        return other if then is None else then
    return ite(item.term, then, other)


def leaves(item: Node | Leaf | None) -> int:
    """The number of paths of a tree."""
    if isinstance(item, Node):
        return sum(leaves(branch) for branch in item.branches.values())
    return int(item is not None)
