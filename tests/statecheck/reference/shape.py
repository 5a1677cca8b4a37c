"""Random trees of states, and how they are written as a class body."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Node:
    """A state with its children: atomic, compound, parallel, or a history."""

    name: str
    kind: str = "atomic"
    initial: bool = False
    final: bool = False
    value: str = ""
    deep: bool = False
    children: list[Node] = field(default_factory=list)
    path: str = ""

    def walk(self) -> Iterator[Node]:
        """This state and everything inside it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def lines(self) -> list[str]:
        """The state as source."""
        if self.kind == "history":
            return [f"{self.name} = HistoryState({'type=' + repr('deep') if self.deep else ''})"]
        if self.kind == "atomic":
            options = [
                *(["initial=True"] if self.initial else []),
                *(["final=True"] if self.final else []),
                *([f"value={self.value}"] if self.value else []),
            ]
            return [f"{self.name} = State({', '.join(options)})"]
        base = "State.Parallel" if self.kind == "parallel" else "State.Compound"
        start = ", initial=True" if self.initial else ""
        body = [f"    {line}" for child in self.children for line in child.lines()]
        return [f"class {self.name}({base}{start}):", *body]


@dataclass(frozen=True)
class Tree:
    """The states of a class."""

    roots: tuple[Node, ...]

    def all(self) -> list[Node]:
        """Every state, histories too."""
        return [node for root in self.roots for node in root.walk()]

    def real(self) -> list[Node]:
        """Every state that can be active."""
        return [node for node in self.all() if node.kind != "history"]

    @property
    def flat(self) -> bool:
        """No state is inside another."""
        return all(not root.children for root in self.roots)


def random_tree(chance: random.Random, *, nested: bool) -> Tree:
    """A tree of states: flat, or with a compound or parallel state or two."""
    roots = [Node(f"s{n}") for n in range(chance.randint(2, 5))]
    if nested:
        roots = roots[: chance.randint(1, 3)]
        for n in range(chance.choice((1, 1, 2))):
            make = _parallel if chance.random() < 0.4 else _compound
            roots.insert(chance.randint(0, len(roots)), make(f"p{n}", chance, 2))
    roots[0].initial = True
    last = roots[-1]
    if last.kind == "atomic" and len(roots) > 2 and chance.random() < 0.35:
        last.final = True
    if not nested and chance.random() < 0.1:
        for number, root in enumerate(roots):
            root.value = str(number + 1) if chance.random() < 0.7 else f'"v{number}"'
    for root in roots:
        _set_path(root, "")
    return Tree(tuple(roots))


def _compound(name: str, chance: random.Random, depth: int) -> Node:
    children = []
    for n in range(chance.randint(2, 3)):
        inner = f"{name}{'abc'[n]}"
        if depth > 1 and chance.random() < 0.2:
            children.append(_compound(inner, chance, depth - 1))
        else:
            children.append(Node(inner))
    if chance.random() < 0.6 or children[0].children:
        children[0].initial = True
    if not children[-1].children and chance.random() < 0.4:
        children[-1].final = True
    if chance.random() < 0.4:
        children.append(Node(f"{name}h", "history", deep=chance.random() < 0.5))
    return Node(name, "compound", children=children)


def _parallel(name: str, chance: random.Random, depth: int) -> Node:
    regions = [_compound(f"{name}{letter}", chance, depth - 1) for letter in "rq"]
    if chance.random() < 0.2:
        regions.append(Node(f"{name}h", "history", deep=chance.random() < 0.5))
    return Node(name, "parallel", children=regions)


def _set_path(node: Node, above: str) -> None:
    node.path = above + node.name
    for child in node.children:
        _set_path(child, f"{node.path}.")
