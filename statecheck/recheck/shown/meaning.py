"""The values of terms over finitely many entities, computed without a solver."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ..texts import Tree, is_number

_TRUTHS = {"true": True, "false": False}


def plain_value(tree: Tree) -> Any:
    """The value of a literal: a truth, a number, or the name of an entity or a member."""
    if isinstance(tree, str):
        return _TRUTHS.get(tree, int(tree) if is_number(tree) else tree)
    return -int(tree[1])


class Meaning:
    """The values of terms over finitely many entities.

    ``members`` are the entities of each kind, ``symbols`` the names that stand for themselves.
    Raises ValueError where a term has no value.
    """

    def __init__(
        self,
        trees: Sequence[Tree],
        members: Mapping[str, Sequence[str]],
        symbols: Collection[str],
    ) -> None:
        self.defined = {str(tree[1]): tree for tree in trees if tree[0] == "define-fun"}
        self.members, self.symbols = members, symbols
        self.known: dict[Tree, Any] = {}

    def value(self, tree: Tree, bound: Mapping[str, Any] | None = None) -> Any:
        """The value of a term."""
        if isinstance(tree, str):
            return self._named(tree, bound)
        head, *rest = tree
        match head:
            case "and":
                return all(self.truth(part, bound) for part in rest)
            case "or":
                return any(self.truth(part, bound) for part in rest)
            case "not":
                return not self.truth(rest[0], bound)
            case "=>":
                *premises, last = rest
                met = all(self.truth(part, bound) for part in premises)
                return not met or self.truth(last, bound)
            case "ite":
                return self.value(rest[1] if self.truth(rest[0], bound) else rest[2], bound)
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
                numbers = _numbers(values)
                right = _ORDERS[head]
                return all(right(one, other) for one, other in itertools.pairwise(numbers))
            case "+":
                return sum(_numbers(values))
            case "*":
                return math.prod(_numbers(values))
            case "div" | "mod":
                one, other = _numbers(values)
                if other <= 0:
                    raise ValueError(f"{head} is by {other}, which is not above 0")
                return one // other if head == "div" else one % other
            case "-":
                first, *others = _numbers(values)
                return first - sum(others) if others else -first
        if head not in self.defined:
            raise ValueError(f"{head} is not defined")
        return self._applied(head, tuple(values))

    def truth(self, tree: Tree, bound: Mapping[str, Any] | None = None) -> bool:
        """The value of a formula."""
        found = self.value(tree, bound)
        if not isinstance(found, bool):
            raise ValueError(f"{tree} is no formula")  # noqa: TRY004  (a damaged file)
        return found

    def _named(self, symbol: str, bound: Mapping[str, Any] | None) -> Any:
        if bound and symbol in bound:
            return bound[symbol]
        if symbol in self.defined:
            return self._applied(symbol, ())
        if symbol in _TRUTHS or is_number(symbol) or symbol in self.symbols:
            return plain_value(symbol)
        raise ValueError(f"{symbol} has no value")

    def _instances(self, variables: Any, body: Tree, bound: Mapping[str, Any]) -> Any:
        (name, sort), *others = variables
        for member in self.members[sort]:
            inner = {**bound, name: member}
            if others:
                yield from self._instances(others, body, inner)
            else:
                yield self.truth(body, inner)

    def _applied(self, name: str, values: tuple[Any, ...]) -> Any:
        key = (name, *values)
        if key not in self.known:
            _, _, parameters, _, body = self.defined[name]
            names = [parameter for parameter, _ in parameters]
            self.known[key] = self.value(body, dict(zip(names, values, strict=True)))
        return self.known[key]


_ORDERS = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}


def _numbers(values: Sequence[Any]) -> Sequence[int]:
    if not values or not all(type(value) is int for value in values):
        raise ValueError(f"{values} are no numbers")
    return values
