"""Lassos of an automaton whose data is kept as terms: values with which a loop comes back.

A loop of places is given; the solver looks for values with which its steps can be taken, nothing of
what is awaited happens, and the data is as it was when the loop began. An event of which fairness
is assumed is taken, or it would do nothing: for weak fairness somewhere, with the inputs set in
some way; for strong fairness everywhere, whatever the inputs are.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import z3

from statecheck.single.claims.conditions import eliminated, solved, valuation
from statecheck.single.claims.predicates import Holding
from statecheck.single.deciding.backwards import ended
from statecheck.single.deciding.endings.lassos import Lasso
from statecheck.single.deciding.endings.pending import Pending, agree
from statecheck.single.deciding.unrolling import Unrolling
from statecheck.single.execution.automaton import Edge, Local, Node, Variable
from statecheck.single.execution.choices import combinations, spread
from statecheck.single.execution.giving_up import OutOfTime, UnknownError
from statecheck.single.execution.paths import ranges
from statecheck.single.execution.terms import symbol
from statecheck.single.execution.values import term_of
from statecheck.single.running.clock import Clock
from statecheck.single.running.goal import Goal
from statecheck.single.running.reach import Route, Target, move

LONGEST, LOOPS = 4, 60
"""Loops of so many steps are tried, and so many of them."""

FAR = 30
"""So many steps away from the start they may begin."""

SECONDS = 4.0
"""All of them together have so long, and each a tenth of it."""


@dataclass
class _Way:
    """Steps one after the other, as terms over the data where they begin.

    ``at`` has the data after each step, ``conditions`` what has to hold, ``chosen`` for each step
    the names under which its choices stand.
    """

    at: list[dict[Variable, Any]]
    conditions: list[Any] = field(default_factory=list)
    chosen: list[dict[Local, Local]] = field(default_factory=list)

    @property
    def locals(self) -> tuple[Local, ...]:
        """All choices, each with a name of its own."""
        return tuple(own for names in self.chosen for own in names.values())


Valued = tuple[Lasso, tuple[dict[Any, Any], ...]]
"""A lasso, and the choices of the steps of its loop."""


class ValuedLassos:
    """The search for lassos of pending states whose data is kept as terms."""

    def __init__(self, pending: Pending) -> None:
        self.pending, self.assumed = pending, pending.assumed
        self.automaton = pending.automaton

    def find(self, clock: Clock) -> Valued | None:
        """A lasso, and the choices of the steps of its loop; None where none is found in time."""
        watch = clock.at_most(SECONDS)
        for node, loop in itertools.islice(self._candidates(), LOOPS):
            try:
                watch.left(SECONDS)
                found = self._with_values(node, loop, watch)
            except (OutOfTime, UnknownError):
                clock.left(1)
                continue
            if found is not None:
                return found
        return None

    def _candidates(self) -> Iterator[tuple[Node, list[Edge]]]:
        """Nodes and loops there; an empty one where nothing happens any more."""
        for node in self.pending.nodes:
            yield node, []
        for length in range(1, LONGEST + 1):
            for node in self.pending.nodes:
                for loop in self._loops(node, node, length):
                    yield node, loop

    def _loops(self, here: Node, home: Node, length: int) -> Iterator[list[Edge]]:
        for edge in self.pending.looping.get(here, ()):
            if length > 1:
                for rest in self._loops(edge.target, home, length - 1):
                    yield [edge, *rest]
            elif edge.target is home:
                yield [edge]

    def _with_values(self, node: Node, loop: list[Edge], clock: Clock) -> Valued | None:
        lead = self.pending.lead(node)
        start = lead[0].source if lead else node
        way = _Way([{v: symbol(v.name, v.kind) for v in start.variables}])
        for number, edge in enumerate([*lead, *loop]):
            self._add(way, edge, number, again=number >= len(lead))
        fair = self._fair(way.at[len(lead) :], node, loop)
        if any(z3.is_false(z3.simplify(condition)) for condition in fair):
            return None
        begin, end = way.at[len(lead)], way.at[-1]
        conditions = [*way.conditions, *fair, *(begin[v] == end[v] for v in begin if loop)]
        wanted = z3.And([z3.BoolVal(True), *(c for c in conditions if c is not True)])
        holdings = [
            replace(
                opening,
                condition=wanted
                if opening.condition is True
                else z3.And(opening.condition, wanted),
                locals=(*opening.locals, *way.locals),
            )
            for opening in self._openings(start)
        ]
        if not holdings:
            return None
        target = Target(lambda node: holdings if node is start else [], None)
        stem = Unrolling(self.automaton, Goal(self.automaton, target)).search(
            clock, SECONDS / 10, FAR
        )
        return None if stem is None else self._lasso(stem, way, wanted, lead, loop)

    def _openings(self, node: Node) -> list[Holding]:
        """Where the premise holds in a node, and the goal does not."""
        pending = self.pending
        return pending.subject.reader.in_node(pending.is_open, node, pending.said.fields)

    def _add(self, way: _Way, edge: Edge, number: int, *, again: bool) -> None:
        pending, before = self.pending, way.at[-1]
        names = {own: replace(own, name=f"{own.name}@way{number}") for own in edge.locals}
        pairs = [(symbol(v.name, v.kind), term) for v, term in before.items()]
        pairs += [(symbol(a.name, a.kind), symbol(b.name, b.kind)) for a, b in names.items()]
        after = {v: _put(term, pairs) for v, term in edge.updates.items()}
        known = pending.repeated(edge) if again else pending.conditions[edge]
        way.conditions += [_put(c, pairs) for c in known if c is not None and c is not True]
        way.conditions += ranges(tuple(names.values()))
        if not pending.said.on_step:
            here = [(symbol(v.name, v.kind), term) for v, term in after.items()]
            missed = [
                True if h.condition is True else _put(h.condition, here)
                for h in pending.subject.reader.in_node(
                    pending.missed, edge.target, pending.said.fields
                )
            ]
            way.conditions += [] if True in missed else [z3.Or(missed)]
        way.at.append(after)
        way.chosen.append(names)

    def _fair(
        self, data: Sequence[Mapping[Variable, Any]], node: Node, loop: list[Edge]
    ) -> list[Any]:
        """The conditions under which a loop is fair; ``data`` is what is there before each step."""
        nodes = [node, *(edge.target for edge in loop[:-1])]
        conditions: list[Any] = []
        for event in (*self.assumed.weak, *self.assumed.strong):
            if any(edge.event == event and edge.taken for edge in loop):
                continue
            is_weak = event in self.assumed.weak
            shut = self._shut_for_some_inputs if is_weak else _shut
            idle = [_put(shut(at, event), _here(d)) for at, d in zip(nodes, data, strict=False)]
            conditions.append(z3.Or(idle) if is_weak else z3.And(idle))
        return conditions

    def _shut_for_some_inputs(self, node: Node, event: str) -> Any:
        """The condition that an event takes nothing in a node, whatever its arguments are, when the
        inputs are set in some way: they may be, at any time.
        """
        ways = []
        for chosen in combinations(spread(self.pending.subject.world.inputs, {})):
            shut, inputs = [z3.BoolVal(True)], dict[Local, None]()
            for edge in _taking(node, event):
                if agree(edge, chosen):
                    own = [local for local in edge.locals if local.name.startswith("arg!")]
                    inputs |= dict.fromkeys(local for local in edge.locals if local not in own)
                    shut.append(z3.Not(_open(edge, own)))
            ways.append(eliminated(z3.And(*shut, *ranges([*inputs])), [*inputs]))
        return z3.Or(ways)

    def _lasso(
        self, stem: Route, way: _Way, wanted: Any, lead: list[Edge], loop: list[Edge]
    ) -> Valued | None:
        _, values = ended(self.automaton, stem)
        known = [symbol(v.name, v.kind) == term_of(value) for v, value in values.items()]
        found = solved([wanted, *known], way.locals)
        if found is None:
            return None
        chosen = [{a: found[b] for a, b in names.items()} for names in way.chosen]
        seen = [values]
        for edge, choice in zip([*lead, *loop], chosen, strict=True):
            seen.append(valuation(edge, seen[-1], choice))
        if seen[-1] != seen[len(lead)]:
            return None
        moves = [move(edge, choice) for edge, choice in zip(lead, chosen, strict=False)]
        route = Route(
            (*stem.moves, *moves),
            (*stem.edges, *lead),
            (*stem.choices, *chosen[: len(lead)]),
        )
        events = (*self.assumed.weak, *self.assumed.strong)
        taken = {edge.event for edge in loop if edge.taken}
        reasons = tuple(f"{e} is taken" if e in taken else f"{e} would do nothing" for e in events)
        lasso = Lasso(route, tuple(loop), reasons, len(stem.moves))
        return lasso, tuple(chosen[len(lead) :])


def _here(data: Mapping[Variable, Any]) -> list[tuple[Any, Any]]:
    return [(symbol(v.name, v.kind), term) for v, term in data.items()]


def _shut(node: Node, event: str) -> Any:
    """The condition that an event takes nothing in a node, whatever comes in."""
    ways = [_open(edge, edge.locals) for edge in _taking(node, event)]
    return z3.Not(z3.Or(ways)) if ways else z3.BoolVal(True)


def _taking(node: Node, event: str) -> list[Edge]:
    return [edge for edge in node.edges if edge.event == event and edge.taken]


def _open(edge: Edge, chosen: Sequence[Local]) -> Any:
    """The condition that an edge can be taken with some values for what is chosen."""
    guard = z3.BoolVal(True) if edge.guard is None else edge.guard
    return eliminated(z3.And(guard, *ranges(chosen)), chosen)


def _put(term: Any, pairs: Sequence[tuple[Any, Any]]) -> Any:
    return z3.substitute(term, *pairs) if z3.is_expr(term) else term
