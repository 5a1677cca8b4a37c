"""Automata of plain values, of a machine whose own automaton keeps some of its data as terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from statecheck.single.execution.automaton import Automaton

Maker = Callable[[], Automaton | None]
"""Makes an automaton, where there is one."""


class PlainValues:
    """The automaton of plain values up to three depths, each made once, when it is asked for."""

    def __init__(self, near: Maker, wide: Maker, deep: Maker) -> None:
        self._near, self._wide, self._deep = near, wide, deep

    @cached_property
    def near(self) -> Automaton | None:
        """The states that were gone through before data was kept as terms."""
        return self._near()

    @cached_property
    def wide(self) -> Automaton | None:
        """So many states as are gone through for any claim."""
        return self._wide()

    @cached_property
    def deep(self) -> Automaton | None:
        """So many as are gone through where nothing else decided a claim."""
        return self._deep()

    def nearest_first(self) -> Iterator[Automaton]:
        """The states that were gone through already, then those that are for any claim."""
        if self.near is not None:
            yield self.near
        if self.wide is not None and self.wide is not self.near:
            yield self.wide

    def mapped(self, change: Callable[[Automaton], Automaton]) -> PlainValues:
        """The same automata, changed; where two are one, it is changed once."""

        def changed(own: Automaton | None) -> Automaton | None:
            return None if own is None else change(own)

        def wide() -> Automaton | None:
            return found.near if self.wide is self.near else changed(self.wide)

        found = PlainValues(lambda: changed(self.near), wide, lambda: changed(self.deep))
        return found


def _nothing() -> None:
    """No automaton."""


NO_PLAIN_VALUES = PlainValues(_nothing, _nothing, _nothing)
