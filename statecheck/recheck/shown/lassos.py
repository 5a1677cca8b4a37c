"""Lassos: runs that go round for ever, meet a premise, never reach the goal, and are fair.

All of it is computed from the definitions, state by state. A lasso shows that a claim is false
under its assumptions, or under all of them but one. Where runs may end, as those of one machine do,
the loop may have no step: in its one state nothing happens any more.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from ..claims import Assumption, SaidClaim
from ..texts import Tree, free_symbols, plain, replaced
from .runs import Shown, mark


class Lasso:
    """A lasso of a claim; ``without`` is the number of the assumption that it may break, if any.

    Raises ValueError where it is none.
    """

    def __init__(self, shown: Shown, claim: SaidClaim, without: int | None) -> None:
        self.shown, self.known, self.claim = shown, shown.known, claim
        if shown.loop is None:
            raise ValueError("it does not go round for ever")
        self.stem, self.length = shown.loop, len(shown.steps)
        self.ends = self.stem == self.length
        if self.ends and not claim.may_end:
            raise ValueError(f"its loop begins after {self.stem} steps, and has none")
        # The state where a run ends is one of the loop, which has no step there.
        self.loop = (self.stem,) if self.ends else range(self.stem, self.length)
        self.assumptions = [
            (number, item) for number, item in enumerate(claim.assumptions, 1) if number != without
        ]

    def reasons(self) -> list[str]:
        """Check the lasso; the reasons why it is fair to each action that it has to be fair to."""
        self._comes_back()
        self._never_gets_there()
        steps = range(self.stem, self.length)
        for number, item in self.assumptions:
            if item.word == "finitely" and any(self._holds(f"rare.{number}", i) for i in steps):
                raise ValueError(f"its loop has a step that assumption {number} excludes")
        return [
            reason for _, item in self.assumptions if item.is_fair for reason in self._fair(item)
        ]

    def _comes_back(self) -> None:
        """Check that the last state is that at which the loop begins, as far as it matters."""
        first, last = self.shown.states[self.stem], self.shown.states[-1]
        matters = self._matters()
        for name in self.shown.names:
            if name in matters and first[name] != last[name]:
                raise ValueError(f"its loop does not come back to where it began: {name} differs")

    def _matters(self) -> set[str]:
        """The functions that the claim's formulas and the guards can depend on."""
        known = self.known
        names = set(self.shown.names)
        uses: dict[str, set[str]] = {}
        for action in known.actions:
            for tree in known.trees[f"step {action}"][1:]:
                uses.setdefault(_unmarked(tree[1]), set()).update(_mentioned(tree[4]) & names)
        left = {n for body in self.claim.bodies.values() for n in _mentioned(body)} & names
        for action in known.actions:
            left |= _mentioned(known.guard(action)) & names
        found: set[str] = set()
        while left:
            name = left.pop()
            found.add(name)
            left |= uses.get(name, set()) - found
        return found

    def _never_gets_there(self) -> None:
        """Check that the premise is met, and the goal not reached from there on."""
        steps, states = range(self.length), range(self.length + self.ends)
        if not all(self._holds("reading", index) for index in states):
            raise ValueError("it is of another reading")
        reached = steps if self.claim.on_step else states
        excluded = [index for index in reached if self._holds("goal", index)]
        for number, item in self.assumptions:
            if item.word == "never":
                excluded += [index for index in steps if self._holds(f"rare.{number}", index)]
        quiet = max(excluded, default=-1)
        if quiet >= self.stem:
            raise ValueError("its loop reaches the goal, or has a step that is not to be taken")
        if not any(self._holds("premise", index) for index in states if index > quiet):
            raise ValueError("it does not meet the premise, or reaches the goal from there on")

    def _holds(self, name: str, index: int) -> bool:
        """A formula of the claim holds in the state, or of the step, with that number, from 0."""
        return self.shown.said(self.claim, self._placed(self.claim.bodies[name], index))

    def _placed(self, tree: Tree, index: int) -> Tree:
        symbols = self.known.at(mark(index), mark(index + 1))
        symbols |= self.shown.arguments(index) if index < self.length else {}
        for symbol, sort in self.claim.variables.items():
            symbols[symbol] = self.shown.witnessed(symbol, sort)
        return replaced(tree, symbols)

    # -- fairness -------------------------------------------------------------------------------

    def _fair(self, item: Assumption) -> Iterator[str]:
        """The reasons for each instance. Raises ValueError where there is none."""
        if item.is_event:
            yield self._reason_for_event(item)
            return
        names = self.known.parameters_of(item.action)
        choices = []
        for position, name in enumerate(names):
            sort = self.known.parameters[name]
            if position < len(item.bound):
                symbol = item.bound[position]
                if self.claim.variables.get(symbol) != sort:
                    raise ValueError(f"{item.action} is not about {symbol}")
                choices.append([self.shown.witnessed(symbol, sort)])
            elif sort in self.known.entities:
                choices.append([*self.shown.members(sort)])
            else:
                raise ValueError(f"fairness to each {plain(name)} is about any number of values")
        instances = list(itertools.product(*choices))
        if not instances:
            yield f"{item.action} has no instance: there is nothing that it could be about"
        for values in instances:
            yield self._reason(item, values)

    def _reason(self, item: Assumption, values: Sequence[Tree]) -> str:
        words = ", ".join(self.shown.word(value) for value in values)
        name = f"{item.action}({words})"
        taken = [index for index in self.loop if self._takes(index, item.action, values)]
        disabled = [index for index in self.loop if not self._enabled(index, item.action, values)]
        return self._said(item, name, taken, disabled)

    def _reason_for_event(self, item: Assumption) -> str:
        """The reason for an event by itself, which is taken if one of its ways is, and disabled
        where none is enabled, whatever its further arguments are.
        """
        if len(item.bound) != 1 or item.bound[0] not in self.claim.variables:
            raise ValueError(f"{item.action} is not about a variable of the claim")
        sort = self.claim.variables[item.bound[0]]
        own = self.shown.witnessed(item.bound[0], sort)
        ways = self.known.grouped(item.action, sort)
        taken = []
        for index in range(self.stem, self.length):
            way, _ = self.shown.steps[index]
            first = self.known.parameters_of(way)[:1]
            if way in ways and self.shown.arguments(index)[first[0]] == own:
                taken.append(index)
        disabled = [i for i in self.loop if all(self._is_off(i, way, own) for way in ways)]
        return self._said(item, f"{item.action}({self.shown.word(own)})", taken, disabled)

    def _is_off(self, index: int, way: str, own: Tree) -> bool:
        """Tell whether a way of an event is disabled whatever its further arguments are, as far as
        one conjunct of its guard that is about none of them shows.
        """
        first, *others = self.known.parameters_of(way)
        symbols = {**self.known.at(mark(index), mark(index + 1)), first: own}
        guard = self.known.guard(way)
        parts = guard[1:] if isinstance(guard, tuple) and guard[0] == "and" else (guard,)
        return any(
            not self.shown.meaning.truth(replaced(part, symbols))
            for part in parts
            if not free_symbols(part) & set(others)
        )

    def _said(
        self, item: Assumption, name: str, taken: Sequence[int], disabled: Sequence[int]
    ) -> str:
        """The reason in words. Raises ValueError where there is none."""
        if taken:
            return f"{name} is taken at step {taken[0] + 1}"
        everywhere = len(disabled) == len(self.loop)
        if everywhere and self.ends:
            return f"{name} is disabled where the run ends"
        if disabled and (everywhere or item.word == "weak"):
            where = "throughout the loop" if everywhere else f"before step {disabled[0] + 1}"
            return f"{name} is disabled {where}"
        raise ValueError(f"it is not fair to {name}")

    def _takes(self, index: int, action: str, values: Sequence[Tree]) -> bool:
        if self.ends:
            return False
        taken, _ = self.shown.steps[index]
        given = self.shown.arguments(index)
        names = self.known.parameters_of(action)
        return taken == action and [given[name] for name in names] == list(values)

    def _enabled(self, index: int, action: str, values: Sequence[Tree]) -> bool:
        names = self.known.parameters_of(action)
        symbols = {
            **self.known.at(mark(index), mark(index + 1)),
            **dict(zip(names, values, strict=True)),
        }
        return self.shown.meaning.truth(replaced(self.known.guard(action), symbols))


def _unmarked(symbol: str) -> str:
    return plain(symbol).removesuffix("!1")


def _mentioned(tree: Tree) -> set[str]:
    """The names of the functions of a state that a tree mentions, before or after a step."""
    if isinstance(tree, str):
        return {_unmarked(tree)}
    return {name for part in tree for name in _mentioned(part)}
