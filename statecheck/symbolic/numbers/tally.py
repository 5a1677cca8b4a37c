"""Loops that count: `len([member for ...])` and `sum(... for ...)`, run for one arbitrary element.

Python's own functions would count the ways through the loop, for it is run once for each. So while
code that may count is run, others stand in for them, which ask for what each way adds.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType, GeneratorType
from typing import Any

import z3

from statecheck.code_text import codes_in
from statecheck.smt.roles import loop_element
from statecheck.symbolic.decision_tree import Leaf, Tree
from statecheck.symbolic.overlay import Overlay
from statecheck.symbolic.paths import Explorer

LEN, SUM = "len", "sum"

_LEN, _SUM = len, sum


class Tally:
    """A loop that counts, of one `form`: its ways are run as Python goes through it.

    ``end`` makes a value of the element, and the tree of what its ways add.
    """

    def __init__(
        self,
        form: str,
        explorer: Explorer,
        sort: z3.SortRef,
        member: Callable[[z3.ExprRef], Any],
        end: Callable[[Tally], Any],
    ) -> None:
        self.form, self.explorer, self.sort = form, explorer, sort
        self._member, self._end = member, end
        self.element: z3.ExprRef = loop_element(sort, 0)
        self.tree = Tree()
        self._ways: list[tuple[Leaf, Any]] = []
        self.is_over = False

    def ways(self, overlay: Overlay) -> Iterator[Any]:
        """The element, once for each way through the loop's conditions."""
        loops = self.explorer.loops
        loops.count += 1
        number = loops.count
        self.element = element = loop_element(self.sort, number)
        mark = overlay.mark()
        while True:
            scope = self.explorer.enter(self.tree, element, number, isolated=True)
            leaf = Leaf(0)
            try:
                chosen = self._member(element)
                if chosen is not None:
                    self._ways.append((leaf, chosen))
                    yield chosen
            finally:
                self.explorer.end(scope)
            if overlay.since(mark):
                raise self.explorer.refuse("a loop that counts writes; it may only look")
            self.tree.place(leaf)
            if self.tree.finish():
                self.is_over = True
                return

    def counted(self, found: list[Any]) -> Any:
        """How many entities there are, of which these stand for the ways that lead to one."""
        for item in found:
            ways = [leaf for leaf, chosen in self._ways if chosen is item]
            if not ways:
                raise self.explorer.refuse(
                    "len([...]) of something else than the loop's own entities; write len([member "
                    "for member in ... if ...])"
                )
            ways[0].value = 1
        return self._end(self)

    def summed(self, values: Iterable[Any]) -> Any:
        """The sum of what each way adds; `values` go through the ways."""
        for value in values:
            self._ways[-1][0].value = value
        return self._end(self)


def may_count(functions: Iterable[FunctionType]) -> bool:
    """Tell whether code may count, by the names that it has."""
    codes: Iterator[CodeType] = (c for f in functions for c in codes_in(f.__code__))
    return any(not {LEN, SUM}.isdisjoint(code.co_names) for code in codes)


@contextmanager
def counting(explorer: Explorer) -> Iterator[None]:
    """Let code count the entities that there are any number of."""
    tallies = explorer.loops.tallies
    outer, explorer.loops.may_count = explorer.loops.may_count, True

    def length(collection: Any, /) -> Any:
        if tallies and type(collection) is list and tallies[-1].is_over:
            return tallies.pop().counted(collection)
        return _LEN(collection)

    def total(values: Any, /, *further: Any, **named: Any) -> Any:
        if tallies and isinstance(values, GeneratorType) and tallies[-1].form == SUM:
            return tallies.pop().summed(values)
        return _SUM(values, *further, **named)

    kept = builtins.len, builtins.sum
    builtins.len, builtins.sum = length, total
    try:
        yield
    finally:
        builtins.len, builtins.sum = kept
        explorer.loops.may_count = outer
        tallies.clear()
