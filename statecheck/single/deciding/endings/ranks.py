"""Numbers that fall: steps that cannot be taken for ever, since some number would fall for ever.

Where no step of a loop makes a number greater, those that make it less are taken finitely often,
or those that are only taken while it is above some bound are. So no run goes round for ever if none
does without the former, and none without the latter. (After Floyd, Assigning meanings to programs,
1967.)
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import z3

from statecheck.single.deciding.endings.lassos import Lassos, components
from statecheck.single.deciding.endings.pending import Pending
from statecheck.single.execution.automaton import Edge, Node
from statecheck.single.execution.giving_up import OutOfTime
from statecheck.single.execution.paths import ranges
from statecheck.single.execution.terms import in_data, symbol
from statecheck.single.reading.specimen import Attribute
from statecheck.single.running.clock import Clock
from statecheck.smt.solving import is_impossible
from statecheck.smt.terms import subterms

SECONDS = 4.0
"""So long numbers are looked for that fall, or half of what is left."""

FEW = 4
"""Of so many fields at most, differences are tried, too."""

DEEP = 4
"""So many numbers are taken, one inside of the other."""

Steps = dict[Node, list[Edge]]


@dataclass(frozen=True)
class Rank:
    """A number that may fall, in words, and as a term for each node; the field, if it is of one."""

    text: str
    terms: Mapping[Node, z3.ArithRef]
    attribute: Attribute | None = None

    def after(self, edge: Edge) -> Any:
        """Its value after a step, in terms of the data before it."""
        return in_data(self.terms[edge.target], edge.updates)


def ranks(nodes: Sequence[Node]) -> Iterator[Rank]:
    """The fields that are whole numbers or truths in each of some nodes, their negatives and
    differences; not those that are nowhere kept as terms.
    """
    numbers = {a: terms for a, terms in _numbers(nodes).items() if len(terms) == len(nodes)}
    yield from _ups_and_downs(numbers)
    if len(numbers) <= FEW:
        for (one, ones), (other, others) in itertools.permutations(numbers.items(), 2):
            terms = {node: term - others[node] for node, term in ones.items()}
            yield Rank(f"{one[1]} - {other[1]} falls", terms)


def partial_ranks(nodes: Sequence[Node]) -> Iterator[Rank]:
    """The fields, and their negatives, that are numbers in some of the nodes only."""
    numbers = _numbers(nodes)
    yield from _ups_and_downs({a: own for a, own in numbers.items() if len(own) < len(nodes)})


def _ups_and_downs(numbers: Mapping[Attribute, Mapping[Node, z3.ArithRef]]) -> Iterator[Rank]:
    for attribute, terms in numbers.items():
        yield Rank(f"{attribute[1]} falls", terms, attribute)
        negative = {node: -term for node, term in terms.items()}
        yield Rank(f"{attribute[1]} rises", negative, attribute)


def _numbers(nodes: Sequence[Node]) -> dict[Attribute, dict[Node, z3.ArithRef]]:
    attributes = dict.fromkeys(v.attribute for node in nodes for v in node.variables)
    return {
        attribute: {node: term for node in nodes if (term := _term(node, attribute)) is not None}
        for attribute in attributes
    }


def _term(node: Node, attribute: Attribute) -> Any:
    for variable in node.variables:
        if variable.attribute == attribute:
            term = symbol(variable.name, variable.kind)
            return term if z3.is_int(term) else z3.If(term, z3.IntVal(1), z3.IntVal(0))
    value = node.data.get(attribute)
    return z3.IntVal(int(value)) if isinstance(value, int) and type(value) in (bool, int) else None


def lower_bound(conditions: Sequence[Any]) -> int:
    """A number below all those that conditions name, and their negatives."""
    seen: set[int] = set()
    parts = (part for c in conditions if z3.is_expr(c) for part in subterms(c, seen))
    named = (abs(part.as_long()) for part in parts if z3.is_int_value(part))
    return -max(named, default=0) - 1


def falling(pending: Pending, clock: Clock) -> list[str] | None:
    """The reasons, in words, why no fair run stays pending for ever; None where some seems to."""
    watch = clock.at_most(SECONDS, share=0.5)
    try:
        return _reasons(pending, pending.looping, watch, DEEP)
    except OutOfTime:
        clock.left(1)
        return None


def _reasons(pending: Pending, looping: Steps, clock: Clock, depth: int) -> list[str] | None:
    """The same, where only some steps may be taken again and again."""
    rest = copy(pending)
    rest.looping = looping
    if Lassos(rest, cautious=False).find() is None:
        return []
    for part in components(pending.nodes, looping) if depth else ():
        inside = set(part)
        steps = [e for node in part for e in looping[node] if e.target in inside]
        known = {edge: _known(pending, edge) for edge in steps}
        least = lower_bound([c for conditions in known.values() for c in conditions])
        for rank in ranks(part) if steps else ():
            seldom = _seldom(rank, known, least, clock)
            if not seldom:
                continue
            reasons = [rank.text]
            for out in seldom:
                less = {n: [e for e in own if e not in out] for n, own in looping.items()}
                more = _reasons(pending, less, clock, depth - 1)
                if more is None:
                    break
                reasons += more
            else:
                return list(dict.fromkeys(reasons))
    return None


def _seldom(
    rank: Rank, known: Mapping[Edge, list[Any]], least: int, clock: Clock
) -> list[set[Edge]]:
    """Sets of steps; those of one of them are not taken again and again. None where some step makes
    the number greater, or none makes it less.
    """
    fallen, bounded = set[Edge](), set[Edge]()
    for edge, conditions in known.items():
        before, after = rank.terms[edge.source], rank.after(edge)
        if _never([*conditions, after >= before], clock):
            fallen.add(edge)
        elif not _never([*conditions, after > before], clock):
            return []
        if _never([*conditions, before < least], clock):
            bounded.add(edge)
    if not fallen or not bounded:
        return []
    # Where the number falls for ever, what is only taken above the bound is not.
    return [fallen] if fallen <= bounded else [fallen, bounded]


def _known(pending: Pending, edge: Edge) -> list[Any]:
    """The conditions under which a step may be taken again and again."""
    conditions = [z3.BoolVal(False) if c is False else c for c in pending.repeated(edge)]
    terms = [c for c in conditions if c is not None and c is not True]
    return [*terms, *ranges(edge.locals), *ranges(edge.source.variables)]


def _never(conditions: list[Any], clock: Clock) -> bool:
    return is_impossible(conditions, lambda: clock.left(1.0))
