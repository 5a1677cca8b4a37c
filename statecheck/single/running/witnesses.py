"""Edges against the instance with plain values: what was found with values that may be any has to
be what happens with single ones.

Code can ask in ways that a symbolic value cannot answer rightly (``is``, ``type()``, functions
written in C); then the instance goes another way, and the values have to be tried one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from statecheck.single.claims.conditions import solved, valuation
from statecheck.single.execution.automaton import Automaton, Edge, Local, Variable
from statecheck.single.execution.giving_up import OutOfTime, UnknownError
from statecheck.single.execution.terms import symbol
from statecheck.single.reading.freeze import NotAnyValue
from statecheck.single.reading.specimen import Specimen
from statecheck.single.running.reach import plain_choice

MOST, IN_ALL = 4, 300
"""So many choices of values are tried on each edge, and on all of them."""


def check_witnesses(specimen: Specimen, automaton: Automaton, clock: Any) -> None:
    """Try every edge that depends on values. Raises NotAnyValue where the instance differs."""
    edges = [e for node in automaton.nodes for e in (*node.edges, *node.idle)]
    most = max(1, min(MOST, IN_ALL // max(1, len(edges))))
    for edge in edges:
        if edge.chosen or (not edge.locals and not edge.source.variables):
            continue
        clock.left(1)
        for values in _choices(edge, most):
            try:
                problem = _tried(specimen, edge, values)
            except UnknownError:
                continue
            if problem:
                raise NotAnyValue(
                    f"{specimen.cls.__name__}: {edge.event} does not do with plain values what it "
                    f"does with any ({problem}), as code does that asks `is` or for a type, or "
                    "hands them to what is not written in Python"
                )


def _choices(edge: Edge, most: int) -> Iterator[dict[Any, Any]]:
    symbols: list[Variable | Local] = [*edge.source.variables, *edge.locals]
    first = _solved([edge.guard], symbols)
    if first is None:
        return
    yield first
    tried = 1
    for s in symbols:
        if tried >= most:
            return
        term = symbol(s.name, s.kind)
        value = first[s]
        from statecheck.single.execution.values import term_of

        other = _solved([edge.guard, term != term_of(value)], symbols)
        if other is not None:
            yield other
            tried += 1


def _solved(conditions: list[Any], symbols: list[Variable | Local]) -> dict[Any, Any] | None:
    """Values that meet conditions, as far as the solver knows any."""
    try:
        return solved(conditions, symbols)
    except (UnknownError, OutOfTime):
        return None


def _tried(specimen: Specimen, edge: Edge, values: dict[Any, Any]) -> str:
    """How the instance differs from what an edge says; empty where it does not."""
    data = specimen.copied(edge.source.data)
    before = {v: values[v] for v in edge.source.variables}
    data.update({v.attribute: value for v, value in before.items()})
    data.update(dict(plain_choice(edge.inputs, values)))
    specimen.put(edge.source.control, data)
    outcome = specimen.send(edge.event, dict(plain_choice(edge.arguments, values)))
    if outcome.raised != edge.raised:
        return f"it raises {outcome.raised or 'nothing'}"
    if specimen.control() != edge.target.control:
        return "it is in another state"
    expected = valuation(edge, before, {local: values[local] for local in edge.locals})
    seen = specimen.data()
    specimen.freezer.begin()
    for variable, value in expected.items():
        found = seen.get(variable.attribute, specimen.default(variable.attribute))
        if type(found) is not type(value) or found != value:
            return f"{specimen.named(variable.attribute)} is {found!r}, not {value!r}"
    plain_ones = {*seen, *edge.target.data} - {v.attribute for v in expected}
    inputs = {attribute for attribute, _ in edge.inputs}
    for attribute in sorted(plain_ones - inputs):
        specimen.freezer.size = 0
        default = specimen.default(attribute)
        specimen.freezer.begin()
        one = specimen.key(attribute, seen.get(attribute, default))
        specimen.freezer.begin()
        if one != specimen.key(attribute, edge.target.data.get(attribute, default)):
            return f"{specimen.named(attribute)} is {seen.get(attribute, default)!r}"
    return ""
