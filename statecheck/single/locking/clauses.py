"""Clauses about the data of a machine in its places, and those of them that its steps keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import z3

from statecheck.single.execution.automaton import Automaton, Edge, Node
from statecheck.single.execution.paths import ranges
from statecheck.single.execution.terms import symbol
from statecheck.single.locking.formulas import formula_of, written
from statecheck.single.locking.lock import ClauseEntry
from statecheck.single.running.clock import Clock
from statecheck.smt.solving import is_impossible

QUERY = 6.0
"""Seconds for one question about clauses."""


@dataclass(frozen=True, eq=False)
class Clause:
    """A formula that is to hold whenever the machine is in a node."""

    entry: ClauseEntry
    node: Node
    formula: z3.BoolRef


def entries(formulas: Mapping[Node, z3.BoolRef]) -> Iterator[ClauseEntry]:
    """The clauses of an invariant, those left out that no text can be of."""
    for node, formula in formulas.items():
        parts = formula.children() if z3.is_and(formula) else [formula]
        for part in parts:
            text = written(part)
            if text is not None and text != "true":
                yield ClauseEntry(node.number, states(node), text)


def states(node: Node) -> str:
    """The states that are active in a node."""
    return " + ".join(str(value) for value in node.control.states)


def read(automaton: Automaton, found: Iterable[ClauseEntry]) -> tuple[list[Clause], list[str]]:
    """The clauses of some entries, and those entries that are of none, in words."""
    known, lost = [], []
    for entry in dict.fromkeys(found):
        node = automaton.nodes[entry.place] if 0 <= entry.place < len(automaton.nodes) else None
        formula = None
        if node is not None and states(node) == entry.states:
            formula = formula_of(entry.formula, node.variables)
        if node is None or formula is None:
            lost.append(f"no clause: {entry}")
        else:
            known.append(Clause(entry, node, formula))
    return known, lost


def inductive(automaton: Automaton, clauses: Iterable[Clause], clock: Clock) -> list[Clause]:
    """The largest set of clauses that holds at the start and is kept by every edge.

    One that is not decided in time is left out. Raises OutOfTime when all time is up.
    """
    first = [(symbol(v.name, v.kind), term) for v, term in automaton.start.items()]
    kept = [
        clause
        for clause in clauses
        if clause.node is not automaton.nodes[0]
        or _never([z3.Not(z3.substitute(clause.formula, *first))], clock)
    ]
    while True:
        gone = {clause for edge in automaton.edges for clause in _broken(edge, kept, clock)}
        if not gone:
            return kept
        kept = [clause for clause in kept if clause not in gone]


def together(automaton: Automaton, clauses: Iterable[Clause]) -> dict[Node, z3.BoolRef]:
    """The clauses of each node as one formula."""
    formulas: dict[Node, list[z3.BoolRef]] = {node: [] for node in automaton.nodes}
    for clause in clauses:
        formulas[clause.node].append(clause.formula)
    return {node: z3.simplify(z3.And(parts)) for node, parts in formulas.items()}


def _broken(edge: Edge, kept: Iterable[Clause], clock: Clock) -> list[Clause]:
    """The clauses that an edge does not keep, where all hold before it."""
    before = [clause.formula for clause in kept if clause.node is edge.source]
    before += [] if edge.guard is None else [edge.guard]
    before += ranges(edge.source.variables)
    moved = [(symbol(v.name, v.kind), term) for v, term in edge.updates.items()]
    after = {c: z3.substitute(c.formula, *moved) for c in kept if c.node is edge.target}
    if not after or _never([*before, z3.Not(z3.And(*after.values()))], clock):
        return []
    return [c for c, formula in after.items() if not _never([*before, z3.Not(formula)], clock)]


def _never(conditions: list[z3.BoolRef], clock: Clock) -> bool:
    return is_impossible(conditions, lambda: clock.left(QUERY))
