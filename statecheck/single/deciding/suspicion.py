"""A counterexample to induction: a step to the target from a state that looks possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import z3

from statecheck.claims.run import Change, Run, RunStep
from statecheck.single.deciding.answers import Unknown
from statecheck.single.execution.automaton import Automaton, Edge, Node, Variable
from statecheck.single.execution.giving_up import UnknownError
from statecheck.single.execution.terms import symbol
from statecheck.single.running.goal import Goal
from statecheck.single.running.reach import move, solved
from statecheck.single.running.runs import STATE, text

HELP = (
    "if that state is out of reach, a guard that says so would help; if it is not, a greater "
    "--depth finds the run"
)
"""Advice for whoever sees one."""


def unexcluded(automaton: Automaton, goal: Goal) -> Unknown:
    """The answer where no invariant was found that excludes a target."""
    why = "no invariant was found that excludes it"
    found = _suspect(automaton, goal)
    if found is None:
        return Unknown(why)
    state = ", ".join(f"{name} {value}" for name, value in found.start)
    return Unknown(f"{why}; from {state}, {found.steps[0].action} would lead there: {HELP}", found)


def _suspect(automaton: Automaton, goal: Goal) -> Run | None:
    for edge, conditions in _steps_to(automaton, goal):
        try:
            values = solved(conditions, [*edge.source.variables, *edge.locals])
        except UnknownError:
            continue
        if values is not None:
            return _shown(edge, values)
    return None


def _steps_to(automaton: Automaton, goal: Goal) -> Iterator[tuple[Edge, list[Any]]]:
    """Steps to a target from what is none yet, each with the conditions under which it is one."""
    for edge in automaton.edges:
        moved = [(symbol(v.name, v.kind), term) for v, term in edge.updates.items()]
        if edge in goal.edges:
            yield edge, [edge.guard, goal.edges[edge]]
        before = goal.nodes.get(edge.source, [])
        if any(holding.condition is True for holding in before):
            continue
        apart = [z3.Not(h.condition) for h in before if not h.locals]
        for holding in goal.nodes.get(edge.target, ()):
            if not holding.locals:
                after = holding.condition
                after = after if after is True else z3.substitute(after, *moved)
                yield edge, [edge.guard, after, *apart]


def _shown(edge: Edge, values: dict[Any, Any]) -> Run:
    """The step as a run of one step, from a state that is described."""
    from statecheck.single.claims.conditions import valuation

    variables = {v: values[v] for v in edge.source.variables}
    after = valuation(edge, variables, {s: values[s] for s in edge.locals})
    before = _values(edge.source, variables)
    changes = [
        Change("", name, old, new)
        for name, new in _values(edge.target, after).items()
        if (old := before.get(name, "")) != new
    ]
    if edge.raised:
        changes.append(Change("", "raises", "", edge.raised))
    taken = move(edge, {s: values[s] for s in edge.locals})
    set_first = {name: text(value) for (_, name), value in taken.inputs}
    arguments = tuple((name, text(value)) for name, value in taken.arguments)
    step = RunStep(edge.event, arguments, tuple(changes), by_name=True)
    return Run((), tuple((before | set_first).items()), (step,), ())


def _values(node: Node, variables: Mapping[Variable, Any]) -> dict[str, str]:
    """The active states and the values in a node, by name."""
    found = {STATE: " + ".join(str(value) for value in node.control.states)}
    data = {name: text(value) for (_, name), value in node.data.items()}
    data |= {v.attribute[1]: text(value) for v, value in variables.items()}
    return found | dict(sorted(data.items()))
