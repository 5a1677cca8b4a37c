"""Proofs that a target is out of reach: an invariant, one formula for each control state.

Z3's Spacer finds it; it counts only after plain solver queries have shown that it holds at the
start, that every edge keeps it, and that it excludes the target.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import z3

from statecheck.single.deciding.answers import Unknown, Unreachable
from statecheck.single.deciding.formulas import in_words
from statecheck.single.deciding.suspicion import unexcluded
from statecheck.single.execution.automaton import Automaton, Edge, Node
from statecheck.single.execution.paths import ranges
from statecheck.single.execution.terms import in_data, symbol
from statecheck.single.locking.kept import Kept
from statecheck.single.running.goal import Goal
from statecheck.single.running.subject import Clock
from statecheck.smt.failures import checked
from statecheck.smt.solving import WORK, is_impossible

PROOF, LITTLE = 6.0, 100_000
"""Seconds for a proof, and Z3's measure of the work on a brief attempt."""

Invariant = dict[Node, z3.BoolRef]


def prove(
    automaton: Automaton,
    goal: Goal,
    clock: Clock,
    kept: Kept | None = None,
    *,
    briefly: bool = False,
) -> Unreachable | Unknown:
    """A proof that the target is out of reach, if Spacer finds one, which is to be ``kept``.

    ``briefly`` allows it little work, and nothing is said of what is missing.
    """
    invariant = find_invariant(automaton, goal, clock, LITTLE if briefly else WORK)
    if invariant is None:
        return Unknown("") if briefly else unexcluded(automaton, goal)
    broken = is_broken(automaton, invariant, goal, clock)
    if broken:
        return Unknown(f"the invariant that was found does not hold: {broken}")
    if kept is not None:
        kept.keep_invariant(invariant)
    return Unreachable("", tuple(shown(automaton, invariant)))


def recall(automaton: Automaton, goal: Goal, clock: Clock, kept: Kept | None) -> Unreachable | None:
    """The proof that a lock has, proven again; None where it has none that does."""
    invariant = None if kept is None else kept.invariant(automaton, clock)
    if invariant is None or is_broken(automaton, invariant, goal, clock):
        return None
    return Unreachable("", tuple(shown(automaton, invariant)))


def find_invariant(
    automaton: Automaton, goal: Goal, clock: Clock, work: int = WORK
) -> Invariant | None:
    """A formula for each node that excludes the target, as Spacer sees it."""
    for step in ("inline_eager", "inline_linear", "slice"):
        z3.set_param(f"fp.xform.{step}", False)
    solver = z3.SolverFor("HORN")
    solver.set("rlimit", work)
    solver.set("timeout", math.ceil(clock.left(PROOF) * 1000))
    relations = {node: _relation(node) for node in automaton.nodes}
    first = automaton.nodes[0]
    solver.add(relations[first](*[automaton.start[v] for v in first.variables]))
    for edge in automaton.edges:
        head = relations[edge.target](*[edge.updates[v] for v in edge.target.variables])
        solver.add(_rule(relations, edge, [], head))
    for node, holdings in goal.nodes.items():
        for holding in holdings:
            bounds = [*ranges(holding.locals), *ranges(node.variables)]
            body = [_applied(relations[node], node), *_terms([holding.condition]), *bounds]
            solver.add(_closed([*node.variables, *holding.locals], body, z3.BoolVal(False)))
    for edge, condition in goal.edges.items():
        solver.add(_rule(relations, edge, _terms([condition]), z3.BoolVal(False)))
    if checked(solver) != z3.sat:
        return None
    model = solver.model()
    return {node: _meaning(model, relations[node], node) for node in automaton.nodes}


def _meaning(model: z3.ModelRef, relation: Any, node: Node) -> z3.BoolRef:
    """The formula that a model has for a node; one that it leaves open is false."""
    body = z3.simplify(model.eval(_applied(relation, node)))
    return z3.simplify(z3.substitute(body, (_applied(relation, node), z3.BoolVal(False))))


def _relation(node: Node) -> Any:
    return z3.Function(f"in{node.number}", *_sorts(node), z3.BoolSort())


def _sorts(node: Node) -> list[z3.SortRef]:
    return [symbol(v.name, v.kind).sort() for v in node.variables]


def _applied(relation: Any, node: Node) -> z3.BoolRef:
    return relation(*[symbol(v.name, v.kind) for v in node.variables])


def _rule(relations: Any, edge: Edge, more: list[Any], head: z3.BoolRef) -> z3.BoolRef:
    body = [
        _applied(relations[edge.source], edge.source),
        *_terms([edge.guard]),
        *ranges(edge.source.variables),
        *more,
    ]
    return _closed([*edge.source.variables, *edge.locals], body, head)


def _terms(conditions: list[Any]) -> list[z3.BoolRef]:
    return [c for c in conditions if c is not None and c is not True]


def _closed(symbols: Any, body: list[z3.BoolRef], head: z3.BoolRef) -> z3.BoolRef:
    rule = z3.Implies(z3.And(body), head)
    bound = list({str(s.name): symbol(s.name, s.kind) for s in symbols}.values())
    return z3.ForAll(bound, rule) if bound else rule


def is_broken(automaton: Automaton, invariant: Invariant, goal: Goal, clock: Clock) -> str:
    """Where an invariant fails, by plain queries; empty where it holds and excludes the goal."""
    first = automaton.nodes[0]
    if not _excluded([z3.Not(in_data(invariant[first], automaton.start))], clock):
        return "it is false at the start"
    for edge in automaton.edges:
        after = in_data(invariant[edge.target], edge.updates)
        body = [invariant[edge.source], *_terms([edge.guard]), *ranges(edge.source.variables)]
        if not _excluded([*body, z3.Not(after)], clock):
            return f"{edge.event} does not keep it"
        if edge in goal.edges and not _excluded([*body, *_terms([goal.edges[edge]])], clock):
            return f"it does not exclude {edge.event}"
    for node, holdings in goal.nodes.items():
        for holding in holdings:
            bounds = [*ranges(holding.locals), *ranges(node.variables)]
            if not _excluded([invariant[node], *_terms([holding.condition]), *bounds], clock):
                return "it does not exclude a state"
    return ""


def _excluded(conditions: list[z3.BoolRef], clock: Clock) -> bool:
    return is_impossible(conditions, lambda: clock.left(PROOF))


def shown(automaton: Automaton, invariant: Invariant) -> Iterator[str]:
    """An invariant in the words of the model, by what is told of control states: of several that
    are told alike one formula holds.
    """
    places: dict[str, list[z3.BoolRef]] = {}
    for node in automaton.nodes:
        places.setdefault(_place(automaton, node), []).append(invariant[node])
    for place, formulas in places.items():
        formula = formulas[0] if len(formulas) == 1 else z3.simplify(z3.Or(formulas))
        if z3.is_false(formula):
            yield f"never in {place}"
        elif not z3.is_true(formula):
            yield f"in {place}: {in_words(formula)}"


def _place(automaton: Automaton, node: Node) -> str:
    """A control state, with the data that others have otherwise and what a claim remembers."""
    where = " + ".join(str(value) for value in node.control.states)
    kept = [
        f"{name} == {value!r}"
        for (_, name), value in node.data.items()
        if len({repr(other.data.get((_, name))) for other in automaton.nodes}) > 1
    ]
    kept += [
        text if truth else f"not {text}"
        for text, truth in zip(automaton.remembered, node.memory, strict=True)
    ]
    return f"{where} with {', '.join(kept)}" if kept else where
