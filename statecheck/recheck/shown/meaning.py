"""The values of terms over finitely many entities, computed without a solver."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..texts import Tree

_TRUTHS = {"true": True, "false": False}


def plain_value(tree: Tree) -> Any:
    """The value of a literal: a truth, a number, or the name of an entity or a member."""
    if isinstance(tree, str):
        return _TRUTHS.get(tree, int(tree) if tree.isdigit() else tree)
    return -int(tree[1])


class Meaning:
    """The values of terms over finitely many entities. Raises ValueError where there is none."""

    def __init__(self, trees: Sequence[Tree], members: Mapping[str, Sequence[str]]) -> None:
        self.defined = {str(tree[1]): tree for tree in trees if tree[0] == "define-fun"}
        self.members = members
        self.known: dict[Tree, Any] = {}

    def value(self, tree: Tree, bound: Mapping[str, Any] | None = None) -> Any:
        """The value of a term."""
        if isinstance(tree, str):
            if bound and tree in bound:
                return bound[tree]
            return self._applied(tree, ()) if tree in self.defined else plain_value(tree)
        head, *rest = tree
        match head:
            case "and":
                return all(self.value(part, bound) for part in rest)
            case "or":
                return any(self.value(part, bound) for part in rest)
            case "not":
                return not self.value(rest[0], bound)
            case "=>":
                return not self.value(rest[0], bound) or self.value(rest[1], bound)
            case "ite":
                return self.value(rest[1] if self.value(rest[0], bound) else rest[2], bound)
            case "forall" | "exists":
                every = all if head == "forall" else any
                return every(self._instances(rest[0], rest[1], bound or {}))
        values = [self.value(part, bound) for part in rest]
        match head:
            case "=":
                return all(value == values[0] for value in values)
            case "distinct":
                return len(set(values)) == len(values)
            case "<=" | "<" | ">=" | ">":
                low, high = values if head in ("<=", "<") else values[::-1]
                return low < high or (low == high and len(head) > 1)
            case "+":
                return sum(values)
            case "*":
                return math.prod(values)
            case "-":
                return values[0] - sum(values[1:]) if len(values) > 1 else -values[0]
        if head not in self.defined:
            raise ValueError(f"{head} is not defined")
        return self._applied(head, tuple(values))

    def _instances(self, variables: Any, body: Tree, bound: Mapping[str, Any]) -> Any:
        (name, sort), *others = variables
        for member in self.members[sort]:
            inner = {**bound, name: member}
            if others:
                yield from self._instances(others, body, inner)
            else:
                yield self.value(body, inner)

    def _applied(self, name: str, values: tuple[Any, ...]) -> Any:
        key = (name, *values)
        if key not in self.known:
            _, _, parameters, _, body = self.defined[name]
            names = [parameter for parameter, _ in parameters]
            self.known[key] = self.value(body, dict(zip(names, values, strict=True)))
        return self.known[key]
