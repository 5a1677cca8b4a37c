"""Recoverability where data is kept as terms: the states from which the goal can be reached are
computed backwards, as one formula for each control state.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import z3

from statecheck.single.claims.claims import Claim
from statecheck.single.claims.conditions import eliminated, valuation
from statecheck.single.claims.predicates import Holding, premise_of
from statecheck.single.deciding.answers import (
    Answer,
    Reached,
    Unknown,
    Unreachable,
    played,
    too_many,
)
from statecheck.single.deciding.endings.ranks import (
    SECONDS,
    Rank,
    lower_bound,
    partial_ranks,
    ranks,
)
from statecheck.single.deciding.formulas import degree
from statecheck.single.deciding.invariants import prove
from statecheck.single.deciding.invariants import recall as recall_invariant
from statecheck.single.deciding.symbolic import FAR, FIRST, LEAP, SEARCH, recall
from statecheck.single.deciding.unrolling import Unrolling
from statecheck.single.execution.automaton import Automaton, Edge, Node, Variable
from statecheck.single.execution.giving_up import OutOfTime
from statecheck.single.execution.paths import ranges
from statecheck.single.execution.terms import in_data, plain, symbol
from statecheck.single.execution.values import term_of
from statecheck.single.running.goal import Goal, Known
from statecheck.single.running.reach import Route, Target
from statecheck.single.running.subject import Clock, Subject
from statecheck.smt.solving import is_impossible

FEW, ROUNDS, DEGREE = 24, 150, 12
"""So many steps backwards are computed, and so many if there is time, while products have no
greater degree than that.
"""

SOON, FALL = 4, 3
"""After so many steps backwards a number is looked for that falls in so many steps at most."""

PAIRED = 3
"""Of so many fields at most two are tried together."""

BACKWARDS = 10.0
"""Seconds for more than a few steps, or half of what is left."""

MOMENT = 1.0
"""Seconds for a trap that is near, before more is done."""

SMALL = 8
"""Numbers up to this are small."""

Region = dict[Node, z3.BoolRef]


@dataclass(frozen=True)
class Ways:
    """The states from which the goal can be reached in some number of steps; ``closed`` where more
    steps add none, ``ended`` where no more are looked for. ``descent`` is a proof that it can be
    reached from all others, too.
    """

    region: Region
    goal: Region
    rounds: int
    closed: bool
    ended: bool = True
    descent: Unreachable | None = None


def recoverable(
    subject: Subject, said: Claim, depth: int | None, known: Known | None = None
) -> Answer:
    """Tell whether the conclusion can be reached from wherever the premise holds.

    ``known`` keeps what was computed for the same conclusion.
    """
    automaton, clock = subject.automaton, subject.clock
    if not automaton.complete:
        return Unknown(too_many(automaton))
    known = known or Known()
    premise, most = premise_of(said), 400 if depth is None else depth
    for ways in _ways(subject, said, clock) if known.ways is None else (known.ways,):
        if ways.ended:
            known.ways = ways
            break
        near = _seen_trap(subject, said, _outside(subject, said, ways), most, soon=True)
        if near is not None:
            return played(subject, automaton, premise, said, near, shortest=False)
    if ways.descent is not None:
        return ways.descent
    goal = _outside(subject, said, ways)
    how = f"in {ways.rounds} steps at most"
    if not goal.nodes:
        return Unreachable(how)
    if ways.closed and _is_closed(automaton, ways.region, ways.goal, clock):
        recalled = recall(subject, premise, said, goal, most)
        if isinstance(recalled, Reached):
            return recalled
        if recalled is not None:
            return Unreachable(how, recalled.invariant)
        search = Unrolling(automaton, goal)
        route = search.search(clock, FIRST, 60 if depth is None else depth)
        proof = prove(automaton, goal, clock, subject.kept) if route is None else None
        if isinstance(proof, Unreachable):
            return Unreachable(how, proof.invariant)
        if route is None:
            route = search.search(clock, SEARCH, most)
        if route is not None:
            answer = played(subject, automaton, premise, said, route, shortest=True)
            if subject.kept is not None and isinstance(answer, Reached):
                subject.kept.keep_route(route)
            return answer
        assert proof is not None
        return Unknown(
            f"it is open whether a state without a way to the goal is reached: {proof.why}",
            proof.suspect,
        )
    proof = recall_invariant(automaton, goal, clock, subject.kept)
    proof = proof or prove(automaton, goal, clock, subject.kept, briefly=True)
    if isinstance(proof, Unreachable):
        return Unreachable(how, proof.invariant)
    route = _seen_trap(subject, said, goal, most)
    if route is not None:
        return played(subject, automaton, premise, said, route, shortest=False)
    proof = prove(automaton, goal, clock, subject.kept)
    if isinstance(proof, Unreachable):
        return Unreachable(how, proof.invariant)
    return Unknown(
        f"from some states the goal may be farther away than {ways.rounds} steps, and {proof.why}",
        proof.suspect,
    )


def _outside(subject: Subject, said: Claim, ways: Ways) -> Goal:
    """The states in which the premise holds and from which no way is known."""
    premise = premise_of(said)

    def there(node: Node) -> list[Holding]:
        outside = z3.simplify(z3.Not(ways.region[node]))
        if z3.is_false(outside):
            return []
        return _both(outside, subject.reader.in_node(premise, node, said.fields))

    return Goal(subject.automaton, Target(there, None))


def _ways(subject: Subject, said: Claim, clock: Clock) -> Iterator[Ways]:
    """The ways to the goal: few at first, and more as long as more are asked for."""
    automaton, further = subject.automaton, clock
    goal = {
        node: _any(subject.reader.in_node(said.conclusion, node, said.fields))
        for node in automaton.nodes
    }
    region, rounds, closed = goal, 0, False
    while rounds < ROUNDS:
        try:
            watch = clock if rounds < FEW else further
            grown = _before(automaton, region, watch)
            if any(degree(formula) > DEGREE for formula in grown.values()):
                break
            closed = all(
                _implies(grown[node], region[node], node, watch) for node in automaton.nodes
            )
        except OutOfTime:
            clock.left(1)
            break
        if closed:
            break
        if rounds in (SOON, FEW):
            yield Ways(region, goal, rounds, closed, ended=False)
            further = clock.at_most(BACKWARDS, share=0.5)
        if rounds == SOON and (descent := _descent(automaton, goal, clock)) is not None:
            yield Ways(region, goal, rounds, closed, descent=descent)
            return
        region = {node: z3.simplify(z3.Or(region[node], grown[node])) for node in automaton.nodes}
        rounds += 1
    yield Ways(region, goal, rounds, closed)


def _descent(automaton: Automaton, goal: Region, clock: Clock) -> Unreachable | None:
    """A proof that from each state that is reached some steps lead to the goal, or to a state in
    which some number is less, and above a bound: so the goal can be reached.

    Of two numbers the second one may be whatever it is where the first one is less. One that is not
    there is greater than all.
    """
    conditions = [edge.guard for edge in automaton.edges] + [*goal.values()]
    least = lower_bound(conditions)
    whole = [*ranks(automaton.nodes)]
    single = [*whole, *partial_ranks(automaton.nodes)]
    fields = [rank for rank in whole if rank.attribute is not None]
    double = (
        (one, other)
        for one, other in itertools.permutations(fields if len(fields) <= 2 * PAIRED else (), 2)
        if one.attribute != other.attribute
    )
    found: list[tuple[_Descent, list[Region]]] = []
    watch = clock.at_most(SECONDS, share=0.5)
    try:
        for chosen in (*((rank,) for rank in single), *double):
            descent = _Descent(chosen, least)
            stuck = [*descent.stuck(automaton, goal, watch)]
            if len(stuck) < FALL:
                return descent.proof(len(stuck) + 1)
            found.append((descent, stuck))
    except OutOfTime:
        clock.left(1)
    watch = clock.at_most(SECONDS, share=0.5)
    try:
        for descent, regions in found[: len(single)]:
            for steps, region in enumerate(regions, 1):
                if (invariant := _out_of_reach(automaton, region, watch)) is not None:
                    return descent.proof(steps, invariant)
    except OutOfTime:
        clock.left(1)
    return None


class _Descent:
    """Numbers that fall, the first one first; ``limits`` stand for what they are where it begins,
    and for that they are not there.
    """

    def __init__(self, chosen: Sequence[Rank], least: int) -> None:
        self.chosen, self.least = chosen, least
        self.limits = [(z3.FreshInt("rank"), z3.FreshBool("absent")) for _ in chosen]

    @property
    def text(self) -> str:
        """Which numbers fall, in words."""
        first, *rest = (rank.text for rank in self.chosen)
        return first + "".join(f", or else {text}," for text in rest)

    def proof(self, steps: int, invariant: tuple[str, ...] = ()) -> Unreachable:
        """The answer, once it is shown to be so in so many steps at most."""
        how = f"{self.text} in {steps} step{'s' * (steps > 1)} at most"
        return Unreachable(f"{how} until the goal is reached", invariant)

    def stuck(self, automaton: Automaton, goal: Region, clock: Clock) -> Iterator[Region]:
        """The states from which no step leads to the goal or to where they are less, nor two steps
        and so on; there are no more where there is no such state.
        """
        region = {n: z3.Or(goal[n], self.falls_to(n)) for n in automaton.nodes}
        for _ in range(FALL):
            grown = _before(automaton, region, clock)
            region = {n: z3.simplify(z3.Or(region[n], grown[n])) for n in automaton.nodes}
            left = {n: z3.Not(self.begun(region[n], n)) for n in automaton.nodes}
            if all(_never([left[n], *ranges(n.variables)], clock) for n in automaton.nodes):
                return
            yield left

    def falls_to(self, node: Node) -> z3.BoolRef:
        """The condition under which they are less in a node than where it begins."""
        ways, same = [], [z3.BoolVal(True)]
        for rank, (limit, absent) in zip(self.chosen, self.limits, strict=True):
            term = rank.terms.get(node)
            if term is None:
                same.append(absent)
                continue
            ways.append(z3.And(*same, self.least <= term, z3.Or(absent, term < limit)))
            same += [z3.Not(absent), term == limit]
        return z3.Or(ways)

    def begun(self, formula: z3.BoolRef, node: Node) -> z3.BoolRef:
        """A formula about what they are where it begins, where that is in a node."""
        pairs: list[tuple[z3.ExprRef, z3.ExprRef]] = []
        for rank, (limit, absent) in zip(self.chosen, self.limits, strict=True):
            term = rank.terms.get(node)
            pairs.append((absent, z3.BoolVal(term is None)))
            pairs.append((limit, z3.IntVal(0) if term is None else term))
        substituted: z3.BoolRef = z3.substitute(formula, *pairs)
        return substituted


def _out_of_reach(automaton: Automaton, region: Region, clock: Clock) -> tuple[str, ...] | None:
    """The clauses that exclude a region; None if none were found."""
    everywhere = Holding((), (), True)
    goal = Goal(automaton, Target(lambda node: _both(region[node], [everywhere]), None))
    proof = prove(automaton, goal, clock, briefly=True)
    return proof.invariant if isinstance(proof, Unreachable) else None


def _seen_trap(
    subject: Subject, said: Claim, far: Goal, most: int, *, soon: bool = False
) -> Route | None:
    """A run to a state from which a proof excludes the goal: one that is ``far`` from it.

    Small numbers are tried first: from large ones the goal may just be far away.
    """
    automaton, clock = subject.automaton, subject.clock
    for bound in (SMALL, None):
        narrowed = Goal(automaton, Target(partial(_bounded, far, bound), None))
        seconds = MOMENT if soon else LEAP
        leapt = Unrolling(automaton, narrowed).leap(clock, seconds, min(most, FAR))
        if leapt is None:
            continue
        route, _ = leapt
        node, values = ended(automaton, route)
        others = [other for other in automaton.nodes if other is not node]
        terms = {variable: term_of(value) for variable, value in values.items()}
        onward = replace(automaton, nodes=[node, *others], start=terms)

        def wanted(other: Node) -> list[Holding]:
            return subject.reader.in_node(said.conclusion, other, said.fields)

        goal = Goal(onward, Target(wanted, None))
        if isinstance(prove(onward, goal, clock, briefly=True), Unreachable):
            return route
    return None


def ended(automaton: Automaton, route: Route) -> tuple[Node, dict[Variable, Any]]:
    """The node at the end of a run, and the values of its variables there."""
    node = automaton.nodes[0]
    values = {v: plain(z3.simplify(term), v.kind) for v, term in automaton.start.items()}
    for edge, chosen in zip(route.edges, route.choices, strict=True):
        values = valuation(edge, values, chosen)
        node = edge.target
    return node, values


def _bounded(far: Goal, bound: int | None, node: Node) -> list[Holding]:
    limits = []
    for term in (symbol(v.name, v.kind) for v in node.variables if bound is not None):
        limits += [term <= bound, term >= -(bound or 0)] if z3.is_int(term) else []
    return _both(z3.And(limits), far.nodes.get(node, []))


def _both(condition: z3.BoolRef, holdings: list[Holding]) -> list[Holding]:
    """The holdings where a condition holds, too."""
    return [
        replace(h, condition=condition if h.condition is True else z3.And(condition, h.condition))
        for h in holdings
    ]


def _any(holdings: list[Holding]) -> z3.BoolRef:
    """The condition on the variables under which some holding can be met."""
    options = []
    for holding in holdings:
        condition = z3.BoolVal(True) if holding.condition is True else holding.condition
        options.append(eliminated(z3.And(condition, *ranges(holding.locals)), holding.locals))
    return z3.simplify(z3.Or(options))


def _before(automaton: Automaton, region: Region, clock: Clock) -> Region:
    """Where some step leads into a region. Raises OutOfTime."""
    grown: Region = {}
    for node in automaton.nodes:
        ways = []
        for edge in node.edges:
            clock.left(1)
            ways.append(eliminated(_into(edge, region), edge.locals))
        grown[node] = z3.simplify(z3.Or(ways))
    return grown


def _into(edge: Edge, region: Region) -> z3.BoolRef:
    after = in_data(region[edge.target], edge.updates)
    return after if edge.guard is None else z3.And(edge.guard, after)


def _implies(one: Any, other: Any, node: Node, clock: Clock) -> bool:
    return _never([one, z3.Not(other), *ranges(node.variables)], clock)


def _never(conditions: list[Any], clock: Clock) -> bool:
    return is_impossible(conditions, lambda: clock.left(3.0))


def _is_closed(automaton: Automaton, region: Region, goal: Region, clock: Clock) -> bool:
    """Tell whether plain queries confirm that no step leads from outside of a region into it."""
    for node in automaton.nodes:
        outside = [z3.Not(region[node]), *ranges(node.variables)]
        if not _never([*outside, goal[node]], clock):
            return False
        if not all(_never([*outside, _into(edge, region)], clock) for edge in node.edges):
            return False
    return True
